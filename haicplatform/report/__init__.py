"""Reports: a document composed from estimates only, its figures and files, checked against the estimates.

Belongs here: wording, tables, figures, formats, and checking what is printed. Does not belong here: any computation of
a statistic, any data of a patient, reading the warehouse. Importing the package alone loads nothing.
In: analysis.estimate. Out: report.html, .docx, .xlsx, .pdf.
"""

import logging

# its list of this machine's fonts may be old, or may not be written: nothing here needs it (fonts.py)
logging.getLogger("matplotlib").setLevel(logging.ERROR)
