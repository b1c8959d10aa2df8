"""The figures: curves, forests, flows and response plots, each drawn once with the data behind it.

Belongs here: drawing. Does not belong here: which figures a report has (report.sections).
"""
