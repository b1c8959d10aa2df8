"""Which of a hospital's deliveries is the later one.

Belongs here: that one rule. Does not belong here: the turn in which waiting files are landed (ingest.landing).

Deliveries are in the order of their extracts; of one extract time, in the order in which they arrived. That order is
kept with each delivery (`landed_at` never goes back within a hospital) and is never made from files again.
"""

from __future__ import annotations

import datetime as dt
from typing import Protocol


class Arrived(Protocol):
    """Whatever stands for a landed delivery: under landing/, in the ledger, on a page."""

    @property
    def delivery_id(self) -> str: ...
    @property
    def extracted_at(self) -> dt.datetime: ...
    @property
    def landed_at(self) -> dt.datetime: ...


def rank(delivery: Arrived) -> tuple[dt.datetime, dt.datetime, str]:
    """Where a delivery stands among its hospital's: the greater one is the later."""
    return delivery.extracted_at, delivery.landed_at, delivery.delivery_id
