"""Each hospital's night in numbers: its last delivery, what moved since the night before, what waits.

Belongs here: asking the ledger and the site files. Does not belong here: words (digest.py). Numbers, tables, columns
and rules only; no patient's number, no value.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from haicplatform.core.errors import UsageError
from haicplatform.core.settings import Settings
from haicplatform.ingest.validation.gates import AcceptanceReport, findings_of
from haicplatform.ingest.validation.overdue import overdue_hospitals
from haicplatform.ledger.engine import reading
from haicplatform.ledger.models import AuditEntry, Query
from haicplatform.ledger.store import REFUSED, Ledger
from haicplatform.queries import transitions as life
from haicplatform.sites.loading import list_sites, load_site

if TYPE_CHECKING:
    from haicplatform.core.settings import Home
    from haicplatform.ledger.models import Derivation
    from haicplatform.sites.site import Site

OPENED, CLOSED, REOPENED = "opened", "closed", "reopened"
# what a delivery is that was landed and not judged yet
WAITS = "waits"
_MOVES = {
    life.OPENED: OPENED,
    life.CLOSED_BY_DELIVERY: CLOSED,
    "close": CLOSED,
    life.REOPENED_BY_DELIVERY: REOPENED,
    "reopen": REOPENED,
}
Said = tuple[str, str]
"""(Korean, English)"""
OpenRule = tuple[str | None, str | None, str, int]
"""(table, column, rule, how many)"""


@dataclass(frozen=True)
class SiteNight:
    """One hospital's night in numbers. late: the sentences of an overdue delivery; reasons: why it was refused.

    moved: opened, closed, reopened -> how many; waiting: (open, answered); overdue: open queries older than the
    settings allow; most: (table, column, rule, how many) of the open errors, the most first, then of the warnings.
    """

    site_id: str
    name: Said
    is_synthetic: bool = False
    extracted_at: dt.date | None = None
    status: str | None = None
    reasons: tuple[Said, ...] = ()
    warnings: int = 0
    late: Said | None = None
    moved: dict[str, int] = field(default_factory=dict)
    waiting: tuple[int, int] = (0, 0)
    overdue: int = 0
    most: tuple[OpenRule, ...] = ()
    recipients: tuple[str, ...] = ()


def site_nights(home: Home, ledger: Ledger, since: dt.datetime, now: dt.datetime) -> list[SiteNight]:
    """Every hospital's night, in the order of their names. since, now: UTC, naive."""
    late = {row["site_id"]: (row["message_ko"], row["message_en"]) for row in overdue_hospitals(home, now)}
    deliveries = {each.site_id: each for each in ledger.deliveries()}  # the last one a hospital: they come in order
    moved, waiting, overdue, most = _queries(ledger, since, now)
    nights = []
    for site_id in list_sites(home):
        site, last = _site(home, site_id), deliveries.get(site_id)
        row = None if last is None else _newest(ledger, site_id, last.delivery_id)
        judgement = None if row is None else AcceptanceReport.from_json(row.counts["gates"])
        is_refused = row is not None and row.status == REFUSED
        nights.append(
            SiteNight(
                site_id,
                (site_id, site_id) if site is None else (site.hospital.name_ko, site.hospital.name_en),
                site is not None and site.synthetic,
                last.extracted_at.date() if last else None,
                row.status if row else WAITS if last else None,
                tuple(_reasons(site, judgement)) if site and judgement and is_refused else (),
                len(judgement.warnings) if judgement else 0,
                late.get(site_id),
                dict(moved.get(site_id, {})),
                (waiting[site_id, life.OPEN], waiting[site_id, life.ANSWERED]),
                overdue[site_id],
                tuple(most.get(site_id, ())),
                () if site is None else site.mail,
            )
        )
    return nights


def _site(home: Home, site_id: str) -> Site | None:
    try:
        return load_site(site_id, home)
    except UsageError:  # its ingestion says so; the others have their digest all the same
        return None


def _newest(ledger: Ledger, site_id: str, delivery_id: str) -> Derivation | None:
    rows = [row for row in ledger.derivations(site_id) if row.delivery_id == delivery_id]
    return max(rows, key=lambda row: row.decided_at, default=None)


def _reasons(site: Site, judgement: AcceptanceReport) -> list[Said]:
    refusals = AcceptanceReport(judgement.failures)
    return findings_of(site, "", refusals).select("message_ko", "message_en").rows()


def _queries(
    ledger: Ledger, since: dt.datetime, now: dt.datetime
) -> tuple[dict[str | None, Counter[str]], Counter[tuple[str, str]], Counter[str], dict[str, list[OpenRule]]]:
    """Of every hospital: moves since then, counts by (site, state), open and too old, the most frequent open rules."""
    begin = since.replace(tzinfo=dt.UTC).isoformat(timespec="microseconds")
    too_old = now - dt.timedelta(days=Settings().query_overdue_days)
    moved: dict[str | None, Counter[str]] = {}
    most: dict[str, list[OpenRule]] = {}
    with reading(ledger.engine, ledger.home) as session:
        acts = select(AuditEntry.site_id, AuditEntry.action, func.count()).where(
            AuditEntry.at >= begin, AuditEntry.action.in_(_MOVES), AuditEntry.subject.like("query:%")
        )
        for site_id, action, count in session.execute(acts.group_by(AuditEntry.site_id, AuditEntry.action)):
            moved.setdefault(site_id, Counter())[_MOVES[action]] += count
        states = select(Query.site_id, Query.state, func.count()).group_by(Query.site_id, Query.state)
        waiting = Counter({(site, state): count for site, state, count in session.execute(states)})
        old = select(Query.site_id, func.count()).where(Query.state == life.OPEN, Query.opened_at < too_old)
        overdue = Counter({site: count for site, count in session.execute(old.group_by(Query.site_id))})
        what = (Query.table_name, Query.column_name, Query.rule_id)
        rules = (
            select(Query.site_id, Query.severity, *what, func.count().label("n"))
            .where(Query.state == life.OPEN)
            .group_by(Query.site_id, Query.severity, *what)
            .order_by(Query.site_id, Query.severity, func.count().desc(), *what)
        )
        for site_id, _, table, column, rule, count in session.execute(rules):
            most.setdefault(site_id, []).append((table, column, rule, count))
    return moved, waiting, overdue, most
