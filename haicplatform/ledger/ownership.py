"""Whose ledger this is: one home's, and no other's.

Belongs here: claiming a ledger for a home, refusing another home. Does not belong here: opening it (engine.py).

Two homes with one ledger would close each other's queries and count each other's deliveries. A ledger keeps the
content of its home's `home.id`, which a backup holds: a restored or moved home is the same home. A copy made beside a
home that is still there is another one, though its `home.id` is the same. A ledger that lies in its home's folder is
that home's by its place. One of before, which names no home, is taken by the first that has landed any of its
deliveries: two homes may have shared it, and the wrong one must not shut out the other.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine, inspect, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from haicplatform.core.errors import UsageError
from haicplatform.core.settings import HOME_ID_FILE, Home
from haicplatform.ledger.models import Delivery, HomeIdentity

_ONLY = 1


def claim(engine: Engine, home: Home) -> None:
    """Make the ledger this home's where it is nobody's. Raises UsageError where it is another home's."""
    own, root = home.home_id(), str(home.root.resolve())
    with Session(engine.execution_options(haic_reading=True)) as session:
        first = session.get(HomeIdentity, _ONLY)
        if first is not None and (first.home_id, first.root) == (own, root):
            return
    try:
        with Session(engine) as session, session.begin():
            first = session.get(HomeIdentity, _ONLY)
            _hold(session, home, first)
            session.merge(HomeIdentity(only=_ONLY, home_id=own, root=root))
    except IntegrityError:
        claim(engine, home)  # another process was the first in the same moment


def refuse_another(engine: Engine, home: Home) -> None:
    """Raise UsageError where a ledger that is to be migrated is another home's; nothing is written."""
    with Session(engine.execution_options(haic_reading=True)) as session:
        is_named = inspect(session.connection()).has_table(HomeIdentity.__tablename__)
        _hold(session, home, session.get(HomeIdentity, _ONLY) if is_named else None)


def _hold(session: Session, home: Home, first: HomeIdentity | None) -> None:
    if home.has_own_ledger:
        return
    if first is None:
        deliveries = session.execute(select(Delivery.site_id, Delivery.delivery_id)).all()
        if deliveries and not any((home.landing / site / delivery).is_dir() for site, delivery in deliveries):
            raise _another(session, home, "deliveries that this home never landed")
    elif first.home_id != home.home_id() or _is_elsewhere(first, home):
        raise _another(session, home, f"the home in {first.root}, with the {HOME_ID_FILE} {first.home_id}")


def _is_elsewhere(first: HomeIdentity, home: Home) -> bool:
    """Whether the home that the ledger knows still lies at another place; the same folder may have two paths."""
    place = Path(first.root)
    try:
        is_same = (place / HOME_ID_FILE).read_text(encoding="ascii").strip() == first.home_id
        return is_same and not place.samefile(home.root)
    except OSError:  # moved; or into a folder that this account may not look at, where its own home was
        return False


def _another(session: Session, home: Home, found: str) -> UsageError:
    ledger = session.get_bind().engine.url.set(query={}).render_as_string(hide_password=True)
    return UsageError(
        f"The ledger that HAIC_LEDGER_URL names ({ledger}) belongs to another home; nothing was changed",
        found=found,
        expected=f"this home, {home.root.resolve()}",
        todo="give each home a database of its own in HAIC_LEDGER_URL; where this home takes the place of the other,"
        f" restore it from the other's backup, or write the other's {HOME_ID_FILE} into it, and remove the other",
    )
