"""What hospitals delivered and what became of it, for a person's pages.

Belongs here: the deliveries a person may see, with their counts. Does not belong here: what changed between two of them
(changes.py), deciding anything (gates.py), NiceGUI.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import polars as pl
from sqlalchemy import select, tuple_

from haicplatform.core.errors import NotThere
from haicplatform.core.people import Person
from haicplatform.core.settings import Home
from haicplatform.ingest.state.delivery_summary import Summary, folder_of, load_summary
from haicplatform.ingest.validation.gates import AcceptanceReport, findings_of
from haicplatform.ledger.arrival_order import rank
from haicplatform.ledger.engine import reading
from haicplatform.ledger.models import Delivery, Derivation
from haicplatform.ledger.store import Ledger
from haicplatform.operations.nightly_status import WAITS
from haicplatform.review.data.hospitals import site_of

FEW = 500


@dataclass(frozen=True)
class Delivered:
    """One delivery as it stands now: status accepted, refused or waits.

    mapping, folder: what the counts come from, None while it waits. is_in_force: whether the hospital's state is made
    of it. Files and counts are read when they are asked for: there may be years of deliveries.
    """

    site_id: str
    delivery_id: str
    extracted_at: dt.datetime
    landed_at: dt.datetime
    status: str = WAITS
    mapping: str | None = None
    folder: Path | None = None
    is_in_force: bool = False

    @property
    def summary(self) -> Summary:
        """What the derivation came to; empty while it waits."""
        return Summary("", "") if self.folder is None else _summary(self.folder)

    @property
    def rows(self) -> int:
        """Rows that were delivered."""
        return sum(count.delivered for count in self.summary.tables.values())

    @property
    def quarantined(self) -> int:
        return sum(count.quarantined for count in self.summary.tables.values())

    @property
    def errors(self) -> int:
        return self.summary.severities.get("error", 0)

    @property
    def errors_per_thousand(self) -> float | None:
        """Errors per 1,000 delivered rows; None without rows."""
        return 1000 * self.errors / self.rows if self.rows else None


def delivered(home: Home, ledger: Ledger, person: Person, site_id: str | None = None) -> list[Delivered]:
    """The deliveries of the hospitals that the person may see (of one of them), the newest extract first."""
    members = {(state.site_id, *member) for state in ledger.current_states() for member in map(tuple, state.members)}
    landed = select(Delivery.site_id, Delivery.delivery_id, Delivery.extracted_at, Delivery.landed_at)
    derived = select(Derivation.site_id, Derivation.delivery_id, Derivation.mapping, Derivation.status)
    if site_id is not None:
        landed, derived = landed.where(Delivery.site_id == site_id), derived.where(Derivation.site_id == site_id)
    with reading(ledger.engine, home) as session:
        # the last decision about a delivery is the one that is shown
        made = {tuple(row[:2]): row for row in session.execute(derived.order_by(Derivation.decided_at))}
        found = [Delivered(*row) for row in session.execute(landed) if person.may_see(row.site_id)]
    listed = []
    for each in found:
        if (row := made.get((each.site_id, each.delivery_id))) is not None:
            folder = folder_of(home, each.site_id, each.delivery_id, row.mapping)
            in_force = (each.site_id, each.delivery_id, row.mapping) in members
            each = replace(each, status=row.status, mapping=row.mapping, folder=folder, is_in_force=in_force)
        listed.append(each)
    return sorted(listed, key=rank, reverse=True)


def one(home: Home, ledger: Ledger, person: Person, site_id: str, delivery_id: str) -> Delivered:
    """One delivery. Raises NotThere for one that does not exist or is of another hospital than the person's."""
    if person.may_see(site_id):
        for each in delivered(home, ledger, person, site_id):
            if each.delivery_id == delivery_id:
                return each
    raise NotThere("There is no such delivery", todo="go back and choose it from the list")


def names_of_files(ledger: Ledger, listed: Iterable[Delivered]) -> dict[tuple[str, str], tuple[str, ...]]:
    """(site, delivery) → the names of its files."""
    keys = {(each.site_id, each.delivery_id) for each in listed}
    query = select(Delivery.site_id, Delivery.delivery_id, Delivery.files)
    if len(keys) <= FEW:  # a database takes no longer list of parameters than it likes
        query = query.where(tuple_(Delivery.site_id, Delivery.delivery_id).in_(keys))
    with reading(ledger.engine, ledger.home) as session:
        found = {(site, delivery): files for site, delivery, files in session.execute(query)}
    return {key: tuple(file["name"] for file in found[key]) for key in keys}


def judged(ledger: Ledger, delivery: Delivered) -> dict:
    """What was recorded when it was judged: `gates` (failures, warnings, not_run), `expectations` and others."""
    with reading(ledger.engine, ledger.home) as session:
        found = session.get(Derivation, (delivery.site_id, delivery.delivery_id, delivery.mapping or ""))
        return found.counts if found else {}


@dataclass(frozen=True)
class Found:
    """How often a rule found something in one field of a delivery."""

    severity: str
    table_name: str | None
    column_name: str | None
    rule_id: str
    count: int


def by_rule(delivery: Delivered) -> list[Found]:
    """What was found in a delivery, errors first, then the most frequent; nothing while it waits."""
    if delivery.folder is None:
        return []
    path = delivery.folder / "findings.parquet"
    names = ["severity", "table_name", "column_name", "rule_id"]
    counted = pl.read_parquet(path, columns=names).group_by(names).len()
    found = [Found(*row) for row in counted.select(*names, "len").iter_rows()]
    rank = {"error": 0, "warning": 1}
    return sorted(found, key=lambda one: (rank.get(one.severity, 2), -one.count, one.rule_id, one.column_name or ""))


def said_by_gates(home: Home, delivery: Delivered, gates: dict) -> list[dict]:
    """What the delivery as a whole does not pass: severity, table_name, message_ko, message_en; errors refused it.

    gates: as `judged` gives them.
    """
    site = site_of(home, delivery.site_id)
    if not gates or isinstance(site, str):
        return []
    found = findings_of(site, delivery.delivery_id, AcceptanceReport.from_json(gates))
    return found.select("severity", "table_name", "message_ko", "message_en").to_dicts()


@lru_cache(maxsize=20_000)
def _summary(folder: Path) -> Summary:
    """A derivation's folder never changes once it is there."""
    return load_summary(folder)
