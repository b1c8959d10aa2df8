"""The context of a page: what every page gets; who asks, in which language, and the platform's data for them.

Belongs here: opening the warehouse and the ledger for a page, refusing. Does not belong here: what a page shows, and
NiceGUI.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, NoReturn

from haicplatform.core.errors import NotThere
from haicplatform.core.people import ADMINISTRATOR, COORDINATOR, DATA_MANAGER, Person
from haicplatform.core.settings import Home
from haicplatform.ledger import audit
from haicplatform.ledger.engine import writing
from haicplatform.ledger.store import Ledger
from haicplatform.warehouse import warehouse

if TYPE_CHECKING:
    import duckdb

KOREAN, ENGLISH = "ko", "en"
LANGUAGES = (KOREAN, ENGLISH)
# who may see rows and cells; a reader sees methods and numbers
WORKERS = (ADMINISTRATOR, DATA_MANAGER, COORDINATOR)
# of the whole application, whatever its pages ask
MEMORY = "128MB"
# no page waits for the ledger's write lock to be refused
_NOTES = ThreadPoolExecutor(1, "refusals")


@dataclass(frozen=True)
class PageContext:
    """Who asks (person), in which language, of which home. Ask person.may_see(site_id) on the server for everything."""

    home: Home
    person: Person
    language: str

    def tr(self, ko: str, en: str) -> str:
        """The words in the reader's language."""
        return ko if self.language == KOREAN else en

    @contextmanager
    def warehouse(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A read-only connection to the published copy, the newest one. Raises UsageError when none is published."""
        with _published(self.home).cursor() as cursor:
            yield cursor

    def ledger(self) -> Ledger:
        """The ledger of the home; shared by all pages, nobody closes it."""
        return self._ledger

    @cached_property
    def _ledger(self) -> Ledger:
        return shared_ledger(self.home, self.home.ledger_url)

    def refuse(self) -> NoReturn:
        """Answer as if it were not there; whoever answers notes it in the audit. Raises NotThere."""
        raise NotThere("There is nothing here, or it is not yours to see", todo="go back and choose from the list")

    def only(self, site_id: str) -> None:
        """Refuse what is of a hospital that this person may not see. Raises NotThere."""
        if not self.person.may_see(site_id):
            self.refuse()

    def note_refusal(self, subject: str) -> None:
        """Write into the audit that this person was refused; subject: a page's address without any value."""
        _NOTES.submit(_note, self.ledger(), self.person.name, f"page:{subject}"[:120])


def _note(ledger: Ledger, name: str, subject: str) -> None:
    with writing(ledger.engine, ledger.home) as session:
        audit.append(session, name, [audit.Act("refused", subject)])


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
        self._identity: tuple[int, int] | None = None
        self._con: duckdb.DuckDBPyConnection | None = None

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
