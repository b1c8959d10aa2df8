"""The turn in which deliveries that wait together are landed.

Belongs here: groups of waiting files and their order. Does not belong here: which landed delivery is the later one
(ledger.arrival_order), what makes a delivery (inbox.py), writing it (land.py).

Of those that waited in the inbox together nobody knows the order of arrival: they land in the order in which their
files were last changed, of equal times in the order of their names, and each record keeps who waited beside it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from haicplatform.ingest.landing.inbox import Waiting

_LATEST = int(dt.datetime(2100, 1, 1, tzinfo=dt.UTC).timestamp())  # a file system may hold times that no calendar has


@dataclass(frozen=True)
class Group:
    """Files of the inbox that make one delivery. when: the time of the extract, None where only the arrival tells."""

    delivery_id: str
    name: str
    files: tuple[Waiting, ...]
    when: dt.datetime | None

    @property
    def turn(self) -> tuple[dt.datetime, int, str, str]:
        changed = max(each.state[1] for each in self.files)
        return self.when or dt.datetime.min, changed, self.name, self.delivery_id

    @property
    def modified_at(self) -> dt.datetime:
        """When its files were last changed, UTC, naive."""
        seconds = min(max(self.turn[1] / 1e9, 0), _LATEST)
        return dt.datetime.fromtimestamp(seconds, dt.UTC).replace(tzinfo=None)


def in_turn(groups: Sequence[Group]) -> list[Group]:
    """In the order in which they are to be landed; of two copies of the same files the later one."""
    found: dict[str, Group] = {}
    for each in sorted(groups, key=lambda group: group.turn):
        found.pop(each.delivery_id, None)
        found[each.delivery_id] = each
    return list(found.values())


def together(group: Group, new: Sequence[Group]) -> tuple[str, ...]:
    """The new deliveries of the same extract time, in their order; empty where it is the only one."""
    same = tuple(each.delivery_id for each in new if each.when == group.when)
    return same if len(same) > 1 and group.delivery_id in same else ()
