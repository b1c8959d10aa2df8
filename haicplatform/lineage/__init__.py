"""From a number back to patients and cells, one patient's story, and a study under two definitions.

Belongs here: trace, explain, comparison. Does not belong here: making numbers (estimation) and pages (review).
In: the published warehouse, a study. Out: rows, sentences, changes.
"""
