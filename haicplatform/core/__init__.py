"""What every room stands on: errors, settings, the clock, files written whole, the order of tasks and of SQL.

Belongs here: what knows no hospital, no table and no study. Does not belong here: anything that only one room uses.
In: nothing of the platform. Out: small functions and values.
"""
