"""Delivered rows as small sheets: the rows asked for with their neighbours, and which cells matter.

Belongs here: gathering rows of one sheet, choosing columns. Does not belong here: finding one row (source_cells.py),
which rows stand behind something (tracing/), how it is shown (pages/).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from haicplatform.core.errors import NotThere
from haicplatform.core.people import Person
from haicplatform.core.settings import Home
from haicplatform.lineage.trace.origins import Origin, marked_columns
from haicplatform.review.data.source_cells import context, source_columns

MOST_ROWS = 40
# neighbours of a row: more where there are few rows to show
AROUND, AROUND_MANY, MANY = 2, 1, 4
FIRST_COLUMNS, BESIDE = 3, 1
GAP = -1


@dataclass(frozen=True)
class SheetRow:
    """One row: its number as in Excel, whether it was asked for, its cells, and which of them matter."""

    number: int
    is_asked: bool
    cells: tuple[str | None, ...]
    marked: frozenset[int]


@dataclass(frozen=True)
class SheetPart:
    """Part of one sheet. columns: the places in `header` worth showing, GAP where some are left out."""

    site_id: str
    delivery_id: str
    file: str
    sheet: str
    header: tuple[str, ...]
    columns: tuple[int, ...]
    rows: tuple[SheetRow, ...]


@dataclass(frozen=True)
class SourceRows:
    """What a person may see of the rows. elsewhere: rows of hospitals that this person does not see; left_out: rows
    beyond what is shown."""

    parts: tuple[SheetPart, ...]
    elsewhere: int
    left_out: int


def source_rows(home: Home, person: Person, places: Iterable[Origin]) -> SourceRows:
    """The places as parts of sheets, sheet by sheet. A row that is gone, or not this person's, is left out."""
    wanted = sorted(set(places))
    mine = [one for one in wanted if person.may_see(one.site_id)]
    shown = mine[:MOST_ROWS]
    by_sheet: dict[tuple, list[Origin]] = {}
    for one in shown:
        by_sheet.setdefault((one.site_id, one.delivery_id, one.mapping, one.file, one.sheet), []).append(one)
    parts = [part for rows in by_sheet.values() if (part := _part(home, person, rows)) is not None]
    return SourceRows(tuple(parts), len(wanted) - len(mine), len(mine) - len(shown))


def _part(home: Home, person: Person, places: list[Origin]) -> SheetPart | None:
    around = AROUND if len(places) < MANY else AROUND_MANY
    marks: dict[int, set[str]] = {}
    cells: dict[int, tuple[str | None, ...]] = {}
    header: tuple[str, ...] = ()
    for one in places:
        try:
            found = context(
                home, person, one.site_id, one.delivery_id, one.file, one.sheet, one.row, around, mapping=one.mapping
            )
        except NotThere:
            continue
        header = found.header
        cells |= dict(zip(found.source_rows, found.rows, strict=True))
        columns = marked_columns().get(one.table, ())
        marks.setdefault(one.row, set()).update(
            source_columns(home, person, one.site_id, one.delivery_id, one.row_id, columns, one.mapping)
        )
    if not marks:
        return None
    places_of = {name: place for place, name in enumerate(header)}
    rows = [
        SheetRow(number, number in marks, cells[number], frozenset(
            places_of[name] for name in marks.get(number, ()) if name in places_of
        ))
        for number in sorted(cells)
    ]  # fmt: skip
    first = places[0]
    shown = _columns(len(header), {place for row in rows for place in row.marked})
    return SheetPart(first.site_id, first.delivery_id, first.file, first.sheet, header, shown, tuple(rows))


def _columns(width: int, marked: set[int]) -> tuple[int, ...]:
    """The first columns, which say whose row it is, the marked ones and their neighbours; GAP between."""
    wanted = set(range(min(FIRST_COLUMNS, width)))
    for place in marked:
        wanted |= set(range(max(0, place - BESIDE), min(width, place + BESIDE + 1)))
    found: list[int] = []
    for place in sorted(wanted):
        if found and place != found[-1] + 1:
            found.append(GAP)
        found.append(place)
    if max(wanted) < width - 1:
        found.append(GAP)
    return tuple(found)
