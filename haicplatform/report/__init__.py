"""The study report: a document composed from estimates only, written as HTML, Word, Excel and PDF.

Belongs here: wording, tables, figures, formatting. Does not belong here: any computation of a statistic, any data
of a patient, reading the warehouse. The way in is rendering.render; importing the package alone loads nothing.
"""
