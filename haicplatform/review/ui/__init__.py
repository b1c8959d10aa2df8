"""The parts that pages are built from: layout, grid, sheets, small pictures.

Belongs here: HTML, styles, scripts. Does not belong here: asking for data.
"""
