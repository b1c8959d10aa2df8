"""Published numbers against each other: which can be recomputed from which, and whether they agree.

Belongs here: reading a file of published numbers, the relations between them, the arithmetic of each relation.
Does not belong here: our own report (haicplatform.report.check), data of patients.
"""
