"""The hospitals' site files for pages, read once and again when they change.

Belongs here: a hospital's names and site. Does not belong here: what a site file says (sites/).
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from haicplatform.core.errors import UsageError
from haicplatform.core.resources import shipped_sites_dir
from haicplatform.core.settings import Home
from haicplatform.sites.loading import list_sites, load_site
from haicplatform.sites.site import FILE_NAME, Site


def site_of(home: Home, site_id: str) -> Site | str:
    """The hospital's site, or the sentence that says what is wrong with its file."""
    stamps = tuple(_stamp(place / site_id / FILE_NAME) for place in (home.sites, shipped_sites_dir()))
    return _read(home, site_id, stamps)


def names_of(home: Home, site_id: str) -> tuple[str, str]:
    """(Korean, English); its id where the site file cannot be read."""
    site = site_of(home, site_id)
    return (site.hospital.name_ko, site.hospital.name_en) if isinstance(site, Site) else (site_id, site_id)


def is_any_synthetic(home: Home) -> bool:
    """Whether one of the hospitals is labelled as invented, which every page then says."""
    found = (site_of(home, site_id) for site_id in list_sites(home))
    return any(isinstance(site, Site) and site.synthetic for site in found)


@lru_cache(maxsize=256)
def _read(home: Home, site_id: str, _stamps: tuple) -> Site | str:
    try:
        return load_site(site_id, home)
    except UsageError as error:
        return str(error)


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
