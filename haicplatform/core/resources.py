"""Where the files that travel with the platform are, in a checkout and in an installed wheel.

Belongs here: paths of shipped SQL, site and study files. Does not belong here: anything in a home folder.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]


def package_dir() -> Path:
    """The folder of the installed library itself."""
    return _PACKAGE


def sql_dir() -> Path:
    """The folder `sql/`: beside the package in a checkout, inside it in a wheel."""
    inside = _PACKAGE / "sql"
    return inside if inside.is_dir() else _PACKAGE.parent / "sql"


def shipped_sites_dir() -> Path:
    return _PACKAGE / "sites"


def shipped_studies_dir() -> Path:
    return _PACKAGE / "studies"


def cases_dir() -> Path:
    """The worked cases: data of the tests in a checkout, inside the package in a wheel."""
    inside = _PACKAGE / "cases"
    return inside if inside.is_dir() else _PACKAGE.parent / "tests" / "data" / "cases"


@cache
def version_of_numbers() -> str:
    """sha256 of the SQL and Python that make a study's estimates: other text may name or count them otherwise."""
    folders = [sql_dir() / "harmonised", sql_dir() / "analysis", package_dir() / "estimation"]
    files = [path for folder in folders for path in sorted(folder.glob("*")) if path.suffix in (".sql", ".py")]
    content = hashlib.sha256()
    for path in files:
        content.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return content.hexdigest()
