"""From the text of a cell to a typed value, set-based; what cannot be read is a finding.

Belongs here: spellings, numbers, dates, laboratory results. Does not belong here: which cell belongs to which column
(mapping.py).
"""
