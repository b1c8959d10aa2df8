"""The server's memory: its many threads share what they take, and what no page needs is not loaded.

Belongs here: asking glibc for the first (elsewhere nothing is done), and keeping pandas out. Does not belong here: what
DuckDB may take (desk.py).
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

_ARENA_MAX, ARENAS = -8, 2  # mallopt(3): by default eight arenas a core, none of which shrinks


@cache
def keep_small() -> None:
    """Let all threads share two arenas; once a process, before its threads begin."""
    if mallopt := getattr(ctypes.CDLL(None), "mallopt", None):
        mallopt(_ARENA_MAX, ARENAS)


@contextmanager
def without_pandas() -> Iterator[None]:
    """Whoever is imported in the block and can do without pandas does so; after it, pandas can be imported.

    pandera takes 80 MB more where it finds pandas, for frames that no page has.
    """
    hidden = _Hidden()
    sys.meta_path.insert(0, hidden)
    try:
        yield
    finally:
        sys.meta_path.remove(hidden)


class _Hidden:
    """A finder of modules by which pandas is not installed."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name == "pandas":
            raise ModuleNotFoundError("No module named 'pandas'", name=name)
