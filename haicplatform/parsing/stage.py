"""One delivery's sheets, staged: typed frames in the terms of the contract, with what could not be read.

Belongs here: the step from sheets to Staged, table by table, and the findings of cells that cannot be read.
Does not belong here: whether a value is required or plausible, and what happens to its row
(haicplatform.validation).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import polars as pl

from haicplatform.findings import born
from haicplatform.mapped import CELL_ROW, FROM, NOT_DONE, Mapped, literal, quoted
from haicplatform.mapping import connect, map_table
from haicplatform.parsing import lab, typed
from haicplatform.parsing.coding import is_coded, make_coded, spellings
from haicplatform.parsing.typed import Typed
from haicplatform.reading.sheet import Sheet
from haicplatform.sites.site import Site
from schemas.contract import TABLES, Column, Table
from schemas.lab_tests import LAB_TESTS

WARNING = "warning"


@dataclass(frozen=True)
class Staged:
    """One contract table of one delivery.

    frame      every contract column typed, `<x>_precision`, `<x>__unit`, and where the cell itself says its place
               `<x>__from` (header) and `<x>__row` (source row); site_id, delivery_id, source_file, source_sheet,
               source_row, row_id, branch; changed_at and op where the hospital gives them. Sorted by file, sheet,
               row and branch
    headers    table_name, branch, column_name, source_column: the hospital's own header of a contract column
    findings   newborn findings (findings.BIRTH) of cells that cannot be read; only a result given as not done
               has its severity (warning), every other depends on whether its row needs the value
    """

    frame: pl.DataFrame
    headers: pl.DataFrame
    findings: pl.DataFrame

    @property
    def spoken_of(self) -> pl.DataFrame:
        """row_id and column_name of the cells with a finding."""
        return self.findings.select("row_id", "column_name").unique()


def stage(
    site: Site,
    delivery_id: str,
    sheets: Sequence[Sheet],
    files: Sequence[str] | None = None,
    tables: Sequence[str] | None = None,
    threads: int | None = None,
) -> dict[str, Staged]:
    """Every contract table that the sheets feed, in the contract's order.

    `files`: the names of all files of the delivery (their positions are part of the row ids); default: those of
    the sheets. `tables`: only these. Columns must have been checked before (sites.check.refuse_columns).
    Raises UsageError for a <table>.sql that does not run.
    """
    names = sorted(set(files if files is not None else ()) | {sheet.file for sheet in sheets})
    staged = {}
    with connect(threads) as con:
        for table in tables if tables is not None else TABLES:
            mapped = map_table(con, site, table, sheets, names)
            if mapped is not None:
                staged[table] = _stage_table(con, site, delivery_id, mapped)
    return staged


def _stage_table(con: duckdb.DuckDBPyConnection, site: Site, delivery_id: str, mapped: Mapped) -> Staged:
    coded = make_coded(con, mapped, site)
    columns = _typed_columns(con, site, mapped)
    cells = _make_cells(con, mapped, columns, coded)
    _make_units(con, mapped, cells)
    selected, faults = _typed_select(site, delivery_id, mapped, columns)
    read, lookups = _read_cells(columns, cells)
    # One pass from the registered sheets to the frame; copying the cells costs more than reading them.
    frame = con.execute(
        f"SELECT {', '.join(selected)} FROM (SELECT {', '.join(['c.*', *read])} FROM {coded} c {' '.join(lookups)}) c"
    ).pl()
    said = (pl.lit(site.site_id).alias("site_id"), pl.lit(delivery_id).alias("delivery_id"))
    frame = frame.select("file_no", "sheet_no", *said, pl.exclude("file_no", "sheet_no"))
    findings = _findings(frame, mapped, faults)
    helpers = [f"{name}__{part}" for name in faults for part in ("bad", "cell")]
    order = ["file_no", "sheet_no", "source_row", "branch"]
    if not frame.select(pl.struct(order)).to_series().is_sorted():
        frame = frame.sort(order)
    return Staged(frame.drop("file_no", "sheet_no", *helpers), mapped.headers, findings)


def _make_cells(
    con: duckdb.DuckDBPyConnection, mapped: Mapped, columns: dict[str, Typed], coded: str
) -> dict[str, tuple[str, list[str]]]:
    """Create the relation of every different content of a column's cells: column -> (relation, its columns)."""
    made = {}
    for position, (name, each) in enumerate(columns.items()):
        if not (each.once or each.joined):
            continue
        is_by_branch = "c.branch" in " ".join((*each.once, *each.joins, *each.joined))
        keys = [quoted(cell) for cell in (*each.cells, *(("branch",) if is_by_branch else ()))]
        relation = f"cells_{mapped.table.name}_{position}"
        con.execute(f"CREATE OR REPLACE TEMP TABLE {relation} AS SELECT DISTINCT {', '.join(keys)} FROM {coded}")
        made[name] = (relation, keys)
    return made


def _make_units(con: duckdb.DuckDBPyConnection, mapped: Mapped, cells: dict[str, tuple[str, list[str]]]) -> None:
    """The conversion factors of every unit spelling that occurs in the table's cells or in the site file."""
    table = mapped.table
    if table.name == "lab":
        quantities, numbers = list(LAB_TESTS), ["value_raw"]
    else:
        numbers = [c.name for c in table.columns if c.kind == "decimal" and c.unit and c.name in cells]
        quantities = sorted({table.column(name).unit or "" for name in numbers})
    spelled = []
    for name in numbers:
        relation, keys = cells[name]
        unit = quoted("unit" if table.name == "lab" else f"{name}__unit")
        spelled.append(f"SELECT number_rest({quoted(name)}) FROM {relation}")
        spelled += [f"SELECT {unit} FROM {relation}"] if unit in keys else []
    found = con.execute(" UNION ".join(spelled)).fetchall() if spelled else []
    declared = {unit for maker in mapped.makers for unit in maker.units.values()}
    typed.make_unit_factors(con, sorted({text for (text,) in found if text} | declared), quantities)


def _typed_columns(con: duckdb.DuckDBPyConnection, site: Site, mapped: Mapped) -> dict[str, Typed]:
    table = mapped.table
    present = {row[0] for row in con.execute(f"DESCRIBE coded_{table.name}").fetchall()}
    made: dict[str, Typed] = {}
    if table.name == "lab":
        lab.make_lookups(con, mapped)
        made["value_raw"] = lab.result(mapped)
    for column in table.columns:
        if table.name == "lab" and column.name in ("value_raw", "unit", *lab.DERIVED):
            continue
        if column.name not in present:
            made[column.name] = Typed(tuple(typed.absent(column)))
        else:
            made[column.name] = _typed(column, mapped, site)
    return made


def _typed(column: Column, mapped: Mapped, site: Site) -> Typed:
    match column.kind:
        case "integer":
            return typed.integer(column)
        case "decimal":
            return typed.decimal(column, mapped)
        case "date" | "datetime" | "partial_date":
            return typed.dates(column, mapped)
        case _:
            sources = site.tables.get(mapped.table.name, ())
            return typed.text(column, [n for n, s in enumerate(sources) if column.name in s.as_day], mapped)


def _read_cells(columns: dict[str, Typed], cells: dict[str, tuple[str, list[str]]]) -> tuple[list[str], list[str]]:
    """Items and joins that give every row what was read from its cells, read once for every different content."""
    items, lookups = [], []
    for position, (name, (relation, keys)) in enumerate(cells.items()):
        each, alias = columns[name], f"w{position}"
        once = f"(SELECT {', '.join(('c.*', *each.once))} FROM {relation} c) c"
        same = " AND ".join(f"c.{key} IS NOT DISTINCT FROM {alias}.{key}" for key in keys)
        made = f"SELECT {', '.join(('c.*', *each.joined))} FROM {once} {' '.join(each.joins)}"
        lookups.append(f"LEFT JOIN ({made}) {alias} ON {same}")
        items.append(f"{alias}.* EXCLUDE ({', '.join(keys)})")
    return items, lookups


def _typed_select(
    site: Site, delivery_id: str, mapped: Mapped, columns: dict[str, Typed]
) -> tuple[list[str], dict[str, tuple[str, str, str]]]:
    """Items of the typed relation, and its faults: name -> (contract column, header's, cell's)."""
    table = mapped.table
    row = f"{literal(f'{delivery_id}:{table.name}:')} || c.file_no || '.' || c.sheet_no"
    items = ["c.file_no", "c.sheet_no", "c.source_file", "c.source_sheet", "c.source_row"]
    items += [f"{row} || ':' || c.source_row || ':' || c.branch AS row_id", "c.branch"]
    coded_bad = _coded_bad(mapped)
    faults: dict[str, tuple[str, str, str]] = {}
    for name, each in columns.items():
        items += each.select
        bads = [bad for bad in (f"c.{quoted(name + '__bad')}" if name in coded_bad else None, each.bad) if bad]
        if bads and name in mapped.columns:
            faults[name] = (name, name, name)
            items += _fault(name, f"coalesce({', '.join(bads)})", _cell(table, name))
        if each.unit:
            place, told = ("unit", "unit") if table.name == "lab" else (f"{name}__unit", name)
            fault = "unit" if table.name == "lab" else f"{name}__unit"
            faults[fault] = (told, place, place)
            cell = f"c.{quoted(place + '__cell')}" if place in mapped.columns else "NULL::VARCHAR"
            items += _fault(fault, each.unit, cell)
    items += [f"c.{quoted(name + FROM)}" for name in mapped.froms]
    items += [f"c.{quoted(name + CELL_ROW)}" for name in mapped.cell_rows]
    if "changed_at" in mapped.columns:
        items.append("moment_value(c.changed_at) AS changed_at")
    if "_op" in mapped.columns:
        items.append("coalesce(c._op, 'U') AS op")
    return items, faults


def _fault(name: str, bad: str, cell: str) -> list[str]:
    """The items that say why a cell cannot be read, and what it holds where it cannot."""
    shown = f"CASE WHEN ({bad}) IS NOT NULL THEN {cell} END"
    return [f"{bad} AS {quoted(name + '__bad')}", f"{shown} AS {quoted(name + '__cell')}"]


def _coded_bad(mapped: Mapped) -> set[str]:
    table = mapped.table
    return {
        name
        for name in mapped.columns
        if name in table.names
        and (is_coded(table.column(name)) or getattr(spellings().get(f"{table.name}.{name}"), "present", ()))
    }


def _cell(table: Table, name: str) -> str:
    if table.column(name).identifying:
        return "NULL::VARCHAR"
    cell = f"c.{quoted(name + '__cell')}"
    return f"coalesce({cell}, c.{NOT_DONE})" if (table.name, name) == ("lab", "value_raw") else cell


def _findings(frame: pl.DataFrame, mapped: Mapped, faults: dict[str, tuple[str, str, str]]) -> pl.DataFrame:
    table = mapped.table
    if not faults:
        return born()
    known = ("site_id", "delivery_id", "source_file", "source_sheet", "row_id", "branch", "patient_id")
    parts = []
    for fault, (told, place, _) in faults.items():
        own = pl.col(f"{place}{FROM}") if place in mapped.froms else pl.lit(None, pl.String)
        cell_rows = [f"{place}{CELL_ROW}"] if place in mapped.cell_rows else []
        parts.append(
            frame.filter(pl.col(f"{fault}__bad").is_not_null()).select(
                *known,
                column_name=pl.lit(told),
                place=pl.lit(place),
                own=own,
                source_row=pl.coalesce(*cell_rows, "source_row"),
                rule_id=pl.lit(f"{table.name}.{told}.") + pl.col(f"{fault}__bad"),
                value=pl.col(f"{fault}__cell"),
            )
        )
    headers = mapped.headers.select("branch", pl.col("column_name").alias("place"), "source_column")
    named = pl.concat(parts).join(headers, on=["branch", "place"], how="left", maintain_order="left")
    return born(
        named.with_columns(
            pl.lit(table.name).alias("table_name"),
            pl.coalesce("own", "source_column").alias("source_column"),
            pl.when(pl.col("rule_id").str.ends_with(".missing")).then(pl.lit(WARNING)).alias("severity"),
        )
    )
