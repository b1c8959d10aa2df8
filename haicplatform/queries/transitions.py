"""The life of a query: its states, who may move it, and from where.

Belongs here: the one table of legal transitions. Does not belong here: storing anything (actions.py, sync.py).

open: waits for the hospital. answered: the hospital said something, the next extract will show. closed: the finding
is gone, or a person closed it. accepted: truly so, until the value changes. not_applicable: the rule does not fit.
"""

from __future__ import annotations

from dataclasses import dataclass

from haicplatform.core.errors import UsageError
from haicplatform.core.people import ADMINISTRATOR, COORDINATOR, DATA_MANAGER

OPEN, ANSWERED, CLOSED, ACCEPTED, NOT_APPLICABLE = "open", "answered", "closed", "accepted", "not_applicable"
STATES = (OPEN, ANSWERED, CLOSED, ACCEPTED, NOT_APPLICABLE)
WAITING = (OPEN, ANSWERED)


# What deliveries do; no person may.
OPENED, CLOSED_BY_DELIVERY, REOPENED_BY_DELIVERY, CHANGED = (
    "opened", "closed_by_delivery", "reopened_by_delivery", "value_changed",
)  # fmt: skip


@dataclass(frozen=True)
class Action:
    """What a person may do to a query. to: the new state, None leaves it; needs_note: why must be said."""

    name: str
    sources: tuple[str, ...]
    to: str | None
    roles: tuple[str, ...]
    needs_note: bool = True


_MANAGERS = (ADMINISTRATOR, DATA_MANAGER)
ACTIONS = {
    action.name: action
    for action in (
        Action("answer", WAITING, ANSWERED, (*_MANAGERS, COORDINATOR)),
        Action("close", WAITING, CLOSED, _MANAGERS),
        Action("accept", WAITING, ACCEPTED, _MANAGERS),
        Action("not_applicable", WAITING, NOT_APPLICABLE, _MANAGERS),
        Action("reopen", (ANSWERED, CLOSED, ACCEPTED, NOT_APPLICABLE), OPEN, _MANAGERS),
        Action("comment", STATES, None, (*_MANAGERS, COORDINATOR)),
    )
}


def require_action(name: str, state: str, role: str, note: str | None) -> Action:
    """The action, if that role may do it to a query in that state. Raises UsageError with the reason."""
    action = ACTIONS.get(name)
    if action is None:
        raise UsageError(f"Nothing called {name!r} can be done to a query", expected=", ".join(ACTIONS))
    if role not in action.roles:
        raise UsageError(
            f"A {role} may not do this ({name})", expected=f"one of {', '.join(action.roles)}",
            ko="이 계정으로는 할 수 없는 일입니다. 데이터 매니저에게 요청해 주십시오.",
        )  # fmt: skip
    if state not in action.sources:
        raise UsageError(
            f"A query that is {state} cannot take the action {name}",
            expected=f"a query that is {' or '.join(action.sources)}",
            todo="look at its history: somebody else, or a delivery, was there first",
            ko="질의의 지금 상태에서는 할 수 없는 일입니다. 다른 사람이 먼저 처리했거나 새 자료로 바뀌었을 수 있으니"
            " 이력을 확인해 주십시오.",
        )
    if action.needs_note and not (note or "").strip():
        raise UsageError(
            f"The action {name} needs a reason", todo="say in a few words why",
            ko="사유를 적어야 합니다. 한두 마디로 적어 주십시오.",
        )  # fmt: skip
    return action


def allowed_actions(role: str, state: str) -> list[Action]:
    """What a person of that role may do to a query in that state."""
    return [action for action in ACTIONS.values() if role in action.roles and state in action.sources]
