"""The server's memory: what its many threads leave behind goes back to the machine.

Belongs here: asking glibc for that. Does not belong here: what DuckDB may take (desk.py). Elsewhere nothing is done.
"""

from __future__ import annotations

import ctypes
from functools import cache

_ARENA_MAX, ARENAS = -8, 2  # mallopt(3): by default eight arenas a core, none of which shrinks


@cache
def keep_small() -> None:
    """Let all threads share two arenas; once a process, before its threads begin."""
    if mallopt := getattr(ctypes.CDLL(None), "mallopt", None):
        mallopt(_ARENA_MAX, ARENAS)


def trim() -> None:
    """Give back what is free."""
    if malloc_trim := getattr(ctypes.CDLL(None), "malloc_trim", None):
        malloc_trim(0)
