"""A hospital's merged state: the rows in force after its accepted deliveries, and what was found in them.

Belongs here: which deliveries count, the state's name and its folder. Does not belong here: whether a delivery is
accepted (gates.py), the merge itself (merging.py), the cross-table rules (cross_table_checks.py), anything across
hospitals.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from haicplatform.core.atomic_files import new_folder, write_json
from haicplatform.core.quoting import literal
from haicplatform.core.settings import Home
from haicplatform.ingest.state.merging import ProcessedDelivery, count_findings, files_of, list_members, merge

if TYPE_CHECKING:
    import duckdb
    import polars as pl


def contributing(accepted: list[ProcessedDelivery], is_incremental: bool) -> list[ProcessedDelivery]:
    """The deliveries that the state is made of, oldest first.

    accepted: in their order (arrivals.rank). Every incremental extract counts. Of full extracts, the last one
    that delivered a table whole counts for it, and the newest counts for what it says about itself.
    """
    if is_incremental:
        return accepted
    last = {table: derived.delivery_id for derived in accepted for table in derived.whole}
    wanted = set(last.values()) | {derived.delivery_id for derived in accepted[-1:]}
    return [derived for derived in accepted if derived.delivery_id in wanted]


def state_hash(
    site_id: str, members: list[ProcessedDelivery], is_incremental: bool, batch: pl.DataFrame | None = None
) -> str:
    """First 16 hex of the SHA-256 over everything that decides what the state holds.

    batch: findings about whole deliveries that are shown with the state.
    """
    from haicplatform.ingest.state.cross_table_checks import rules_version

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
    members: list[ProcessedDelivery],
    is_incremental: bool,
    batch: pl.DataFrame | None = None,
) -> Path:
    """Write the state's folder unless it is there, and return it.

    Holds validated/<table>.parquet (the columns of merging.columns_of, and others), findings.parquet, members.json
    and counts.json (rows by table and findings by severity of each delivery).
    members: what `contributing` gave; batch: findings about whole deliveries, in the shape of quality.finding.
    """
    target = folder_of(home, site_id, identity)
    if target.exists():
        return target
    if batch is not None and not batch.is_empty():
        own = build(home, site_id, state_hash(site_id, members, is_incremental), members, is_incremental)
        _build_on(own, target, batch)
        return target
    from haicplatform.ingest.state import cross_table_checks
    from haicplatform.warehouse import warehouse
    from schemas.contract import TABLES

    with new_folder(target) as building:
        con = warehouse.connect(scratch=building / ".scratch")
        try:
            for schema in ("delivered", "refused", "validated", "quarantined"):
                con.execute(f"CREATE SCHEMA {schema}")
            list_members(con, members, is_incremental)
            for table in TABLES.values():
                merge(con, table, members, is_incremental)
            count_findings(con, members, is_incremental)
            cross_table_checks.run_delivery_checks(con, members)
            (building / "validated").mkdir()
            for name in TABLES:
                _keep(con, name, members, is_incremental, building / "validated" / f"{name}.parquet")
            _write(con, "SELECT * FROM finding_in_force", building / "findings.parquet")
            write_json(building / "counts.json", _counts(con, list(TABLES)))
        finally:
            con.close()
        shutil.rmtree(building / ".scratch", ignore_errors=True)
        write_json(
            building / "members.json",
            [
                {"delivery_id": each.delivery_id, "mapping": each.mapping, "whole": sorted(each.whole)}
                for each in members
            ],
        )
    return target


def _build_on(own: Path, target: Path, batch: pl.DataFrame) -> None:
    """The same rows with findings about whole deliveries beside their own: nothing is merged or checked again."""
    import polars as pl

    with new_folder(target) as building:
        (building / "validated").mkdir()
        for file in sorted((own / "validated").iterdir()):
            _link(file, building / "validated" / file.name)
        shutil.copyfile(own / "members.json", building / "members.json")
        pl.concat([pl.read_parquet(own / "findings.parquet"), batch]).write_parquet(building / "findings.parquet")
        counts = json.loads((own / "counts.json").read_text(encoding="utf-8"))
        for delivery, severity, rows in batch.group_by("delivery_id", "severity").len().sort(pl.all()).iter_rows():
            found = counts.setdefault(delivery, {"rows": {}, "findings": {}})["findings"]
            found[severity] = found.get(severity, 0) + rows
        write_json(building / "counts.json", counts)


def _link(source: Path, target: Path) -> None:
    """The same file under another name; a copy where the file system knows no links."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


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


def _keep(
    con: duckdb.DuckDBPyConnection, table: str, members: list[ProcessedDelivery], is_incremental: bool, path: Path
) -> None:
    """The table's rows as a file: the delivery's own, linked, where the state takes it as it is."""
    files = files_of(con, members, "validated", table)
    held = con.execute("SELECT 1 FROM quarantined.with_parent WHERE table_name = ? LIMIT 1", [table]).fetchall()
    if len(files) == 1 and not held and not is_incremental:
        _link(files[0], path)
        return
    _write(con, f"SELECT * FROM validated.{table}", path)


def _write(con: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    con.execute(f"COPY ({query}) TO {literal(str(path))} (FORMAT parquet)")
