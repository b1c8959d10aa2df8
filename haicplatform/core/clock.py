"""The one clock: moments are kept in UTC and shown as the hospitals' wall clocks say (KST).

Belongs here: the zone, and now. Does not belong here: dates in hospitals' files (sql/parse).
"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

# hospitals date their extracts by the clock on the wall; a day's difference would make today's rows future ones
WALL_CLOCK = ZoneInfo("Asia/Seoul")


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)
