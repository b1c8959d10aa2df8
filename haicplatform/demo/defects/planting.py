"""Plants defects in the pages of a delivery and writes down where. SYNTHETIC.

Belongs here: the kinds of change (a cell, a row more, a line that is no row, a file that is none) and the key.
Does not belong here: which defects a hospital has (catalogue.yaml).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import polars as pl
import yaml

from haicplatform.demo.dialects.page import Page

# row and column are empty for a whole file, column is empty for a whole line
KEY = {
    "site": pl.String,
    "file": pl.String,
    "sheet": pl.String,
    "row": pl.Int64,
    "column": pl.String,
    "rule_id": pl.String,
    "severity": pl.String,
}
_CATALOGUE = Path(__file__).resolve().parent / "catalogue.yaml"


@dataclass(frozen=True)
class Defect:
    """One entry of catalogue.yaml; its head says what the entries mean."""

    rule: str
    severity: str
    page: str = ""
    column: str | None = None
    where: Mapping[str, str | None] = field(default_factory=dict)
    nth: int = 0
    change: Mapping[str, str | Mapping | None] = field(default_factory=dict)
    add: bool = False
    finding_at: str = "added"
    line: str | None = None
    file: str | None = None
    text: str = ""


@cache
def catalogue() -> dict[str, list[Defect]]:
    """Site -> its defects."""
    entries = yaml.safe_load(_CATALOGUE.read_text(encoding="utf-8"))
    return {site: [Defect(**entry) for entry in listed] for site, listed in entries.items()}


def plant(site: str, pages: list[Page]) -> tuple[list[Page], dict[str, bytes], pl.DataFrame]:
    """The pages with the hospital's defects, further files (name -> bytes), and the answer key (KEY)."""
    return apply(site, pages, catalogue().get(site, []))


def apply(site: str, pages: list[Page], defects: list[Defect]) -> tuple[list[Page], dict[str, bytes], pl.DataFrame]:
    """As plant, with these defects. Raises ValueError for a defect that fits no row."""
    pages, extra = list(pages), dict[str, bytes]()
    rows: list[tuple[str, str, str, int | None, str | None, str, str]] = []
    for each in defects:
        if each.file:
            extra[each.file] = each.text.encode()
            rows.append((site, name_in_delivery(each.file), "", None, None, each.rule, each.severity))
            continue
        index = _find(pages, each.page)
        pages[index], places = _change(pages[index], each)
        name, sheet = name_in_delivery(pages[index].file), pages[index].sheet
        rows += [(site, name, sheet, row, each.column, each.rule, each.severity) for row in places]
    return pages, extra, pl.DataFrame(rows, schema=KEY, orient="row")


def name_in_delivery(file: str) -> str:
    """A folder of the inbox is a delivery and no part of the file's name in it."""
    return unicodedata.normalize("NFC", file).rpartition("/")[2]


def _find(pages: list[Page], name: str) -> int:
    found = [
        index
        for index, page in enumerate(pages)
        if name == page.sheet or unicodedata.normalize("NFC", page.file).startswith(name)
    ]
    if len(found) != 1:
        raise ValueError(f"{len(found)} pages are called {name}")
    return found[0]


def _change(page: Page, defect: Defect) -> tuple[Page, list[int]]:
    """(the page with the defect, the rows that findings sit at)."""
    if defect.line is not None:
        return replace(page, broken=(*page.broken, (defect.nth, defect.line))), [page.first_row + defect.nth]
    index = _row(page, defect)
    old, new = page.frame.row(index, named=True), len(page.frame)
    cells = {column: _moved(old, cell) if isinstance(cell, Mapping) else cell for column, cell in defect.change.items()}
    values = [pl.lit(cell, dtype=pl.String).alias(column) for column, cell in cells.items()]
    if defect.add:
        frame = pl.concat([page.frame, page.frame[index].with_columns(values)])
        places = {"added": [new], "original": [index], "both": [index, new]}[defect.finding_at]
    else:
        is_here = pl.int_range(pl.len()) == index
        changed = zip(cells, values, strict=True)
        frame = page.frame.with_columns(pl.when(is_here).then(v).otherwise(pl.col(c)).alias(c) for c, v in changed)
        places = [index]
    return replace(page, frame=frame), [page.first_row + place for place in places]


def _row(page: Page, defect: Defect) -> int:
    """The data row (from 0) that the defect means."""
    frame = page.frame.with_row_index("_index")
    for column, value in defect.where.items():
        cell = pl.col(column)
        is_so = cell.is_null() if value is None else cell.is_not_null() if value == "*" else cell == value
        frame = frame.filter(is_so)
    if len(frame) <= defect.nth:
        raise ValueError(f"{page.file} {page.sheet}: no row {defect.nth} where {defect.where}")
    return frame["_index"][defect.nth]


def _moved(row: Mapping[str, str | None], cell: Mapping) -> str:
    """The row's own date moved by days, written as the hospital writes it."""
    form = cell.get("form", "%Y-%m-%d")
    day = datetime.strptime(row[cell["shift"]] or "", form) + timedelta(days=cell["days"])
    return day.strftime(form)
