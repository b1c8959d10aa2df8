"""A hospital's files: waiting in the inbox, copied unchanged, searched for numbers that name a person, kept as text.

Belongs here: inbox, copies, identifiers in sheets, raw/. Does not belong here: what is in the cells.
"""
