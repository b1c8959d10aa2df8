"""The study report: a document composed from estimates only, written as HTML, Word, Excel and PDF.

Belongs here: wording, tables, figures, formatting. Does not belong here: any computation of a statistic, any data
of a patient, reading the warehouse.
"""

from haicplatform.report.compose import compose
from haicplatform.report.context import Context, software_versions
from haicplatform.report.model import Document
from haicplatform.report.write import render, write

__all__ = ["Context", "Document", "compose", "render", "software_versions", "write"]
