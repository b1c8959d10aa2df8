"""Who may log in to the review application: accounts, passwords, sessions, lock-out."""
