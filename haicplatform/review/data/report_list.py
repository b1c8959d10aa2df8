"""The reports in the home folder, for those who may read them.

Belongs here: which reports there are for a person, and the file behind a name. Does not belong here: writing a report
(report/), what may leave the coordinating centre (release/).

A coordinator gets what was released, and the whole report of a study that holds its own hospitals only: others hold
numbers of single hospitals.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from haicplatform.core.atomic_files import is_building
from haicplatform.core.errors import NotThere, UsageError
from haicplatform.core.people import Person
from haicplatform.core.settings import Home
from haicplatform.release.released_report import FOLDER as RELEASE
from haicplatform.studies.loading import list_studies, load_study
from haicplatform.warehouse.warehouse import relations

if TYPE_CHECKING:
    import duckdb

KINDS = {
    ".html": "text/html; charset=utf-8",
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".svg": "image/svg+xml",
}
_NAME = re.compile(r"[\w][\w.-]*")


@dataclass(frozen=True)
class Report:
    """One report. titles: of the study as its file says now (Korean, English), else its name; files: by name."""

    study_id: str
    snapshot_id: str
    titles: tuple[str, str]
    is_release: bool
    written_at: dt.datetime
    files: tuple[str, ...]

    @property
    def path(self) -> str:
        """Where its files are, as an address."""
        return f"/reports/{self.study_id}/{self.snapshot_id}/" + (f"{RELEASE}/" if self.is_release else "")


def reports(home: Home, con: duckdb.DuckDBPyConnection | None, person: Person) -> list[Report]:
    """The reports a person may read, the newest first. con: the published warehouse, None while there is none."""
    found = []
    for folder in [folder for folder in home.reports.glob("*/*") if not is_building(folder)]:
        study_id, snapshot_id = folder.parent.name, folder.name
        for place in (folder, folder / RELEASE):
            is_release = place != folder
            if (place / "report.html").is_file() and _may_read(con, person, study_id, snapshot_id, is_release):
                files = [path for path in place.iterdir() if path.is_file() and path.suffix in KINDS]
                written = dt.datetime.fromtimestamp((place / "report.html").stat().st_mtime, dt.UTC)
                names = tuple(sorted(path.name for path in files))
                titles = titles_of(home, study_id)
                found.append(Report(study_id, snapshot_id, titles, is_release, written.replace(tzinfo=None), names))
    return sorted(found, key=lambda one: (one.written_at, one.study_id), reverse=True)


def file_of(
    home: Home, con: duckdb.DuckDBPyConnection | None, person: Person, study_id: str, snapshot_id: str, path: str
) -> Path:
    """The file of a report behind `path`: report.ko.html, figures/km_os.svg, release/report.pdf.

    Raises NotThere for what does not exist, leads out of the report's folder, or is not for this person.
    """
    parts = path.split("/")
    is_named = all(_NAME.fullmatch(part) for part in (study_id, snapshot_id, *parts)) and len(parts) <= 3
    found = home.reports / study_id / snapshot_id / path
    if (
        not is_named
        or found.suffix not in KINDS
        or any(map(is_building, found.parents))
        or not _may_read(con, person, study_id, snapshot_id, parts[0] == RELEASE)
        or not found.is_file()
        or not found.resolve().is_relative_to(home.reports.resolve())
    ):
        raise NotThere("There is no such report", todo="choose one from the list of reports")
    return found


def _may_read(
    con: duckdb.DuckDBPyConnection | None, person: Person, study_id: str, snapshot_id: str, is_release: bool
) -> bool:
    if person.sites is None or is_release:
        return True
    if con is None or not {"analysis.cohort", "analysis.study"} <= relations(con):
        return False
    sites = con.execute(
        """SELECT DISTINCT p.site_id FROM analysis.cohort AS c
           JOIN analysis.study AS s USING (study_id)
           LEFT JOIN harmonised.person AS p USING (usubjid)
           WHERE c.study_id = ? AND s.snapshot_id = ?""",
        [study_id, snapshot_id],
    ).fetchall()
    return bool(sites) and all(person.may_see(site_id) for (site_id,) in sites)


def titles_of(home: Home, study_id: str) -> tuple[str, str]:
    """(Korean, English) of a study's file; its name where there is no such file or it cannot be read."""
    path = list_studies(home).get(study_id)
    return _titles(home, study_id, path, path.stat().st_mtime_ns) if path else (study_id, study_id)


@lru_cache(maxsize=256)
def _titles(home: Home, study_id: str, _path: Path, _changed: int) -> tuple[str, str]:
    try:
        study = load_study(study_id, home)
    except UsageError:
        return study_id, study_id
    return study.title_ko or study.title, study.title
