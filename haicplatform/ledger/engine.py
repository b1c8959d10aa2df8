"""The ledger's database: opening it, bringing it to the newest shape, transactions that two writers survive.

Belongs here: engine, pragmas, migrations, the sentence for a ledger that cannot be used. Does not belong here:
what is written (store.py) and the tables (models.py).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock
from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from haicplatform.core.errors import HaicError
from haicplatform.core.settings import Home
from haicplatform.ledger.ownership import claim, refuse_another

NEWEST = "0008"
BUSY_SECONDS = 60
_READING = "haic_reading"


def open_engine(home: Home) -> Engine:
    """The engine of a home's ledger, migrated. SQLite in WAL mode unless HAIC_LEDGER_URL says otherwise.

    Raises HaicError when the ledger cannot be opened or written, UsageError when it belongs to another home.
    """
    engine = create_engine(home.ledger_url, pool_pre_ping=not home.ledger_url.startswith("sqlite"))
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
    with translate_database_errors(home):
        if _version(engine) != NEWEST:
            # Two processes that meet a new home must not migrate it both.
            with FileLock(str(home.root / ".ledger.lock"), timeout=BUSY_SECONDS):
                if (version := _version(engine)) != NEWEST:
                    if version is not None:
                        refuse_another(engine, home)
                    _migrate(engine)
        claim(engine, home)
    return engine


@contextmanager
def writing(engine: Engine, home: Home) -> Iterator[Session]:
    """A short transaction that takes the write lock at its start: what it reads is what it changes."""
    with translate_database_errors(home), Session(engine) as session, session.begin():
        yield session


@contextmanager
def reading(engine: Engine, home: Home) -> Iterator[Session]:
    """A session that only reads, and waits for nobody."""
    with translate_database_errors(home), Session(engine.execution_options(**{_READING: True})) as session:
        yield session


@contextmanager
def translate_database_errors(home: Home) -> Iterator[None]:
    """Raises HaicError, with the database's reason and no statement or parameter, instead of SQLAlchemy's error."""
    try:
        yield
    except (DBAPIError, OSError) as error:
        reason = str(getattr(error, "orig", None) or getattr(error, "strerror", None) or type(error).__name__)
        is_broken = "not a database" in reason or "malformed" in reason
        raise HaicError(
            f"The ledger of {home.root} cannot be used; nothing was changed",
            found=reason.splitlines()[0][:200],
            expected="a database that this account may read and write, and free disk space",
            todo=f"restore {home.ledger} from its backup, or move it away and run `haic ingest`: what was delivered is"
            " all in landing/"
            if is_broken
            else "check the permissions and the disk, or HAIC_LEDGER_URL, and run this again",
        ) from None


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # transactions are begun below, not by the driver
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin(connection: Connection) -> None:
    is_reading = connection.get_execution_options().get(_READING, False)
    connection.exec_driver_sql("BEGIN" if is_reading else "BEGIN IMMEDIATE")


def _version(engine: Engine) -> str | None:
    with engine.execution_options(**{_READING: True}).connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _migrate(engine: Engine) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    if engine.dialect.name == "sqlite":
        driver = engine.raw_connection()
        driver.cursor().execute("PRAGMA journal_mode = WAL")  # kept in the file for every later connection
        driver.close()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
