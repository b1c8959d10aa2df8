"""What a report says, a section a module, and their order.

Belongs here: sentences, tables and figures of each section. Does not belong here: formats, statistics.
"""
