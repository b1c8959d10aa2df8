"""A hospital's own <table>.sql: one SELECT over its raw relations, in place of columns and rows of the site file.

Beside a contract column it may return `<column>__from` (the header of the cell) and `<column>__row` (its source
row, where several source rows make one contract row); findings on that column sit there.
Belongs here: running it with nothing outside in reach, and holding its result to what a mapped table is.
Does not belong here: the declarative mapping (mapping.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import duckdb
import polars as pl

from haicplatform.core.distinct_values import DistinctValues, distinct_values_of, hstack
from haicplatform.core.errors import UsageError
from haicplatform.core.quoting import literal, quoted
from haicplatform.ingest.reading.sheet import ROW, Sheet
from haicplatform.ingest.staging.mapped_table import (
    CELL_ROW,
    FROM,
    META,
    NOT_DONE,
    MappedPart,
    MappedTable,
    header_rows,
    only_nulls,
    without_nulls,
)
from haicplatform.sites.plan import Feed, TablePlan
from haicplatform.sites.row_templates import RowTemplate, header_key, targets, value_key
from haicplatform.sites.site import Site
from schemas.contract import TABLES

_PLACE = ("source_file", "source_sheet")


def reshape(
    con: duckdb.DuckDBPyConnection,
    site: Site,
    planned: TablePlan,
    sql: str,
    fed: Sequence[tuple[Feed, Sheet]],
    places: dict[int, tuple[int, int]],
) -> MappedTable:
    """The table that the site's <table>.sql makes over its raw relations; those that no sheet feeds have no row."""
    table = TABLES[planned.name]
    by_name: dict[str, list[pl.DataFrame]] = {}
    for feed, sheet in fed:
        frame = sheet.rows.with_columns(pl.col(header).str.strip_chars() for header in sheet.header)
        by_name.setdefault(feed.source.name, []).append(
            frame.with_columns(source_file=pl.lit(sheet.file), source_sheet=pl.lit(sheet.sheet))
        )
    for name, source in planned.absent_relations.items():
        named_headers = dict.fromkeys(map(header_key, (*source.columns, *source.ignore, *source.optional)))
        by_name[name] = [pl.DataFrame(schema={ROW: pl.Int64, **dict.fromkeys((*named_headers, *_PLACE), pl.String)})]
    for name, frames in by_name.items():
        con.register(name, pl.concat(frames, how="diagonal").to_arrow())
    sql_file = site.path.parent / f"{table.name}.sql"
    try:
        made = con.execute(f"SELECT * FROM ({sql.rstrip().rstrip(';')}\n) LIMIT 0").pl()
        con.execute(f"CREATE OR REPLACE TEMP TABLE sql_{table.name} AS {sql}")
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
    cell_headers = [name for name in named if f"{name}{FROM}" in made.columns]
    cell_rows = [name for name in named if f"{name}{CELL_ROW}" in made.columns]
    beside = {*(f"{name}{FROM}" for name in cell_headers), *(f"{name}{CELL_ROW}" for name in cell_rows)}
    extra = [name for name in made.columns if name not in {*known, *META, *beside}]
    if extra or ROW not in made.columns:
        raise UsageError(
            f"{table.name}.sql returns other columns than the contract's",
            file=str(sql_file),
            found=", ".join(extra) or f"no {ROW}",
            expected=f"{ROW}, source_file, source_sheet, branch, contract columns, their {FROM} and {CELL_ROW}",
        )
    template = planned.templates[0]
    constants = {name: text for name, text in template.constants.items() if name not in named}
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
        return without_nulls(column, column, template.nulls.get(name, _default_nulls(site, template, name)))

    parts = [f"{number[0]}::INTEGER AS file_no", f"{number[1]}::INTEGER AS sheet_no"]
    parts += [f"{file_of} AS source_file", f"{sheet_of} AS source_sheet", f"CAST({ROW} AS BIGINT) AS {ROW}"]
    parts.append(("CAST(branch AS INTEGER)" if "branch" in made.columns else "0::INTEGER") + " AS branch")
    parts += [f"{cell(name)} AS {quoted(name)}" for name in named]
    parts += [f"CAST({quoted(name + FROM)} AS VARCHAR) AS {quoted(name + FROM)}" for name in cell_headers]
    parts += [f"CAST({quoted(name + CELL_ROW)} AS BIGINT) AS {quoted(name + CELL_ROW)}" for name in cell_rows]
    parts += [f"{literal(text)} AS {quoted(name)}" for name, text in constants.items()]
    if table.name == "lab":
        nulls = template.nulls.get("value_raw", _default_nulls(site, template, "value_raw"))
        parts.append(f"{only_nulls('trim(CAST(value_raw AS VARCHAR))', nulls)} AS {NOT_DONE}")
    text = con.execute(f"SELECT {', '.join(parts)} FROM sql_{table.name}").pl()
    branches = text["branch"].unique().sort(nulls_last=True).to_list()
    made_by = tuple(replace(template, number=number) for number in branches or [0])
    headers = header_rows(table.name, made_by)
    columns = (*named, *constants)
    cells = [*columns, *([NOT_DONE] if table.name == "lab" else [])]
    branch = distinct_values_of(text["branch"].cast(pl.String))
    found = [distinct_values_of(text[name]) for name in cells]
    found.append(DistinctValues(branch.frame.cast(pl.Int32), branch.labels))
    part = MappedPart(text.drop("branch", *cells), tuple(hstack(found)))
    return MappedTable(table, (part,), columns, tuple(cell_headers), made_by, headers, tuple(cell_rows))


def _default_nulls(site: Site, template: RowTemplate, name: str) -> tuple[str, ...]:
    codes = template.codes.get(name, {})
    return tuple(text for text in map(value_key, site.defaults.nulls) if text not in codes)
