"""What the pages ask of ledger, warehouse and files, for one person.

Belongs here: queries, counts, who may see what. Does not belong here: HTML.
"""
