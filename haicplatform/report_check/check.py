"""A whole report: its document and its files against the estimates.

Belongs here: what is checked, in which order. Does not belong here: one printed text (printed.py), relations between
estimates (estimates.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import polars as pl

from haicplatform.report.model import Document, Figure, Table, ids_of, plain
from haicplatform.report_check.files import page_numbers, sheet_numbers, word_numbers
from haicplatform.report_check.printed import Printed, check, check_mark
from haicplatform.report_check.rows import Contradiction, Rows


def check_document(document: Document, estimates: pl.DataFrame) -> list[Contradiction]:
    """Every number of texts, tables and figures' data that is not its estimate, or not an estimate at all."""
    rows = Rows(estimates)
    found = []
    for place, run in document.runs():
        if run.estimate_ids:
            found += check(Printed(place, run.text, run.estimate_ids), rows)
    for part in document.parts:
        if isinstance(part, Table) and part.kind == "results":
            found += _bare_cells(part)
        elif isinstance(part, Figure):
            for mark in part.data.iter_rows(named=True):
                found += check_mark(f"{part.name}, {mark['series']} {mark['item']}".rstrip(), mark, rows)
    return found


def _bare_cells(table: Table) -> Iterable[Contradiction]:
    """Numbers of a table of results that name no estimate."""
    for row in table.rows:
        for cell in row.cells[1:]:
            if re.search(r"\d", plain(cell)) and not ids_of(cell):
                name = f"{table.name}, {plain(row.cells[0])}"
                yield Contradiction(name, "a number is an estimate", repr(plain(cell)), "the id of an estimate")


def check_files(folder: Path, estimates: pl.DataFrame, stem: str = "report*") -> list[Contradiction]:
    """What a report's pages, Word files and workbooks in `folder` print that is not the estimate they name.

    stem: the pattern of their names before the dot of the format.
    """
    rows = Rows(estimates)
    found = []
    for path in sorted(folder.glob(f"{stem}.html")):
        found += [wrong for printed in page_numbers(path) for wrong in check(printed, rows)]
    for path in sorted(folder.glob(f"{stem}.docx")):
        found += [wrong for printed in word_numbers(path) for wrong in check(printed, rows)]
    for path in sorted(folder.glob(f"{stem}.xlsx")):
        for printed in sheet_numbers(path):
            is_text = isinstance(printed, Printed)
            found += check(printed, rows) if is_text else check_mark(*printed, rows)
    return found
