"""The warehouse: one DuckDB file, always built beside the one in force and swapped in when it is whole.

Belongs here: opening DuckDB, running the SQL of a layer in dependency order, publishing a copy for readers.
Nothing else opens the warehouse. Does not belong here: what a relation means (sql/), or which deliveries
count (ledger/). The file can be thrown away at any moment: harmonise builds it again from landing/ and the ledger.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from haicplatform.core import sql_graph, task_graph
from haicplatform.core.atomic_files import atomic_replace, is_about_disk, translate_os_errors
from haicplatform.core.errors import HaicError, UsageError
from haicplatform.core.quoting import literal
from haicplatform.core.settings import Home

if TYPE_CHECKING:
    import duckdb

LOCK_SECONDS = 600
# there is one writer at a time, while hospitals are ingested side by side
WRITER_MEMORY = "4GB"
PUBLISHED = "warehouse.duckdb"
ATTACHED = "published"
# above how much memory DuckDB's allocator hands some back to the system
_GIVEN_BACK = ("allocator_flush_threshold", "allocator_bulk_deallocation_flush_threshold")
# What DuckDB says about names and syntax; other messages can quote a cell and are not repeated.
_SPEAKABLE = ("BinderException", "CatalogException", "ParserException", "SyntaxException")


def connect(
    path: Path | str = ":memory:", *, scratch: Path | None = None, read_only: bool = False, memory: str = "2GB"
) -> duckdb.DuckDBPyConnection:
    """A DuckDB connection that installs nothing and asks no network.

    scratch: folder for what does not fit in memory. memory: what DuckDB's buffers may take.
    """
    import duckdb

    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "threads": str(min(4, os.cpu_count() or 1)),
        "memory_limit": memory,
        # how files are written: this version's encodings of text cost a third less time and room than the oldest ones
        "storage_compatibility_version": "latest",
    }
    if scratch is not None:
        config["temp_directory"] = str(scratch)
    con = duckdb.connect(str(path), read_only=read_only, config=config)
    # it suits texts of thousands of letters, which no column is full of, and is tried on every column of text
    con.execute("SET disabled_compression_methods = 'zstd'")
    return con


@contextmanager
def writable(home: Home, fresh: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to a copy of the warehouse that replaces it when the block ends without an error.

    fresh: start from nothing instead of the warehouse in force. One writer at a time; another one waits.
    A process killed inside the block leaves the warehouse as it was; the next writer removes what it left.
    Raises UsageError when another writer holds it longer than LOCK_SECONDS or the folder cannot be written.
    """
    target = home.warehouse
    with _only_writer(home):
        _sweep(target.parent, "warehouse.")
        building = target.with_name(f"warehouse.{os.getpid()}.building")
        con = None
        try:
            with translate_os_errors(home.root):
                if target.exists() and not fresh:
                    shutil.copyfile(target, building)
                with _translate_duckdb_errors(target):
                    con = connect(building, scratch=_scratch(home), memory=WRITER_MEMORY)
                yield con
                con.execute("CHECKPOINT")
                con.close()
                atomic_replace(building, target)
        finally:
            if con is not None:
                with suppress(Exception):
                    con.close()
            _sweep(target.parent, "warehouse.")
            shutil.rmtree(_scratch(home), ignore_errors=True)


@contextmanager
def temporary(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to an empty warehouse of its own, which is gone when the block ends; the one in force stays."""
    with translate_os_errors(home.root), tempfile.TemporaryDirectory(prefix=".aside-", dir=home.root) as folder:
        con = connect(Path(folder) / PUBLISHED, scratch=Path(folder) / "scratch")
        try:
            yield con
        finally:
            con.close()


def publish(home: Home) -> Path:
    """Copy the warehouse to published/ for readers, in one swap. Returns the copy's path.

    A reader that has the old copy open keeps reading it; the next one to open sees the new copy.
    """
    target = home.published / PUBLISHED
    with _only_writer(home):
        if not home.warehouse.exists():
            raise UsageError("There is no warehouse to publish", todo="run `haic harmonise`")
        home.published.mkdir(exist_ok=True)
        _sweep(home.published, "warehouse.")
        copy = home.published / f"warehouse.{os.getpid()}.building"
        try:
            with translate_os_errors(home.published):
                shutil.copyfile(home.warehouse, copy)
                copy.chmod(0o400)
                atomic_replace(copy, target)
        finally:
            copy.unlink(missing_ok=True)
    return target


def snapshot_of(home: Home) -> str:
    """The snapshot that the warehouse in force holds; empty where it says none."""
    with _translate_duckdb_errors(home.warehouse), connect(home.warehouse, read_only=True) as con:
        return snapshot_in(con)


def snapshot_in(con: duckdb.DuckDBPyConnection) -> str:
    """The snapshot of a warehouse that is open."""
    found = con.execute("SELECT DISTINCT snapshot_id FROM quality.snapshot_member").fetchall()
    return found[0][0] if found else ""


def is_published(home: Home) -> bool:
    return (home.published / PUBLISHED).exists()


def published(home: Home) -> duckdb.DuckDBPyConnection:
    """A read-only connection to the published copy.

    Raises UsageError when nothing is published yet, HaicError when the copy is no database (any more).
    """
    path = home.published / PUBLISHED
    if not is_published(home):
        raise UsageError(
            "Nothing is published yet", expected="the result of `haic harmonise`", todo="run `haic harmonise` once",
            ko="아직 공개된 자료가 없습니다. 총괄센터에서 `haic harmonise`를 한 번 실행해야 합니다.",
        )  # fmt: skip
    with _translate_duckdb_errors(path):
        return connect(path, read_only=True)


def published_identity(home: Home) -> tuple[int, int] | None:
    """What changes when another copy is published; None while there is none."""
    try:
        found = (home.published / PUBLISHED).stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns


def attach_published(home: Home, *, memory: str = "2GB") -> duckdb.DuckDBPyConnection:
    """The published copy as the read-only database `published` of a connection of its own.

    For one process that stays: DuckDB would give it the old copy again if it opened the same path twice.
    Raises as `published` does.
    """
    path = home.published / PUBLISHED
    published(home).close()
    con = connect(scratch=_scratch(home), memory=memory)
    with _translate_duckdb_errors(path):
        con.execute(f"ATTACH {literal(str(path))} AS {ATTACHED} (READ_ONLY)")
    return con


@contextmanager
def scratch_copy(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection in memory that sees every relation of the published copy and keeps nothing that is made in it.

    The relations are views of their own schemas, so that the SQL of every layer runs unchanged. Raises UsageError
    when nothing is published yet.
    """
    con = attach_published(home)
    try:
        rows = con.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = 'published' UNION ALL "
            "SELECT schema_name, view_name FROM duckdb_views() WHERE database_name = 'published' AND NOT internal"
        ).fetchall()
        for schema, name in rows:
            con.execute(f'CREATE SCHEMA IF NOT EXISTS "{schema}"')
            con.execute(f'CREATE VIEW "{schema}"."{name}" AS FROM published."{schema}"."{name}"')
        yield con
    finally:
        con.close()


def relations(con: duckdb.DuckDBPyConnection) -> set[str]:
    """The names `<schema>.<name>` of every table and view, in lower case."""
    rows = con.execute("SELECT lower(schema_name || '.' || table_name) FROM duckdb_tables()").fetchall()
    rows += con.execute(
        "SELECT lower(schema_name || '.' || view_name) FROM duckdb_views() WHERE NOT internal"
    ).fetchall()
    return {row[0] for row in rows}


def run_layer(
    con: duckdb.DuckDBPyConnection,
    layer: str,
    folder: Path,
    progress: Callable[[str], None] | None = None,
    at_once: int = 1,
    then: Callable[[duckdb.DuckDBPyConnection, str], None] = lambda con, relation: None,
) -> list[str]:
    """Make `<layer>.<file name>` from every SQL file of a folder, in the order their reads ask for; their names.

    A relation with the same name is replaced. at_once: how many may be in the making; with more than one, none may
    read what only this connection sees (temporary relations, variables). then: what to do with each once it is made.
    Raises UsageError, with file and line, for a file that is no single SELECT, a circle, a read from a later layer or
    of an unknown relation, and for SQL that DuckDB does not accept; and what `then` raises.
    """
    con.execute(f'CREATE SCHEMA IF NOT EXISTS "{layer}"')
    files = {f"{layer}.{file.name}": file for file in sql_graph.order(sql_graph.load(folder), layer, relations(con))}

    def make(relation: str) -> None:
        file, own = files[relation], con if at_once == 1 else con.cursor()
        run_sql(own, file, f'CREATE OR REPLACE {file.kind} "{layer}"."{file.name}" AS\n')

    waits_for = {name: {read.relation for read in file.reads} & files.keys() for name, file in files.items()}
    # DuckDB's own helpers rest meanwhile: two threads in one query cost a fifth more than one query in each
    con.execute(f"SET external_threads = least({at_once}, current_setting('threads')::INTEGER)")
    # memory given back after one relation and asked for again by the next cost a twelfth of the whole
    for setting in _GIVEN_BACK:
        con.execute(f"SET {setting} = '{WRITER_MEMORY}'")
    try:
        task_graph.run(waits_for, make, lambda name: then(con.cursor(), name), at_once, progress)
    finally:
        for setting in ("external_threads", *_GIVEN_BACK):
            con.execute(f"RESET {setting}")
    return list(files)


def run_sql(con: duckdb.DuckDBPyConnection, file: sql_graph.SqlFile, before: str = "") -> duckdb.DuckDBPyConnection:
    """Execute one file's SELECT after `before`; an error names the file and quotes no cell."""
    import duckdb

    try:
        return con.execute(before + file.sql)
    except duckdb.Error as error:
        if is_about_disk(error):
            raise  # said plainly by whoever has the file open
        kind = type(error).__name__
        detail = str(error).splitlines()[0] if kind in _SPEAKABLE else None
        is_unknown_name = kind in ("BinderException", "CatalogException")
        if is_unknown_name and not before:  # a shipped question to a warehouse that another version made
            raise file.error(
                "The warehouse has not what this version of the platform asks for", found=detail,
                todo="run `haic harmonise` and the studies once; if this stays, the file is wrong",
                ko="현재 버전에 필요한 항목이 웨어하우스에 없습니다. "
                "총괄센터에서 `haic harmonise`와 각 연구를 한 번 실행해야 합니다.",
            ) from None  # fmt: skip
        raise file.error(f"This SQL failed ({kind})", found=detail, todo="correct the file") from None


@contextmanager
def _translate_duckdb_errors(path: Path) -> Iterator[None]:
    """Turn DuckDB's refusal to open a file into one sentence."""
    import duckdb

    unopened = (duckdb.IOException, duckdb.SerializationException, duckdb.InternalException, duckdb.FatalException)
    try:
        yield
    except unopened as error:
        is_locked = "lock" in str(error)
        raise HaicError(
            "The warehouse cannot be opened",
            file=str(path),
            found="another program has it open" if is_locked else "no whole database",
            todo="close that program and run this again" if is_locked else "run `haic harmonise`; it builds it anew",
        ) from None


@contextmanager
def _only_writer(home: Home) -> Iterator[None]:
    lock = FileLock(str(home.root / ".warehouse.lock"), timeout=LOCK_SECONDS)
    try:
        lock.acquire()
    except Timeout:
        raise UsageError(
            "Another run is writing the warehouse",
            expected=f"that it ends within {LOCK_SECONDS} seconds",
            todo="wait until it has ended and run this again",
        ) from None
    except OSError as error:
        raise UsageError(
            f"The home folder {home.root} cannot be written",
            found=error.strerror or type(error).__name__,
            expected="a folder that this account may write to",
        ) from None
    try:
        yield
    finally:
        lock.release()


def _scratch(home: Home) -> Path:
    return home.root / ".scratch"


def _sweep(folder: Path, prefix: str) -> None:
    """Remove what a killed writer left; only called by the one writer there is."""
    for path in folder.glob(f"{prefix}*.building*"):
        path.unlink(missing_ok=True)
