"""One delivery's sheets, staged: typed frames in the terms of the contract, with what could not be read.

Belongs here: the step from sheets to Staged, table by table, and the findings of cells that cannot be read.
Does not belong here: whether a value is required or plausible, and what happens to its row
(haicplatform.ingest.validation.rows).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import polars as pl

from haicplatform.core.distinct_values import DistinctValues, query_distinct
from haicplatform.core.quoting import quoted
from haicplatform.findings.findings import draft_findings
from haicplatform.ingest.reading.sheet import Sheet
from haicplatform.ingest.staging.mapped_table import CELL_ROW, FROM, NOT_DONE, MappedTable
from haicplatform.ingest.staging.mapping import connect, map_table
from haicplatform.ingest.staging.parsing import lab, typed
from haicplatform.ingest.staging.parsing.coding import inputs, is_as_written, is_coded, make_coded, spellings
from haicplatform.ingest.staging.parsing.typed import Typed
from haicplatform.sites.plan import DeliveryPlan
from haicplatform.sites.site import Site
from schemas.contract import TABLES, Column, Table
from schemas.lab_tests import LAB_TESTS

WARNING = "warning"
_FEW_ROWS = 20_000  # below, getting a second thread ready for every query costs more than it takes over
_PLACE = ("file_no", "sheet_no", "source_row", "branch")


@dataclass(frozen=True)
class Staged:
    """One contract table of one delivery.

    frame      every contract column typed, `<x>_precision`, `<x>__unit`, and where the cell itself says its place
               `<x>__from` (header) and `<x>__row` (source row); site_id, delivery_id, source_file, source_sheet,
               source_row, row_id, branch; changed_at and op where the hospital gives them. Sorted by file, sheet,
               row and branch
    headers    table_name, branch, column_name, source_column: the hospital's own header of a contract column
    findings   drafts of findings of cells that cannot be read; only a result given as not done
               has its severity (warning), every other depends on whether its row needs the value
    """

    frame: pl.DataFrame
    headers: pl.DataFrame
    findings: pl.DataFrame


def stage(
    plan: DeliveryPlan,
    delivery_id: str,
    sheets: Sequence[Sheet],
    files: Sequence[str] | None = None,
    tables: Sequence[str] | None = None,
    threads: int | None = None,
) -> dict[str, Staged]:
    """Every contract table that the sheets feed, in the contract's order.

    `files`: the names of all files of the delivery (their positions are part of the row ids); default: those of
    the sheets. `tables`: only these. Columns must have been checked before (columns.refuse_columns).
    Raises UsageError for a <table>.sql that does not run.
    """
    names = sorted(set(files if files is not None else ()) | {sheet.file for sheet in sheets})
    is_small = sum(sheet.rows.height for sheet in sheets) < _FEW_ROWS
    staged = {}
    with connect(threads or (1 if is_small else None)) as con:
        for table in tables if tables is not None else TABLES:
            mapped = map_table(con, plan, table, sheets, names)
            if mapped is not None:
                staged[table] = _stage_table(con, plan.site, delivery_id, mapped)
    return staged


@dataclass(frozen=True)
class _Read:
    """Contract columns read from the cells that decide them, one row a content.

    found   the typed columns, and for each fault `<fault>__bad` and `<fault>__cell`
    faults  by fault: the contract column it is about, and the one whose header is named
    """

    found: DistinctValues
    faults: dict[str, tuple[str, str]]

    def typed(self) -> DistinctValues:
        helpers = [f"{fault}__{part}" for fault in self.faults for part in ("bad", "cell")]
        return self.found.made(self.found.frame.drop(helpers))


def _stage_table(con: duckdb.DuckDBPyConnection, site: Site, delivery_id: str, mapped: MappedTable) -> Staged:
    table = mapped.table
    columns, pseudo = _typed_columns(con, site, mapped), _pseudo_columns(mapped)
    read = [_read(con, site, mapped, names, columns | pseudo) for names in _groups(site, mapped, columns | pseudo)]
    rows = mapped.rows().hstack(mapped.contents(()).by_row())
    row_id = (pl.lit(f"{delivery_id}:{table.name}:"), "file_no", pl.lit("."), "sheet_no", pl.lit(":"))
    provenance = (
        pl.lit(site.site_id).alias("site_id"),
        pl.lit(delivery_id).alias("delivery_id"),
        "source_file",
        "source_sheet",
        "source_row",
        pl.concat_str(*row_id, "source_row", pl.lit(":"), "branch").alias("row_id"),
        "branch",
    )
    made = pl.concat([rows, *(each.typed().by_row() for each in read)], how="horizontal")
    beside = [*(f"{name}{FROM}" for name in mapped.cell_headers), *(f"{name}{CELL_ROW}" for name in mapped.cell_rows)]
    shown = [name for each in columns.values() for name in each.select]
    frame = made.select(*provenance, *shown, *beside, *(name for each in pseudo.values() for name in each.select))
    findings = _findings(frame, mapped, read)
    varied = [name for name in _PLACE if rows.height and rows[name].min() != rows[name].max()]
    if varied and not rows.select(pl.struct(varied)).to_series().is_sorted():
        frame = frame[rows.select(pl.arg_sort_by(_PLACE)).to_series()]
    return Staged(frame, mapped.headers, findings)


def _inputs(mapped: MappedTable, name: str) -> tuple[str, ...]:
    """The mapped columns from which a contract column is read."""
    if (mapped.table.name, name) == ("lab", "value_raw"):
        return tuple(each for each in lab.INPUTS if each in (*mapped.columns, NOT_DONE))
    return inputs(mapped, name)


def _groups(site: Site, mapped: MappedTable, columns: dict[str, Typed]) -> list[list[str]]:
    """The columns to read at once: those that look at the same cells, and those whose cells hardly repeat."""
    groups: dict[tuple[str, ...] | None, list[str]] = {}
    for name, each in columns.items():
        cells = _inputs(mapped, name)
        by_row = not _is_as_written(site, mapped, name, each) and not mapped.repeats(cells)
        groups.setdefault(None if by_row else cells, []).append(name)
    return list(groups.values())


def _is_as_written(site: Site, mapped: MappedTable, name: str, each: Typed) -> bool:
    return each == Typed({name: f"c.{quoted(name)}"}) and is_as_written(mapped, site, name)


def _read(
    con: duckdb.DuckDBPyConnection, site: Site, mapped: MappedTable, names: list[str], columns: dict[str, Typed]
) -> _Read:
    wanted = {cell for name in names for cell in _inputs(mapped, name)}
    cells = tuple(name for name in (*mapped.columns, NOT_DONE) if name in wanted)
    contents = mapped.contents(cells)
    if all(_is_as_written(site, mapped, name, columns[name]) for name in names):
        return _Read(contents.made(contents.frame.select(names)), {})
    contents.register(con, "mapped")
    coded = make_coded(con, mapped, site, cells, "mapped")
    chosen = {name: columns[name] for name in names}
    _make_units(con, mapped, coded, chosen)
    items, faults = _items(mapped, chosen)
    once = ", ".join(("c.*", *(item for each in chosen.values() for item in each.once)))
    joined = ", ".join(("c.*", *(item for each in chosen.values() for item in each.joined)))
    joins = " ".join(join for each in chosen.values() for join in each.joins)
    relation = f"(SELECT {joined} FROM (SELECT {once} FROM {coded} c) c {joins}) c"
    return _Read(contents.made(query_distinct(con, f"SELECT {', '.join(items)}", relation)), faults)


def _make_units(con: duckdb.DuckDBPyConnection, mapped: MappedTable, coded: str, columns: dict[str, Typed]) -> None:
    """The conversion factors of every unit spelling that occurs in the cells or in the site file."""
    table = mapped.table
    if table.name == "lab":
        quantities, units = list(LAB_TESTS), {"value_raw": "unit"} if "value_raw" in columns else {}
    else:
        units = {c.name: f"{c.name}__unit" for c in table.columns if c.name in columns and columns[c.name].joins}
        quantities = sorted({table.column(name).unit or "" for name in units})
    if not units:
        return
    spelled = [f"SELECT number_rest({quoted(name)}) FROM {coded}" for name in units]
    spelled += [f"SELECT {quoted(unit)} FROM {coded}" for unit in units.values() if unit in mapped.columns]
    found = con.execute(" UNION ".join(spelled)).fetchall()
    declared = {unit for template in mapped.templates for unit in template.units.values()}
    typed.make_unit_factors(con, sorted({text for (text,) in found if text} | declared), quantities)


def _typed_columns(con: duckdb.DuckDBPyConnection, site: Site, mapped: MappedTable) -> dict[str, Typed]:
    table = mapped.table
    made: dict[str, Typed] = {}
    if table.name == "lab":
        lab.make_lookups(con, mapped)
        made["value_raw"] = lab.result(mapped)
    for column in table.columns:
        if table.name == "lab" and column.name in ("value_raw", "unit", *lab.DERIVED):
            continue
        made[column.name] = _typed(column, mapped, site) if inputs(mapped, column.name) else typed.absent(column)
    return made


def _pseudo_columns(mapped: MappedTable) -> dict[str, Typed]:
    made = {
        "changed_at": Typed({"changed_at": "moment_value(c.changed_at)"}),
        "_op": Typed({"op": "coalesce(c._op, 'U')"}),
    }
    return {name: each for name, each in made.items() if name in mapped.columns}


def _typed(column: Column, mapped: MappedTable, site: Site) -> Typed:
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


def _items(mapped: MappedTable, columns: dict[str, Typed]) -> tuple[list[str], dict[str, tuple[str, str]]]:
    """Items of the typed relation, and its faults: name -> (contract column, header's)."""
    table = mapped.table
    coded_bad = _coded_bad(mapped)
    items: list[str] = []
    faults: dict[str, tuple[str, str]] = {}
    for name, each in columns.items():
        items += [f"{expression} AS {quoted(made)}" for made, expression in each.select.items()]
        bads = [bad for bad in (f"c.{quoted(name + '__bad')}" if name in coded_bad else None, each.bad) if bad]
        if bads and name in mapped.columns:
            faults[name] = (name, name)
            items += _fault(name, f"coalesce({', '.join(bads)})", _cell(table, name))
        if each.unit:
            fault, column = ("unit", "unit") if table.name == "lab" else (f"{name}__unit", name)
            faults[fault] = (column, fault)
            cell = f"c.{quoted(fault + '__cell')}" if fault in mapped.columns else "NULL::VARCHAR"
            items += _fault(fault, each.unit, cell)
    return items, faults


def _fault(name: str, bad: str, cell: str) -> list[str]:
    """The items that say why a cell cannot be read, and what it holds where it cannot."""
    shown = f"CASE WHEN ({bad}) IS NOT NULL THEN {cell} END"
    return [f"{bad} AS {quoted(name + '__bad')}", f"{shown} AS {quoted(name + '__cell')}"]


def _coded_bad(mapped: MappedTable) -> set[str]:
    table = mapped.table
    present = {name for name, spelling in spellings().items() if spelling.present}
    return {
        name
        for name in mapped.columns
        if name in table.names and (is_coded(table.column(name)) or f"{table.name}.{name}" in present)
    }


def _cell(table: Table, name: str) -> str:
    if table.column(name).identifying:
        return "NULL::VARCHAR"
    cell = f"c.{quoted(name + '__cell')}"
    return f"coalesce({cell}, c.{NOT_DONE})" if (table.name, name) == ("lab", "value_raw") else cell


def _findings(frame: pl.DataFrame, mapped: MappedTable, read: Sequence[_Read]) -> pl.DataFrame:
    parts = [_fault_rows(frame, mapped, each, fault) for each in read for fault in each.faults]
    if not parts:
        return draft_findings()
    headers = mapped.headers.select("branch", pl.col("column_name").alias("place"), "source_column")
    named = pl.concat(parts).join(headers, on=["branch", "place"], how="left", maintain_order="left")
    return draft_findings(
        named.with_columns(
            pl.lit(mapped.table.name).alias("table_name"),
            pl.coalesce("own", "source_column").alias("source_column"),
            pl.when(pl.col("rule_id").str.ends_with(".missing")).then(pl.lit(WARNING)).alias("severity"),
        )
    )


def _fault_rows(frame: pl.DataFrame, mapped: MappedTable, read: _Read, fault: str) -> pl.DataFrame:
    """The rows with one fault, and what their cells hold."""
    column, place = read.faults[fault]
    fault_cells = read.found.frame.select(pl.col(f"{fault}__bad").alias("bad"), pl.col(f"{fault}__cell").alias("value"))
    rows = read.found.rows_where(fault_cells["bad"].is_not_null())
    own = pl.col(f"{place}{FROM}") if place in mapped.cell_headers else pl.lit(None, pl.String)
    cell_rows = [f"{place}{CELL_ROW}"] if place in mapped.cell_rows else []
    return frame[rows].hstack(read.found.made(fault_cells).at(rows).by_row()).select(
        "site_id", "delivery_id", "source_file", "source_sheet", "row_id", "branch", "patient_id",
        column_name=pl.lit(column),
        place=pl.lit(place),
        own=own,
        source_row=pl.coalesce(*cell_rows, "source_row"),
        rule_id=pl.lit(f"{mapped.table.name}.{column}.") + pl.col("bad"),
        value=pl.col("value"),
    )  # fmt: skip
