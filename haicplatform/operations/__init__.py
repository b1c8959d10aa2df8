"""Running it for years: flow server, nights, digests and mail, backup, doctor.

Belongs here: what an administrator or a schedule starts. Does not belong here: the steps of the data's way.
In: a home. Out: texts, copies, states of the machine.
"""
