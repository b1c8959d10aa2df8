"""Finding a hospital's site file and reading it, with file and line of every mistake.

Belongs here: the places of site files, the home's before the shipped ones. Does not belong here: what a site file says
(site.py, model.py), the names it uses (terms.py).
"""

from __future__ import annotations

import re
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from pydantic import ValidationError

from haicplatform.core.errors import UsageError
from haicplatform.core.resources import shipped_sites_dir
from haicplatform.core.settings import Home
from haicplatform.core.yaml_lines import mistakes_of, parse, refuse
from haicplatform.sites.site import FILE_NAME, Site, nfc
from haicplatform.sites.terms import mistakes_in_terms

SITE_ID = re.compile(r"^[A-Z][A-Z0-9]{1,7}$")


_LABEL = re.compile(r"^synthetic:\s*(true|yes|on)\b", re.MULTILINE | re.IGNORECASE)


def site_from_text(text: str, site_id: str, folder: Path | None = None) -> Site:
    """A Site from YAML text; `folder` holds its <table>.sql files.

    Raises UsageError that names every mistake with file and line: unknown keys, wrong types, bad regular
    expressions or schedules, and tables, columns, codes, units or rules that the contract does not have.
    """
    file = (folder or Path(site_id)) / FILE_NAME
    data, lines = parse(nfc(text), str(file))
    try:
        site = Site.model_validate(data)
    except ValidationError as error:
        refuse(file, mistakes_of(error, lines), "site file")
        raise
    site._site_id, site._folder, site._lines = site_id, folder, lines
    if folder:
        site._sql = {path.stem: path.read_text("utf-8") for path in sorted(folder.glob("*.sql"))}
    refuse(file, mistakes_in_terms(site), "site file")
    return site


def load_site(site_id: str, home: Home | Path | None = None) -> Site:
    """The site `site_id`: its folder in the home if it has one there, else the shipped one.

    Raises UsageError for a site that is not there and for every mistake in its file.
    """
    for place in _places(home):
        file = place / site_id / FILE_NAME
        if SITE_ID.match(site_id) and file.is_file():
            try:
                return site_from_text(file.read_text("utf-8-sig"), site_id, file.parent)
            except UnicodeDecodeError:
                raise UsageError("The site file is not UTF-8", file=str(file), todo="Save it as UTF-8") from None
    known = ", ".join(list_sites(home)) or "none"
    raise UsageError(
        f"There is no site {site_id}",
        expected=f"a folder with a {FILE_NAME}; known are {known}",
        todo=f"Check the name, or make sites/{site_id}/{FILE_NAME} in the home folder",
    )


def readable_sites(site_ids: Collection[str], home: Home | Path | None = None) -> dict[str, Site]:
    """Those of the sites whose file is there and without a mistake, by id: for what must go on without the others."""
    sites = {}
    for site_id in sorted(site_ids):
        with suppress(UsageError):
            sites[site_id] = load_site(site_id, home)
    return sites


def is_any_synthetic(site_ids: Collection[str], home: Home | Path | None = None) -> bool:
    """Whether one of the sites is labelled synthetic; a file with mistakes elsewhere keeps its label."""
    sites = readable_sites(site_ids, home)
    if any(site.synthetic for site in sites.values()):
        return True
    paths = [[place / site_id / FILE_NAME for place in _places(home)] for site_id in set(site_ids) - set(sites)]
    files = [next((file for file in places if file.is_file()), None) for places in paths]
    return any(_LABEL.search(file.read_text("utf-8-sig", errors="replace")) for file in files if file)


def list_sites(home: Home | Path | None = None) -> list[str]:
    """The ids of all sites, those of the home and those shipped, in alphabetical order."""
    return sorted(
        {
            file.parent.name
            for place in _places(home)
            for file in place.glob(f"*/{FILE_NAME}")
            if SITE_ID.match(file.parent.name)
        }
    )


def _places(home: Home | Path | None) -> list[Path]:
    if home is None:
        return [shipped_sites_dir()]
    return [(home.sites if isinstance(home, Home) else Path(home) / "sites"), shipped_sites_dir()]
