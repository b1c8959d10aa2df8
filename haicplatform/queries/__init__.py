"""Queries: what failed, who answers, when it closed.

Belongs here: the life of a query, what deliveries and people do to it, its workbook. Does not belong here: checks
(they make findings), and pages (review).
In: findings, answers. Out: queries and their history.
"""
