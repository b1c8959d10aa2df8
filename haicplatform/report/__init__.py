"""The study report: a document composed from estimates only, written as HTML, Word, Excel and PDF.

Belongs here: wording, tables, figures, formatting. Does not belong here: any computation of a statistic, any data
of a patient, reading the warehouse. The way in is rendering.render; importing the package alone loads nothing.
"""

import logging

# its list of this machine's fonts may be old, or may not be written: nothing here needs it (fonts.py)
logging.getLogger("matplotlib").setLevel(logging.ERROR)
