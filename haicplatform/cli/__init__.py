"""The command line `haic`: what a person types, what they read back, and the exit code.

Belongs here: commands, their words and tables, a module a group. Does not belong here: any step of the data's way.
In: arguments. Out: text, or JSON where a script reads it.
"""
