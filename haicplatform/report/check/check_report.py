"""A whole report: its document and its files against the estimates.

Belongs here: what is checked, in which order. Does not belong here: one printed text (printed.py), relations between
estimates (estimates.py).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import polars as pl

from haicplatform.report.check.estimate_index import Contradiction, Rows
from haicplatform.report.check.printed import Printed, check, check_mark, mask_of
from haicplatform.report.check.printed_files import page_numbers, sheet_numbers, word_numbers
from haicplatform.report.document.model import Document, Figure, Table, ids_of, plain


def check_document(document: Document, estimates: pl.DataFrame) -> list[Contradiction]:
    """Every number of texts, tables and figures' data that is not its estimate, or not an estimate at all."""
    rows = Rows(estimates)
    printed = [Printed(place, run.text, run.estimate_ids) for place, run in document.runs() if run.estimate_ids]
    wrong = [each for text in printed for each in check(text, rows)] + _masks(printed, rows)
    for part in document.parts:
        if isinstance(part, Table) and part.kind == "results":
            wrong += _bare_cells(part)
        elif isinstance(part, Figure):
            for mark in part.data.iter_rows(named=True):
                wrong += check_mark(f"{part.name}, {mark['series']} {mark['item']}".rstrip(), mark, rows)
    return wrong


def _masks(printed: list[Printed], rows: Rows) -> list[Contradiction]:
    """Small counts that are masked by another bound than most: a report has one threshold."""
    masks = [(mask, text) for text in printed if (mask := mask_of(text, rows))]
    usual = Counter(mask for mask, _ in masks).most_common(1)
    return [
        Contradiction(text.where, "small counts are masked by one threshold", mask, usual[0][0])
        for mask, text in masks
        if mask != usual[0][0]
    ]


def _same_ids(formats: dict[str, list[Printed]]) -> Iterable[Contradiction]:
    """Numbers of which one format of a report names the estimate and another does not."""
    counts = {name: Counter(text.ids for text in printed) for name, printed in formats.items()}
    most = {ids: max(count[ids] for count in counts.values()) for count in counts.values() for ids in count}
    for name, count in counts.items():
        for ids in (ids for ids, times in most.items() if count[ids] < times):
            expected = f"{most[ids]} times, as in another format of this report"
            printed = f"{' '.join(ids)} {count[ids]} times"
            yield Contradiction(name, "every format names the estimate of a number", printed, expected)


def _bare_cells(table: Table) -> Iterable[Contradiction]:
    """Numbers of a table of results that name no estimate."""
    for row in table.rows:
        for cell in row.cells[1:]:
            if re.search(r"\d", plain(cell)) and not ids_of(cell):
                yield _bare(f"{table.name}, {plain(row.cells[0])}", plain(cell))


def _bare(where: str, text: str) -> Contradiction:
    return Contradiction(where, "a number is an estimate", repr(text), "the id of an estimate")


def check_files(folder: Path, estimates: pl.DataFrame, stem: str = "report*") -> list[Contradiction]:
    """What a report's pages, Word files and workbooks in `folder` print that is not the estimate they name.

    stem: the pattern of their names before the dot of the format.
    """
    rows = Rows(estimates)
    wrong: list[Contradiction] = []
    documents: dict[str, dict[str, list[Printed]]] = {}
    for kind, numbers in (("html", page_numbers), ("docx", word_numbers)):
        for path in sorted(folder.glob(f"{stem}.{kind}")):
            texts = documents.setdefault(path.stem, {})[path.name] = numbers(path)
            wrong += [each for text in texts if text.ids for each in check(text, rows)]
            wrong += _masks([text for text in texts if text.ids], rows)
    for formats in documents.values():
        bare = [text for texts in formats.values() for text in texts if not text.ids]
        wrong += [_bare(text.where, text.text) for text in bare]
        wrong += [] if bare else _same_ids(formats)
    for path in sorted(folder.glob(f"{stem}.xlsx")):
        for printed in sheet_numbers(path):
            wrong += check(printed, rows) if isinstance(printed, Printed) else check_mark(*printed, rows)
    return wrong
