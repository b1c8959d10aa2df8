"""A hospital's waiting files held against its site file, without ingesting anything.

Belongs here: reading what waits in the inbox for `haic sites check`. Does not belong here: the comparison (check.py).
"""

from __future__ import annotations

from dataclasses import asdict

from haicplatform.errors import FileRefused, UsageError
from haicplatform.inbox import groups
from haicplatform.reading.cells import nfc
from haicplatform.reading.files import read_file
from haicplatform.reading.sheet import Sheet
from haicplatform.settings import Home
from haicplatform.sites.check import Problem, check
from haicplatform.sites.site import load_site


def inspect_inbox(home: Home, site_id: str) -> list[dict]:
    """Every problem as a row, errors first; a file that cannot be read is a problem like the others.

    Raises UsageError for a wrong site file, and when nothing waits in the inbox.
    """
    site = load_site(site_id, home)
    inbox = home.inbox / site_id
    found = groups(inbox, None)
    if not found:
        raise UsageError(
            f"There is nothing to check: {inbox} is empty",
            expected=f"files as the hospital {site_id} exports them",
            todo="put the files there and check again",
        )
    sheets: list[Sheet] = []
    problems: list[Problem] = []
    for folder, files in found:
        for path in files:
            name = nfc(path.relative_to(folder or inbox).as_posix())
            if site.is_ignored(name):
                continue
            try:
                sheets += read_file(path, name, site.layout_of(name))
            except FileRefused as refusal:
                problems.append(Problem("error", "file refused", str(refusal), file=name))
    shown = ("severity", "kind", "line", "file", "sheet", "table", "message", "count")
    rows = (asdict(problem) for problem in [*problems, *check(site, sheets)])
    return [{name: row[name] for name in shown} for row in rows]
