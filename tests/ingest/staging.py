"""A site, a sheet and one staged table in a few lines, for tests."""

from __future__ import annotations

import polars as pl

from haicplatform.ingest.reading.sheet import Sheet
from haicplatform.ingest.staging.parsing.stage import Staged, stage
from haicplatform.sites.loading import site_from_text
from haicplatform.sites.plan import plan_delivery
from haicplatform.sites.site import Site

HEAD = "hospital: {name_en: Test, name_ko: 시험}\npatient_ids: study\n"


def site(text: str) -> Site:
    return site_from_text(HEAD + text, "T01")


def sheet(file: str, header: list[str], *rows: list[str | None], name: str = "") -> Sheet:
    """Rows begin in row 2, below the header."""
    columns = {"source_row": list(range(2, len(rows) + 2))} | {
        head: [row[index] for row in rows] for index, head in enumerate(header)
    }
    schema = {"source_row": pl.Int64} | {head: pl.String for head in header}
    return Sheet(file, name, header, pl.DataFrame(columns, schema=schema))


def staged(table: str, text: str, *sheets: Sheet) -> Staged:
    return stage(plan_delivery(site(text), sheets), "d" * 16, sheets)[table]


def rows(result: Staged, *columns: str) -> list[tuple]:
    return result.frame.select(columns).rows()


def told(result: Staged, *columns: str) -> list[tuple]:
    """Findings as (source_row, source_column, value, rule_id) or the given columns, sorted."""
    return sorted(result.findings.select(columns or ("source_row", "source_column", "value", "rule_id")).rows())


def column(table: str, name: str, cells: list[str | None], more: str = "") -> Staged:
    """One column of one table, read from the header `x`."""
    text = f"tables:\n  {table}:\n    file: a.csv\n    columns: {{x: {name}}}\n{more}"
    return staged(table, text, sheet("a.csv", ["x"], *[[cell] for cell in cells]))


def lab(results: list[tuple[str, str | None, str | None]], more: str = "", head: str = "") -> Staged:
    """Lab rows from (test, result, unit)."""
    columns = "{test: test_code, result: value_raw, unit: unit}"
    text = f"{head}tables:\n  lab:\n    file: a.csv\n    columns: {columns}\n{more}"
    return staged("lab", text, sheet("a.csv", ["test", "result", "unit"], *map(list, results)))
