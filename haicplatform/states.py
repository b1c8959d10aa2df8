"""A hospital's merged state: the rows in force after its accepted deliveries, and what was found in them.

Belongs here: which deliveries feed which table, the merge (a full extract replaces a table, an incremental one
upserts and deletes by key), and the state's folder. Does not belong here: whether a delivery is accepted
(gates.py), the cross-table rules (sql/checks, run by checks.py), anything across hospitals.

An update that fails leaves the earlier row in force; the finding `<table>.key.stale` says so on that row.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from haicplatform.files import new_folder, write_json
from haicplatform.settings import Home

if TYPE_CHECKING:
    import duckdb
    import polars as pl

    from schemas.contract import Table

PROVENANCE = ("site_id", "delivery_id", "source_file", "source_sheet", "source_row", "row_id")


@dataclass(frozen=True)
class Derived:
    """One delivery as one mapping made it; `whole`: the tables whose files were all read."""

    delivery_id: str
    mapping: str
    folder: Path
    whole: frozenset[str]


def contributing(accepted: list[Derived], is_incremental: bool) -> list[Derived]:
    """The deliveries that the state is made of, oldest first.

    accepted: by (extracted_at, delivery_id). Every incremental extract counts. Of full extracts, the last one
    that delivered a table whole counts for it, and the newest counts for what it says about itself.
    """
    if is_incremental:
        return accepted
    last = {table: derived.delivery_id for derived in accepted for table in derived.whole}
    wanted = set(last.values()) | {derived.delivery_id for derived in accepted[-1:]}
    return [derived for derived in accepted if derived.delivery_id in wanted]


def state_hash(site_id: str, members: list[Derived], is_incremental: bool, batch: pl.DataFrame | None = None) -> str:
    """First 16 hex of the SHA-256 over everything that decides what the state holds.

    batch: findings about whole deliveries that are shown with the state.
    """
    from haicplatform.checks import rules_version

    content = [
        site_id,
        "incremental" if is_incremental else "full",
        [[member.delivery_id, member.mapping, sorted(member.whole)] for member in members],
        rules_version(),
        [] if batch is None else batch.select("delivery_id", "fingerprint", "message_en").rows(),
    ]
    return hashlib.sha256(json.dumps(content, separators=(",", ":")).encode()).hexdigest()[:16]


def folder_of(home: Home, site_id: str, identity: str) -> Path:
    return home.landing / site_id / "state" / identity


def build(
    home: Home,
    site_id: str,
    identity: str,
    members: list[Derived],
    is_incremental: bool,
    batch: pl.DataFrame | None = None,
) -> Path:
    """Write the state's folder unless it is there, and return it.

    Holds validated/<table>.parquet (contract columns, provenance), findings.parquet, members.json and counts.json
    (rows by table and findings by severity of each delivery).
    members: what `contributing` gave; batch: findings about whole deliveries, in the shape of quality.finding.
    """
    target = folder_of(home, site_id, identity)
    if target.exists():
        return target
    from haicplatform import checks, warehouse
    from schemas.contract import TABLES

    with new_folder(target) as building:
        con = warehouse.connect(scratch=building / ".scratch")
        try:
            for schema in ("delivered", "refused", "validated", "quarantined"):
                con.execute(f"CREATE SCHEMA {schema}")
            _list_members(con, members, is_incremental)
            for table in TABLES.values():
                _merge(con, table, members, is_incremental)
            _count_findings(con, members, is_incremental, batch)
            checks.run_delivery_checks(con, members)
            (building / "validated").mkdir()
            for name in TABLES:
                _write(con, f"SELECT * FROM validated.{name}", building / "validated" / f"{name}.parquet")
            _write(con, "SELECT * FROM finding_in_force", building / "findings.parquet")
            write_json(building / "counts.json", _counts(con, list(TABLES)))
        finally:
            con.close()
        scratch = building / ".scratch"
        if scratch.exists():
            scratch.rmdir()
        write_json(
            building / "members.json",
            [
                {"delivery_id": each.delivery_id, "mapping": each.mapping, "whole": sorted(each.whole)}
                for each in members
            ],
        )
    return target


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


def _list_members(con: duckdb.DuckDBPyConnection, members: list[Derived], is_incremental: bool) -> None:
    """member(delivery_id, ord); feeds(table_name, delivery_id): whose rows of a table count."""
    con.execute("CREATE TABLE member (delivery_id VARCHAR, ord INTEGER)")
    con.execute("CREATE TABLE feeds (table_name VARCHAR, delivery_id VARCHAR)")
    last: dict[str, set[str]] = {}
    for number, member in enumerate(members):
        con.execute("INSERT INTO member VALUES (?, ?)", [member.delivery_id, number])
        for table in member.whole:
            last[table] = (last.get(table, set()) if is_incremental else set()) | {member.delivery_id}
    rows = [(table, delivery) for table, deliveries in sorted(last.items()) for delivery in sorted(deliveries)]
    if rows:
        con.executemany("INSERT INTO feeds VALUES (?, ?)", rows)


def _merge(con: duckdb.DuckDBPyConnection, table: Table, members: list[Derived], is_incremental: bool) -> None:
    """delivered.<table>: rows in force before the cross-table rules; refused.<table>: rows that were refused."""
    columns = columns_of(table)
    for part in ("validated", "quarantined", "deleted"):
        files = [
            str(member.folder / part / f"{table.name}.parquet")
            for member in members
            if (table.name, member.delivery_id) in _feeds(con)
        ]
        _relation(con, f"{part}_all", [file for file in files if Path(file).exists()], columns)
    if is_incremental:
        _merge_by_key(con, table)
        kept, refused = "SEMI JOIN in_force USING (row_id)", "SEMI JOIN refused_in_force USING (row_id)"
    else:
        kept = refused = ""
    for relation, source, clause in (("delivered", "validated_all", kept), ("refused", "quarantined_all", refused)):
        con.execute(f"CREATE TABLE {relation}.{table.name} AS SELECT * FROM {source} {clause}")
    if is_incremental:
        con.execute("DROP TABLE in_force; DROP TABLE refused_in_force; DROP TABLE touched")
    con.execute("DROP VIEW validated_all; DROP VIEW quarantined_all; DROP VIEW deleted_all")


def _feeds(con: duckdb.DuckDBPyConnection) -> set[tuple[str, str]]:
    return set(con.execute("SELECT table_name, delivery_id FROM feeds").fetchall())


def _relation(con: duckdb.DuckDBPyConnection, name: str, files: list[str], columns: dict[str, str]) -> None:
    """A view with exactly `columns`, over Parquet files that may lack some of them, or over none."""
    empty = ", ".join(f'NULL::{kind} AS "{column}"' for column, kind in columns.items())
    if not files:
        con.execute(f"CREATE VIEW {name} AS SELECT {empty} WHERE false")
        return
    listed = ", ".join("'" + file.replace("'", "''") + "'" for file in files)
    there = {row[0] for row in con.execute(
        f"DESCRIBE SELECT * FROM read_parquet([{listed}], union_by_name = true)"
    ).fetchall()}  # fmt: skip
    chosen = ", ".join(
        f'"{column}"::{kind} AS "{column}"' if column in there else f'NULL::{kind} AS "{column}"'
        for column, kind in columns.items()
    )
    con.execute(f"CREATE VIEW {name} AS SELECT {chosen} FROM read_parquet([{listed}], union_by_name = true)")


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


def _count_findings(
    con: duckdb.DuckDBPyConnection, members: list[Derived], is_incremental: bool, batch: pl.DataFrame | None
) -> None:
    """finding_in_force: the findings of the deliveries that count, and of those only what still holds.

    A finding on a row counts with the row's table. One about a file or a whole delivery counts while its delivery
    is the newest, or while it feeds the table (an incremental extract: until the table came whole again).
    """
    from haicplatform.findings import empty

    con.register("no_finding", empty().to_arrow())
    con.execute("CREATE TABLE finding_in_force AS SELECT * FROM no_finding")
    con.unregister("no_finding")
    con.execute("CREATE TABLE IF NOT EXISTS superseded (row_id VARCHAR)")
    con.execute("CREATE TABLE IF NOT EXISTS stale (table_name VARCHAR, row_id VARCHAR)")
    files = [str(member.folder / "findings.parquet") for member in members]
    if files:
        feeding = "feeds"
        if is_incremental:
            feeding = """(
                SELECT table_name, arg_max(delivery_id, ord) AS delivery_id
                FROM feeds INNER JOIN member USING (delivery_id) GROUP BY table_name
            )"""
        con.execute(
            f"""
            INSERT INTO finding_in_force BY NAME
            SELECT finding.*
            FROM read_parquet(?, union_by_name = true) AS finding
            INNER JOIN member USING (delivery_id)
            WHERE
                CASE WHEN finding.row_id IS NULL THEN
                    member.ord = (SELECT max(ord) FROM member)
                    OR (finding.table_name, finding.delivery_id) IN (SELECT (table_name, delivery_id) FROM {feeding})
                ELSE
                    (finding.table_name, finding.delivery_id) IN (SELECT (table_name, delivery_id) FROM feeds)
                    AND finding.row_id NOT IN (SELECT row_id FROM superseded)
                END
            """,
            [files],
        )
    if batch is not None and not batch.is_empty():
        con.register("batch_finding", batch.to_arrow())
        con.execute("INSERT INTO finding_in_force BY NAME SELECT * FROM batch_finding")
        con.unregister("batch_finding")


def _counts(con: duckdb.DuckDBPyConnection, tables: list[str]) -> dict[str, dict[str, dict[str, int]]]:
    counts: dict[str, dict[str, dict[str, int]]] = {}
    for table in tables:
        query = f"SELECT delivery_id, count(*) FROM validated.{table} GROUP BY delivery_id"
        for delivery, rows in con.execute(query).fetchall():
            counts.setdefault(delivery, {"rows": {}, "findings": {}})["rows"][table] = rows
    query = "SELECT delivery_id, severity, count(*) FROM finding_in_force GROUP BY ALL"
    for delivery, severity, rows in con.execute(query).fetchall():
        counts.setdefault(delivery, {"rows": {}, "findings": {}})["findings"][severity] = rows
    return counts


def _write(con: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    con.execute(f"COPY ({query}) TO '{str(path).replace(chr(39), chr(39) * 2)}' (FORMAT parquet, COMPRESSION zstd)")
