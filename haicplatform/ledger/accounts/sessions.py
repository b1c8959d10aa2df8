"""Sessions: who is logged in, kept on the server, ended by time, by logging out, or by a change of the account.

Belongs here: making, finding and ending a session. Does not belong here: cookies and requests (review/guard.py).
The ledger keeps the SHA-256 of a token; who reads the ledger cannot log in with it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass

from sqlalchemy import BindParameter, ColumnElement, bindparam, delete, or_, select, update

from haicplatform.core.clock import now
from haicplatform.core.people import Person
from haicplatform.ledger import audit
from haicplatform.ledger.accounts.store import person_of
from haicplatform.ledger.engine import reading, writing
from haicplatform.ledger.models import Account, LoginSession
from haicplatform.ledger.store import Ledger

IDLE = dt.timedelta(minutes=30)
LONGEST = dt.timedelta(hours=12)
# the time of the last act is written this seldom: a page is read far more often than the ledger should be written
_TOUCH = dt.timedelta(minutes=1)


@dataclass(frozen=True)
class Session:
    """Who is logged in. identity: the token's hash, which names the session on the server and opens nothing.

    is_idle: the last act lies so far back that `touch` should be told of this one.
    """

    identity: str
    person: Person
    is_idle: bool = False


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def begin(ledger: Ledger, name: str) -> str:
    """A new session of an account that has just said its password. Returns the token for the browser."""
    token, at = secrets.token_urlsafe(32), now()
    with writing(ledger.engine, ledger.home) as session:
        session.execute(delete(LoginSession).where(_is_over(**_since(at))))
        session.add(LoginSession(token_hash=hash_of(token), account=name, created_at=at, seen_at=at))
        audit.append(session, name, [audit.Act("login", f"account:{name}")])
    return token


def find(ledger: Ledger, identity: str) -> Session | None:
    """The session by the hash of its token, with the account as it is now; None when it is over or never was."""
    at = now()
    with reading(ledger.engine, ledger.home) as session:
        found = session.execute(_FIND, {"identity": identity} | _since(at)).one_or_none()
    return None if found is None else Session(identity, person_of(found), at - found.seen_at > _TOUCH)


def touch(ledger: Ledger, identity: str) -> None:
    """A person did something: the idle time begins anew, where it is not over yet."""
    at = now()
    with writing(ledger.engine, ledger.home) as session:
        session.execute(
            update(LoginSession).where(LoginSession.token_hash == identity, ~_is_over(**_since(at))).values(seen_at=at)
        )


def end(ledger: Ledger, identity: str) -> None:
    """Log out: the token opens nothing from now on."""
    with writing(ledger.engine, ledger.home) as session:
        found = session.get(LoginSession, identity)
        if found is not None:
            audit.append(session, found.account, [audit.Act("logout", f"account:{found.account}")])
            session.delete(found)


def _since(at: dt.datetime) -> dict[str, dt.datetime]:
    return {"idle_since": at - IDLE, "begun_since": at - LONGEST}


def _is_over(idle_since: dt.datetime | BindParameter, begun_since: dt.datetime | BindParameter) -> ColumnElement[bool]:
    return or_(LoginSession.seen_at < idle_since, LoginSession.created_at < begun_since)


# asked before every request and every event: put together once
_FIND = (
    select(LoginSession.seen_at, Account.name, Account.role, Account.sites)
    .join(Account, Account.name == LoginSession.account)
    .where(
        LoginSession.token_hash == bindparam("identity"),
        ~_is_over(bindparam("idle_since"), bindparam("begun_since")),
        Account.is_disabled.is_(False),
    )
)
