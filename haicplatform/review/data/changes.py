"""What a delivery changed against the one before it: rows added, changed and gone, a table, and in which columns.

Belongs here: counting, on the validated rows of both. Does not belong here: which rows are in force (merging.py), what
the counts look like (pages/delivery.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from haicplatform.core.settings import Home
from haicplatform.ingest.state.merging import ProcessedDelivery, columns_of, rows_of
from haicplatform.ledger.arrival_order import rank
from haicplatform.ledger.store import ACCEPTED
from haicplatform.review.data.delivery_list import Delivered
from haicplatform.warehouse import warehouse
from schemas.contract import TABLES

if TYPE_CHECKING:
    import duckdb

    from schemas.contract import Table

MEMORY = "128MB"


@dataclass(frozen=True)
class Change:
    """One table. before, now: rows that passed; quarantined: those that did not; columns: how many rows differ where.

    A row is the same one when its business key is. gone: not delivered any more, or deleted by an incremental
    extract; a row that is held back now is not gone.
    """

    table_name: str
    before: int
    now: int
    added: int
    changed: int
    gone: int
    quarantined: int
    columns: tuple[tuple[str, int], ...]


def before_of(delivery: Delivered, listed: list[Delivered], is_incremental: bool) -> list[Delivered]:
    """What a delivery is compared with, oldest first: the accepted one before it, or all before an incremental one."""
    own = [each for each in listed if each.site_id == delivery.site_id and each.status == ACCEPTED]
    earlier = sorted((each for each in own if rank(each) < rank(delivery)), key=rank)
    return earlier if is_incremental else earlier[-1:]


def changes(home: Home, delivery: Delivered, before: list[Delivered], is_incremental: bool) -> list[Change]:
    """The tables of the delivery that was read, in the contract's order; before: what `before_of` gave, not empty."""
    return list(_changes(home, _derived(delivery), tuple(_derived(each) for each in before), is_incremental))


def _derived(delivery: Delivered) -> ProcessedDelivery:
    if delivery.folder is None:
        raise ValueError(f"{delivery.delivery_id} was not read")
    return delivery.summary.derived(delivery.folder)


@lru_cache(maxsize=256)
def _changes(
    home: Home, delivery: ProcessedDelivery, before: tuple[ProcessedDelivery, ...], is_incremental: bool
) -> tuple[Change, ...]:
    """Derivations never change, so that what lies between them is counted once."""
    with warehouse.connect(memory=MEMORY) as con:
        return tuple(
            _one(con, TABLES[name], delivery, before, is_incremental) for name in TABLES if name in delivery.whole
        )


def _one(
    con: duckdb.DuckDBPyConnection,
    table: Table,
    delivery: ProcessedDelivery,
    before: tuple[ProcessedDelivery, ...],
    is_incremental: bool,
) -> Change:
    names = [column.name for column in table.columns]
    key = list(table.key) or names
    for part in ("validated", "quarantined", "deleted"):
        con.execute(f"CREATE OR REPLACE TEMP VIEW {part} AS {_rows(con, delivery, part, table)}")
    listed = ", ".join(f'"{name}"' for name in key)
    words = " UNION ALL ".join(
        f"SELECT *, {order} AS ord, {part == 'deleted'} AS is_deleted FROM ({_rows(con, each, part, table)})"
        for order, each in enumerate(before)
        for part in ("validated", "deleted")
    )
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE known AS SELECT * EXCLUDE (ord, is_deleted), true AS is_known
            FROM (FROM ({words}) QUALIFY row_number() OVER (PARTITION BY {listed} ORDER BY ord DESC, is_deleted) = 1)
            WHERE NOT is_deleted"""
    )
    same = " AND ".join(f'n."{name}" IS NOT DISTINCT FROM b."{name}"' for name in key)
    differ = {name: f'n."{name}" IS DISTINCT FROM b."{name}"' for name in names if name not in key}
    is_changed = " OR ".join(differ.values()) or "false"
    counted = "".join(f", count(*) FILTER (is_known AND ({test}))" for test in differ.values())
    [(now, added, changed, *each)] = con.execute(
        f"""SELECT count(*), count(*) FILTER (is_known IS NULL), count(*) FILTER (is_known AND ({is_changed})){counted}
            FROM validated AS n LEFT JOIN known AS b ON {same}"""
    ).fetchall()
    gone = (
        f"SELECT count(*) FROM known AS b SEMI JOIN deleted AS n ON {same}"
        if is_incremental
        else f"""SELECT count(*) FROM known AS b
                 ANTI JOIN (SELECT {listed} FROM validated UNION ALL SELECT {listed} FROM quarantined) AS n ON {same}"""
    )
    [(n_gone, n_known, n_quarantined)] = con.execute(
        f"SELECT ({gone}), (SELECT count(*) FROM known), (SELECT count(*) FROM quarantined)"
    ).fetchall()
    found = sorted(((n, name) for name, n in zip(differ, each, strict=True) if n), reverse=True)
    return Change(
        table.name, n_known, now, added, changed, n_gone, n_quarantined,
        tuple((name, n) for n, name in found),
    )  # fmt: skip


def _rows(con: duckdb.DuckDBPyConnection, delivery: ProcessedDelivery, part: str, table: Table) -> str:
    file = delivery.folder / part / f"{table.name}.parquet"
    return rows_of(con, [file] if file.exists() else [], columns_of(table))
