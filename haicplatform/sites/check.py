"""A site file held against delivered files: everything that does not fit, at once, with the line in the site file.

Belongs here: unmapped, missing and unused columns, files and required fields that nobody supplies, units in headers
that the site file contradicts. Does not belong here: values (check_values.py), what a problem is (problems.py),
mistakes that the site file alone shows (terms.py) and validation of rows.

Columns are structural: `refuse_columns` stops a file before a row of it is mapped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from haicplatform.errors import FileRefused, UsageError
from haicplatform.mapping import sources_of
from haicplatform.reading.sheet import Sheet
from haicplatform.sites.branches import RowMaker, header_key, row_makers
from haicplatform.sites.check_values import value_problems
from haicplatform.sites.model import Source
from haicplatform.sites.problems import Problem, fits, line_of
from haicplatform.sites.site import Site
from schemas.contract import TABLES, Column
from schemas.units import conversion

NO_HEADER = "no header"


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


def refuse_columns(site: Site, sheets: Sequence[Sheet]) -> None:
    """Raise FileRefused(reason='columns') where a file has columns the site file does not know, or lacks some.

    Both lists are in the message. reason='header' where not one column is right: then the row may be a patient's,
    and no word of it is repeated. `sheets`: those of one file.
    """
    problems = [problem for sheet in sheets for problem in column_problems(site, sheet)]
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


def hold_against(site: Site, sheets: Sequence[Sheet]) -> None:
    """Raise UsageError with the list of required contract fields that the site file neither supplies nor excuses."""
    missing = [p for p in supply_problems(site, sheets) if p.severity == "error"]
    if missing:
        raise UsageError(
            "The site file leaves required fields open",
            file=str(site.path),
            row=missing[0].line,
            found="no source for " + ", ".join(f"{p.table}.{p.column}" for p in missing),
            expected="a column or a constant for each, or an entry under `unavailable:` with the reason",
            todo="Complete the site file",
        )


def _read_by(site: Site, sheet: Sheet) -> Iterator[tuple[str, int, Source, list[RowMaker]]]:
    """(table, position, source, row makers) of every source that reads the sheet."""
    for table in TABLES:
        sources = sources_of(site, table, [sheet])
        makers = row_makers(site, table, sources)
        for index, source in enumerate(sources):
            if site.reads(table, source, sheet.file, sheet.sheet):
                yield table, index, source, [maker for maker in makers if maker.source == index]


def column_problems(site: Site, sheet: Sheet) -> list[Problem]:
    """Headers of the sheet that no table uses or ignores, and headers that a table names and the sheet lacks."""
    known: set[str] = set()
    wanted: dict[str, None] = {}
    problems: list[Problem] = []
    first: tuple[str, int] | None = None
    for table, index, source, makers in _read_by(site, sheet):
        first = first or (table, index)
        named = {header for maker in makers for header in maker.headers}
        if table in site.sql:
            named |= {header_key(header) for header in source.columns}
        known |= named | {header_key(header) for header in source.ignore}
        if site.layout == "contract" and not source.file:
            named |= _required_headers(table, source)
        wanted |= dict.fromkeys(sorted(named))
        optional = {header_key(header) for header in source.optional}
        for header in sorted(named - set(sheet.header) - optional):
            line = line_of(site, table, index, header)
            said = f"table {table}: column '{header}' is not in the file"
            problems.append(_columns(sheet, "missing column", said, table, header, line))
    if first is None:
        return []
    if wanted and known.isdisjoint(sheet.header):
        listed, line = ", ".join(wanted), site.line("tables", *first, "columns")
        said = f"the header has none of the columns that the site file names: {listed}"
        return [_columns(sheet, NO_HEADER, said, first[0], listed, line)]
    for header in sheet.header:
        if header not in known:
            said = f"column '{header}' is neither mapped nor ignored by {', '.join(site.tables_of(sheet.file))}"
            line = site.line("tables", *first, "columns")
            problems.append(_columns(sheet, "unmapped column", said, first[0], header, line))
    return problems


def _required_headers(table: str, source: Source) -> set[str]:
    """Headers that a file in the contract's own layout must have."""
    given = {name for names in source.columns.values() for name in names} | {*source.constants, *source.unavailable}
    required = {column.name for column in TABLES[table].columns if column.column_required and not column.derived}
    return required - given


def _columns(sheet: Sheet, kind: str, said: str, table: str, header: str, line: int) -> Problem:
    return Problem(
        "error", kind, said, table=table, header=header, file=sheet.file, sheet=sheet.sheet or None, line=line
    )


def supply_problems(site: Site, sheets: Sequence[Sheet]) -> list[Problem]:
    """Required contract columns that nobody supplies or excuses, and tables that are not delivered."""
    problems = []
    for name, table in TABLES.items():
        sources = sources_of(site, name, sheets)
        fed = site.layout is None or any(site.reads(name, s, x.file, x.sheet) for s in sources for x in sheets)
        if not sources or not fed:
            if name not in site.unavailable:
                said = f"table {name} is not delivered: name its file, or say why under `unavailable:`"
                problems.append(Problem("warning", "missing field", said, table=name, line=1))
            continue
        makers = row_makers(site, name, sources)
        supplied = {column for maker in makers for column in (*maker.columns, *maker.constants)}
        supplied |= {column for source in sources for column in source.unavailable}
        supplied |= set(re.findall(r"\w+", site.sql.get(name, "")))
        for column in table.columns:
            if column.column_required and not column.derived and column.name not in supplied:
                said = f"table {name}: nothing supplies {column.name} ({column.en}), and it is not declared unavailable"
                line = site.line("tables", name, 0)
                problems.append(Problem("error", "missing field", said, table=name, column=column.name, line=line))
    return problems


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
        makers = row_makers(site, table, sources)
        for index, source in enumerate(sources):
            read = [sheet for sheet in sheets if site.reads(table, source, sheet.file, sheet.sheet)]
            mine = [maker for maker in makers if maker.source == index]
            if not read or table in site.sql:
                continue
            columns = {name for maker in mine for name in (*maker.columns, *maker.constants)}
            headers = {header for maker in mine for header in maker.headers}
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
        for table, index, _, makers in _read_by(site, sheet):
            for maker in makers:
                for name, header in maker.columns.items():
                    column = _with_unit(table, name)
                    if column is None or f"{name}__unit" in maker.columns:
                        continue
                    said = maker.units.get(name, column.unit or "")
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
