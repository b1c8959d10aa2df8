"""From raw sheets to one all-text relation a contract table: the site file's columns, constants, rows and nulls.

Belongs here: which cell of which sheet becomes which contract cell, as SQL over polars frames in an in-memory
DuckDB. Does not belong here: what a cell means (haicplatform.parsing), whether the columns are complete
(haicplatform.sites.check), and any one hospital.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import duckdb
import polars as pl

from haicplatform.errors import UsageError
from haicplatform.reading.sheet import ROW, Sheet
from haicplatform.resources import sql_dir
from haicplatform.sites.branches import RowMaker, row_makers, targets, value_key
from haicplatform.sites.model import Source
from haicplatform.sites.site import Site
from schemas.contract import TABLES, Table

HEADERS_SCHEMA = {
    "table_name": pl.String,
    "branch": pl.Int32,
    "column_name": pl.String,
    "source_column": pl.String,
}
META = ("file_no", "sheet_no", "source_file", "source_sheet", ROW, "branch")
FROM = "__from"
NOT_DONE = "value_raw__null"
_PARSE_FILES = ("text", "numbers", "dates", "partial_dates")


@dataclass(frozen=True)
class Mapped:
    """One contract table as text: `relation` in the connection, its row makers and the hospital's headers.

    relation   META columns, then one VARCHAR column a supplied contract column (null: empty or a null spelling)
    columns    the supplied contract columns, pseudo columns (`_op`, `changed_at`, `<x>__unit`) included
    froms      those of them that have a `<column>__from` beside them
    """

    table: Table
    relation: str
    columns: tuple[str, ...]
    froms: tuple[str, ...]
    makers: tuple[RowMaker, ...]
    headers: pl.DataFrame


def connect(threads: int | None = None) -> duckdb.DuckDBPyConnection:
    """An in-memory DuckDB that reaches nothing outside, with the parsing macros."""
    config = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
    con = duckdb.connect(":memory:", config=config | ({"threads": str(threads)} if threads else {}))
    con.execute("SET enable_external_access = false")
    for name in _PARSE_FILES:
        con.execute((sql_dir() / "parse" / f"{name}.sql").read_text("utf-8"))
    return con


def sources_of(site: Site, table: str, sheets: Sequence[Sheet]) -> tuple[Source, ...]:
    """The sources of a table; with `layout: contract` every header that is a contract column maps to itself."""
    given = [source for name, _, source in site.sources() if name == table]
    if site.layout != "contract":
        return tuple(given)
    known = targets(TABLES[table])
    filled = []
    for source in given:
        read = [sheet for sheet in sheets if site.reads(table, source, sheet.file, sheet.sheet)]
        mentioned = {*source.columns, *source.ignore}
        same = {h: (h,) for sheet in read for h in sheet.header if h in known and h not in mentioned}
        filled.append(source.model_copy(update={"columns": same | source.columns}))
    return tuple(filled)


def map_table(
    con: duckdb.DuckDBPyConnection, site: Site, table: str, sheets: Sequence[Sheet], files: Sequence[str]
) -> Mapped | None:
    """Make the text relation of one contract table; None where no sheet feeds it.

    `files` are the names of all files of the delivery, sorted: a file's position is part of the row id.
    Raises UsageError for a <table>.sql that does not run.
    """
    sources = sources_of(site, table, sheets)
    makers = row_makers(site, table, sources)
    fed = [
        (index, sheet)
        for index, source in enumerate(sources)
        for sheet in sheets
        if site.reads(table, source, sheet.file, sheet.sheet)
    ]
    if not fed:
        return None
    sheet_no = _sheet_numbers(sheets)
    places = {id(sheet): (files.index(sheet.file), sheet_no[sheet.file, sheet.sheet]) for _, sheet in fed}
    if table in site.sql:
        return _from_sql(con, site, TABLES[table], sources, makers, fed, places)
    columns = list(dict.fromkeys(name for maker in makers for name in (*maker.columns, *maker.constants)))
    selects = []
    for position, (index, sheet) in enumerate(fed):
        mine = [maker for maker in makers if maker.source == index]
        raw, compared = _register(con, f"raw_{table}_{position}", sheet, mine)
        selects += [
            _select(maker, columns, raw, compared, sheet, places[id(sheet)], table, site.id_digits) for maker in mine
        ]
    relation = f"mapped_{table}"
    con.execute(f"CREATE OR REPLACE TEMP TABLE {relation} AS {' UNION ALL '.join(selects)}")
    for position in range(len(fed)):
        con.unregister(f"raw_{table}_{position}")
    return Mapped(TABLES[table], relation, tuple(columns), (), tuple(makers), _headers(table, makers))


def _sheet_numbers(sheets: Sequence[Sheet]) -> dict[tuple[str, str], int]:
    numbers: dict[tuple[str, str], int] = {}
    for sheet in sheets:
        numbers[sheet.file, sheet.sheet] = sum(1 for file, _ in numbers if file == sheet.file)
    return numbers


def _headers(table: str, makers: Sequence[RowMaker]) -> pl.DataFrame:
    rows = [
        {"table_name": table, "branch": maker.number, "column_name": name, "source_column": header}
        for maker in makers
        for name, header in maker.columns.items()
    ]
    return pl.DataFrame(rows, schema=HEADERS_SCHEMA)


def _register(
    con: duckdb.DuckDBPyConnection, name: str, sheet: Sheet, makers: Sequence[RowMaker]
) -> tuple[str, dict[str, str]]:
    """Register the used columns, trimmed; beside a cell that NFKC changes stands `<header>\\x1f`, as compared.

    Returns the relation's name and, by header, the column to compare and parse.
    """
    used = sorted({header for maker in makers for header in maker.headers if header in sheet.header})
    frame = sheet.rows.select(ROW, *(pl.col(header).str.strip_chars() for header in used))
    compared = {header: header for header in used}
    extra = []
    for header in used:
        cells = frame[header]
        odd = cells.filter(cells.str.len_bytes() != cells.str.len_chars()).unique()
        normal = odd.str.normalize("NFKC").str.strip_chars()
        changed = odd != normal
        if odd.len() and changed.any():
            compared[header] = f"{header}\x1f"
            old, new = odd.filter(changed), normal.filter(changed)
            extra.append(cells.replace(old, new).alias(compared[header]))
    con.register(name, frame.with_columns(extra).to_arrow())
    return name, compared


def _select(
    maker: RowMaker,
    columns: Sequence[str],
    raw: str,
    compared: dict[str, str],
    sheet: Sheet,
    place: tuple[int, int],
    table: str,
    id_digits: int | None,
) -> str:
    def cell(name: str) -> str:
        header = maker.columns.get(name)
        if header is None or header not in compared:
            return literal(maker.constants.get(name))
        column = quoted(header if is_text(TABLES[table], name) else compared[header])
        found = without_nulls(column, quoted(compared[header]), maker.nulls.get(name, ()))
        if name == "patient_id" and id_digits:
            found = f"cell_pad({found}, {id_digits})"
        return f"coalesce({found}, {literal(maker.constants[name])})" if name in maker.constants else found

    parts = [
        f"{place[0]}::INTEGER AS file_no",
        f"{place[1]}::INTEGER AS sheet_no",
        f"{literal(sheet.file)} AS source_file",
        f"{literal(sheet.sheet)} AS source_sheet",
        ROW,
        f"{maker.number}::INTEGER AS branch",
        *(f"{cell(name)} AS {quoted(name)}" for name in columns),
    ]
    header = maker.columns.get("value_raw") if table == "lab" else None
    if table == "lab":
        texts = maker.nulls.get("value_raw", ()) if header in compared else ()
        parts.append(f"{only_nulls(quoted(compared.get(header, '')), texts)} AS {NOT_DONE}")
    keep = [f"{one_of(compared, header, texts)}" for header, texts in maker.where.items()]
    keep += [f"NOT {one_of(compared, header, texts)}" for header, texts in maker.where_not.items()]
    if maker.keep_when:
        filled = [
            f"{without_nulls(quoted(compared[h]), quoted(compared[h]), texts)} IS NOT NULL"
            for h, texts in maker.keep_when.items()
            if h in compared
        ]
        keep.append(f"({' OR '.join(filled) or 'false'})")
    return f"SELECT {', '.join(parts)} FROM {raw}" + (f" WHERE {' AND '.join(keep)}" if keep else "")


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


def _from_sql(
    con: duckdb.DuckDBPyConnection,
    site: Site,
    table: Table,
    sources: Sequence[Source],
    makers: Sequence[RowMaker],
    fed: Sequence[tuple[int, Sheet]],
    places: dict[int, tuple[int, int]],
) -> Mapped:
    """The relation that the site's <table>.sql makes over its raw relations."""
    by_name: dict[str, list[pl.DataFrame]] = {}
    for index, sheet in fed:
        frame = sheet.rows.with_columns(pl.col(header).str.strip_chars() for header in sheet.header)
        by_name.setdefault(sources[index].name, []).append(
            frame.with_columns(source_file=pl.lit(sheet.file), source_sheet=pl.lit(sheet.sheet))
        )
    for name, frames in by_name.items():
        con.register(name, pl.concat(frames, how="diagonal").to_arrow())
    sql_file = site.path.parent / f"{table.name}.sql"
    try:
        made = con.execute(f"SELECT * FROM ({site.sql[table.name].rstrip().rstrip(';')}\n) LIMIT 0").pl()
        con.execute(f"CREATE OR REPLACE TEMP TABLE sql_{table.name} AS {site.sql[table.name]}")
    except duckdb.Error as error:
        says = str(error).splitlines()[0] if isinstance(error, duckdb.ProgrammingError) else type(error).__name__
        raise UsageError(
            f"{table.name}.sql does not run",
            file=str(sql_file),
            found=says,
            expected=f"one SELECT over {', '.join(by_name)} with source_row and contract columns",
        ) from None
    known = targets(table)
    named = [name for name in made.columns if name in known]
    froms = [name for name in named if f"{name}{FROM}" in made.columns]
    extra = [n for n in made.columns if n not in known and n not in META and n.removesuffix(FROM) not in named]
    if extra or ROW not in made.columns:
        raise UsageError(
            f"{table.name}.sql returns other columns than the contract's",
            file=str(sql_file),
            found=", ".join(extra) or f"no {ROW}",
            expected=f"{ROW}, source_file, source_sheet, branch, contract columns and their {FROM}",
        )
    maker = makers[0]
    constants = {name: text for name, text in maker.constants.items() if name not in named}
    file_of = "source_file" if "source_file" in made.columns else literal(fed[0][1].file)
    sheet_of = "source_sheet" if "source_sheet" in made.columns else literal(fed[0][1].sheet)
    numbers = {(s.file, s.sheet): places[id(s)] for _, s in fed}
    number = [
        "CASE " + " ".join(
            f"WHEN {file_of} = {literal(f)} AND {sheet_of} = {literal(s)} THEN {place[i]}"
            for (f, s), place in numbers.items()
        ) + " END"
        for i in (0, 1)
    ]  # fmt: skip

    def cell(name: str) -> str:
        column = f"trim(CAST({quoted(name)} AS VARCHAR))"
        return without_nulls(column, column, maker.nulls.get(name, _default_nulls(site, maker, name)))

    parts = [f"{number[0]}::INTEGER AS file_no", f"{number[1]}::INTEGER AS sheet_no"]
    parts += [f"{file_of} AS source_file", f"{sheet_of} AS source_sheet", f"CAST({ROW} AS BIGINT) AS {ROW}"]
    parts.append(("CAST(branch AS INTEGER)" if "branch" in made.columns else "0::INTEGER") + " AS branch")
    parts += [f"{cell(name)} AS {quoted(name)}" for name in named]
    parts += [f"CAST({quoted(name + FROM)} AS VARCHAR) AS {quoted(name + FROM)}" for name in froms]
    parts += [f"{literal(text)} AS {quoted(name)}" for name, text in constants.items()]
    if table.name == "lab":
        nulls = maker.nulls.get("value_raw", _default_nulls(site, maker, "value_raw"))
        parts.append(f"{only_nulls('trim(CAST(value_raw AS VARCHAR))', nulls)} AS {NOT_DONE}")
    relation = f"mapped_{table.name}"
    con.execute(f"CREATE OR REPLACE TEMP TABLE {relation} AS SELECT {', '.join(parts)} FROM sql_{table.name}")
    branches = [number for (number,) in con.execute(f"SELECT DISTINCT branch FROM {relation} ORDER BY 1").fetchall()]
    made_by = tuple(replace(maker, number=number) for number in branches or [0])
    return Mapped(table, relation, (*named, *constants), tuple(froms), made_by, _headers(table.name, made_by))


def _default_nulls(site: Site, maker: RowMaker, name: str) -> tuple[str, ...]:
    codes = maker.codes.get(name, {})
    return tuple(text for text in map(value_key, site.defaults.nulls) if text not in codes)
