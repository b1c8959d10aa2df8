"""Where the rows behind a number lie: hospital, delivery, file, sheet, row, and the cells that matter.

Belongs here: from row ids to places in raw/, and whether every place is really there. Does not belong here: showing a
row with its neighbours (review/cells.py), which rows stand behind a number (lookup.py).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import yaml

from haicplatform.core.settings import Home
from haicplatform.ingest.landing.raw import LISTING
from haicplatform.ingest.reading.sheet import ROW
from haicplatform.ingest.state.delivery_summary import folder_of
from haicplatform.lineage.explain.facts import sources

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True, order=True)
class Origin:
    """One delivered row. mapping: the derivation that counts; sheet is empty for a text file."""

    site_id: str
    delivery_id: str
    mapping: str
    file: str
    sheet: str
    row: int
    table: str
    row_id: str


@cache
def marked_columns() -> dict[str, tuple[str, ...]]:
    """table -> the contract columns whose cells matter."""
    path = Path(__file__).parent / "cells.yaml"
    return {name: tuple(columns) for name, columns in yaml.safe_load(path.read_text(encoding="utf-8")).items()}


def origins(con: duckdb.DuckDBPyConnection, row_ids: Iterable[str]) -> dict[str, Origin]:
    """row_id -> its place, of accepted rows and of rows with a finding; in the order of file and row."""
    wanted = set(row_ids)
    mappings = {
        (site, delivery): mapping
        for site, delivery, mapping in con.execute(
            "SELECT site_id, delivery_id, mapping FROM quality.snapshot_member"
        ).fetchall()
    }
    rows = [
        (one.site_id, row_id.split(":")[0], one.file, one.sheet, one.row, one.table, row_id)
        for row_id, one in sources(con, wanted).items()
    ]
    if others := sorted(wanted - {row[-1] for row in rows}):
        rows += con.execute(
            "SELECT DISTINCT site_id, delivery_id, source_file, coalesce(source_sheet, ''), source_row, table_name, "
            "row_id FROM quality.finding WHERE row_id IN (SELECT unnest(?::VARCHAR[])) AND source_row IS NOT NULL",
            [others],
        ).fetchall()
    found = [
        Origin(site, delivery, mappings[site, delivery], file, sheet, row, table, row_id)
        for site, delivery, file, sheet, row, table, row_id in rows
        if (site, delivery) in mappings
    ]
    return {one.row_id: one for one in sorted(found)}


def without_cell(home: Home, places: Iterable[Origin], *, even_empty: bool = False) -> list[Origin]:
    """Those of the places whose row is not in raw/, or (unless even_empty) all of whose marked cells are empty."""
    by_sheet: dict[tuple, list[Origin]] = {}
    for one in places:
        branch = int(one.row_id.rsplit(":", 1)[1])
        key = (one.site_id, one.delivery_id, one.mapping, one.file, one.sheet, one.table, branch)
        by_sheet.setdefault(key, []).append(one)
    lost = []
    for (site, delivery, mapping, file, sheet, table, branch), mine in by_sheet.items():
        filled = _filled(folder_of(home, site, delivery, mapping), file, sheet, table, branch, even_empty)
        lost += [one for one in mine if one.row not in filled]
    return lost


def _filled(folder: Path, file: str, sheet: str, table: str, branch: int, even_empty: bool) -> set[int]:
    """The rows of a sheet; unless even_empty those of which a cell that matters is not empty."""
    listing = json.loads((folder / "raw" / LISTING).read_text(encoding="utf-8"))
    entry = next((each for each in listing if (each["file"], each["sheet"]) == (file, sheet)), None)
    if entry is None:
        return set()
    if even_empty:
        return set(pl.read_parquet(folder / "raw" / entry["parquet"], columns=[ROW])[ROW])
    headers = pl.read_parquet(folder / "headers.parquet").filter(
        (pl.col("table_name") == table)
        & (pl.col("branch") == branch)
        & pl.col("column_name").is_in(marked_columns()[table])
    )
    columns = [name for name in headers["source_column"].unique() if name in entry["header"]]
    if not columns:
        return set()
    rows = pl.read_parquet(folder / "raw" / entry["parquet"], columns=[ROW, *columns])
    return set(rows.filter(pl.any_horizontal(pl.col(columns).is_not_null()))[ROW])
