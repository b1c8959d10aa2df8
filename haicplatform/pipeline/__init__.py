"""The order of it all, a file each: one delivery, one hospital, harmonisation, one study.

Belongs here: which step follows which, and what happened in a few lines. Does not belong here: any step itself,
schedules.
In: a home. Out: what changed in it.
"""
