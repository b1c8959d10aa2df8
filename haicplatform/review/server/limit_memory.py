"""The server's memory: its many threads share what they take, and what no page needs is not loaded.

Belongs here: asking glibc for the first (elsewhere nothing is done), and keeping pandas out. Does not belong here: what
DuckDB may take (page_context.py).
"""

from __future__ import annotations

import ctypes
import sys
from functools import cache

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
