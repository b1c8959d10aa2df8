"""The SYNTHETIC hospitals: invented patients, written out as eight hospitals would export them.

Belongs here: inventing, planting defects, the demonstration. Does not belong here: anything that real data pass
through.
In: a seed. Out: files in inboxes.
"""
