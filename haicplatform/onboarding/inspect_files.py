"""A hospital's waiting files held against its site file, without ingesting anything.

Belongs here: reading what waits in the inbox for `haic sites check`. Does not belong here: the comparison (check.py).
"""

from __future__ import annotations

from dataclasses import asdict

import polars as pl

from haicplatform.core.errors import FileRefused, UsageError
from haicplatform.core.identifiers import mask_text
from haicplatform.core.settings import Home
from haicplatform.ingest.landing.inbox import groups
from haicplatform.ingest.landing.scan import mask, scan
from haicplatform.ingest.reading.cells import nfc
from haicplatform.ingest.reading.files import read_file
from haicplatform.ingest.reading.sheet import Sheet
from haicplatform.onboarding.check import check
from haicplatform.sites.loading import load_site
from haicplatform.sites.plan import plan_file
from haicplatform.sites.problems import Problem
from haicplatform.sites.site import Site


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
            planned = plan_file(site, name)
            if planned.is_ignored:
                continue
            try:
                read = read_file(path, name, planned.layouts)
            except FileRefused as refusal:
                problems.append(Problem("error", "file refused", mask_text(str(refusal)), file=mask_text(name)))
                continue
            for sheet in read:
                hits = scan(sheet)
                problems += _identifiers(site, sheet, hits)
                sheets.append(mask(sheet, hits))
    shown = ("severity", "kind", "line", "file", "sheet", "table", "message", "count")
    rows = (asdict(problem) for problem in [*problems, *check(site, sheets)])
    return [{name: row[name] for name in shown} for row in rows]


def _identifiers(site: Site, sheet: Sheet, hits: pl.DataFrame) -> list[Problem]:
    """Registration and telephone numbers, by column: how many and the first row, never a value."""
    severity = "error" if site.on_identifier == "refuse" else "warning"
    problems = []
    for (place, column), group in hits.group_by("place", "source_column", maintain_order=True):
        where = f"column '{column}'" if column else f"the {place.replace('_', ' ')}"
        row = min(group["source_row"].drop_nulls(), default=None)
        message = f"{where} holds a resident registration number or a telephone number"
        message += f", first in row {row}" if row is not None else ""
        problems.append(
            Problem(severity, "identifier", message, file=mask_text(sheet.file), sheet=mask_text(sheet.sheet) or None,
                    count=group.height)
        )  # fmt: skip
    return problems
