"""The different contents of columns: a table has far fewer different cells than rows, and each is read once.

Belongs here: finding them, labelling every row with its own, and bringing what was read back to the rows.
Does not belong here: reading a cell (mapping.py, haicplatform.ingest.staging.parsing).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    import duckdb

_FEW_ROWS = 20_000  # below, looking for equal cells costs more than reading each of them
_SAMPLED, _DIFFERENT = 10, 0.75  # every tenth cell; where so many of those differ, hardly a cell repeats
LABEL = "__label"


@dataclass(frozen=True)
class DistinctValues:
    """frame: one row a content; labels: the row of `frame` that every row has, None where row n has row n.

    Rows of `frame` may be alike: what counts is that rows with one label have one content.
    """

    frame: pl.DataFrame
    labels: pl.Series | None = None

    def by_row(self) -> pl.DataFrame:
        """Every row's own content."""
        return self.frame if self.labels is None else self.frame[self.labels]

    def made(self, frame: pl.DataFrame) -> DistinctValues:
        """The same rows with what was made of their contents, one row each."""
        return DistinctValues(frame, self.labels)

    def rows_where(self, marked: pl.Series) -> pl.Series:
        """The positions of the rows whose content is marked."""
        if self.labels is None:
            return marked.arg_true()
        return self.labels.is_in(marked.arg_true().cast(self.labels.dtype).implode()).arg_true()

    def at(self, rows: pl.Series | None) -> DistinctValues:
        """The contents of these rows only (None: all)."""
        if rows is None:
            return self
        return (
            DistinctValues(self.frame[rows])
            if self.labels is None
            else DistinctValues(self.frame, self.labels.gather(rows))
        )

    def register(self, con: duckdb.DuckDBPyConnection, name: str) -> None:
        """Make the contents a relation of the connection; its `__label` numbers them."""
        con.register(name, self.frame.with_row_index(LABEL).to_arrow(compat_level=pl.CompatLevel.newest()))


def query_distinct(con: duckdb.DuckDBPyConnection, select: str, relation: str) -> pl.DataFrame:
    """The answer of `select` from a relation with the `__label` of its contents: one row a content, in their order."""
    found = con.execute(f"{select}, {LABEL} FROM {relation}").pl()
    return (found if found[LABEL].is_sorted() else found.sort(LABEL)).drop(LABEL)


def distinct_values_of(cells: pl.Series) -> DistinctValues:
    """The different cells of a text column, a null among them."""
    sample = cells.gather_every(_SAMPLED)
    if cells.len() < _FEW_ROWS or sample.n_unique() > _DIFFERENT * sample.len():
        return DistinctValues(cells.to_frame())
    codes = cells.cast(pl.Categorical(pl.Categories.random())).to_physical()
    first = codes.arg_unique()
    found = pl.DataFrame({LABEL: codes.gather(first), cells.name: cells.gather(first)}).sort(LABEL, nulls_last=True)
    return DistinctValues(found.drop(LABEL), codes.fill_null(found[LABEL].count()) if codes.has_nulls() else codes)


def constant(
    cells: Mapping[str, str | int | None], schema: Mapping[str, type[pl.DataType]], rows: int
) -> DistinctValues:
    """The same cells in every row."""
    if rows < _FEW_ROWS:
        return DistinctValues(
            pl.select(pl.repeat(cells[name], rows, dtype=kind).alias(name) for name, kind in schema.items())
        )
    return DistinctValues(pl.DataFrame([cells], schema=schema), pl.repeat(0, rows, dtype=pl.UInt32, eager=True))


def hstack(parts: Sequence[DistinctValues]) -> list[DistinctValues]:
    """Contents of the same rows, those without labels in one."""
    by_row = [part.frame for part in parts if part.labels is None]
    labelled = [part for part in parts if part.labels is not None]
    return ([DistinctValues(pl.concat(by_row, how="horizontal"))] if by_row else []) + labelled


def together(parts: Sequence[DistinctValues]) -> DistinctValues:
    """The contents of all the columns of contents of the same rows."""
    made, *others = sorted(parts, key=lambda part: part.frame.height)
    for part in others:
        made = _both(made, part)
    return made


def _both(one: DistinctValues, other: DistinctValues) -> DistinctValues:
    if one.labels is not None and one.frame.height == 1:
        fixed = (pl.lit(cell[0], cell.dtype).alias(cell.name) for cell in one.frame)
        return DistinctValues(other.frame.with_columns(fixed), other.labels)
    if one.labels is not None and other.labels is not None:
        pairs = one.labels.cast(pl.Int64) * other.frame.height + other.labels
        found = pairs.unique()
        if found.len() <= _DIFFERENT * pairs.len():
            numbered = found.alias("pair").to_frame().with_row_index(LABEL)
            labels = pairs.alias("pair").to_frame().join(numbered, on="pair", how="left", maintain_order="left")
            left, right = found // other.frame.height, found % other.frame.height
            return DistinctValues(one.frame[left].hstack(other.frame[right]), labels[LABEL])
    return DistinctValues(one.by_row().hstack(other.by_row()))


def vstack(parts: Sequence[DistinctValues]) -> DistinctValues:
    """The contents of the same columns of different rows, one below the other."""
    if len(parts) == 1:
        return parts[0]
    frame = pl.concat(part.frame for part in parts)
    if all(part.labels is None for part in parts):
        return DistinctValues(frame)
    labels, above = [], 0
    for part in parts:
        own = pl.int_range(part.frame.height, eager=True) if part.labels is None else part.labels
        labels.append((own.cast(pl.UInt32) + above).cast(pl.UInt32))
        above += part.frame.height
    return DistinctValues(frame, pl.concat(labels))
