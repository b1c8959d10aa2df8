"""Accounts: adding, changing and listing them.

Belongs here: what an administrator does to an account, with its audit entry. Does not belong here: logging in
(login.py), sessions (sessions.py), what a role may do (queries/transitions.py and the pages).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from sqlalchemy import Row, delete, select
from sqlalchemy.orm import Session

from haicplatform.core.clock import now
from haicplatform.core.errors import UsageError
from haicplatform.core.people import ADMINISTRATOR, COORDINATOR, ROLES, Person
from haicplatform.ledger import audit
from haicplatform.ledger.accounts import passwords
from haicplatform.ledger.engine import reading, writing
from haicplatform.ledger.models import Account, LoginSession
from haicplatform.ledger.store import Ledger

_NAME = re.compile(r"[a-z][a-z0-9._-]{1,39}")


def person_of(account: Account | Row) -> Person:
    """Who acts under this account (or its name, role, sites): a coordinator for its own hospitals only."""
    sites = frozenset(account.sites) if account.role == COORDINATOR else None
    return Person(account.name, account.role, sites)


def add(ledger: Ledger, actor: str, name: str, role: str, sites: Iterable[str], password: str) -> None:
    """Make an account. Raises UsageError for a name that is taken or misspelt, a role or hospitals that cannot be."""
    if not _NAME.fullmatch(name):
        raise UsageError(
            "This is no name for an account",
            expected="2 to 40 small letters, digits, dots and hyphens, a letter first",
            ko="계정 이름은 영문 소문자로 시작하고 소문자, 숫자, 점, 하이픈으로 2~40자여야 합니다.",
        )
    own = checked_sites(ledger, role, sites)
    kept = passwords.hashed(name, password)
    with writing(ledger.engine, ledger.home) as session:
        if session.get(Account, name):
            raise UsageError(
                f"There is an account {name} already",
                todo="choose another name",
                ko=f"{name} 계정이 이미 있습니다. 다른 이름을 정해 주십시오.",
            )
        session.add(
            Account(name=name, role=role, sites=own, password_hash=kept, is_disabled=False, failures=0,
                    created_at=now(), changed_at=now())
        )  # fmt: skip
        new = {"role": role, "sites": own}
        audit.append(session, actor, [audit.Act("account.add", f"account:{name}", new=new)])


def checked_sites(ledger: Ledger, role: str, sites: Iterable[str]) -> list[str]:
    """The hospitals as they are kept: at least one of a coordinator, none of another role. Raises UsageError."""
    from haicplatform.sites.loading import list_sites

    if role not in ROLES:
        raise UsageError(f"No role is called {role}", expected=", ".join(ROLES))
    own, known = sorted(set(sites)), list_sites(ledger.home)
    if unknown := [site for site in own if site not in known]:
        raise UsageError(f"No hospital is called {', '.join(unknown)}", expected=", ".join(known))
    if (role == COORDINATOR) != bool(own):
        raise UsageError(
            f"A {role} answers for {'no' if role == COORDINATOR else 'every'} hospital",
            expected="one hospital or more for a coordinator, none for another role",
            ko="코디네이터에게는 담당 병원을 하나 이상 지정하고, 다른 역할에는 병원을 지정하지 마십시오.",
        )
    return own


def set_password(ledger: Ledger, actor: str, name: str, password: str) -> None:
    """Give an account another password, end its sessions and open its lock. Raises UsageError."""
    kept = passwords.hashed(name, password)

    def change(account: Account) -> None:
        account.password_hash, account.failures, account.locked_until = kept, 0, None

    _change(ledger, actor, name, "account.password", change)


def set_role(ledger: Ledger, actor: str, name: str, role: str, sites: Iterable[str]) -> None:
    """Give an account another role or other hospitals, and end its sessions. Raises UsageError."""
    own = checked_sites(ledger, role, sites)

    def change(account: Account) -> None:
        account.role, account.sites = role, own

    _change(ledger, actor, name, "account.role", change)


def disable(ledger: Ledger, actor: str, name: str) -> None:
    """Let nobody log in under the account any more, and end its sessions.

    Raises UsageError for the last administrator.
    """
    _change(ledger, actor, name, "account.disable", lambda account: setattr(account, "is_disabled", True))


def enable(ledger: Ledger, actor: str, name: str) -> None:
    """Let the account log in again. Raises UsageError where there is none."""
    _change(ledger, actor, name, "account.enable", lambda account: setattr(account, "is_disabled", False))


def unlock(ledger: Ledger, actor: str, name: str) -> None:
    """Open the lock that wrong passwords closed. Raises UsageError where there is no such account."""

    def change(account: Account) -> None:
        account.failures, account.locked_until = 0, None

    _change(ledger, actor, name, "account.unlock", change)


def listed(ledger: Ledger) -> list[Account]:
    """Every account by name."""
    with reading(ledger.engine, ledger.home) as session:
        return list(session.scalars(select(Account).order_by(Account.name)))


def state_of(account: Account) -> str:
    """One word: disabled, locked (by wrong passwords, for now) or open."""
    if account.is_disabled:
        return "disabled"
    return "locked" if account.locked_until is not None and account.locked_until > now() else "open"


def _change(ledger: Ledger, actor: str, name: str, action: str, change: Callable[[Account], None]) -> None:
    with writing(ledger.engine, ledger.home) as session:
        account = session.get(Account, name)
        if account is None:
            raise UsageError(f"There is no account {name}", todo="`haic accounts list` shows them")
        old = _said(account)
        change(account)
        account.changed_at = now()
        session.flush()
        if old["role"] == ADMINISTRATOR and not _has_administrator(session):
            raise UsageError(
                f"{name} is the last administrator; nothing was changed",
                todo="add another administrator first",
                ko=f"{name}은(는) 마지막 관리자라 바꾸지 않았습니다. 다른 관리자를 먼저 추가해 주십시오.",
            )
        session.execute(delete(LoginSession).where(LoginSession.account == name))
        audit.append(session, actor, [audit.Act(action, f"account:{name}", old=old, new=_said(account))])


def _has_administrator(session: Session) -> bool:
    found = select(Account.name).where(Account.role == ADMINISTRATOR, Account.is_disabled.is_(False)).limit(1)
    return session.execute(found).first() is not None


def _said(account: Account) -> dict:
    return {
        "role": account.role,
        "sites": account.sites,
        "is_disabled": account.is_disabled,
        "is_locked": account.locked_until is not None,
    }
