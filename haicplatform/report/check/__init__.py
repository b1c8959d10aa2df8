"""A report against itself: every printed number is an estimate, and the estimates agree with each other.

Belongs here: relations between estimates (estimates.py), what is printed against them in a document and in its files
(check_report.py). Does not belong here: making estimates or reports, published papers (paper_check).
"""
