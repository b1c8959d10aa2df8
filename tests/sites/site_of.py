"""Sites and sheets in a few lines, for the tests of this folder."""

from __future__ import annotations

import tempfile
from pathlib import Path

import polars as pl

from haicplatform.ingest.reading.sheet import Sheet
from haicplatform.ingest.staging.parsing.stage import Staged, stage
from haicplatform.sites.loading import site_from_text
from haicplatform.sites.plan import plan_delivery
from haicplatform.sites.site import Site

HEAD = "hospital: {name_en: Test, name_ko: 시험}\npatient_ids: study\n"


def site(text: str, **sql: str) -> Site:
    """A site, with the texts of its <table>.sql."""
    if not sql:
        return site_from_text(HEAD + text, "T01")
    with tempfile.TemporaryDirectory() as folder:
        for table, query in sql.items():
            (Path(folder) / f"{table}.sql").write_text(query, "utf-8")
        return site_from_text(HEAD + text, "T01", Path(folder))


def sheet(file: str, header: list[str], *rows: list[str | None], name: str = "") -> Sheet:
    columns = {"source_row": list(range(2, len(rows) + 2))} | {
        head: [row[index] for row in rows] for index, head in enumerate(header)
    }
    schema = {"source_row": pl.Int64} | {head: pl.String for head in header}
    return Sheet(file, name, header, pl.DataFrame(columns, schema=schema))


def staged(table: str, made: Site, *sheets: Sheet) -> Staged:
    return stage(plan_delivery(made, sheets), "d" * 16, sheets)[table]


def rows(result: Staged, *columns: str) -> list[tuple]:
    return result.frame.select(columns).rows()
