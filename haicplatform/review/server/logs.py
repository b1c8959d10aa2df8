"""The application's log: where something failed, never what a message quotes.

Belongs here: the log file and how an exception is written. Does not belong here: the audit (ledger/audit.py).
"""

from __future__ import annotations

import logging
import os
import traceback
from pathlib import Path
from types import TracebackType

_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class WhereOnly(logging.Formatter):
    """An exception is its type and its places in the code: its message may quote a patient's value."""

    def formatException(self, exc_info: _ExcInfo) -> str:  # noqa: N802
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
