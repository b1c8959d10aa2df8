"""What the overview shows: a hospital a row, what needs attention, what changed since yesterday.

Belongs here: counting, for the hospitals that a person may see. Does not belong here: layout (pages/overview.py), what
a finding or a gate is.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from haicplatform.core.people import Person
from haicplatform.core.settings import Home
from haicplatform.ingest.validation.overdue import is_late
from haicplatform.ledger.engine import reading
from haicplatform.ledger.models import AuditEntry, Query
from haicplatform.ledger.store import REFUSED, Ledger
from haicplatform.queries.transitions import OPEN, WAITING
from haicplatform.review.data.delivery_list import Delivered, delivered
from haicplatform.review.data.hospitals import names_of, site_of
from haicplatform.sites.loading import list_sites
from haicplatform.sites.site import Site
from schemas.contract import TABLES

if TYPE_CHECKING:
    import duckdb

TREND = 20
# where a site file closes no gate on the share of rows held back
FULL_SHARE = 0.05
DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Rate:
    """rows: of the hospital's data in force, those held back included; bad: those with an error."""

    rows: int
    bad: int

    @property
    def share(self) -> float:
        return self.bad / self.rows if self.rows else 0.0


@dataclass(frozen=True)
class Hospital:
    """One row of the overview.

    full_share: the share of rows at which the hospital's own gate closes. trend: errors per 1,000 rows of its last
    deliveries, the oldest first. news: what happened to its queries in the last 24 hours, by action. mistake: what is
    wrong with its site file.
    """

    site_id: str
    names: tuple[str, str]
    last: Delivered | None = None
    days: int | None = None
    is_overdue: bool = False
    open: int = 0
    answered: int = 0
    oldest_days: int | None = None
    full_share: float = FULL_SHARE
    rates: dict[str, Rate] = field(default_factory=dict)
    trend: tuple[float, ...] = ()
    news: Counter = field(default_factory=Counter)
    new_deliveries: tuple[Delivered, ...] = ()
    mistake: str | None = None

    @property
    def rate(self) -> Rate:
        return Rate(sum(each.rows for each in self.rates.values()), sum(each.bad for each in self.rates.values()))

    @property
    def refused_files(self) -> int:
        """Files of the last delivery that were not taken, also where the rest of it counts."""
        return 0 if self.last is None else len(self.last.summary.refused_files)

    @property
    def urgency(self) -> tuple:
        """Sorts what needs somebody first: a broken site file, a refused delivery, a late one, lost files, errors."""
        is_refused = self.last is not None and self.last.status == REFUSED
        lost = -self.refused_files
        return (self.mistake is None, not is_refused, not self.is_overdue, self.last is None, lost, -self.rate.share)


def hospitals(
    home: Home, ledger: Ledger, con: duckdb.DuckDBPyConnection | None, person: Person, now: dt.datetime
) -> list[Hospital]:
    """The hospitals that the person may see, those that need attention first.

    con: the published warehouse, None while there is none; now: UTC, naive.
    """
    by_site: dict[str, list[Delivered]] = {}
    for each in delivered(home, ledger, person):
        by_site.setdefault(each.site_id, []).append(each)
    waiting, news = _waiting(ledger), _news(ledger, now - DAY)
    rates = _rates(con) if con is not None else {}
    rows = []
    for site_id in filter(person.may_see, list_sites(home)):
        own, (opened, answered, since) = by_site.get(site_id, []), waiting.get(site_id, (0, 0, None))
        known, ago = site_of(home, site_id), now - max(each.landed_at for each in own) if own else None
        rows.append(
            Hospital(
                site_id, names_of(home, site_id), own[0] if own else None, days=ago.days if ago else None,
                is_overdue=isinstance(known, Site) and ago is not None and is_late(ago, known),
                open=opened, answered=answered, oldest_days=(now - since).days if since else None,
                full_share=_full_share(known), rates=rates.get(site_id, {}), trend=_trend(own),
                news=news.get(site_id, Counter()),
                new_deliveries=tuple(each for each in own if each.landed_at >= now - DAY),
                mistake=None if isinstance(known, Site) else known,
            )
        )  # fmt: skip
    return sorted(rows, key=lambda row: (row.urgency, row.site_id))


def _full_share(site: Site | str) -> float:
    percent = site.gates.max_quarantined_percent if isinstance(site, Site) else None
    return float(percent) / 100 if percent else FULL_SHARE


def _trend(own: list[Delivered]) -> tuple[float, ...]:
    read = [each for each in own if each.mapping is not None][:TREND]
    return tuple(each.errors_per_thousand for each in reversed(read) if each.errors_per_thousand is not None)


def _waiting(ledger: Ledger) -> dict[str, tuple[int, int, dt.datetime]]:
    """site → (open, answered, since when the oldest waits)."""
    query = (
        select(Query.site_id, Query.state, func.count(), func.min(Query.opened_at))
        .where(Query.state.in_(WAITING))
        .group_by(Query.site_id, Query.state)
    )
    found: dict[str, tuple[int, int, dt.datetime]] = {}
    with reading(ledger.engine, ledger.home) as session:
        for site_id, state, count, since in session.execute(query):
            opened, answered, oldest = found.get(site_id, (0, 0, since))
            counts = (opened + count, answered) if state == OPEN else (opened, answered + count)
            found[site_id] = (*counts, min(oldest, since))
    return found


def _news(ledger: Ledger, since: dt.datetime) -> dict[str, Counter]:
    """site → how often each action was done to its queries since then."""
    before = select(func.max(AuditEntry.seq)).where(AuditEntry.at < since.isoformat(timespec="microseconds"))
    query = (
        select(AuditEntry.site_id, AuditEntry.action, func.count())
        .where(AuditEntry.seq > func.coalesce(before.scalar_subquery(), 0), AuditEntry.subject.like("query:%"))
        .group_by(AuditEntry.site_id, AuditEntry.action)
    )
    found: dict[str, Counter] = {}
    with reading(ledger.engine, ledger.home) as session:
        for site_id, action, count in session.execute(query):
            found.setdefault(site_id, Counter())[action] = count
    return found


def _rates(con: duckdb.DuckDBPyConnection) -> dict[str, dict[str, Rate]]:
    """site → table → rows in force and rows with an error, those that an error held back included in both."""
    counted = " UNION ALL ".join(
        f"SELECT site_id, '{table}' AS table_name, row_id, true AS is_valid FROM validated.{table}" for table in TABLES
    )
    rows = con.execute(
        f"""WITH bad AS (
                SELECT DISTINCT site_id, table_name, row_id
                FROM quality.finding SEMI JOIN quality.snapshot_member USING (site_id, delivery_id)
                WHERE severity = 'error' AND row_id IS NOT NULL
            ), valid AS ({counted})
            SELECT coalesce(v.site_id, b.site_id), coalesce(v.table_name, b.table_name),
                   count(*), count(b.row_id)
            FROM valid AS v FULL JOIN bad AS b ON v.row_id = b.row_id AND v.table_name = b.table_name
            GROUP BY ALL"""
    ).fetchall()
    found: dict[str, dict[str, Rate]] = {}
    for site_id, table, total, bad in rows:
        found.setdefault(site_id, {})[table] = Rate(total, bad)
    return found
