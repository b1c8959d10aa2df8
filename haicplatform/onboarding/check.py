"""A site file held against delivered files: everything that does not fit, at once, with the line in the site file.

Belongs here: unmapped, missing and unused columns, files and required fields that nobody supplies, units in headers
that the site file contradicts. Does not belong here: values (check_values.py), what a problem is (problems.py),
mistakes that the site file alone shows (terms.py) and validation of rows.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from haicplatform.ingest.reading.sheet import Sheet
from haicplatform.ingest.staging.columns import column_problems, read_by, supply_problems
from haicplatform.ingest.staging.mapping import sources_of
from haicplatform.onboarding.check_values import value_problems
from haicplatform.sites.problems import Problem, fits, line_of
from haicplatform.sites.row_templates import header_key, row_templates
from haicplatform.sites.site import Site
from schemas.contract import TABLES, Column
from schemas.units import conversion


def check(site: Site, sheets: Sequence[Sheet]) -> list[Problem]:
    """Everything in which the site file and these sheets do not fit, errors first, then by line."""
    problems = [*supply_problems(site, sheets), *file_problems(site, sheets)]
    for sheet in sheets:
        problems += column_problems(site, sheet)
    problems += [*unused_problems(site, sheets), *unit_problems(site, sheets)]
    if not any(problem.severity == "error" for problem in problems):
        problems += value_problems(site, sheets)
    rank = {"error": 0, "warning": 1, "info": 2}
    return sorted(problems, key=lambda p: (rank[p.severity], p.line or 0, p.message))


def file_problems(site: Site, sheets: Sequence[Sheet]) -> list[Problem]:
    """Files that no table reads, and sources that read no file."""
    problems = []
    for file in dict.fromkeys(sheet.file for sheet in sheets):
        mine = [sheet for sheet in sheets if sheet.file == file]
        if not site.is_ignored(file) and not any(site.tables_of(x.file, x.sheet) for x in mine):
            said = f"no table reads file '{file}': add it to a table, or to `ignore_files:`"
            problems.append(Problem("error", "unread file", said, file=file, line=1))
    for table, index, source in site.sources():
        if source.file and not any(site.reads(table, source, x.file, x.sheet) for x in sheets):
            said = f"table {table}: no delivered file is called {' or '.join(source.file)}"
            line = site.line("tables", table, index, "file")
            problems.append(Problem("warning", "no file", said, table=table, line=line))
    return problems


def unused_problems(site: Site, sheets: Sequence[Sheet]) -> list[Problem]:
    """Entries of the site file that nothing uses: ignored headers that are gone, codes, units, nulls of no column."""
    problems = []
    for table in site.tables:
        sources = sources_of(site, table, sheets)
        templates = row_templates(site, table, sources)
        for index, source in enumerate(sources):
            read = [sheet for sheet in sheets if site.reads(table, source, sheet.file, sheet.sheet)]
            mine = [template for template in templates if template.source == index]
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


def unit_problems(site: Site, sheets: Sequence[Sheet]) -> list[Problem]:
    """Headers that name another unit, in brackets, than the site file says or the contract has."""
    problems = []
    for sheet in sheets:
        for table, index, _, templates in read_by(site, sheet):
            for template in templates:
                for name, header in template.columns.items():
                    column = _with_unit(table, name)
                    if column is None or f"{name}__unit" in template.columns:
                        continue
                    said = template.units.get(name, column.unit or "")
                    for inside in re.findall(r"[(\[]([^()\[\]]+)[)\]]", header):
                        named, taken = conversion(column.unit or "", inside), conversion(column.unit or "", said)
                        if named and taken and (named.multiply, named.divide) != (taken.multiply, taken.divide):
                            problems.append(
                                Problem(
                                    "error", "unit",
                                    f"table {table}: header '{header}' says {inside}, but {name} is read as {said}:"
                                    f" write units: {{{name}: {inside}}}",
                                    table, name, header, sheet.file, line=line_of(site, table, index, header),
                                )
                            )  # fmt: skip
    return list(dict.fromkeys(problems))


def _with_unit(table: str, name: str) -> Column | None:
    found = [c for c in TABLES[table].columns if c.name == name and c.unit and c.kind == "decimal" and not c.derived]
    return found[0] if found else None
