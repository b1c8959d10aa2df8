"""How deliveries were decided by the time of a snapshot.

Belongs here: that one frame. Does not belong here: deciding (ingest.validation).
"""

from __future__ import annotations

import polars as pl

from haicplatform.ledger.store import Ledger


def decided_by(ledger: Ledger, snapshot_id: str) -> pl.DataFrame:
    """site_id, delivery_id, status: one row a delivery landed by the snapshot, as it was decided last by then."""
    snapshot, rows = ledger.snapshot(snapshot_id), []
    for site_id in sorted({delivery.site_id for delivery in ledger.deliveries()}):
        newest = sorted(ledger.derivations(site_id), key=lambda one: one.decided_at)
        by_then = [one for one in newest if snapshot is None or one.decided_at <= snapshot.created_at]
        rows += [(site_id, *pair) for pair in {one.delivery_id: one.status for one in by_then}.items()]
    return pl.DataFrame(rows, schema=dict.fromkeys(("site_id", "delivery_id", "status"), pl.String), orient="row")
