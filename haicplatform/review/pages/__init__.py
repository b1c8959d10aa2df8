"""The pages, one a file: PATH, TITLE, ROLES and `show(desk, …)`; what they show comes from the modules beside."""
