"""One decision about many queries: which of them it concerns, then all of them or none.

Belongs here: choosing the queries and the states they were seen in. Does not belong here: what is legal
(queries/transitions.py), doing it (queries/actions.py), the dialog (pages/queries.py).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select

from haicplatform.ledger.engine import reading
from haicplatform.ledger.models import Query
from haicplatform.queries import transitions as life
from haicplatform.queries.actions import Request, act
from haicplatform.review.data.page_context import PageContext
from haicplatform.review.data.query_list import matching


@dataclass(frozen=True)
class Plan:
    """seen: (number, state) of the queries that take the action; left: how many of the chosen ones cannot."""

    action: str
    seen: tuple[tuple[int, str], ...]
    left: int


def actions_of(role: str) -> list[str]:
    """What a role may do to queries, in the order of the table of transitions."""
    return [action.name for action in life.ACTIONS.values() if role in action.roles]


def plan(ctx: PageContext, action: str, *, numbers: Collection[int] | None = None, filters: dict[str, str]) -> Plan:
    """The queries of the numbers, or all that fit the filters, as they stand now. Unknown numbers are left out."""
    wanted = [*matching(ctx, {}), Query.number.in_(set(numbers))] if numbers is not None else matching(ctx, filters)
    ledger = ctx.ledger()
    with reading(ledger.engine, ledger.home) as session:
        found = session.execute(select(Query.number, Query.state).where(*wanted).order_by(Query.number)).all()
    sources = life.ACTIONS[action].sources
    seen = tuple((number, state) for number, state in found if state in sources)
    return Plan(action, seen, len(found) - len(seen))


def carry_out(ctx: PageContext, decided: Plan, note: str) -> int:
    """Do it. Raises UsageError or ChangedMeanwhile, and then nothing was changed. Returns how many."""
    requests = [Request(number, decided.action, note, None, state) for number, state in decided.seen]
    return act(ctx.ledger(), ctx.person, requests)
