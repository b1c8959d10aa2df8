"""What a delivery looks like as a whole, in counts: kept beside it, so that other thresholds need no row again.

Belongs here: counting a table's rows, empty cells, codes and rounded numbers, and the newest date. Does not belong
here: what is expected of them (drift.py, schemas/batches.py) and any patient's value: a number is counted after
it was rounded to two significant digits.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

    from schemas.contract import Table

FILE = "profile.json"
DIGITS = 2


@dataclass(frozen=True)
class TableProfile:
    """One table as delivered. missing: empty cells by column; codes: column -> code -> rows.

    numbers: column -> part -> [rounded value, rows] in the order of the values. A part is one value of the code columns
    of the table's key (a laboratory test, a drug, a reader): numbers of different parts are not of one kind.
    """

    rows: int = 0
    missing: dict[str, int] = field(default_factory=dict)
    codes: dict[str, dict[str, int]] = field(default_factory=dict)
    numbers: dict[str, dict[str, list[list[float]]]] = field(default_factory=dict)


@dataclass(frozen=True)
class Profile:
    """tables by name; newest_event: the last date in the data that is not after the extract, ISO."""

    tables: dict[str, TableProfile] = field(default_factory=dict)
    newest_event: str | None = None

    def as_json(self) -> dict:
        return asdict(self)


def load(folder: Path) -> Profile | None:
    """The profile in a derivation's folder; None where it was made before profiles were kept."""
    try:
        content = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return Profile({name: TableProfile(**each) for name, each in content["tables"].items()}, content["newest_event"])


def profile_of(frames: dict[str, pl.DataFrame], extracted_at: dt.date) -> Profile:
    """Count staged frames (typed, before anything is set aside), by table; rows that delete are not counted."""
    import polars as pl

    from schemas.contract import TABLES

    tables, newest = {}, []
    for name, frame in frames.items():
        rows = frame.filter((pl.col("op") != "D").fill_null(True)) if "op" in frame.columns else frame
        tables[name] = _count(TABLES[name], rows)
        newest.append(_newest(TABLES[name], rows, extracted_at))
    last = max((each for each in newest if each is not None), default=None)
    return Profile(tables, None if last is None else last.isoformat())


def _count(table: Table, rows: pl.DataFrame) -> TableProfile:
    import polars as pl

    kept = [column for column in table.columns if column.name in rows.columns and not column.identifying]
    names = [column.name for column in kept]
    missing = rows.select(pl.col(names).null_count()).row(0) if names else ()
    coded = [column.name for column in kept if column.kind in ("code", "flag")]
    parts = [name for name in table.key if name in coded]
    return TableProfile(
        rows.height,
        dict(zip(names, missing, strict=True)),
        {name: dict(rows[name].drop_nulls().value_counts().sort(name).iter_rows()) for name in coded},
        {column.name: _numbers(rows, column.name, parts) for column in kept if column.kind in ("integer", "decimal")},
    )


def _numbers(rows: pl.DataFrame, name: str, parts: list[str]) -> dict[str, list[list[float]]]:
    import polars as pl

    part = pl.concat_str([pl.col(each).fill_null("") for each in parts], separator=" ") if parts else pl.lit("")
    counted = (
        rows.select(part.alias("part"), pl.col(name).cast(pl.Float64).round_sig_figs(DIGITS).alias("value"))
        .drop_nulls("value")
        .group_by("part", "value")
        .len()
        .sort("part", "value")
    )
    found: dict[str, list[list[float]]] = {}
    for each, value, count in counted.iter_rows():
        found.setdefault(each, []).append([value, count])
    return found


def _newest(table: Table, rows: pl.DataFrame, extracted_at: dt.date) -> dt.date | None:
    import polars as pl

    names = [
        column.name
        for column in table.columns
        if column.kind in ("date", "datetime") and not column.identifying and column.name in rows.columns
    ]
    if not names or rows.is_empty():
        return None
    days = rows.select(pl.col(names).cast(pl.Date))
    return days.select(
        pl.max_horizontal(pl.col(name).filter(pl.col(name) <= extracted_at).max() for name in names)
    ).item()
