"""The columns of delivered files against those of the site file: structural, before a row is mapped.

Belongs here: unmapped and missing columns, required fields that nobody supplies, and stopping at them. Does not belong
here: everything else that does not fit (onboarding.check), values.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from haicplatform.core.errors import FileRefused, UsageError
from haicplatform.ingest.reading.sheet import Sheet
from haicplatform.sites.model import Source
from haicplatform.sites.plan import DeliveryPlan, plan_delivery
from haicplatform.sites.problems import Problem, line_of
from haicplatform.sites.row_templates import header_key
from haicplatform.sites.site import Site
from schemas.contract import TABLES

NO_HEADER = "no header"


def refuse_columns(site: Site, sheets: Sequence[Sheet]) -> None:
    """Raise FileRefused(reason='columns') where a file has columns the site file does not know, or lacks some.

    Both lists are in the message. reason='header' where not one column is right: then the row may be a patient's,
    and no word of it is repeated. `sheets`: those of one file. Each is held against a plan of itself alone: a column
    that only another sheet of the table has is none of its own.
    """
    problems = [problem for sheet in sheets for problem in column_problems(plan_delivery(site, [sheet]), sheet)]
    if not problems:
        return
    for problem in problems:
        if problem.kind == NO_HEADER:
            raise FileRefused(
                "The file has no header as the site file describes it",
                file=problem.file,
                found="a row with none of the columns",
                expected=f"the columns {problem.header}",
                todo=f"export the file with its header, or correct `header_rows` or the columns in {site.path}"
                f" (line {problem.line})",
                reason="header",
            )
    lists = {
        kind: ", ".join(dict.fromkeys(p.header or "" for p in problems if p.kind == kind)) or "none"
        for kind in ("unmapped column", "missing column")
    }
    raise FileRefused(
        "The columns of the file are not those of the site file",
        file=problems[0].file,
        found=f"not in the site file: {lists['unmapped column']}; not in the file: {lists['missing column']}",
        expected="every column mapped or ignored by name, and every mapped column there",
        todo=f"map or ignore the new columns, or correct the old ones, in {site.path}"
        f" (line {min(p.line or 1 for p in problems)})",
        reason="columns",
    )


def require_supplied(plan: DeliveryPlan) -> None:
    """Raise UsageError with the list of required contract fields that the site file neither supplies nor excuses."""
    missing = [p for p in supply_problems(plan) if p.severity == "error"]
    if missing:
        raise UsageError(
            "The site file leaves required fields open",
            file=str(plan.site.path),
            row=missing[0].line,
            found="no source for " + ", ".join(f"{p.table}.{p.column}" for p in missing),
            expected="a column or a constant for each, or an entry under `unavailable:` with the reason",
            todo="Complete the site file",
        )


def column_problems(plan: DeliveryPlan, sheet: Sheet) -> list[Problem]:
    """Headers of the sheet that no table uses or ignores, and headers that a table names and the sheet lacks."""
    site = plan.site
    known: set[str] = set()
    wanted: dict[str, None] = {}
    problems: list[Problem] = []
    first: tuple[str, int] | None = None
    for feed in plan.feeds_of(sheet):
        table, index, source = feed.table, feed.index, feed.source
        first = first or (table, index)
        named = {header for template in feed.templates for header in template.headers}
        if table in site.sql:
            named |= {header_key(header) for header in source.columns}
        known |= named | {header_key(header) for header in source.ignore}
        if site.layout == "contract" and not source.file:
            named |= _required_headers(table, source)
        wanted |= dict.fromkeys(sorted(named))
        optional = {header_key(header) for header in source.optional}
        for header in sorted(named - set(sheet.header) - optional):
            line = line_of(site, table, index, header)
            message = f"table {table}: column '{header}' is not in the file"
            problems.append(_columns(sheet, "missing column", message, table, header, line))
    if first is None:
        return []
    if wanted and known.isdisjoint(sheet.header):
        listed, line = ", ".join(wanted), site.line("tables", *first, "columns")
        message = f"the header has none of the columns that the site file names: {listed}"
        return [_columns(sheet, NO_HEADER, message, first[0], listed, line)]
    for header in sheet.header:
        if header not in known:
            message = f"column '{header}' is neither mapped nor ignored by {', '.join(plan.tables_of_file(sheet.file))}"
            line = site.line("tables", *first, "columns")
            problems.append(_columns(sheet, "unmapped column", message, first[0], header, line))
    return problems


def _required_headers(table: str, source: Source) -> set[str]:
    """Headers that a file in the contract's own layout must have."""
    given = {name for names in source.columns.values() for name in names} | {*source.constants, *source.unavailable}
    required = {column.name for column in TABLES[table].columns if column.column_required and not column.derived}
    return required - given


def _columns(sheet: Sheet, kind: str, message: str, table: str, header: str, line: int) -> Problem:
    return Problem(
        "error", kind, message, table=table, header=header, file=sheet.file, sheet=sheet.sheet or None, line=line
    )


def supply_problems(plan: DeliveryPlan) -> list[Problem]:
    """Required contract columns that nobody supplies or excuses, and tables that are not delivered."""
    site, problems = plan.site, []
    for name, table in TABLES.items():
        planned = plan.tables.get(name)
        if planned is None or (site.layout is not None and not any(feed.places for feed in planned.feeds)):
            if name not in site.unavailable:
                message = f"table {name} is not delivered: name its file, or say why under `unavailable:`"
                problems.append(Problem("warning", "missing field", message, table=name, line=1))
            continue
        supplied = {column for template in planned.templates for column in (*template.columns, *template.constants)}
        supplied |= {column for feed in planned.feeds for column in feed.source.unavailable}
        supplied |= set(re.findall(r"\w+", site.sql.get(name, "")))
        for column in table.columns:
            if column.column_required and not column.derived and column.name not in supplied:
                message = (
                    f"table {name}: nothing supplies {column.name} ({column.en}), and it is not declared unavailable"
                )
                line = site.line("tables", name, 0)
                problems.append(Problem("error", "missing field", message, table=name, column=column.name, line=line))
    return problems
