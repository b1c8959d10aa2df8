"""Which rows and which deliveries count, and why not.

Belongs here: the contract row by row, repeated keys, a delivery as a whole, gates, late hospitals. Does not belong
here: reading and parsing, rules across tables (ingest.state).
"""
