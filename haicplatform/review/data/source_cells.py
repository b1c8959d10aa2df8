"""The hospital's own cells: a row of a delivered sheet with its neighbours, as text.

Belongs here: finding a row in raw/ and the header that a contract column was read from. Does not belong here: which row
is asked for (findings, trace), how it is shown (pages/).

Patient numbers were replaced before raw/ was written. A person who may not see the hospital hears the same as for a
row that does not exist.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from haicplatform.core.errors import NotThere
from haicplatform.core.people import READER, Person
from haicplatform.core.settings import Home
from haicplatform.ingest.landing.raw import LISTING
from haicplatform.ingest.reading.sheet import ROW
from haicplatform.ingest.state.delivery_summary import folder_of
from haicplatform.ledger.store import Ledger

AROUND = 3


@dataclass(frozen=True)
class Cells:
    """Neighbouring rows of one sheet. rows: a cell a header, None where it is empty; source_rows: as in Excel."""

    header: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]
    source_rows: tuple[int, ...]


def context(
    home: Home,
    person: Person,
    site_id: str,
    delivery_id: str,
    file: str,
    sheet: str | None,
    row: int,
    around: int = AROUND,
    *,
    mapping: str | None = None,
) -> Cells:
    """The row with up to `around` rows of its sheet before and after it.

    mapping: which derivation's copy; without one the newest. Raises NotThere for a hospital that the person may not
    see, a reader (who sees no cell), and whatever does not exist.
    """
    raw = _raw(home, person, site_id, delivery_id, mapping)
    entry = next((each for each in _listing(raw) if each["file"] == file and each["sheet"] == (sheet or "")), None)
    if entry is None:
        raise _no_row()
    scan = pl.scan_parquet(raw / entry["parquet"])
    numbers = scan.select(ROW).collect()[ROW]
    place = numbers.search_sorted(row)
    if place >= len(numbers) or numbers[place] != row:
        raise _no_row()
    first = max(0, place - around)
    found = scan.select(ROW, *entry["header"]).slice(first, place + around + 1 - first).collect()
    return Cells(tuple(entry["header"]), tuple(found.drop(ROW).rows()), tuple(found[ROW]))


def source_columns(
    home: Home, person: Person, site_id: str, delivery_id: str, row_id: str, columns: Iterable[str], mapping: str
) -> list[str]:
    """The hospital's headers behind contract columns of the row, in the columns' order; a derived column has none.

    row_id: as in validated.<table>: its table and branch say which header. Raises NotThere as `context` does.
    """
    raw = _raw(home, person, site_id, delivery_id, mapping)
    _, table, *_, branch = row_id.split(":")
    headers = pl.read_parquet(raw.parent / "headers.parquet").filter(
        (pl.col("table_name") == table) & (pl.col("branch") == int(branch))
    )
    known = dict(headers.select("column_name", "source_column").iter_rows())
    return list(dict.fromkeys(known[name] for name in columns if known.get(name)))


def _raw(home: Home, person: Person, site_id: str, delivery_id: str, mapping: str | None) -> Path:
    """The raw/ folder. What is in a path was matched against the ledger before, so it names nothing else."""
    if person.role == READER or not person.may_see(site_id):
        raise _no_row()
    with Ledger(home) as ledger:
        known = [one for one in ledger.derivations(site_id, mapping) if one.delivery_id == delivery_id]
    for one in sorted(known, key=lambda one: one.decided_at, reverse=True):
        raw = folder_of(home, one.site_id, one.delivery_id, one.mapping) / "raw"
        if (raw / LISTING).exists():
            return raw
    raise _no_row()


def _listing(raw: Path) -> list[dict]:
    return json.loads((raw / LISTING).read_text(encoding="utf-8"))


def _no_row() -> NotThere:
    return NotThere("There is no such row of a delivered file", todo="go back and choose it from the list again")
