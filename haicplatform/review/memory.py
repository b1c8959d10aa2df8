"""The server's memory: its many threads share what they take.

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
