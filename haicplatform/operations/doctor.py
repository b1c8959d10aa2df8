"""What this machine has and lacks, with the line that installs it.

Belongs here: checks of the installation. Does not belong here: checks of data.
"""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from importlib.metadata import version

from haicplatform.core.errors import UsageError
from haicplatform.core.private_home import close_to_others, is_private, last_closed
from haicplatform.core.settings import Home

PACKAGES = (
    "prefect",
    "duckdb",
    "pandera",
    "polars",
    "pandas",
    "lifelines",
    "great-expectations",
    "sqlalchemy",
    "fastapi",
)
# a page in the language of Typst
_TRIAL = '#set document(title: "가")\n#set text(font: "{}", lang: "ko")\n= 간동맥주입항암 A'


@dataclass(frozen=True)
class Check:
    """One line of the doctor: `needed` is False where the platform works without it."""

    name: str
    is_ok: bool
    found: str
    needed: bool
    todo: str = ""


def documents() -> Check:
    """Whether a line of Korean becomes a figure's text and a PDF here, with the very fonts of reports."""
    try:
        from haicplatform.report.document import fonts
        from haicplatform.report.figures import drawing
        from haicplatform.report.formats import pdf

        drawing.families()
        pdf.typeset(_TRIAL.format(fonts.LETTERS).encode("utf-8"))
        found, todo = f"{fonts.LETTERS} and {fonts.SIGNS}, a trial page as PDF", ""
    except UsageError as error:
        found, todo = f"{error.what}: {error.found}", error.todo or ""
    except ImportError as error:
        found, todo = f"no package {error.name}", "install the packages again, as `make install` does"
    return Check("documents", not todo, found, True, todo)


def program(name: str, package: str, purpose: str) -> Check:
    path = shutil.which(name)
    return Check(name, path is not None, path or "not installed", False, f"{purpose}: apt-get install {package}")


def checks(home: Home) -> list[Check]:
    """All checks, the needed ones first."""
    python_ok = sys.version_info[:2] == (3, 11)
    root = home.root if home.root.exists() else home.root.absolute().parent
    writable = os.access(root, os.W_OK)
    free_gb = shutil.disk_usage(root).free / 1e9 if root.exists() else 0
    installed = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    now = close_to_others(home, anew=True)
    closed = last_closed(home)
    private = "open to this account only" if home.is_there else "made by `haic init`"
    if closed and closed.was_reached:
        private += f"; {closed.closed} files and folders were open until {closed.at}"
    if now.foreign:
        private += f"; {now.foreign} files and folders of another account could not be closed"
    key = home.key_file
    key_ok = not key.exists() or not key.stat().st_mode & 0o077
    return [
        Check("Python", python_ok, sys.version.split()[0], True, "install Python 3.11"),
        Check("packages", True, installed, True),
        Check("home folder", writable, str(home.root), True, "choose another with --home"),
        Check(
            "private home",
            is_private(home) or not home.is_there,
            private if is_private(home) or not home.is_there else "open to others: it belongs to another account",
            True,
            f"chmod -R go= {home.root}",
        ),
        Check("free disk", free_gb > 1, f"{free_gb:.1f} GB", True, "free at least 1 GB"),
        Check("identity key", key_ok, "private" if key.exists() else "made by `haic init`", True, f"chmod 600 {key}"),
        documents(),
        program("chromium", "chromium", "the tests that look at the report"),
        program("strace", "strace", "the test that listens for outside requests"),
    ]
