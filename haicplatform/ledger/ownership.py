"""Whose ledger this is: one home's, and no other's.

Belongs here: claiming a ledger for a home, refusing another home. Does not belong here: opening it (engine.py).

Two homes with one ledger would close each other's queries and count each other's deliveries. A ledger keeps the
content of its home's `home.id`, which a backup holds: a restored or moved home is the same home. A copy made beside a
home that is still there is another one, though its `home.id` is the same. A ledger that lies in its home's folder is
that home's by its place.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from haicplatform.errors import UsageError
from haicplatform.ledger.models import HomeIdentity
from haicplatform.settings import HOME_ID_FILE, Home

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
            if first is None:
                session.add(HomeIdentity(only=_ONLY, home_id=own, root=root))
            elif home.has_own_ledger or (first.home_id == own and not _is_there(first.root, own, root)):
                first.home_id, first.root = own, root
            else:
                raise _another(home, first)
    except IntegrityError:
        claim(engine, home)  # another process was the first in the same moment


def _is_there(first: str, own: str, root: str) -> bool:
    """Whether the home that the ledger knows still lies at another place."""
    path = Path(first) / HOME_ID_FILE
    return first != root and path.is_file() and path.read_text(encoding="ascii").strip() == own


def _another(home: Home, first: HomeIdentity) -> UsageError:
    return UsageError(
        "The ledger that HAIC_LEDGER_URL names belongs to another home; nothing was changed",
        found=f"the home in {first.root}",
        expected=f"this home, {home.root.resolve()}",
        todo="give each home a database of its own in HAIC_LEDGER_URL; where this home takes the place of the other,"
        f" restore it from the other's backup, or copy the other's {HOME_ID_FILE} into it and remove the other",
    )
