"""The files of a report in one language: each format, and the figures.

Belongs here: names of files, and the order of writing. Does not belong here: any one format.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import polars as pl

from haicplatform.report.check.check_report import check_document, check_files
from haicplatform.report.check.estimate_index import refuse_contradictions
from haicplatform.report.document.context import Context
from haicplatform.report.document.messages import LANGUAGES
from haicplatform.report.document.model import Document
from haicplatform.report.formats import FORMATS, excel, html, pdf, word
from haicplatform.report.formats.pages import write_bytes, write_text
from haicplatform.report.sections.compose import compose
from haicplatform.studies.study import Study

# the first language has no mark in its files' names
PLAIN = LANGUAGES[0]
# the first moment a zip archive can name
_EPOCH = (1980, 1, 1, 0, 0, 0)


def write_checked(
    study: Study, estimates: pl.DataFrame, context: Context, out_dir: Path, formats: tuple[str, ...], language: str
) -> Path:
    """Compose one language and write it; HaicError where document or files contradict the estimates."""
    document = compose(study, estimates, context, language)
    refuse_contradictions(check_document(document, estimates))
    path = write(document, out_dir, formats)
    refuse_contradictions(check_files(out_dir, estimates, path.stem))
    return path


def write(document: Document, out_dir: Path, formats: tuple[str, ...] = FORMATS) -> Path:
    """Write one document in each format and its figures; the same bytes for the same document. The page's path."""
    mark = "" if document.language == PLAIN else f".{document.language}"
    folder = out_dir / "figures"
    folder.mkdir(parents=True, exist_ok=True)
    for figure in document.figures:
        write_text(folder / f"{figure.name}{mark}.svg", figure.svg)
    if "html" in formats:
        write_text(out_dir / f"report{mark}.html", html.page(document))
    if "docx" in formats:
        write_bytes(out_dir / f"report{mark}.docx", undated(word.docx(document)))
    if "xlsx" in formats:
        write_bytes(out_dir / f"report{mark}.xlsx", undated(excel.xlsx(document)))
    if "pdf" in formats:
        write_bytes(out_dir / f"report{mark}.pdf", pdf.pdf(document))
    return out_dir / f"report{mark}.html"


def undated(archive: bytes) -> bytes:
    """The same zip archive with its members in order and without the time of their making."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as given, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for member in given.infolist():
            entry = zipfile.ZipInfo(member.filename, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            made.writestr(entry, given.read(member))
    return buffer.getvalue()
