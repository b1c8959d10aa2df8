"""Hospitals whose last delivery is older than their site file expects.

Belongs here: the rule `delivery.overdue`. Does not belong here: sending reminders, and what was delivered.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from haicplatform.core.errors import UsageError
from haicplatform.core.settings import Home
from haicplatform.ledger.store import Ledger

if TYPE_CHECKING:
    import polars as pl

    from haicplatform.ledger.models import Delivery
    from haicplatform.sites.site import Site


def overdue(home: Home, now: dt.datetime | None = None) -> pl.DataFrame:
    """A finding for each hospital that has delivered before and is late, in the shape of quality.finding.

    Late: no new delivery landed for more than expected_every_days + grace_days. now: UTC, naive.
    """
    import polars as pl

    from haicplatform.findings import findings
    from haicplatform.sites.loading import list_sites, load_site

    now = now or dt.datetime.now(dt.UTC).replace(tzinfo=None)
    with Ledger(home) as ledger:
        newest: dict[str, Delivery] = {}
        for delivery in ledger.deliveries():
            last = newest.get(delivery.site_id)
            if last is None or delivery.landed_at > last.landed_at:
                newest[delivery.site_id] = delivery
    drafts = []
    for site_id in list_sites(home):
        if site_id not in newest:
            continue
        try:
            site = load_site(site_id, home)
        except UsageError:  # its ingestion says so; the other hospitals are looked at all the same
            continue
        late = now - newest[site_id].landed_at
        if is_late(late, site):
            drafts.append(
                findings.draft_finding(
                    "delivery.overdue",
                    site_id=site_id,
                    delivery_id=newest[site_id].delivery_id,
                    value=f"{late.days} days",
                    expected=f"every {site.expected_every_days} days, {site.grace_days} days of grace",
                    key=[],
                )
            )
    return findings.render_findings(pl.concat(drafts)) if drafts else findings.empty()


def is_late(since: dt.timedelta, site: Site) -> bool:
    """Whether so long since its last delivery is longer than the hospital's site file allows."""
    return since > dt.timedelta(days=site.expected_every_days + site.grace_days)


def overdue_hospitals(home: Home, now: dt.datetime | None = None) -> list[dict]:
    """The overdue hospitals as rows: site_id, delivery_id (the last one), value (how late), both messages."""
    columns = ["site_id", "delivery_id", "rule_id", "severity", "value", "message_en", "message_ko"]
    return overdue(home, now).select(columns).to_dicts()
