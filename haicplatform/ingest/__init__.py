"""The way in of a delivery, read from top to bottom: landing, reading, staging, validation, state.

Belongs here: the steps from a hospital's files to its rows in force. Does not belong here: their order for one delivery
and one hospital (pipeline), clinical definitions (sql/harmonised).
In: files of an inbox. Out: validated rows, findings, a hospital's state in force.
"""
