"""The server's process: its many threads share memory, what no page needs is not loaded, and its log quotes nothing.

Belongs here: asking glibc for the first (elsewhere nothing is done), keeping pandas out, the log file and how an
exception is written. Does not belong here: what DuckDB may take (page_context.py), the audit (ledger/audit.py).
"""

from __future__ import annotations

import ctypes
import logging
import os
import sys
import traceback
from functools import cache
from pathlib import Path
from types import TracebackType

_ARENA_MAX, ARENAS = -8, 2  # mallopt(3): by default eight arenas a core, none of which shrinks


@cache
def limit_memory() -> None:
    """Let all threads share two arenas; once a process, before its threads begin."""
    if mallopt := getattr(ctypes.CDLL(None), "mallopt", None):
        mallopt(_ARENA_MAX, ARENAS)


@cache
def leave_out_pandas() -> None:
    """Let this process be one without pandas, once and before pandera, DuckDB and polars are imported.

    They do without it. Where they find it they load it, 80 MB for frames that no page has.
    """
    sys.meta_path.insert(0, _NotInstalled())


class _NotInstalled:
    """A finder of modules that finds no pandas, and leaves all others to the next finder."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name == "pandas":
            raise ModuleNotFoundError("No module named 'pandas'", name=name)


_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class WhereOnly(logging.Formatter):
    """An exception is its type and its places in the code: its message may quote a patient's value."""

    def formatException(self, exc_info: _ExcInfo) -> str:
        kind, _, places = exc_info
        return f"{kind.__name__ if kind else None}\n{''.join(traceback.format_tb(places))}"


def write_log(path: Path) -> None:
    """Send everything that is logged from now on to the file, closed to others."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))
    handler = logging.FileHandler(path, encoding="utf-8")
    handler.setFormatter(WhereOnly("%(asctime)s %(levelname)s %(name)s %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.captureWarnings(True)
