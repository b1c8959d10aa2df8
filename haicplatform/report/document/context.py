"""What a report says about where it comes from, beside its estimates.

Belongs here: names, versions, labels. Does not belong here: any number about patients.
"""

from __future__ import annotations

import platform
from dataclasses import dataclass, field
from datetime import date
from importlib.metadata import PackageNotFoundError, version

SOFTWARE = (
    "haicplatform",
    "duckdb",
    "polars",
    "numpy",
    "scipy",
    "matplotlib",
    "python-docx",
    "xlsxwriter",
    "typst",
)


@dataclass(frozen=True)
class Context:
    """snapshot_id; whether the data are synthetic; hospital id -> name; package -> version.

    site_names_ko: names in Korean where the site file gives them. locked_on: since when the study is pinned to
    this snapshot and study file. is_release: small counts were suppressed in the estimates, so that the report may
    leave the platform.
    """

    snapshot_id: str
    is_synthetic: bool = False
    site_names: dict[str, str] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    site_names_ko: dict[str, str] = field(default_factory=dict)
    locked_on: date | None = None
    is_release: bool = False

    def site(self, site_id: str, language: str = "en") -> str:
        """The hospital's name, or its id where no name is known."""
        own = self.site_names_ko if language == "ko" else {}
        return own.get(site_id) or self.site_names.get(site_id, site_id)


def software_versions() -> dict[str, str]:
    """Installed versions of Python and of the packages that make the numbers and the documents."""
    versions = {"Python": platform.python_version()}
    for name in SOFTWARE:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            continue
    return versions
