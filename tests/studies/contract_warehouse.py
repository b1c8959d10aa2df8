"""A warehouse from hospitals' contract tables, without files: what the tests of studies share.

Belongs here: loading rows as validated.* and harmonising them. Does not belong here: any expectation.
"""

from __future__ import annotations

import polars as pl

from haicplatform.core.resources import sql_dir
from haicplatform.findings.findings import SCHEMA as FINDING
from haicplatform.warehouse import linkage, warehouse


def harmonised(sites: dict[str, dict[str, pl.DataFrame]], con=None):
    """A DuckDB connection with validated.* of the sites' contract tables, and harmonised.*."""
    con = con or warehouse.connect()
    con.execute("CREATE SCHEMA validated; CREATE SCHEMA quality")
    for name in next(iter(sites.values())):
        frame = pl.concat(_with_provenance(site, name, tables[name]) for site, tables in sites.items())
        con.register("rows_of_table", frame.to_arrow())
        con.execute(f"CREATE TABLE validated.{name} AS SELECT * FROM rows_of_table")
    findings = pl.DataFrame(schema=FINDING)
    con.register("rows_of_table", findings.to_arrow())
    con.execute("CREATE TABLE quality.finding AS SELECT * FROM rows_of_table")
    con.unregister("rows_of_table")
    linkage.put(con)
    warehouse.run_layer(con, "harmonised", sql_dir() / "harmonised")
    return con


def _with_provenance(site: str, table: str, frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_row_index("source_row", offset=2).with_columns(
        pl.col("source_row").cast(pl.Int64),
        site_id=pl.lit(site),
        delivery_id=pl.lit("d1"),
        source_file=pl.lit(f"{table}.csv"),
        source_sheet=pl.lit(""),
        row_id=pl.format("d1:{}:0.0:{}:0", pl.lit(table), pl.col("source_row")),
    )
