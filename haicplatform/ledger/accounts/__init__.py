"""Who may log in to the review application: accounts, passwords, sessions, lock-out.

Belongs here: what the log-in asks and keeps. Does not belong here: pages (review), what a role may do to a query.
"""
