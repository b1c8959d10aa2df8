"""A first site file for a new hospital, proposed from its files: a draft for a person to correct.

Belongs here: guessing tables, columns, units and codes from headers and from what other hospitals' site files
call them. Does not belong here: deciding anything: every guess is written down, every doubt marked `# ?`.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from haicplatform.core.errors import UsageError
from haicplatform.core.settings import Home
from haicplatform.ingest.reading.files import read_file
from haicplatform.ingest.reading.sheet import Sheet
from haicplatform.ingest.staging.parsing.coding import Spelling, spellings
from haicplatform.sites.loading import list_sites, load_site
from haicplatform.sites.row_templates import ANY_OTHER, row_templates, value_key
from schemas.contract import TABLES, Column
from schemas.units import conversion

MOST_VALUES = 40
"""A column with more different values than this is no code list."""


class Vocabulary:
    """What the known site files and the contract call things: header -> columns, cell -> term."""

    def __init__(self, home: Home | None = None) -> None:
        self.headers: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
        self.terms: dict[tuple[str, str, str], str] = {}
        self.flags: dict[str, str] = {}
        for contract in TABLES.values():
            for each in contract.columns:
                for name in (each.name, each.title_en, each.title_ko):
                    self.headers[_plain(name)][contract.name, each.name] += 1
        for site_id in list_sites(home):
            site = load_site(site_id, home)
            self.flags |= {value_key(k): v for k, v in site.defaults.flags.items() if v}
            for table in site.tables:
                for template in row_templates(site, table):
                    for column, header in template.columns.items():
                        self.headers[_plain(header)][table, column] += 1
                    for column, terms in template.codes.items():
                        self.terms |= {(table, column, k): v for k, v in terms.items() if v and k != ANY_OTHER}

    def columns(self, header: str, table: str) -> list[str]:
        """The columns of `table` that this header is known to feed, the usual one first."""
        known = self.headers.get(_plain(header), Counter())
        return [column for (each, column), _ in known.most_common() if each == table]

    def tables(self, headers: Sequence[str]) -> list[str]:
        """The table whose columns most of these headers feed, then the best of those left over, and so on.

        A table counts from two known headers on.
        """
        found: list[str] = []
        left = list(headers)
        while True:
            votes = Counter(
                table for header in left for table in {table for table, _ in self.headers.get(_plain(header), ())}
            )
            best = votes.most_common(1)
            if not best or best[0][1] < 2:
                return found
            found.append(best[0][0])
            left = [header for header in left if not self.columns(header, found[-1])]

    def term(self, table: str, column: Column, cell: str) -> str | None:
        """The contract's term of a cell, where some site file or the contract itself knows it."""
        key = value_key(cell)
        own = {value_key(code): code for code in column.codes}
        flag = self.flags.get(key) if column.kind == "flag" else None
        return own.get(key) or flag or self.terms.get((table, column.name, key))


def propose_for(home: Home, site_id: str) -> str:
    """The draft for the files in a hospital's inbox. Raises UsageError where there are none."""
    inbox = home.inbox / site_id
    paths = sorted(path for path in inbox.rglob("*") if path.is_file() and not path.name.startswith((".", "~$")))
    if not paths:
        raise UsageError(
            f"There is no file to propose a site file from in {inbox}",
            expected="a delivery of the hospital",
            todo="copy its files there",
        )
    sheets = [sheet for path in paths for sheet in read_file(path, path.relative_to(inbox).as_posix())]
    return propose(sheets, home)


def propose(sheets: Sequence[Sheet], home: Home | None = None) -> str:
    """The text of a draft site file for these sheets; UTF-8 YAML with `# ?` where a person must decide."""
    words = Vocabulary(home)
    lines = [
        "# A draft: every line wants a look, those marked `# ?` a decision.",
        "hospital: {name_en: '?', name_ko: '?'}",
        "extract: full",
        "patient_ids: hospital",
        "extracted_at: {from: arrival}",
        "tables:",
    ]
    by_table: dict[str, list[list[str]]] = defaultdict(list)
    unread = []
    for sheet in sheets:
        tables = words.tables(sheet.header)
        if not tables:
            unread.append(sheet.file)
        used = {header for table in tables for header in sheet.header if words.columns(header, table)}
        for table in tables:
            ignored = [header for header in sheet.header if header not in used] if table == tables[0] else []
            by_table[table].append(_source(words, table, sheet, ignored))
    for table in TABLES:
        sources = by_table.get(table, [])
        if len(sources) == 1:
            lines += [f"  {table}:", *(f"    {line}" for line in sources[0])]
        elif sources:
            lines.append(f"  {table}:")
            for source in sources:
                lines += [f"    - {source[0]}", *(f"      {line}" for line in source[1:])]
    missing = [table for table in TABLES if table not in by_table]
    if missing:
        lines += ["unavailable:", *(f"  {table}: '?'          # ? or name its file" for table in missing)]
    if unread:
        lines += ["ignore_files:", *(f"  - {_quoted(file)}          # ? or give it a table" for file in unread)]
    return "\n".join(lines) + "\n"


def _source(words: Vocabulary, table: str, sheet: Sheet, ignored: Sequence[str]) -> list[str]:
    lines = [f"file: {_quoted(sheet.file)}"]
    if sheet.sheet:
        lines.append(f"sheet: {_quoted(sheet.sheet)}")
    fed: dict[str, str] = {}
    columns = []
    for header in sheet.header:
        names = [name for name in words.columns(header, table)[:1] if name not in fed]
        fed |= {name: header for name in names}
        if names:
            columns.append(f"  {_quoted(header)}: {names[0]}")
    lines += ["columns:", *columns]
    if ignored:
        lines += ["ignore:", *(f"  - {_quoted(header)}          # ? or map it" for header in ignored)]
    open_ = [c.name for c in TABLES[table].columns if c.column_required and not c.derived and c.name not in fed]
    if open_:
        lines += ["unavailable:", *(f"  {name}: '?'          # ? or name its column" for name in open_)]
    lines += _codes(words, table, sheet, fed)
    units = _units(table, fed)
    return lines + (["units:", *(f"  {name}: {unit}" for name, unit in units.items())] if units else [])


def _codes(words: Vocabulary, table: str, sheet: Sheet, fed: dict[str, str]) -> list[str]:
    lines = []
    for name, header in fed.items():
        column = next((each for each in TABLES[table].columns if each.name == name), None)
        if column is None or column.kind not in ("code", "flag"):
            continue
        cells = sorted({text.strip() for text in sheet.rows[header].drop_nulls().unique()} - {""})
        known = {value_key(code) for code in column.codes}
        shared = spellings().get(f"{table}.{name}", Spelling()).extract
        foreign = [c for c in cells if value_key(c) not in known and not (shared and re.match(shared, c))]
        if not foreign or len(cells) > MOST_VALUES:
            continue
        lines.append(f"  {name}:")
        for cell in foreign:
            term = words.term(table, column, cell)
            lines.append(f"    {_quoted(cell)}: " + (_quoted(term) if term else "null          # ?"))
    return ["codes:", *lines] if lines else []


def _units(table: str, fed: dict[str, str]) -> dict[str, str]:
    found = {}
    for column in TABLES[table].columns:
        if column.name in fed and column.unit and column.kind == "decimal":
            for inside in re.findall(r"[(\[]([^()\[\]]+)[)\]]", fed[column.name]):
                known = conversion(column.unit, inside)
                if known and known.multiply != known.divide:
                    found[column.name] = inside
    return found


def _plain(header: str) -> str:
    """A header without its unit in brackets, blanks and case."""
    return re.sub(r"[(\[][^()\[\]]*[)\]]|[\s_]+", "", value_key(header))


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
