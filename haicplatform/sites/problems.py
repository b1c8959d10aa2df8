"""What does not fit between a site file and delivered files: one problem, and the line of the site file it is about.

Belongs here: that. Does not belong here: looking for problems (check.py, check_values.py).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from haicplatform.sites.model import Source
from haicplatform.sites.row_templates import header_key
from haicplatform.sites.site import Site


@dataclass(frozen=True)
class Problem:
    """One thing that does not fit. severity: error (ingestion stops at it), warning, info.

    kind      unmapped column, missing column, no header, missing field, unread file, no file, unknown code,
              unreadable, unit, unused, identifier, file refused
    file      the delivered file (and sheet); line: of the site file, where the entry is or belongs
    count     cells concerned
    """

    severity: str
    kind: str
    message: str
    table: str | None = None
    column: str | None = None
    header: str | None = None
    file: str | None = None
    sheet: str | None = None
    line: int | None = None
    count: int | None = None


def fits(template: str, header: str) -> bool:
    """Whether a header is what a template with {places} stands for."""
    parts = re.split(r"\{\w+\}", header_key(template))
    return re.fullmatch(".+".join(map(re.escape, parts)), header) is not None


def line_of(site: Site, table: str, index: int, header: str) -> int:
    """Line where the site file names a header, in the table's columns or in one of its branches."""
    source = site.tables.get(table, (Source(),))[index]
    for key in ("columns", "where", "where_not"):
        for written in getattr(source, key):
            if header_key(written) == header:
                return site.line("tables", table, index, key, written)
    for position, branch in enumerate(source.rows):
        for key in ("columns", "where", "where_not"):
            for written in getattr(branch, key):
                if fits(written, header):
                    return site.line("tables", table, index, "rows", position, key, written)
    if source.changed_at and header_key(source.changed_at) == header:
        return site.line("tables", table, index, "changed_at")
    return site.line("tables", table, index)
