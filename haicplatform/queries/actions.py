"""What people do to queries, and looking them up.

Belongs here: one person's action in one transaction with its audit entry, lists and histories. Does not belong here:
what is legal (transitions.py), what deliveries do (sync.py).
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from haicplatform.core.clock import now
from haicplatform.core.errors import ChangedMeanwhile, UsageError
from haicplatform.core.people import Person, plain_note
from haicplatform.ledger import audit
from haicplatform.ledger.engine import reading, writing
from haicplatform.ledger.models import AuditEntry, Query
from haicplatform.ledger.store import Ledger
from haicplatform.queries import transitions as life

_AT_ONCE = 500


@dataclass(frozen=True)
class Request:
    """One action on one query. expected_state: the state the person saw; another one by now is a conflict."""

    number: int
    action: str
    note: str | None = None
    corrected_value: str | None = None
    expected_state: str | None = None


def act(ledger: Ledger, person: Person, requests: list[Request]) -> int:
    """Do all of the requests, or none. Returns how many queries were acted on.

    Raises UsageError for the first that is not legal: an unknown query (also one of a hospital that the person may
    not see: its existence is nobody's business), a missing reason, an identifier in the text; ChangedMeanwhile for a
    state that moved.
    """
    with writing(ledger.engine, ledger.home) as session:
        queries = _queries(session, sorted({request.number for request in requests}))
        acts = [_one(queries.get(request.number), person, request) for request in requests]
        audit.append(session, person.name, acts)
    return len(requests)


def _queries(session: Session, numbers: list[int]) -> dict[int, Query]:
    """Queries by number: thousands are decided at once, and a statement each would hold the write lock for long."""
    found: dict[int, Query] = {}
    for first in range(0, len(numbers), _AT_ONCE):
        part = numbers[first : first + _AT_ONCE]
        found |= {query.number: query for query in session.scalars(select(Query).where(Query.number.in_(part)))}
    return found


def _one(query: Query | None, person: Person, request: Request) -> audit.Act:
    if query is None or not person.may_see(query.site_id):
        raise UsageError(f"There is no query {request.number}", todo="check the number in the list of queries")
    if request.expected_state not in (None, query.state):
        raise ChangedMeanwhile(
            f"Query {request.number} was changed meanwhile", found=query.state, expected=request.expected_state,
            todo="load the query again and decide anew",
            ko=f"질의 {request.number}번은 그 사이 다른 사람이나 새 자료로 상태가 바뀌었습니다. 아무것도 바꾸지 않았고"
            " 입력하신 내용은 그대로 있습니다. 지금 상태를 확인하고 다시 결정해 주십시오.",
        )  # fmt: skip
    note, corrected = plain_note(request.note), plain_note(request.corrected_value)
    action = life.require_action(request.action, query.state, person.role, note)
    old = {"state": query.state, "answer": query.answer, "corrected_value": query.corrected_value}
    if action.to is not None:
        query.state, query.changed_at = action.to, now()
        is_settled = action.to not in life.WAITING
        query.settled_value = query.value if is_settled else None
        query.settled_delivery = query.delivery_id if is_settled else None
    if action.name == "answer":
        query.answer, query.corrected_value = note, corrected
    new = {"state": query.state, "answer": query.answer, "corrected_value": query.corrected_value}
    return audit.Act(action.name, f"query:{query.fingerprint}", query.site_id, old, new, note)


def listed(ledger: Ledger, person: Person, *, site_id: str | None = None, state: str | None = None) -> list[Query]:
    """The queries a person may see, errors first, then by number. UsageError for an unknown state."""
    if state is not None and state not in life.STATES:
        raise UsageError(f"No state of a query is called {state}", expected=", ".join(life.STATES))
    query = select(Query).order_by(Query.severity, Query.number)
    if site_id is not None:
        query = query.where(Query.site_id == site_id)
    if state is not None:
        query = query.where(Query.state == state)
    if person.sites is not None:
        query = query.where(Query.site_id.in_(person.sites))
    with reading(ledger.engine, ledger.home) as session:
        return list(session.scalars(query))


def history(ledger: Ledger, person: Person, number: int) -> tuple[Query, list[AuditEntry]]:
    """A query and everything done to it, the oldest first. UsageError where there is none to see."""
    with reading(ledger.engine, ledger.home) as session:
        query = session.scalars(select(Query).where(Query.number == number)).one_or_none()
        if query is None or not person.may_see(query.site_id):
            raise UsageError(f"There is no query {number}", todo="check the number in the list of queries")
        return query, audit.history(session, f"query:{query.fingerprint}")
