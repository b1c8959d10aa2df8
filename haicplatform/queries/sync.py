"""What deliveries do to queries: opened, changed, closed and opened again without anybody's hand.

Belongs here: holding a hospital's findings in force against its queries, set-based. Does not belong here: what a
person does (actions.py), and which findings there are.

Queries follow the state in force and nothing else, so the same delivery twice, or an old one after a new one, moves
nothing. Only errors and warnings are questions; a finding for information is none.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from haicplatform.core.clock import now
from haicplatform.core.resources import sql_dir
from haicplatform.core.settings import Home
from haicplatform.findings import findings as findings_module
from haicplatform.ledger import audit
from haicplatform.ledger.engine import reading, writing
from haicplatform.ledger.models import Query
from haicplatform.ledger.store import Ledger
from haicplatform.queries import transitions as life

_ValuesNow = Callable[[pl.DataFrame], dict[str, str | None]]

DELIVERY, SNAPSHOT = "delivery", "snapshot"
BY_DELIVERY = "delivery"
ASKED = ("error", "warning")
_SEEN = (
    "severity", "rule_id", "table_name", "column_name", "patient_id", "delivery_id", "row_id", "source_file",
    "source_sheet", "source_row", "source_column", "value", "message_en", "message_ko",
)  # fmt: skip
_KNOWN = ("fingerprint", "site_id", "state", "settled_value", "settled_delivery", *_SEEN)


@dataclass(frozen=True)
class SyncCounts:
    """How many queries one synchronisation opened, reopened and closed."""

    opened: int = 0
    reopened: int = 0
    closed: int = 0

    def __str__(self) -> str:
        parts = [f"{count} {word}" for word, count in vars(self).items() if count]
        return f"queries: {', '.join(parts) or 'as before'}"


def sync_site(home: Home, site_id: str) -> SyncCounts:
    """Bring a hospital's queries to what its state in force says; nothing in force leaves them as they are."""
    from haicplatform.ingest.state.site_state import folder_of

    with Ledger(home) as ledger:
        state = ledger.current_state(site_id)
        if state is None:
            return SyncCounts()
        folder = folder_of(home, site_id, state.state_hash)
        found = pl.read_parquet(folder / "findings.parquet")
        return _sync(ledger, found, site_id, DELIVERY, lambda gone: _values_now(folder / "validated", site_id, gone))


def sync_snapshot(home: Home) -> SyncCounts:
    """The same for what was found across hospitals, in the snapshot that is published."""
    from haicplatform.warehouse import warehouse

    rules = [path.stem for path in (sql_dir() / "checks" / "snapshot").glob("*.sql")]
    with warehouse.published(home) as con, Ledger(home) as ledger:
        found = con.execute("SELECT * FROM quality.finding WHERE list_contains(?, rule_id)", [rules]).pl()
        return _sync(ledger, found, None, SNAPSHOT, lambda _: {})


def _sync(ledger: Ledger, found: pl.DataFrame, site_id: str | None, scope: str, values_now: _ValuesNow) -> SyncCounts:
    found = _one_each(found)
    with writing(ledger.engine, ledger.home) as session:
        wanted = [Query.scope == scope, *([Query.site_id == site_id] if site_id else [])]
        rows = session.execute(select(*(getattr(Query, name) for name in _KNOWN)).where(*wanted)).all()
        kinds = {name: findings_module.SCHEMA.get(name, pl.String()) for name in _KNOWN}
        known = pl.DataFrame([tuple(row) for row in rows], schema=kinds, orient="row")
        new = found.join(known, on="fingerprint", how="anti", maintain_order="left")
        back, changed, seen = _again(found, known)
        gone = known.filter(pl.col("state") != life.CLOSED).join(found, on="fingerprint", how="anti")
        at = now()
        acts = _open(session, new, scope, at)
        acts += _reopen(session, back, at)
        acts += [_act(life.CHANGED, row, row["value_before"], row["value"]) for row in changed.to_dicts()]
        _place(session, seen)
        acts += _close(session, gone, values_now(gone) if gone.height else {}, at)
        audit.append(session, BY_DELIVERY, acts)
    return SyncCounts(new.height, back.height, gone.height)


def _one_each(found: pl.DataFrame) -> pl.DataFrame:
    """The findings that ask something, one a fingerprint: the gravest, then the first in the file."""
    asked = found.filter(pl.col("severity").is_in(ASKED))
    order = ["severity", "table_name", "source_file", "source_row", "column_name", "rule_id"]
    return asked.sort(order, nulls_last=True, maintain_order=True).unique(
        "fingerprint", keep="first", maintain_order=True
    )


def _again(found: pl.DataFrame, known: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """(to reopen, waiting with another value, to be shown in another place or words) of findings known as queries.

    A person's decision was about one value in one delivery: an accepted query opens again with another value, a
    closed one when a later delivery has the finding still, an answered one when the value changed and is still wrong.
    """
    both = found.join(known.drop("site_id"), on="fingerprint", how="inner", suffix="_before", maintain_order="left")
    is_elsewhere = pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_before")) for name in _SEEN)
    moved = pl.col("value").ne_missing(pl.col("value_before"))
    is_back = (
        ((pl.col("state") == life.CLOSED) & pl.col("settled_delivery").ne_missing(pl.col("delivery_id")))
        | ((pl.col("state") == life.ACCEPTED) & pl.col("value").ne_missing(pl.col("settled_value")))
        | ((pl.col("state") == life.ANSWERED) & moved)
    )
    return both.filter(is_back), both.filter((pl.col("state") == life.OPEN) & moved), both.filter(is_elsewhere)


def _open(session: Session, new: pl.DataFrame, scope: str, at: dt.datetime) -> list[audit.Act]:
    if new.is_empty():
        return []
    first = (session.scalar(select(func.max(Query.number))) or 0) + 1
    rows = new.select("fingerprint", "site_id", *_SEEN).to_dicts()
    made = {"scope": scope, "state": life.OPEN, "opened_at": at, "changed_at": at}
    session.execute(insert(Query), [row | made | {"number": first + i} for i, row in enumerate(rows)])
    return [_act(life.OPENED, row, None, row["value"], life.OPEN) for row in rows]


def _reopen(session: Session, back: pl.DataFrame, at: dt.datetime) -> list[audit.Act]:
    rows = back.to_dicts()
    _update(
        session,
        [{"key": row["fingerprint"], "state": life.OPEN, "changed_at": at} for row in rows],
        settled_value=None,
        settled_delivery=None,
    )
    return [_act(life.REOPENED_BY_DELIVERY, row, row["value_before"], row["value"], life.OPEN) for row in rows]


def _close(session: Session, gone: pl.DataFrame, values: dict[str, str | None], at: dt.datetime) -> list[audit.Act]:
    rows = gone.to_dicts()
    _update(
        session,
        [{"key": row["fingerprint"], "state": life.CLOSED, "changed_at": at} for row in rows],
        settled_value=None,
        settled_delivery=None,
    )
    return [
        _act(life.CLOSED_BY_DELIVERY, row, row["value"], values.get(row["fingerprint"]), life.CLOSED) for row in rows
    ]


def _place(session: Session, seen: pl.DataFrame) -> None:
    """Where the finding stands now: file, row, value and sentences follow the newest delivery."""
    rows = seen.select(pl.col("fingerprint").alias("key"), *_SEEN).to_dicts()
    _update(session, rows)


def _update(session: Session, rows: list[dict], **fixed: object) -> None:
    if not rows:
        return
    names = [name for name in rows[0] if name != "key"]
    table = Query.metadata.tables[Query.__tablename__]
    statement = update(table).where(table.c.fingerprint == bindparam("key"))
    session.connection().execute(statement.values({name: bindparam(f"new_{name}") for name in names} | fixed), [
        {"key": row["key"]} | {f"new_{name}": row[name] for name in names} for row in rows
    ])  # fmt: skip


def _act(action: str, row: dict, before: str | None, after: str | None, state: str | None = None) -> audit.Act:
    old = {"value": before} | ({"state": row["state"]} if "state" in row else {})
    new = {"value": after} | ({"state": state} if state else {})
    return audit.Act(action, f"query:{row['fingerprint']}", row.get("site_id"), old, new)


def _values_now(folder: Path, site_id: str, gone: pl.DataFrame) -> dict[str, str | None]:
    """The value that a query's cell has now, by fingerprint, where the row is still there and not identifying."""
    from schemas.contract import TABLES

    values: dict[str, str | None] = {}
    about = gone.filter(pl.col("table_name").is_in(list(TABLES)), pl.col("column_name").is_not_null())
    for (table_name, column, rule), part in about.group_by("table_name", "column_name", "rule_id"):
        table, path = TABLES[table_name], folder / f"{table_name}.parquet"
        if column not in table.names or table.column(column).identifying or not path.exists():
            continue
        rows = (
            pl.scan_parquet(path)
            .filter(pl.col("patient_id").is_in(part["patient_id"].drop_nulls().unique().to_list()))
            .select(findings_module.key_values(table).alias("key"), pl.col(column).cast(pl.String).alias("value"))
            .drop_nulls("key")
            .collect()
        )
        wanted = set(part["fingerprint"])
        for key, value in rows.iter_rows():
            identity = findings_module.fingerprint(site_id, table_name, key, column, rule)
            if identity in wanted:
                values[identity] = value
    return values


def waiting(ledger: Ledger, site_id: str | None = None) -> int:
    """How many queries wait for an answer or for the next extract."""
    with reading(ledger.engine, ledger.home) as session:
        query = select(func.count()).select_from(Query).where(Query.state.in_(life.WAITING))
        return session.scalar(query if site_id is None else query.where(Query.site_id == site_id)) or 0
