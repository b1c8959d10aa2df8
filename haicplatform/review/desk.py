"""The desk: what every page gets; who asks, in which language, and the platform's data for them.

Belongs here: opening the warehouse and the ledger for a page, refusing. Does not belong here: what a page shows, and
NiceGUI.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NoReturn

from haicplatform import warehouse
from haicplatform.ledger import audit
from haicplatform.ledger.engine import writing
from haicplatform.ledger.store import Ledger
from haicplatform.queries.actions import Person
from haicplatform.settings import Home

if TYPE_CHECKING:
    import duckdb

KOREAN, ENGLISH = "ko", "en"
LANGUAGES = (KOREAN, ENGLISH)
# of the whole application, whatever its pages ask
MEMORY = "256MB"


class NotThere(Exception):
    """What was asked for does not exist, or is nothing of this person's: the answer is the same."""


@dataclass(frozen=True)
class Desk:
    """Who asks (person), in which language, of which home. Ask person.may_see(site_id) on the server for everything."""

    home: Home
    person: Person
    language: str

    def say(self, ko: str, en: str) -> str:
        """The words in the reader's language."""
        return ko if self.language == KOREAN else en

    @contextmanager
    def warehouse(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A read-only connection to the published copy, the newest one. Raises UsageError when none is published."""
        with _published(self.home).cursor() as cursor:
            yield cursor

    def ledger(self) -> Ledger:
        """The ledger of the home; shared by all pages, nobody closes it."""
        return shared_ledger(self.home, self.home.ledger_url)

    def refuse(self, subject: str, site_id: str | None = None) -> NoReturn:
        """Answer as if it were not there, and note in the audit who was refused what.

        subject: a page or a kind of thing, without any value. Raises NotThere.
        """
        note_refusal(self.ledger(), self.person, subject, site_id)
        raise NotThere

    def only(self, site_id: str, subject: str) -> None:
        """Refuse what is of a hospital that this person may not see. Raises NotThere."""
        if not self.person.may_see(site_id):
            self.refuse(subject)


def note_refusal(ledger: Ledger, person: Person, subject: str, site_id: str | None = None) -> None:
    """Write into the audit that a person was refused; subject holds no value."""
    with writing(ledger.engine, ledger.home) as session:
        audit.append(session, person.name, [audit.Act("refused", f"page:{subject}"[:120], site_id)])


@lru_cache(maxsize=4)
def shared_ledger(home: Home, url: str) -> Ledger:
    """One ledger a home for the whole process; url: where it is, so that another one is another ledger."""
    return Ledger(home)


@lru_cache(maxsize=4)
def _published(home: Home) -> _Published:
    return _Published(home)


class _Published:
    """The published copy, opened once and again when it was swapped."""

    def __init__(self, home: Home) -> None:
        self._home, self._lock = home, threading.Lock()
        self._identity, self._con = None, None

    @contextmanager
    def cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with self._lock:
            identity = warehouse.published_identity(self._home)
            if self._con is None or identity != self._identity:
                # those who read the old copy keep it: their cursors hold it open
                self._con, self._identity = warehouse.attach_published(self._home, memory=MEMORY), identity
            cursor = self._con.cursor()
        try:
            cursor.execute(f"USE {warehouse.ATTACHED}")
            yield cursor
        finally:
            cursor.close()
