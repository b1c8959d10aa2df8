"""From raw sheets to one all-text relation a contract table: the site file's columns, constants, rows and nulls.

Belongs here: which cell of which sheet becomes which contract cell, as SQL over polars frames in an in-memory
DuckDB. Does not belong here: what a cell means (haicplatform.parsing), whether the columns are complete
(haicplatform.sites.check), and any one hospital.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import polars as pl

from haicplatform.mapped import (
    NOT_DONE,
    Mapped,
    header_rows,
    is_text,
    literal,
    one_of,
    only_nulls,
    quoted,
    without_nulls,
)
from haicplatform.reading.sheet import ROW, Sheet
from haicplatform.reshaping import reshape
from haicplatform.resources import sql_dir
from haicplatform.sites.branches import RowMaker, row_makers, targets
from haicplatform.sites.model import Source
from haicplatform.sites.site import Site
from schemas.contract import TABLES

_PARSE_FILES = ("text", "numbers", "dates", "partial_dates")


def connect(threads: int | None = None) -> duckdb.DuckDBPyConnection:
    """An in-memory DuckDB that reaches nothing outside, with the parsing macros."""
    config = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
    con = duckdb.connect(":memory:", config=config | ({"threads": str(threads)} if threads else {}))
    con.execute("SET enable_external_access = false")
    # Every join here looks a row up in a small relation on its right. A registered sheet counts as one row for the
    # optimizer, which would hash the sheet instead.
    con.execute("SET disabled_optimizers = 'join_order,build_side_probe_side'")
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
        return reshape(con, site, TABLES[table], sources, makers, fed, places)
    columns = list(dict.fromkeys(name for maker in makers for name in (*maker.columns, *maker.constants)))
    selects = []
    for position, (index, sheet) in enumerate(fed):
        mine = [maker for maker in makers if maker.source == index]
        raw, compared = _register(con, f"raw_{table}_{position}", sheet, mine)
        selects += [
            _select(maker, columns, raw, compared, sheet, places[id(sheet)], table, site.id_digits) for maker in mine
        ]
    relation = f"mapped_{table}"
    # A view: the cells are copied once, when the typed frame is read.
    con.execute(f"CREATE OR REPLACE TEMP VIEW {relation} AS {' UNION ALL '.join(selects)}")
    return Mapped(TABLES[table], relation, tuple(columns), (), tuple(makers), header_rows(table, makers))


def _sheet_numbers(sheets: Sequence[Sheet]) -> dict[tuple[str, str], int]:
    numbers: dict[tuple[str, str], int] = {}
    for sheet in sheets:
        numbers[sheet.file, sheet.sheet] = sum(1 for file, _ in numbers if file == sheet.file)
    return numbers


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
