"""Overview: which hospital needs attention this morning.

Belongs here: how it is laid out. Does not belong here: what is counted (review/overview.py).
"""

from __future__ import annotations

from haicplatform.queries.transitions import ROLES
from haicplatform.review.desk import Desk
from haicplatform.review.frame import note

PATH = "/"
TITLE = ("현황", "Overview")
ROLES = ROLES


def show(desk: Desk) -> None:
    note(desk.say("준비 중입니다.", "Being built."))
