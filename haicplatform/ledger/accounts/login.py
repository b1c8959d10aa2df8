"""Logging in: the password, the lock after wrong ones, and the seam for an identity provider.

Belongs here: deciding who somebody is. Does not belong here: the session that follows (sessions.py), the form.
"""

from __future__ import annotations

import datetime as dt
from typing import Protocol

from sqlalchemy.orm import Session

from haicplatform.core.clock import now
from haicplatform.ledger import audit
from haicplatform.ledger.accounts import passwords
from haicplatform.ledger.engine import reading, writing
from haicplatform.ledger.models import Account, LoginAddress
from haicplatform.ledger.store import Ledger

FAILURES = 5
LOCKED = dt.timedelta(minutes=15)
# an address may be many people behind one door: it is slowed down later, and forgotten sooner
ADDRESS_FAILURES = 30
ADDRESS_WAIT = dt.timedelta(minutes=5)
NOBODY = "unknown"


class Authenticator(Protocol):
    """What tells who somebody is. An identity provider would be another class with this one method."""

    def authenticate(self, name: str, password: str, address: str) -> str | None:
        """The account's name, or None: wrong, unknown, disabled and locked are told apart in the audit only."""


class LocalAccounts:
    """Accounts of the platform's own ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger

    def authenticate(self, name: str, password: str, address: str) -> str | None:
        """See Authenticator. Takes as long for an account that does not exist or is locked as for a wrong password."""
        with reading(self.ledger.engine, self.ledger.home) as session:
            account, place = session.get(Account, name), session.get(LoginAddress, address)
        if place is not None and _is_slowed(place, now()):
            return None  # without work and without a record: that is what somebody who tries a list would fill
        kept = account.password_hash if account else None
        right = passwords.is_right(password, kept)
        with writing(self.ledger.engine, self.ledger.home) as session:
            return self._decide(session, name, address, kept, right)

    def _decide(self, session: Session, name: str, address: str, tried: str | None, right: bool) -> str | None:
        at, account = now(), session.get(Account, name)
        if account is not None and account.locked_until is not None and account.locked_until <= at:
            account.failures, account.locked_until = 0, None
        is_open = account is not None and not account.is_disabled and account.locked_until is None
        # a password that was changed while the old one was tried is wrong by now
        if account is not None and right and is_open and account.password_hash == tried:
            account.failures = 0
            return account.name
        who = account.name if account else NOBODY
        reason = "unknown" if account is None else "password" if is_open else "locked"
        new = {"reason": reason, "address": address}
        acts = [audit.Act("login.failed", f"account:{who}", new=new)]
        if account is not None and is_open:
            account.failures += 1
            if account.failures >= FAILURES:
                account.locked_until = at + LOCKED
                acts.append(audit.Act("login.locked", f"account:{who}"))
        if _count(session, address, at):
            acts.append(audit.Act("login.slowed", "address", new={"address": address}))
        audit.append(session, who, acts)
        return None


def _is_slowed(place: LoginAddress, at: dt.datetime) -> bool:
    return place.failures >= ADDRESS_FAILURES and at - place.last_at <= ADDRESS_WAIT


def _count(session: Session, address: str, at: dt.datetime) -> bool:
    """One more failure from an address; whether it is slowed down from now on."""
    place = session.get(LoginAddress, address)
    if place is None:
        place = LoginAddress(address=address, failures=0, last_at=at)
        session.add(place)
    place.failures = (0 if at - place.last_at > ADDRESS_WAIT else place.failures) + 1
    place.last_at = at
    return place.failures == ADDRESS_FAILURES
