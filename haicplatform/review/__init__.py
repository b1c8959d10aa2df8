"""The data managers' web application."""
