"""Carrying out sql/checks/delivery on a hospital's merged state: parents first, then every other rule.

Belongs here: holding back children of refused parents, running each rule's SELECT, making findings of its rows.
Does not belong here: any rule's condition (one SQL file each), words and severities (schemas/rules.py).

A rule's SELECT gives row_id and column_name, and where it knows better: value, severity. It reads
  validated.<table>    the rows in force so far (a row that a rule quarantines leaves it)
  quarantined.<table>  rows refused before, by validation or held back with their parent
  quarantined.with_parent  (table_name, row_id, root_row_id): which row held back which
  reference.<name>     sql/checks/reference, made after the parents were checked
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from haicplatform.core import sql_graph
from haicplatform.core.resources import sql_dir

if TYPE_CHECKING:
    import duckdb
    import polars as pl

    from haicplatform.ingest.state.merging import ProcessedDelivery
    from schemas.contract import Table

ORPHAN = ".parent.missing"
QUARANTINE = "quarantine"
BORN = """
    CREATE TEMP TABLE born (
        rule_id VARCHAR, table_name VARCHAR, row_id VARCHAR, column_name VARCHAR, value VARCHAR, severity VARCHAR
    )
"""


@cache
def rules_version() -> str:
    """First 16 hex of the SHA-256 over the rules that run on a hospital's state."""
    digest = hashlib.sha256()
    for folder in ("reference", "delivery"):
        for path in sorted((sql_dir() / "checks" / folder).glob("*.sql")):
            digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def run_delivery_checks(con: duckdb.DuckDBPyConnection, members: list[ProcessedDelivery]) -> None:
    """Check the state in `con` and add what is found to finding_in_force.

    Expects delivered.<table>, refused.<table> (see merging.py), feeds, stale and finding_in_force; makes
    validated.<table> and quarantined.<table>.
    """
    from haicplatform.warehouse import warehouse
    from schemas.contract import TABLES
    from schemas.rules import RULES

    files = {file.name: file for file in sql_graph.load(sql_dir() / "checks" / "delivery")}
    con.execute("CREATE TABLE quarantined.with_parent (table_name VARCHAR, row_id VARCHAR, root_row_id VARCHAR)")
    con.execute(BORN)
    for table in TABLES.values():
        _show(con, table)
        if table.parent:
            _hold_back(con, table)
            _run(con, files.pop(f"{table.name}{ORPHAN}"), is_quarantine=True)
    warehouse.run_layer(con, "reference", sql_dir() / "checks" / "reference")
    for name in sorted(files):
        _run(con, files[name], is_quarantine=RULES[name].effect == QUARANTINE and not _is_about_parent(name))
    con.execute("INSERT INTO born BY NAME SELECT table_name || '.key.stale' AS rule_id, table_name, row_id FROM stale")
    found = findings_of(con, members, ("delivered", "refused"))
    if not found.is_empty():
        con.register("new_finding", found.to_arrow())
        con.execute("INSERT INTO finding_in_force BY NAME SELECT * FROM new_finding")
        con.unregister("new_finding")


def _is_about_parent(name: str) -> bool:
    return name.endswith(".parent.quarantined")


def _show(con: duckdb.DuckDBPyConnection, table: Table) -> None:
    held = f"(SELECT * FROM quarantined.with_parent WHERE table_name = '{table.name}')"
    con.execute(f"""
        CREATE VIEW validated.{table.name} AS
        SELECT * FROM delivered.{table.name} ANTI JOIN {held} USING (row_id)
    """)
    con.execute(f"""
        CREATE VIEW quarantined.{table.name} AS
        SELECT * FROM refused.{table.name}
        UNION ALL BY NAME
        SELECT * FROM delivered.{table.name} SEMI JOIN {held} USING (row_id)
    """)


def _hold_back(con: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Children of a parent that was refused go with it; the root is the row that the finding is about.

    Where no delivery has brought the parent's table (its file was refused), all its children wait: the file's
    finding says why, and no row is blamed.
    """
    key = " AND ".join(f"parent.{name} = child.{name}" for name in table.parent_key)
    con.execute(f"""
        INSERT INTO quarantined.with_parent
        SELECT
            '{table.name}',
            child.row_id,
            min(CASE WHEN held.row_id IS NULL THEN parent.row_id ELSE held.root_row_id END)
        FROM delivered.{table.name} AS child
        ANTI JOIN validated.{table.parent} AS in_force
            ON {key.replace("parent.", "in_force.")}
        INNER JOIN quarantined.{table.parent} AS parent ON {key}
        LEFT JOIN quarantined.with_parent AS held
            ON held.table_name = '{table.parent}' AND held.row_id = parent.row_id
        GROUP BY child.row_id
    """)
    if not con.execute("SELECT 1 FROM feeds WHERE table_name = ?", [table.parent]).fetchall():
        con.execute(f"""
            INSERT INTO quarantined.with_parent
            SELECT '{table.name}', row_id, NULL FROM delivered.{table.name}
            ANTI JOIN quarantined.with_parent USING (row_id)
        """)


def _run(con: duckdb.DuckDBPyConnection, file: sql_graph.SqlFile, *, is_quarantine: bool) -> None:
    from haicplatform.warehouse.warehouse import run_sql

    table = file.name.partition(".")[0]
    run_sql(con, file, "CREATE OR REPLACE TEMP TABLE failing AS\n")
    con.execute(
        "INSERT INTO born BY NAME SELECT ? AS rule_id, ? AS table_name, * FROM failing ORDER BY ALL",
        [file.name, table],
    )
    if is_quarantine:
        con.execute("INSERT INTO quarantined.with_parent SELECT ?, row_id, row_id FROM failing", [table])


def findings_of(
    con: duckdb.DuckDBPyConnection, members: list[ProcessedDelivery], schemas: tuple[str, ...]
) -> pl.DataFrame:
    """The rows of `born` as findings: the place of their row, the hospital's own header and cell, the sentences.

    born (rule_id, table_name, row_id, column_name, value, severity); schemas: where the tables of those rows are.
    """
    import polars as pl

    from haicplatform.findings import findings
    from schemas.contract import TABLES

    frames = [findings.empty()]
    headers = _headers(members)
    for (name,) in con.execute("SELECT DISTINCT table_name FROM born ORDER BY ALL").fetchall():
        born = con.execute("SELECT * FROM born WHERE table_name = ?", [name]).pl()
        there = " UNION ALL BY NAME ".join(f"SELECT * FROM {schema}.{name}" for schema in schemas)
        rows = con.execute(
            f"SELECT * FROM ({there}) SEMI JOIN (SELECT row_id FROM born WHERE table_name = ?) USING (row_id)", [name]
        ).pl()
        found = findings.locate_findings(_with_values(born, rows), rows, TABLES[name])
        # the branch is the last part of a row's id
        found = found.with_columns(
            pl.col("row_id").str.split(":").list.last().cast(pl.Int32, strict=False).alias("branch")
        )
        found = found.join(
            headers.rename({"source_column": "header"}),
            on=["delivery_id", "table_name", "column_name", "branch"],
            how="left",
            maintain_order="left",
        )
        found = found.join(
            _own_places(members, name, found), on=["row_id", "column_name"], how="left", maintain_order="left"
        )
        header = pl.coalesce("own_header", "header")
        found = found.with_columns(
            pl.when(pl.col("is_nowhere").fill_null(False)).then(None).otherwise(header).alias("source_column"),
            pl.coalesce("own_row", "source_row").alias("source_row"),
        )
        # a delivery at a time: two hospitals may call their files the same
        for own in findings.draft_findings(found).partition_by("delivery_id", maintain_order=True):
            frames.append(findings.render_findings(findings.with_source_cells(own, _raw_sheets(members, own))))
    return pl.concat(frames)


def _with_values(born: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """The value in force of the cell, as text, where the rule gave none; the hospital's own cell wins later."""
    import polars as pl

    names = [name for name in born["column_name"].drop_nulls().unique() if name in rows.columns]
    if not names:
        return born
    cells = rows.select("row_id", *(pl.col(name).cast(pl.String) for name in names)).unpivot(
        index="row_id", variable_name="column_name", value_name="cell"
    )
    joined = born.join(cells, on=["row_id", "column_name"], how="left", maintain_order="left")
    return joined.with_columns(pl.coalesce("value", "cell").alias("value")).drop("cell")


def _headers(members: list[ProcessedDelivery]) -> pl.DataFrame:
    """(delivery_id, table_name, branch, column_name, source_column) of every delivery that counts."""
    import polars as pl

    frames = [
        pl.read_parquet(member.folder / "headers.parquet").with_columns(
            pl.lit(member.delivery_id).alias("delivery_id"), pl.col("branch").cast(pl.Int32)
        )
        for member in members
    ]
    keys = ["delivery_id", "table_name", "branch", "column_name"]
    if not frames:
        return pl.DataFrame(schema=dict.fromkeys([*keys, "source_column"], pl.String) | {"branch": pl.Int32})
    return pl.concat(frames, how="diagonal_relaxed").select(*keys, "source_column").unique(keys, keep="first")


def _own_places(members: list[ProcessedDelivery], table: str, found: pl.DataFrame) -> pl.DataFrame:
    """Where a row itself says which cell a column came from (`__from`, `__row`).

    Columns row_id, column_name, own_header, own_row, is_nowhere (a pivoted value that no row of the source has).
    """
    import polars as pl

    from haicplatform.ingest.staging.mapped_table import CELL_ROW, FROM

    text, number = pl.lit(None, dtype=pl.String), pl.lit(None, dtype=pl.Int64)
    frames = [
        pl.DataFrame(
            schema={"row_id": pl.String, "column_name": pl.String, "own_header": pl.String, "own_row": pl.Int64}
            | {"is_nowhere": pl.Boolean}
        )
    ]
    for member in members:
        wanted = found.filter(pl.col("delivery_id") == member.delivery_id)["row_id"].unique()
        for part in ("validated", "quarantined"):
            path = member.folder / part / f"{table}.parquet"
            if not len(wanted) or not path.exists():
                continue
            there = pl.read_parquet_schema(path)
            rows = pl.scan_parquet(path).filter(pl.col("row_id").is_in(wanted.to_list()))
            for name in found["column_name"].drop_nulls().unique():
                header = pl.col(f"{name}{FROM}") if f"{name}{FROM}" in there else text
                row = pl.col(f"{name}{CELL_ROW}") if f"{name}{CELL_ROW}" in there else number
                if {f"{name}{FROM}", f"{name}{CELL_ROW}"} & set(there):
                    is_nowhere = row.is_null() & (f"{name}{CELL_ROW}" in there)
                    own = rows.select(
                        "row_id",
                        pl.lit(name).alias("column_name"),
                        header.alias("own_header"),
                        row.alias("own_row"),
                        is_nowhere.alias("is_nowhere"),
                    )
                    frames.append(own.collect())
    return pl.concat(frames).unique(["row_id", "column_name"], keep="first")


def _raw_sheets(members: list[ProcessedDelivery], found: pl.DataFrame) -> Iterator:
    """The stored sheets that findings sit on, one after the other."""
    import json

    import polars as pl

    from haicplatform.ingest.reading.sheet import Sheet

    wanted = set(found.select("delivery_id", "source_file", pl.col("source_sheet").fill_null("")).iter_rows())
    for member in members:
        listed = json.loads((member.folder / "raw" / "sheets.json").read_text(encoding="utf-8"))
        for sheet in listed:
            if (member.delivery_id, sheet["file"], sheet["sheet"]) in wanted:
                rows = pl.read_parquet(Path(member.folder, "raw", sheet["parquet"]))
                yield Sheet(sheet["file"], sheet["sheet"], rows.columns[1:], rows)
