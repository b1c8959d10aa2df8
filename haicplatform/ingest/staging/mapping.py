"""From raw sheets to one all-text table a contract table: the site file's columns, constants, rows and nulls.

Belongs here: which cell of which sheet becomes which contract cell, as SQL over the different cells of its columns
in an in-memory DuckDB. Does not belong here: what a cell means (haicplatform.ingest.staging.parsing), whether the
columns are complete (haicplatform.onboarding.check), and any one hospital.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import polars as pl

from haicplatform.core.distinct_values import DistinctValues, constant, distinct_values_of, hstack, query_distinct
from haicplatform.core.quoting import literal, quoted
from haicplatform.core.resources import sql_dir
from haicplatform.ingest.reading.sheet import ROW, Sheet
from haicplatform.ingest.staging.mapped_table import (
    NOT_DONE,
    MappedPart,
    MappedTable,
    header_rows,
    is_text,
    one_of,
    only_nulls,
    without_nulls,
)
from haicplatform.ingest.staging.reshaping import reshape
from haicplatform.sites.plan import DeliveryPlan
from haicplatform.sites.row_templates import RowTemplate
from schemas.contract import TABLES

_KEPT, _FILLED = "__kept", "__filled"
_PARSE_FILES = ("text", "numbers", "dates", "partial_dates")


def connect(threads: int | None = None) -> duckdb.DuckDBPyConnection:
    """An in-memory DuckDB that reaches nothing outside, with the parsing macros."""
    config: dict[str, str | bool | int | float | list[str]] = dict.fromkeys(
        ("autoinstall_known_extensions", "autoload_known_extensions"), "false"
    )
    con = duckdb.connect(":memory:", config=config | ({"threads": str(threads)} if threads else {}))
    con.execute("SET enable_external_access = false")
    # Every join here looks a content up in a small relation on its right. A registered frame counts as one row for
    # the optimizer, which would hash the frame instead.
    con.execute("SET disabled_optimizers = 'join_order,build_side_probe_side'")
    for name in _PARSE_FILES:
        con.execute((sql_dir() / "parse" / f"{name}.sql").read_text("utf-8"))
    return con


def map_table(
    con: duckdb.DuckDBPyConnection, plan: DeliveryPlan, table: str, sheets: Sequence[Sheet], files: Sequence[str]
) -> MappedTable | None:
    """One contract table as text; None where no sheet feeds it, or where its <table>.sql lacks a relation it needs.

    `files` are the names of all files of the delivery, sorted: a file's position is part of the row id.
    Raises UsageError for a <table>.sql that does not run.
    """
    planned = plan.tables.get(table)
    fed = [(feed, sheet) for feed in planned.feeds for sheet in sheets if feed.reads(sheet)] if planned else []
    if planned is None or not fed:
        return None
    sheet_no = _sheet_numbers(sheets)
    places = {id(sheet): (files.index(sheet.file), sheet_no[sheet.file, sheet.sheet]) for _, sheet in fed}
    if planned.sql is not None:
        if planned.absent_relations and not planned.counts:
            return None
        return reshape(con, plan.site, planned, planned.sql, fed, places)
    templates = planned.templates
    columns = list(dict.fromkeys(name for template in templates for name in (*template.columns, *template.constants)))
    parts = []
    for feed, sheet in fed:
        cells = _different_cells(con, sheet, feed.templates)
        parts += [
            _part(con, template, columns, cells, sheet, places[id(sheet)], table, plan.site.id_digits)
            for template in feed.templates
        ]
    return MappedTable(TABLES[table], tuple(parts), tuple(columns), (), templates, header_rows(table, templates))


def _sheet_numbers(sheets: Sequence[Sheet]) -> dict[tuple[str, str], int]:
    numbers: dict[tuple[str, str], int] = {}
    for sheet in sheets:
        numbers[sheet.file, sheet.sheet] = sum(1 for file, _ in numbers if file == sheet.file)
    return numbers


@dataclass(frozen=True)
class _Cells:
    """Used columns of a sheet, trimmed, as `relation` in the connection.

    compared: by header, the column to compare and parse: `<header>\x1f`, where NFKC changes a cell.
    """

    relation: str
    contents: DistinctValues
    compared: dict[str, str]


def _different_cells(con: duckdb.DuckDBPyConnection, sheet: Sheet, templates: Sequence[RowTemplate]) -> list[_Cells]:
    used = sorted({header for template in templates for header in template.headers if header in sheet.header})
    found = hstack([distinct_values_of(sheet.rows[header]) for header in used])
    return [_register(con, f"cells_{position}", each) for position, each in enumerate(found)]


def _register(con: duckdb.DuckDBPyConnection, name: str, found: DistinctValues) -> _Cells:
    frame = found.frame.with_columns(pl.all().str.strip_chars())
    compared = {header: header for header in frame.columns}
    extra = []
    for header in compared:
        cells = frame[header]
        odd = cells.filter(cells.str.len_bytes() != cells.str.len_chars()).unique()
        normal = odd.str.normalize("NFKC").str.strip_chars()
        changed = odd != normal
        if odd.len() and changed.any():
            compared[header] = f"{header}\x1f"
            old, new = odd.filter(changed), normal.filter(changed)
            extra.append(cells.replace(old, new).alias(compared[header]))
    made = found.made(frame.with_columns(extra))
    made.register(con, name)
    return _Cells(name, made, compared)


def _part(
    con: duckdb.DuckDBPyConnection,
    template: RowTemplate,
    columns: Sequence[str],
    cells: Sequence[_Cells],
    sheet: Sheet,
    place: tuple[int, int],
    table: str,
    id_digits: int | None,
) -> MappedPart:
    """The rows that one row template makes of a sheet."""
    height = sheet.rows.height
    there = {header for each in cells for header in each.compared}
    fixed = {name: template.constants.get(name) for name in columns if template.columns.get(name) not in there}
    if table == "lab" and template.columns.get("value_raw") not in there:
        fixed[NOT_DONE] = None
    kept: list[pl.Series] = []
    filled: list[pl.Series] = []
    made: list[DistinctValues] = []
    for each in cells:
        items = _items(template, columns, each.compared, table, id_digits)
        if not items:
            continue
        found = query_distinct(con, f"SELECT {', '.join(items)}", each.relation)
        for name, into in ((_KEPT, kept), (_FILLED, filled)):
            into += [each.contents.made(found.select(name)).by_row()[name]] if name in found.columns else []
        texts = found.drop(_KEPT, _FILLED, strict=False)
        made += [each.contents.made(texts)] if texts.width else []
    if not set(template.where) <= there:
        kept.append(pl.repeat(False, height, eager=True))
    if template.keep_when:
        kept.append(pl.select(pl.any_horizontal(filled or [pl.repeat(False, height)])).to_series())
    rows = pl.select(pl.all_horizontal(kept)).to_series().arg_true() if kept else None
    schema: dict[str, type[pl.DataType]] = {"branch": pl.Int32, **dict.fromkeys(fixed, pl.String)}
    made.append(constant({"branch": template.number, **fixed}, schema, height))
    places = (
        pl.lit(place[0], pl.Int32).alias("file_no"),
        pl.lit(place[1], pl.Int32).alias("sheet_no"),
        pl.lit(sheet.file).alias("source_file"),
        pl.lit(sheet.sheet).alias("source_sheet"),
    )
    own = sheet.rows.select(ROW) if rows is None else sheet.rows.select(ROW)[rows]
    return MappedPart(own.select(*places, ROW), tuple(each.at(rows) for each in made))


def _items(
    template: RowTemplate, columns: Sequence[str], compared: dict[str, str], table: str, id_digits: int | None
) -> list[str]:
    """What a row template asks of some columns of a sheet: contract cells, and whether it takes the row."""

    def cell(name: str, header: str) -> str:
        column = quoted(header if is_text(TABLES[table], name) else compared[header])
        found = without_nulls(column, quoted(compared[header]), template.nulls.get(name, ()))
        if name == "patient_id" and id_digits:
            found = f"cell_pad({found}, {id_digits})"
        return f"coalesce({found}, {literal(template.constants[name])})" if name in template.constants else found

    fed = {name: header for name in columns if (header := template.columns.get(name)) in compared}
    items = [f"{cell(name, header)} AS {quoted(name)}" for name, header in fed.items()]
    if table == "lab" and "value_raw" in fed:
        texts = template.nulls.get("value_raw", ())
        items.append(f"{only_nulls(quoted(compared[fed['value_raw']]), texts)} AS {NOT_DONE}")
    keep = [one_of(compared[h], texts) for h, texts in template.where.items() if h in compared]
    keep += [f"NOT {one_of(compared[h], texts)}" for h, texts in template.where_not.items() if h in compared]
    filled = [
        f"{without_nulls(quoted(compared[h]), quoted(compared[h]), texts)} IS NOT NULL"
        for h, texts in template.keep_when.items()
        if h in compared
    ]
    items += [f"{' AND '.join(keep)} AS {quoted(_KEPT)}"] if keep else []
    return items + ([f"{' OR '.join(filled)} AS {quoted(_FILLED)}"] if filled else [])
