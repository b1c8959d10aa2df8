"""Where the files that travel with the platform are, in a checkout and in an installed wheel.

Belongs here: paths of shipped SQL, site and study files. Does not belong here: anything in a home folder.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


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
