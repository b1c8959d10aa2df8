"""A contract table as text, and the SQL of one cell: what mapping.py, reshaping.py and the parser share.

Belongs here: the shape of a mapped table and expressions that say nothing about any column's meaning.
Does not belong here: making it (mapping.py, reshaping.py) and reading types (parsing).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from haicplatform.core.distinct_values import DistinctValues, together, vstack
from haicplatform.core.quoting import literal, quoted
from haicplatform.ingest.reading.sheet import ROW
from haicplatform.sites.row_templates import RowTemplate
from schemas.contract import Table

HEADERS_SCHEMA = {
    "table_name": pl.String,
    "branch": pl.Int32,
    "column_name": pl.String,
    "source_column": pl.String,
}
META = ("file_no", "sheet_no", "source_file", "source_sheet", ROW, "branch")
FROM = "__from"
CELL_ROW = "__row"
NOT_DONE = "value_raw__null"


@dataclass(frozen=True)
class MappedPart:
    """Rows of a table that were made in one way.

    rows      META but for `branch`, and what a <table>.sql says of each row beside its cells (FROM, CELL_ROW)
    contents  the contract columns as text (null: empty or a null spelling) and `branch`, each column once
    """

    rows: pl.DataFrame
    contents: tuple[DistinctValues, ...]

    def of(self, names: Sequence[str]) -> DistinctValues:
        found = [
            DistinctValues(each.frame.select(mine), each.labels)
            for each in self.contents
            if (mine := [name for name in each.frame.columns if name in names])
        ]
        made = together(found)
        return DistinctValues(made.frame.select(names), made.labels)


@dataclass(frozen=True)
class MappedTable:
    """One contract table as text: its rows in parts, its row templates and the hospital's headers.

    columns    the supplied contract columns, pseudo columns (`_op`, `changed_at`, `<x>__unit`) included
    cell_headers  those of them that have a `<column>__from` beside them: the header of the cell
    cell_rows  those of them that have a `<column>__row` beside them: the source row of the cell, null where no
               row of the source has it
    """

    table: Table
    parts: tuple[MappedPart, ...]
    columns: tuple[str, ...]
    cell_headers: tuple[str, ...]
    templates: tuple[RowTemplate, ...]
    headers: pl.DataFrame
    cell_rows: tuple[str, ...] = ()

    def rows(self) -> pl.DataFrame:
        return pl.concat(part.rows for part in self.parts)

    def repeats(self, names: Sequence[str]) -> bool:
        """Whether cells of these columns are read once for many rows."""
        return any(
            each.labels is not None and not set(names).isdisjoint(each.frame.columns)
            for part in self.parts
            for each in part.contents
        )

    def contents(self, names: Sequence[str]) -> DistinctValues:
        """The different contents of these columns and `branch`, as text."""
        return vstack([part.of([*names, "branch"]) for part in self.parts])


def header_rows(table: str, templates: Sequence[RowTemplate]) -> pl.DataFrame:
    """The hospital's own header of every contract column, by branch (HEADERS_SCHEMA)."""
    rows = [
        {"table_name": table, "branch": template.number, "column_name": name, "source_column": header}
        for template in templates
        for name, header in template.columns.items()
    ]
    return pl.DataFrame(rows, schema=HEADERS_SCHEMA)


def is_text(table: Table, name: str) -> bool:
    """Whether the column keeps its text as written (no NFKC)."""
    return any(each.name == name and each.kind == "text" for each in table.columns)


def without_nulls(column: str, compared: str, nulls: Sequence[str]) -> str:
    """The cell, null where it is empty or one of the null spellings."""
    if not nulls:
        return f"nullif({column}, '')"
    return f"CASE WHEN lower({compared}) IN ({', '.join(map(literal, (*nulls, '')))}) THEN NULL ELSE {column} END"


def only_nulls(column: str, nulls: Sequence[str]) -> str:
    if not nulls:
        return "NULL::VARCHAR"
    return f"CASE WHEN lower({column}) IN ({', '.join(map(literal, nulls))}) AND {column} <> '' THEN {column} END"


def one_of(column: str, texts: Sequence[str]) -> str:
    return f"coalesce(lower({quoted(column)}), '') IN ({', '.join(map(literal, texts))})"
