"""A document as PDF: the markup of its page with the print rules of its style sheet.

Belongs here: calling the renderer so that the same page gives the same bytes. Does not belong here: layout (style.css).
"""

from __future__ import annotations

import hashlib
import logging

from haicplatform.errors import UsageError
from haicplatform.report.html import address, page
from haicplatform.report.model import Document


def pdf(document: Document) -> bytes:
    """A PDF without a date; its identifier is made from the page. UsageError where Pango is missing."""
    try:
        from weasyprint import HTML

        from haicplatform.report.pdf_picture import pictures
    except OSError:
        raise UsageError(
            "The report cannot be written as PDF",
            found="no Pango",
            todo="apt-get install libpango-1.0-0 libpangoft2-1.0-0",
        ) from None
    for name in ("weasyprint", "fontTools"):
        logging.getLogger(name).setLevel(logging.ERROR)
    content = page(document, is_print=True)
    figures = {address(figure): figure.png for figure in document.figures}
    identifier = hashlib.sha256(content.encode("utf-8"))
    for png in figures.values():
        identifier.update(png)
    return HTML(string=content).write_pdf(
        pdf_identifier=identifier.hexdigest()[:32].encode("ascii"),
        full_fonts=False,
        hinting=False,
        cache=pictures(figures),
    )
