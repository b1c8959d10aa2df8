"""A whole report: its estimates, its document and its files.

Belongs here: what is checked, in which order, and what a report that contradicts itself raises. Does not belong here:
any one relation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import polars as pl

from haicplatform.errors import HaicError
from haicplatform.report.model import Document, Figure, Table, ids_of, plain
from haicplatform.report_check import counting, modelling
from haicplatform.report_check.files import page_numbers, sheet_numbers, word_numbers
from haicplatform.report_check.printed import Printed, check, check_mark
from haicplatform.report_check.rows import Contradiction, Rows

RELATIONS = (
    counting.percentages,
    counting.sums,
    counting.flow,
    counting.response,
    counting.tests,
    modelling.intervals,
    modelling.hazard_ratios,
    modelling.curves,
    modelling.tests_of_times,
)
MOST_SAID = 5


def check_estimates(estimates: pl.DataFrame) -> list[Contradiction]:
    """What contradicts itself among the rows of analysis.estimate of one study and snapshot."""
    rows = Rows(estimates)
    return [found for relation in RELATIONS for found in relation(rows)]


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


def hold(found: Iterable[Contradiction]) -> None:
    """Raise a sentence where a report contradicts itself: where, what is printed and what was expected."""
    all_of_them = list(found)
    if not all_of_them:
        return
    first, more = all_of_them[0], all_of_them[1:]
    others = "; ".join(f"{one.where}: {one.printed}, expected {one.expected}" for one in more[: MOST_SAID - 1])
    rest = f" Also {others}" if others else ""
    rest += f"; and {len(more) - MOST_SAID + 1} more" if len(more) >= MOST_SAID else ""
    raise HaicError(
        f"The report contradicts itself in {len(all_of_them)} place{'s' if more else ''}, so it was not written: "
        f"{first.where}, {first.relation}",
        found=first.printed,
        expected=first.expected,
        todo=f"send this sentence to whoever runs the platform; the earlier report is kept.{rest}",
    )
