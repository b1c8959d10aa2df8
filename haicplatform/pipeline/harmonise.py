"""Validated to harmonised: the warehouse of a snapshot, from every hospital's state in force.

Belongs here: loading the states, running sql/harmonised and sql/checks/snapshot, holding the results against
their models, publishing. Does not belong here: any definition (sql/harmonised) or rule (sql/checks).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from haicplatform.core import sql_graph
from haicplatform.core.errors import HaicError, UsageError
from haicplatform.core.resources import sql_dir
from haicplatform.core.settings import Home
from haicplatform.ingest.state import cross_table_checks, merging, site_state
from haicplatform.ingest.validation.overdue import overdue
from haicplatform.ledger.store import Ledger
from haicplatform.warehouse import linkage, warehouse

if TYPE_CHECKING:
    import duckdb

    from haicplatform.ledger.models import SiteState

LAYER = "harmonised"
# relations that are made side by side: one alone leaves processors idle while it sorts or is written
AT_ONCE = 2
_CANDIDATES = "CREATE TABLE quality.link_candidate AS\n"


@dataclass(frozen=True)
class HarmoniseResult:
    """snapshot_id: which deliveries counted; relations: how many harmonised ones were made; seconds: it took."""

    snapshot_id: str
    relations: int
    seconds: float


def harmonise(home: Home, progress: Callable[[str], None] | None = None) -> HarmoniseResult:
    """Build the warehouse from the states in force and publish it.

    Always from nothing: the same snapshot gives the same relations (only who is overdue depends on the day), and a
    run that was killed left the old ones. What people decided about pairs of patients is part of the snapshot.
    Raises UsageError when no hospital has delivered yet, and for SQL that does not fit together.
    """
    started = time.monotonic()
    with Ledger(home) as ledger:
        in_force = ledger.current_states()
        if not in_force:
            raise UsageError(
                "There is nothing to harmonise: no hospital has delivered yet",
                expected="an accepted delivery of at least one hospital",
                todo="run `haic ingest` first",
            )
        members = [(state.site_id, *member) for state in in_force for member in state.members]
        with ledger.run("harmonise", f"{len(in_force)} hospitals") as outcome:
            with warehouse.writable(home, fresh=True) as con:
                decided = linkage.in_force(ledger)
                snapshot = ledger.add_snapshot(members, decided)
                made = _build(con, home, in_force, snapshot, decided, progress)
            warehouse.publish(home)
            outcome.append(f"snapshot {snapshot}")
    return HarmoniseResult(snapshot, len(made), time.monotonic() - started)


@contextmanager
def at_snapshot(
    home: Home, ledger: Ledger, snapshot: str, progress: Callable[[str], None] | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A warehouse of an earlier snapshot, built aside from landing/ and the ledger with the SQL of today.

    Raises UsageError for a snapshot that the ledger does not know, HaicError where its data are gone.
    """
    known, found = ledger.snapshot(snapshot), ledger.states_of(snapshot)
    if known is None or found is None:
        raise UsageError(
            f"There is no snapshot {snapshot!r}",
            expected="one that `haic snapshot list` shows",
            todo="check its name",
        )
    with warehouse.temporary(home) as con:
        _build(con, home, found, snapshot, known.links or [], progress)
        yield con


def _build(
    con: duckdb.DuckDBPyConnection,
    home: Home,
    found: list[SiteState],
    snapshot: str,
    decided: list[list[str]],
    progress: Callable[[str], None] | None,
) -> list[str]:
    """Load the hospitals' states and make every harmonised relation; their names. decided: as links.in_force."""
    members = [(state.site_id, *member) for state in found for member in state.members]
    _load(con, home, found, snapshot, members)
    linkage.put(con, decided)
    made = make(con, progress)
    _check_snapshot(con, home, members)
    _show_refused(con)
    return made


def make(con: duckdb.DuckDBPyConnection, progress: Callable[[str], None] | None = None) -> list[str]:
    """Make every harmonised relation of a warehouse that holds validated.* and quality.*, and hold each against its
    model; their names.
    """
    return warehouse.run_layer(con, LAYER, sql_dir() / LAYER, progress, at_once=AT_ONCE, then=_hold_against_model)


def refuse_other_version(con: duckdb.DuckDBPyConnection) -> None:
    """Raise UsageError where a warehouse lacks a relation or column that harmonising makes now."""
    from haicplatform.warehouse.model_check import model_of

    rows = con.execute("SELECT table_name, column_name FROM duckdb_columns() WHERE schema_name = ?", [LAYER]).fetchall()
    columns: dict[str, set[str]] = {}
    for relation, column in rows:
        columns.setdefault(relation, set()).add(column)
    for path in sorted((sql_dir() / LAYER).glob("*.sql")):
        model = model_of(LAYER, path.stem)
        wanted = set(model.to_schema().columns) if model else set()
        if path.stem not in columns or not wanted <= columns[path.stem]:
            lacking = ", ".join(sorted(wanted - columns[path.stem])) if path.stem in columns else ""
            raise UsageError(
                "The warehouse was made by an earlier version of the platform",
                found=f"no {f'column {lacking} in ' if lacking else ''}{LAYER}.{path.stem}",
                expected="what `haic harmonise` makes now",
                todo="run `haic harmonise`, and then this again",
            )


def _load(
    con: duckdb.DuckDBPyConnection,
    home: Home,
    in_force: list[SiteState],
    snapshot: str,
    members: list[tuple[str, str, str]],
) -> None:
    """validated.<table>, quality.finding (of the deliveries that count) and quality.snapshot_member.

    The date of birth stays behind: it goes to temp.birth, which is never written to the warehouse's file.
    """
    from schemas.contract import TABLES

    folders = [site_state.folder_of(home, state.site_id, state.state_hash) for state in in_force]
    for state, folder in zip(in_force, folders, strict=True):
        if not folder.exists():
            raise HaicError(
                f"The data in force of {state.site_id} are not in {folder}",
                expected="the folder that its ingestion wrote",
                todo=f"run `haic ingest {state.site_id}`; it builds the folder anew from what was delivered",
            )
    con.execute("CREATE SCHEMA validated; CREATE SCHEMA quality")
    for table in TABLES.values():
        files = [folder / "validated" / f"{table.name}.parquet" for folder in folders]
        rows = merging.rows_of(con, files, merging.columns_of(table))
        hidden = "REPLACE (NULL::DATE AS birth_date)" if table.name == "patient" else ""
        con.execute(f"CREATE TABLE validated.{table.name} AS SELECT * {hidden} FROM ({rows})")
    con.execute(
        "CREATE TEMP TABLE birth AS SELECT site_id, patient_id, birth_date FROM read_parquet(?, union_by_name = true) "
        "WHERE birth_date IS NOT NULL",
        [[str(folder / "validated" / "patient.parquet") for folder in folders]],
    )
    con.execute(
        "CREATE TEMP TABLE stated AS SELECT * FROM read_parquet(?)",
        [[str(folder / "findings.parquet") for folder in folders]],
    )
    con.execute(
        "CREATE TABLE quality.snapshot_member (snapshot_id VARCHAR, site_id VARCHAR, delivery_id VARCHAR, "
        "mapping VARCHAR)"
    )
    if members:
        con.executemany(
            "INSERT INTO quality.snapshot_member VALUES (?, ?, ?, ?)", [(snapshot, *member) for member in members]
        )
    con.execute(
        "CREATE TABLE quality.finding AS SELECT * FROM stated SEMI JOIN quality.snapshot_member USING "
        "(site_id, delivery_id)"
    )


def _show_refused(con: duckdb.DuckDBPyConnection) -> None:
    """Add what was found in refused deliveries, for whoever mends them.

    Last, because none of their rows count: no definition may take a refused delivery's error for one of the data.
    """
    con.execute(
        "INSERT INTO quality.finding SELECT * FROM stated ANTI JOIN quality.snapshot_member USING "
        "(site_id, delivery_id)"
    )


def _check_snapshot(con: duckdb.DuckDBPyConnection, home: Home, members: list[tuple[str, str, str]]) -> None:
    """Rules across hospitals, against derived values and against the clock: they only add findings."""
    con.execute(cross_table_checks.BORN)
    warehouse.run_sql(con, sql_graph.read(sql_dir() / "pages" / "record_linkage" / "link_candidate.sql"), _CANDIDATES)
    for file in sql_graph.load(sql_dir() / "checks" / "snapshot"):
        table = file.name.partition(".")[0]
        warehouse.run_sql(con, file, "CREATE OR REPLACE TEMP TABLE failing AS\n")
        con.execute(
            "INSERT INTO born BY NAME SELECT ? AS rule_id, ? AS table_name, * EXCLUDE (site_id) "
            "FROM failing ORDER BY ALL",
            [file.name, table],
        )
    found = cross_table_checks.findings_of(con, [_derived(home, member) for member in members], ("validated",))
    for findings in (found, overdue(home)):
        con.register("new_finding", findings.to_arrow())
        con.execute("INSERT INTO quality.finding BY NAME SELECT * FROM new_finding")
        con.unregister("new_finding")


def _derived(home: Home, member: tuple[str, str, str]) -> merging.ProcessedDelivery:
    site_id, delivery_id, mapping = member
    folder = home.landing / site_id / delivery_id / mapping
    return merging.ProcessedDelivery(delivery_id, mapping, Path(folder), frozenset())


def _hold_against_model(con: duckdb.DuckDBPyConnection, relation: str) -> None:
    """A harmonised relation against the pandera model of its name, where there is one.

    Raises pandera's SchemaErrors: a relation that breaks its own model is our fault, and is not published.
    """
    from haicplatform.warehouse.model_check import check_against_model, model_of

    model = model_of(*relation.split("."))
    if model:
        check_against_model(con, relation, model)
