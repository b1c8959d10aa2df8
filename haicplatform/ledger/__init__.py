"""The small transactional store: which deliveries came, what became of them, which count, who did what.

Belongs here: its tables, their migrations, transactions, the audit, the accounts. Does not belong here: rows of
patients, files of deliveries.
In: decisions. Out: what was decided, and when.
"""
