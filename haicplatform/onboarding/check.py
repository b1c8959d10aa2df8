"""A site file held against delivered files: everything that does not fit, at once, with the line in the site file.

Belongs here: unmapped, missing and unused columns, files and required fields that nobody supplies, units in headers
that the site file contradicts. Does not belong here: values (check_values.py), what a problem is (problems.py),
mistakes that the site file alone shows (terms.py) and validation of rows.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from haicplatform.ingest.reading.sheet import Sheet
from haicplatform.ingest.staging.columns import column_problems, supply_problems
from haicplatform.onboarding.check_values import value_problems
from haicplatform.sites.plan import DeliveryPlan, plan_delivery
from haicplatform.sites.problems import Problem, fits, line_of
from haicplatform.sites.row_templates import header_key
from haicplatform.sites.site import Site
from schemas.contract import TABLES, Column
from schemas.units import conversion


def check(site: Site, sheets: Sequence[Sheet]) -> list[Problem]:
    """Everything in which the site file and these sheets do not fit, errors first, then by line."""
    plan = plan_delivery(site, sheets)
    alone = [(plan_delivery(site, [sheet]), sheet) for sheet in sheets]
    problems = [*supply_problems(plan), *file_problems(plan, sheets)]
    for own, sheet in alone:
        problems += column_problems(own, sheet)
    problems += unused_problems(plan, sheets)
    problems += dict.fromkeys(problem for own, sheet in alone for problem in unit_problems(own, sheet))
    if not any(problem.severity == "error" for problem in problems):
        problems += value_problems(plan, sheets)
    rank = {"error": 0, "warning": 1, "info": 2}
    return sorted(problems, key=lambda p: (rank[p.severity], p.line or 0, p.message))


def file_problems(plan: DeliveryPlan, sheets: Sequence[Sheet]) -> list[Problem]:
    """Files that no table reads, and sources that read no file."""
    site, problems = plan.site, []
    for file in dict.fromkeys(sheet.file for sheet in sheets):
        mine = [sheet for sheet in sheets if sheet.file == file]
        if not site.is_ignored(file) and not any(map(plan.feeds_of, mine)):
            message = f"no table reads file '{file}': add it to a table, or to `ignore_files:`"
            problems.append(Problem("error", "unread file", message, file=file, line=1))
    for feed in (feed for table in plan.tables.values() for feed in table.feeds):
        if feed.source.file and not feed.places:
            message = f"table {feed.table}: no delivered file is called {' or '.join(feed.source.file)}"
            line = site.line("tables", feed.table, feed.index, "file")
            problems.append(Problem("warning", "no file", message, table=feed.table, line=line))
    return problems


def unused_problems(plan: DeliveryPlan, sheets: Sequence[Sheet]) -> list[Problem]:
    """Entries of the site file that nothing uses: ignored headers that are gone, codes, units, nulls of no column."""
    site, problems = plan.site, []
    for table in site.tables:
        for feed in plan.tables[table].feeds:
            index, source, mine = feed.index, feed.source, feed.templates
            read = [sheet for sheet in sheets if feed.reads(sheet)]
            if not read or table in site.sql:
                continue
            columns = {name for template in mine for name in (*template.columns, *template.constants)}
            headers = {header for template in mine for header in template.headers}
            present = {header for sheet in read for header in sheet.header}
            found = [("ignore", h, "is not in the file") for h in source.ignore if header_key(h) not in present]
            for key in ("codes", "extract", "units", "unavailable"):
                for name in getattr(source, key):
                    is_test = table == "lab" and key == "units"
                    is_supplied = name in columns
                    if key == "unavailable" and is_supplied:
                        found.append((key, name, "is supplied all the same"))
                    elif key != "unavailable" and not is_supplied and not is_test:
                        found.append((key, name, "is not supplied by this table"))
            for key in ("nulls", "dates"):
                for name in getattr(source, key):
                    if not any(fits(name, each) for each in headers | columns):
                        found.append((key, name, "is no column of this table"))
            for key, name, why in found:
                line = site.line("tables", table, index, key, name)
                if key == "ignore":
                    line = site.line("tables", table, index, key, source.ignore.index(name))
                problems.append(Problem("warning", "unused", f"table {table}, {key}: '{name}' {why}", table, line=line))
    return problems


def unit_problems(plan: DeliveryPlan, sheet: Sheet) -> list[Problem]:
    """Headers of a sheet that name another unit, in brackets, than the site file says or the contract has."""
    problems = []
    for feed in plan.feeds_of(sheet):
        for template in feed.templates:
            for name, header in template.columns.items():
                column = _with_unit(feed.table, name)
                if column is None or f"{name}__unit" in template.columns:
                    continue
                stated = template.units.get(name, column.unit or "")
                for inside in re.findall(r"[(\[]([^()\[\]]+)[)\]]", header):
                    named, taken = conversion(column.unit or "", inside), conversion(column.unit or "", stated)
                    if named and taken and (named.multiply, named.divide) != (taken.multiply, taken.divide):
                        problems.append(
                            Problem(
                                "error", "unit",
                                f"table {feed.table}: header '{header}' says {inside}, but {name} is read as {stated}:"
                                f" write units: {{{name}: {inside}}}",
                                feed.table, name, header, sheet.file,
                                line=line_of(plan.site, feed.table, feed.index, header),
                            )
                        )  # fmt: skip
    return problems


def _with_unit(table: str, name: str) -> Column | None:
    found = [c for c in TABLES[table].columns if c.name == name and c.unit and c.kind == "decimal" and not c.derived]
    return found[0] if found else None
