"""The merge of a hospital's deliveries, set-based in DuckDB over their Parquet.

Belongs here: which delivery feeds which table, the merge (a full extract replaces a table, an incremental one
upserts and deletes by key), which findings still hold.
Does not belong here: the state's folder and its name (site_state.py), and the cross-table rules
(cross_table_checks.py).

An update that fails leaves the earlier row in force; `stale` lists such rows for the finding `<table>.key.stale`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

    from schemas.contract import Table

PROVENANCE = ("site_id", "delivery_id", "source_file", "source_sheet", "source_row", "row_id")


@dataclass(frozen=True)
class ProcessedDelivery:
    """One delivery as one mapping made it. whole: the tables that count; partly: those of them that lack a source."""

    delivery_id: str
    mapping: str
    folder: Path
    whole: frozenset[str]
    partly: frozenset[str] = frozenset()


def columns_of(table: Table) -> dict[str, str]:
    """Column name → DuckDB type of a validated table: the contract's columns, precisions, provenance."""
    columns = {}
    for column in table.columns:
        columns[column.name] = {
            "integer": "BIGINT",
            "decimal": f"DECIMAL({column.precision},{column.scale})",
            "date": "DATE",
            "datetime": "TIMESTAMP",
        }.get(column.kind, "VARCHAR")
        if column.has_precision:
            columns[f"{column.name}_precision"] = "VARCHAR"
    return columns | {name: "BIGINT" if name == "source_row" else "VARCHAR" for name in PROVENANCE}


def list_members(con: duckdb.DuckDBPyConnection, members: list[ProcessedDelivery], is_incremental: bool) -> None:
    """member(delivery_id, ord); feeds(table_name, delivery_id, is_complete): whose rows of a table count."""
    con.execute("CREATE TABLE member (delivery_id VARCHAR, ord INTEGER)")
    con.execute("CREATE TABLE feeds (table_name VARCHAR, delivery_id VARCHAR, is_complete BOOLEAN)")
    last: dict[str, set[str]] = {}
    for number, member in enumerate(members):
        con.execute("INSERT INTO member VALUES (?, ?)", [member.delivery_id, number])
        for table in member.whole:
            last[table] = (last.get(table, set()) if is_incremental else set()) | {member.delivery_id}
    partly = {(table, member.delivery_id) for member in members for table in member.partly}
    pairs = [(table, delivery) for table, deliveries in sorted(last.items()) for delivery in sorted(deliveries)]
    if pairs:
        con.executemany("INSERT INTO feeds VALUES (?, ?, ?)", [(*pair, pair not in partly) for pair in pairs])


def merge(con: duckdb.DuckDBPyConnection, table: Table, members: list[ProcessedDelivery], is_incremental: bool) -> None:
    """delivered.<table>: rows in force before the cross-table rules; refused.<table>: rows that were refused.

    Of a full extract both are views on the delivery's own files: a large table is not copied to be looked at.
    """
    columns = columns_of(table)
    validated, quarantined, deleted = (
        rows_of(con, files_of(con, members, part, table.name), columns)
        for part in ("validated", "quarantined", "deleted")
    )
    if not is_incremental:
        con.execute(f"CREATE VIEW delivered.{table.name} AS {validated}")
        con.execute(f"CREATE VIEW refused.{table.name} AS {quarantined}")
        return
    for name, rows in (("validated_all", validated), ("quarantined_all", quarantined), ("deleted_all", deleted)):
        con.execute(f"CREATE VIEW {name} AS {rows}")
    _merge_by_key(con, table)
    con.execute(f"""
        CREATE TABLE delivered.{table.name} AS SELECT * FROM validated_all SEMI JOIN in_force USING (row_id);
        CREATE TABLE refused.{table.name} AS
        SELECT * FROM quarantined_all SEMI JOIN refused_in_force USING (row_id);
        DROP TABLE in_force; DROP TABLE refused_in_force; DROP TABLE touched;
        DROP VIEW validated_all; DROP VIEW quarantined_all; DROP VIEW deleted_all
    """)


def files_of(con: duckdb.DuckDBPyConnection, members: list[ProcessedDelivery], part: str, table: str) -> list[Path]:
    """The Parquet of the deliveries whose rows of the table count, oldest first."""
    query = "SELECT delivery_id FROM feeds WHERE table_name = ?"
    feeding = {row[0] for row in con.execute(query, [table]).fetchall()}
    files = [member.folder / part / f"{table}.parquet" for member in members if member.delivery_id in feeding]
    return [file for file in files if file.exists()]


def rows_of(con: duckdb.DuckDBPyConnection, files: list[Path], columns: dict[str, str]) -> str:
    """A SELECT of exactly `columns` from Parquet files that may have others or lack some, or from none."""
    if not files:
        return "SELECT " + ", ".join(f'NULL::{kind} AS "{name}"' for name, kind in columns.items()) + " WHERE false"
    listed = ", ".join("'" + str(file).replace("'", "''") + "'" for file in files)
    source = f"read_parquet([{listed}], union_by_name = true)"
    there = {row[0] for row in con.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()}
    chosen = ", ".join(
        f'"{name}"::{kind} AS "{name}"' if name in there else f'NULL::{kind} AS "{name}"'
        for name, kind in columns.items()
    )
    return f"SELECT {chosen} FROM {source}"


def _merge_by_key(con: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Of every key: the last accepted word is in force; a refusal counts until a later word on the same key.

    A refused row whose key has a gap is a key of its own: nothing later can be about it.
    """
    key = ", ".join(f'"{name}"' for name in table.key)
    gap = " OR ".join(f'"{name}" IS NULL' for name in table.key if table.column(name).value_required) or "false"
    con.execute(f"""
        CREATE TABLE touched AS
        WITH word AS (
            SELECT row_id, delivery_id, {key}, 'kept' AS kind, NULL AS own FROM validated_all
            UNION ALL BY NAME SELECT row_id, delivery_id, {key}, 'deleted' AS kind FROM deleted_all
            UNION ALL BY NAME
            SELECT row_id, delivery_id, {key}, 'refused' AS kind, CASE WHEN {gap} THEN row_id END AS own
            FROM quarantined_all
        )
        SELECT
            row_id,
            kind,
            ord,
            max(ord) OVER same_key AS last_ord,
            max(ord) FILTER (kind <> 'refused') OVER same_key AS last_accepted,
            max(ord) FILTER (kind = 'refused') OVER same_key AS last_refused
        FROM word INNER JOIN member USING (delivery_id)
        WINDOW same_key AS (PARTITION BY own, {key})
    """)
    con.execute("""
        CREATE TABLE in_force AS SELECT row_id FROM touched WHERE kind = 'kept' AND ord = last_accepted;
        CREATE TABLE refused_in_force AS SELECT row_id FROM touched WHERE kind = 'refused' AND ord = last_ord;
        CREATE TABLE IF NOT EXISTS superseded (row_id VARCHAR);
        INSERT INTO superseded
        SELECT row_id FROM touched
        ANTI JOIN in_force USING (row_id) ANTI JOIN refused_in_force USING (row_id);
        CREATE TABLE IF NOT EXISTS stale (table_name VARCHAR, row_id VARCHAR);
    """)
    con.execute(
        "INSERT INTO stale SELECT ?, row_id FROM touched "
        "WHERE kind = 'kept' AND ord = last_accepted AND last_refused > ord",
        [table.name],
    )


def count_findings(con: duckdb.DuckDBPyConnection, members: list[ProcessedDelivery], is_incremental: bool) -> None:
    """finding_in_force: the findings of the deliveries that count, and of those only what still holds.

    A finding on a row counts with the row's table. One about a file or a whole delivery counts while its delivery
    is the newest, or while it feeds the table, and where it names a row of a file (a masked cell) also as long as a row
    made from that one is in force. Of incremental extracts it counts until the same file, or all of the table, came
    again and could be read: another file of the table, or of another one, is no answer to it.
    """
    from haicplatform.findings.findings import empty

    con.register("no_finding", empty().to_arrow())
    con.execute("CREATE TABLE finding_in_force AS SELECT * FROM no_finding")
    con.unregister("no_finding")
    con.execute("CREATE TABLE IF NOT EXISTS superseded (row_id VARCHAR)")
    con.execute("CREATE TABLE IF NOT EXISTS stale (table_name VARCHAR, row_id VARCHAR)")
    files = [str(member.folder / "findings.parquet") for member in members]
    if files:
        still_asked = "(finding.table_name, finding.delivery_id) IN (SELECT (table_name, delivery_id) FROM feeds)"
        on_row_in_force = "false"
        if is_incremental:
            still_asked, on_row_in_force = _not_answered(con, members), _on_row_in_force(con)
        con.execute(
            f"""
            INSERT INTO finding_in_force BY NAME
            SELECT finding.*
            FROM read_parquet(?, union_by_name = true) AS finding
            INNER JOIN member USING (delivery_id)
            WHERE
                CASE WHEN finding.row_id IS NULL THEN
                    member.ord = (SELECT max(ord) FROM member)
                    OR {still_asked}
                    OR {on_row_in_force}
                ELSE
                    (finding.table_name, finding.delivery_id) IN (SELECT (table_name, delivery_id) FROM feeds)
                    AND finding.row_id NOT IN (SELECT row_id FROM superseded)
                END
            """,
            [files],
        )


def _not_answered(con: duckdb.DuckDBPyConnection, members: list[ProcessedDelivery]) -> str:
    """The condition that no later delivery brought the file of a finding, or the table with all its sources.

    A file is the same where its name is but for numbers: a date or a time is in it.
    """
    import polars as pl

    sheets = [
        (number, sheet["file"], sheet["sheet"] or "")
        for number, member in enumerate(members)
        for sheet in json.loads((member.folder / "raw" / "sheets.json").read_text(encoding="utf-8"))
    ]
    schema = {"ord": pl.Int32, "file": pl.String, "sheet": pl.String}
    con.register("sheet_read", pl.DataFrame(sheets, schema, orient="row").to_arrow())
    con.execute("CREATE TABLE came AS SELECT * FROM sheet_read")
    con.unregister("sheet_read")
    same = "regexp_replace({0}, '[0-9]+', '#', 'g') = regexp_replace({1}, '[0-9]+', '#', 'g')"
    return f"""finding.table_name IS NOT NULL AND member.ord >= greatest(
        (
            SELECT coalesce(max(later.ord), 0) FROM feeds INNER JOIN member AS later USING (delivery_id)
            WHERE feeds.table_name = finding.table_name AND feeds.is_complete
        ),
        (
            SELECT coalesce(max(came.ord), 0) FROM came
            WHERE {same.format("came.file", "finding.source_file")}
                AND ({same.format("came.sheet", "finding.source_sheet")} OR finding.source_sheet IS NULL)
        )
    )"""


def _on_row_in_force(con: duckdb.DuckDBPyConnection) -> str:
    """The condition that a finding names a row of a file (delivery, file, sheet, row) that a row in force is from."""
    from schemas.contract import TABLES

    place = "(delivery_id, source_file, coalesce(source_sheet, ''), source_row)"
    there = {row[0] for row in con.execute("SELECT DISTINCT table_name FROM feeds").fetchall()} & set(TABLES)
    parts = [f"SELECT {place} FROM {schema}.{table}" for table in sorted(there) for schema in ("delivered", "refused")]
    if not parts:
        return "false"
    return f"{place.replace('delivery_id', 'finding.delivery_id')} IN ({' UNION ALL '.join(parts)})"
