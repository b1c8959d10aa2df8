"""A contract table as text, and the SQL of one cell: what mapping.py, reshaping.py and the parser share.

Belongs here: the shape of the mapped relation and expressions that say nothing about any column's meaning.
Does not belong here: making the relation (mapping.py, reshaping.py) and reading types (parsing).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from haicplatform.reading.sheet import ROW
from haicplatform.sites.branches import RowMaker
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
class Mapped:
    """One contract table as text: `relation` in the connection, its row makers and the hospital's headers.

    relation   META columns, then one VARCHAR column a supplied contract column (null: empty or a null spelling)
    columns    the supplied contract columns, pseudo columns (`_op`, `changed_at`, `<x>__unit`) included
    froms      those of them that have a `<column>__from` beside them: the header of the cell
    cell_rows  those of them that have a `<column>__row` beside them: the source row of the cell, null where no
               row of the source has it
    """

    table: Table
    relation: str
    columns: tuple[str, ...]
    froms: tuple[str, ...]
    makers: tuple[RowMaker, ...]
    headers: pl.DataFrame
    cell_rows: tuple[str, ...] = ()


def header_rows(table: str, makers: Sequence[RowMaker]) -> pl.DataFrame:
    """The hospital's own header of every contract column, by branch (HEADERS_SCHEMA)."""
    rows = [
        {"table_name": table, "branch": maker.number, "column_name": name, "source_column": header}
        for maker in makers
        for name, header in maker.columns.items()
    ]
    return pl.DataFrame(rows, schema=HEADERS_SCHEMA)


def is_text(table: Table, name: str) -> bool:
    """Whether the column keeps its text as written (no NFKC)."""
    return any(each.name == name and each.kind == "text" for each in table.columns)


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def literal(text: str | None) -> str:
    return "NULL::VARCHAR" if text is None else "'" + text.replace("'", "''") + "'"


def without_nulls(column: str, compared: str, nulls: Sequence[str]) -> str:
    """The cell, null where it is empty or one of the null spellings."""
    if not nulls:
        return f"nullif({column}, '')"
    return f"CASE WHEN lower({compared}) IN ({', '.join(map(literal, (*nulls, '')))}) THEN NULL ELSE {column} END"


def only_nulls(column: str, nulls: Sequence[str]) -> str:
    if not nulls:
        return "NULL::VARCHAR"
    return f"CASE WHEN lower({column}) IN ({', '.join(map(literal, nulls))}) AND {column} <> '' THEN {column} END"


def one_of(compared: dict[str, str], header: str, texts: Sequence[str]) -> str:
    if header not in compared:
        return "false"
    return f"coalesce(lower({quoted(compared[header])}), '') IN ({', '.join(map(literal, texts))})"
