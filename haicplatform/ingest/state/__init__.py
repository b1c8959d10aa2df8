"""A hospital's rows in force: what its accepted deliveries come to together.

Belongs here: the merge, rules across tables, the state's folder, what a delivery came to. Does not belong here: whether
a delivery is accepted (ingest.validation), other hospitals (pipeline).
"""
