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
from pathlib import Path
from typing import TYPE_CHECKING

from haicplatform.errors import NotThere
from haicplatform.queries.actions import Person
from haicplatform.release.write import FOLDER as RELEASE
from haicplatform.settings import Home
from haicplatform.warehouse import relations

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
    """One report. title: of the study as it was run last, else its name; files: those that can be opened, by name."""

    study_id: str
    snapshot_id: str
    title: str
    is_release: bool
    written_at: dt.datetime
    files: tuple[str, ...]

    @property
    def path(self) -> str:
        """Where its files are, as an address."""
        return f"/reports/{self.study_id}/{self.snapshot_id}/" + (f"{RELEASE}/" if self.is_release else "")


def reports(home: Home, con: duckdb.DuckDBPyConnection | None, person: Person) -> list[Report]:
    """The reports a person may read, the newest first. con: the published warehouse, None while there is none."""
    titles = _titles(con)
    found = []
    for folder in home.reports.glob("*/*"):
        study_id, snapshot_id = folder.parent.name, folder.name
        for place in (folder, folder / RELEASE):
            is_release = place != folder
            if (place / "report.html").is_file() and _may_read(con, person, study_id, snapshot_id, is_release):
                files = [path for path in place.iterdir() if path.is_file() and path.suffix in KINDS]
                written = dt.datetime.fromtimestamp((place / "report.html").stat().st_mtime, dt.UTC)
                names = tuple(sorted(path.name for path in files))
                title = titles.get(study_id, study_id)
                found.append(Report(study_id, snapshot_id, title, is_release, written.replace(tzinfo=None), names))
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


def _titles(con: duckdb.DuckDBPyConnection | None) -> dict[str, str]:
    if con is None or "analysis.study" not in relations(con):
        return {}
    return dict(con.execute("SELECT study_id, title FROM analysis.study").fetchall())
