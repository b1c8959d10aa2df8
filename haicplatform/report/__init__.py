"""The study report: one self-contained page and its figures, rendered from estimates only.

Belongs here: wording, tables, figures, formatting. Does not belong here: any computation of a statistic, any data
of a patient, reading the warehouse.
"""

from haicplatform.report.context import Context, software_versions
from haicplatform.report.document import render

__all__ = ["Context", "render", "software_versions"]
