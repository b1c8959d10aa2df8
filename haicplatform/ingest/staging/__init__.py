"""From sheets of text to typed tables in the terms of the extract contract.

Belongs here: which file is taken, columns, mapping, reshaping, parsing of cells. Does not belong here: whether a value
is plausible (ingest.validation).
"""
