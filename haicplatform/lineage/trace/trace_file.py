"""What a study's numbers are traced in, kept as a file beside the published copy for those who ask again.

Belongs here: making the file in a process of its own, which takes its memory with it, and opening it. Does not belong
here: what is in it (trace_relations.py). The files go when another copy is published; they can be thrown away at any
moment.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

from haicplatform.core.atomic_files import translate_os_errors
from haicplatform.core.settings import Home
from haicplatform.warehouse import warehouse

if TYPE_CHECKING:
    import duckdb

FOLDER, MEMORY = ".trace", "128MB"
_ONE_BUILDER = threading.Lock()


@contextmanager
def kept(home: Home, study_id: str, variant: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that reads schema trace of one analysis of a study; what is asked for stands in a table of its own.

    Raises as relations.traceable does.
    """
    path = _file(home, study_id, variant)
    if not path.exists():
        with _ONE_BUILDER:
            if not path.exists():
                _clear(home, path.parent)
                with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as builder:
                    builder.submit(_build, home, study_id, variant, path).result()
    con = warehouse.connect(memory=MEMORY)
    try:
        con.execute(f"ATTACH '{_quoted(path)}' AS kept (READ_ONLY); USE kept")
        yield con
    finally:
        con.close()


def _file(home: Home, study_id: str, variant: str) -> Path:
    identity = warehouse.published_identity(home) or (0, 0)
    return home.root / FOLDER / "-".join(map(str, identity)) / f"{study_id}.{variant}.duckdb"


def _clear(home: Home, folder: Path) -> None:
    """Make the folder of the copy in force; those of earlier copies go."""
    with translate_os_errors(home.root):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for old in (home.root / FOLDER).iterdir():
            if old != folder:
                shutil.rmtree(old, ignore_errors=True)


def _build(home: Home, study_id: str, variant: str, target: Path) -> None:
    from haicplatform.ledger.store import Ledger
    from haicplatform.lineage.trace.trace_relations import traceable

    building = target.with_name(f".{os.getpid()}.building")
    building.unlink(missing_ok=True)
    with translate_os_errors(home.root), Ledger(home) as ledger, traceable(home, ledger, study_id, variant) as con:
        con.execute(f"ATTACH '{_quoted(building)}' AS kept; CREATE SCHEMA kept.trace")
        rows = con.execute(
            "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'trace' AND database_name <> 'kept'"
        )
        for (name,) in rows.fetchall():
            con.execute(f'CREATE TABLE kept.trace."{name}" AS FROM trace."{name}"')
        con.execute("CREATE TABLE kept.trace.estimate AS FROM trace.estimate WHERE variant = ?", [variant])
        con.execute("DETACH kept")
        building.chmod(0o600)
        os.replace(building, target)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
