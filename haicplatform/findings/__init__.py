"""What is wrong, where, how grave, and what to do: rows of quality.finding.

Belongs here: the frame of findings, drafts of them, their place in the hospital's file, their words. Does not belong
here: any check (ingest, sql/checks), asking about them (queries).
In: what a check knows. Out: rows of quality.finding.
"""
