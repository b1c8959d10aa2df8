"""Plants defects in the pages of a delivery and writes down where. SYNTHETIC.

Belongs here: the kinds of change (a cell, a row more, a line that is no row, a file that is none) and the key.
Does not belong here: which defects a hospital has (catalogue.py).
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field, replace

import polars as pl

from haicplatform.demo.dialects.page import Page

# site, file, sheet, row, column, rule_id, severity; row and column are empty for a whole file or line
KEY = {
    "site": pl.String, "file": pl.String, "sheet": pl.String, "row": pl.Int64, "column": pl.String,
    "rule_id": pl.String, "severity": pl.String,
}  # fmt: skip


@dataclass(frozen=True)
class Defect:
    """One planted defect on a page, found by the beginning of its file name (and its sheet).

    where: conditions on the page's own headers (cell equals the text; None: the cell is empty; "*": it is not).
    nth: which of the rows that fulfil them. change: header -> new cell. is_new: the changed row is added at the
    end, the old one stays. column: the header the finding sits at. at_original: the finding sits at the old row.
    """

    page: str
    rule_id: str
    severity: str
    column: str
    change: dict[str, str | None] = field(default_factory=dict)
    where: dict[str, str | None] = field(default_factory=dict)
    nth: int = 0
    is_new: bool = False
    at_original: bool = False
    is_silent: bool = False
    """A change that another defect needs; it has no finding of its own."""


@dataclass(frozen=True)
class Line:
    """The `nth` data row written as `text`: a line that is no row of the table."""

    page: str
    text: str
    nth: int
    rule_id: str
    severity: str = "error"


@dataclass(frozen=True)
class ForeignFile:
    """A file that is not what the delivery should hold."""

    file: str
    data: bytes
    rule_id: str
    severity: str = "error"


def apply(site: str, pages: list[Page], planted: list) -> tuple[list[Page], dict[str, bytes], pl.DataFrame]:
    """The pages with the defects, further files, and the answer key."""
    pages, extra, rows = list(pages), {}, []
    for each in planted:
        if isinstance(each, ForeignFile):
            extra[each.file] = each.data
            rows.append((site, _nfc(each.file), "", None, None, each.rule_id, each.severity))
            continue
        index = _find(pages, each.page)
        page = pages[index]
        if isinstance(each, Line):
            pages[index] = replace(page, broken=(*page.broken, (each.nth, each.text)))
            row, column = page.first_row + each.nth, None
        else:
            pages[index], row = _change(page, each)
            column = each.column
        if not getattr(each, "is_silent", False):
            rows.append((site, _nfc(page.file), page.sheet, row, column, each.rule_id, each.severity))
    return pages, extra, pl.DataFrame(rows, schema=KEY, orient="row")


def _find(pages: list[Page], name: str) -> int:
    found = [
        i for i, page in enumerate(pages) if name in (page.sheet, _nfc(page.file)) or _nfc(page.file).startswith(name)
    ]
    if len(found) != 1:
        raise ValueError(f"{len(found)} pages are called {name}")
    return found[0]


def _change(page: Page, defect: Defect) -> tuple[Page, int]:
    """(the page with the defect, the row the finding sits at)."""
    frame = page.frame.with_row_index("_index")
    for column, value in defect.where.items():
        cell = pl.col(column)
        frame = frame.filter(cell.is_null() if value is None else cell.is_not_null() if value == "*" else cell == value)
    if len(frame) <= defect.nth:
        raise ValueError(f"{page.file} {page.sheet}: no row {defect.nth} where {defect.where}")
    index = frame["_index"][defect.nth]
    if defect.is_new:
        row = page.frame[index].with_columns(pl.lit(v, dtype=pl.String).alias(c) for c, v in defect.change.items())
        changed = pl.concat([page.frame, row])
        found = index if defect.at_original else len(page.frame)
    else:
        here = pl.int_range(pl.len()) == index
        changed = page.frame.with_columns(
            pl.when(here).then(pl.lit(v, dtype=pl.String)).otherwise(pl.col(c)).alias(c)
            for c, v in defect.change.items()
        )
        found = index
    return replace(page, frame=changed), page.first_row + found


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def plant(site: str, pages: list[Page]) -> tuple[list[Page], dict[str, bytes], pl.DataFrame]:
    """The hospital's defects in its pages; see apply."""
    from haicplatform.demo.defects.catalogue import CATALOGUE

    return apply(site, pages, CATALOGUE.get(site, []))
