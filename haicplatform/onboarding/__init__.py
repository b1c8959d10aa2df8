"""A new hospital: its site file and its files looked at together, a first draft, a workbook to fill.

Belongs here: what `haic sites` shows. Does not belong here: stopping a nightly delivery (ingest.staging).
In: a site file, delivered files. Out: problems with their lines, drafts.
"""
