"""What a report says about where it comes from, beside its estimates.

Belongs here: names, versions, labels. Does not belong here: any number about patients.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version

SOFTWARE = ("haicplatform", "duckdb", "polars", "numpy", "scipy", "matplotlib")


@dataclass(frozen=True)
class Context:
    """snapshot_id; whether the data are synthetic; hospital id -> name; package -> version."""

    snapshot_id: str
    is_synthetic: bool = False
    site_names: dict[str, str] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)

    def site(self, site_id: str) -> str:
        """The hospital's name, or its id where no name is known."""
        return self.site_names.get(site_id, site_id)


def software_versions() -> dict[str, str]:
    """Installed versions of the packages that make the numbers and the page."""
    found = {}
    for name in SOFTWARE:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
