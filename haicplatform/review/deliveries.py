"""What hospitals delivered and what became of it, for a person's pages.

Belongs here: the deliveries a person may see, with their counts. Does not belong here: what changed between two of them
(changes.py), deciding anything (gates.py), NiceGUI.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import polars as pl

from haicplatform.derivation import Summary, folder_of, load
from haicplatform.errors import NotThere
from haicplatform.gates import Judgement, findings_of
from haicplatform.ledger.models import Delivery, Derivation
from haicplatform.ledger.store import ACCEPTED, REFUSED, Ledger
from haicplatform.queries.actions import Person
from haicplatform.review.hospitals import site_of
from haicplatform.settings import Home

WAITS = "waits"
STATUSES = (ACCEPTED, REFUSED, WAITS)


@dataclass(frozen=True)
class Delivered:
    """One delivery as it stands now: status accepted, refused or waits; gates: how it was judged, as it was recorded.

    mapping: what the counts come from, None while it waits. is_in_force: whether the hospital's state is made of it.
    """

    site_id: str
    delivery_id: str
    extracted_at: dt.datetime
    landed_at: dt.datetime
    files: tuple[str, ...]
    status: str = WAITS
    mapping: str | None = None
    gates: dict = field(default_factory=dict)
    is_in_force: bool = False
    summary: Summary = field(default_factory=lambda: Summary("", ""))
    expectations: str | None = None  # the name under which judging.py keeps what every expectation came to

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
    found = [each for each in ledger.deliveries(site_id) if person.may_see(each.site_id)]
    members = {(state.site_id, *member) for state in ledger.current_states() for member in map(tuple, state.members)}
    made: dict[tuple[str, str], Derivation] = {}
    for each in sorted({each.site_id for each in found}):
        for derivation in ledger.derivations(each):
            key = (each, derivation.delivery_id)
            if key not in made or made[key].decided_at <= derivation.decided_at:
                made[key] = derivation
    listed = [_one(home, each, made.get((each.site_id, each.delivery_id)), members) for each in found]
    return sorted(listed, key=lambda each: (each.extracted_at, each.landed_at, each.site_id), reverse=True)


def one(home: Home, ledger: Ledger, person: Person, site_id: str, delivery_id: str) -> Delivered:
    """One delivery. Raises NotThere for one that does not exist or is of another hospital than the person's."""
    if person.may_see(site_id):
        for each in delivered(home, ledger, person, site_id):
            if each.delivery_id == delivery_id:
                return each
    raise NotThere("There is no such delivery", todo="go back and choose it from the list")


def _one(home: Home, delivery: Delivery, derivation: Derivation | None, members: set) -> Delivered:
    begun = Delivered(
        delivery.site_id, delivery.delivery_id, delivery.extracted_at, delivery.landed_at,
        tuple(file["name"] for file in delivery.files),
    )  # fmt: skip
    if derivation is None:
        return begun
    folder = folder_of(home, delivery.site_id, delivery.delivery_id, derivation.mapping)
    return Delivered(
        begun.site_id, begun.delivery_id, begun.extracted_at, begun.landed_at, begun.files,
        status=derivation.status, mapping=derivation.mapping, gates=derivation.counts.get("gates", {}),
        is_in_force=(begun.site_id, begun.delivery_id, derivation.mapping) in members, summary=_summary(folder),
        expectations=derivation.counts.get("expectations"),
    )  # fmt: skip


@dataclass(frozen=True)
class Found:
    """How often a rule found something in one field of a delivery."""

    severity: str
    table_name: str | None
    column_name: str | None
    rule_id: str
    count: int


def by_rule(home: Home, delivery: Delivered) -> list[Found]:
    """What was found in a delivery as it was read, errors first, then the most frequent."""
    path = folder_of(home, delivery.site_id, delivery.delivery_id, delivery.mapping) / "findings.parquet"
    names = ["severity", "table_name", "column_name", "rule_id"]
    counted = pl.read_parquet(path, columns=names).group_by(names).len()
    found = [Found(*row) for row in counted.select(*names, "len").iter_rows()]
    rank = {"error": 0, "warning": 1}
    return sorted(found, key=lambda one: (rank.get(one.severity, 2), -one.count, one.rule_id, one.column_name or ""))


def said_by_gates(home: Home, delivery: Delivered) -> list[dict]:
    """What the delivery as a whole does not pass: severity, table_name, message_ko, message_en; errors refused it."""
    site = site_of(home, delivery.site_id)
    if not delivery.gates or isinstance(site, str):
        return []
    found = findings_of(site, delivery.delivery_id, Judgement.from_json(delivery.gates))
    return found.select("severity", "table_name", "message_ko", "message_en").to_dicts()


@lru_cache(maxsize=4096)
def _summary(folder: Path) -> Summary:
    """A derivation's folder never changes once it is there."""
    return load(folder)
