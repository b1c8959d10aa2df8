"""Which file and sheet of a delivery feeds which contract table, in which layout and with which rows: one value.

Belongs here: the only place that asks a site file what it reads. A FilePlan is made from a file's name, before it is
read; a DeliveryPlan once from the names and headers of the sheets, and handed on. Does not belong here: reading files,
cells, and telling the hospital what is missing.

A full extract replaces a table, so it brings all of it or leaves it as it was. Of an extract of changes each source
that came counts: what did not change may be absent. Only where a <table>.sql puts rows of several sources together
would the absent one's cells become empty ones, so such a table waits until all of them come.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Protocol

from haicplatform.sites.layout import FileLayout
from haicplatform.sites.model import Source
from haicplatform.sites.row_templates import RowTemplate, row_templates, targets
from haicplatform.sites.site import Site, matches, nfc
from schemas.contract import TABLES


class DeliveredSheet(Protocol):
    """What a plan needs to know of a sheet: its names in the delivery and its headers."""

    @property
    def file(self) -> str: ...
    @property
    def sheet(self) -> str: ...
    @property
    def header(self) -> list[str]: ...


@dataclass(frozen=True)
class FilePlan:
    """What the site file says of a file by its name alone: the tables it may feed, and how it is to be read."""

    name: str
    is_ignored: bool
    tables: tuple[str, ...]
    layouts: tuple[FileLayout, ...]


def plan_file(site: Site, name: str) -> FilePlan:
    feeding = [(table, source) for table, _, source in site.sources() if _may_read(site, table, source, name)]
    layouts = [
        FileLayout(
            encoding=source.encoding or site.defaults.encoding,
            delimiter=source.delimiter or site.defaults.delimiter,
            header_rows=source.header_rows or site.defaults.header_rows or (1,),
            sheet=source.sheet,
            skip_rows=source.skip_rows or site.defaults.skip_rows,
            date_system=source.date_system or site.defaults.date_system,
        )
        for source in [source for _, source in feeding] or [Source()]
    ]
    tables = tuple(dict.fromkeys(table for table, _ in feeding))
    return FilePlan(name, site.is_ignored(name), tables, tuple(dict.fromkeys(layouts)))


@dataclass(frozen=True)
class Feed:
    """One source of a table, the (file, sheet) names it reads in this delivery, and the rows it makes of them.

    source: as the site file has it; with `layout: contract` every header that is a contract column maps to itself.
    """

    table: str
    index: int
    source: Source
    places: frozenset[tuple[str, str]]
    templates: tuple[RowTemplate, ...]

    def reads(self, sheet: DeliveredSheet) -> bool:
        return (sheet.file, sheet.sheet) in self.places


@dataclass(frozen=True)
class TablePlan:
    """The sources of one contract table; sql: the text of the hospital's <table>.sql, if it has one."""

    name: str
    feeds: tuple[Feed, ...]
    is_full: bool
    sql: str | None

    @property
    def templates(self) -> tuple[RowTemplate, ...]:
        return tuple(template for feed in self.feeds for template in feed.templates)

    @property
    def absent(self) -> list[Source]:
        """The sources that no sheet feeds."""
        return [feed.source for feed in self.feeds if not feed.places]

    @property
    def absent_relations(self) -> dict[str, Source]:
        """Raw relations of the <table>.sql that no sheet feeds, by name."""
        fed = {feed.source.name for feed in self.feeds if feed.places}
        return {source.name: source for source in self.absent if source.name not in fed}

    @cached_property
    def counts(self) -> bool:
        """Whether what came of the table counts; False, too, where nothing of it came."""
        if not self.absent:
            return True
        if self.is_full or len(self.absent) == len(self.feeds):
            return False
        return self.sql is None or not self.absent_relations or not combines(self.sql)


@dataclass(frozen=True)
class DeliveryPlan:
    """The tables that have a source, in the contract's order, and what of this delivery feeds each."""

    site: Site
    tables: dict[str, TablePlan]

    def feeds_of(self, sheet: DeliveredSheet) -> list[Feed]:
        return [feed for table in self.tables.values() for feed in table.feeds if feed.reads(sheet)]

    def tables_of(self, sheet: DeliveredSheet) -> list[str]:
        return list(dict.fromkeys(feed.table for feed in self.feeds_of(sheet)))

    def tables_of_file(self, name: str) -> tuple[str, ...]:
        """The tables a file may feed, by its name; also of one that was refused or did not come."""
        return plan_file(self.site, name).tables

    def patient_headers(self, sheet: DeliveredSheet) -> dict[str, tuple[str, ...]]:
        """Headers of a sheet that hold patient numbers, with the null spellings there."""
        return {
            header: tuple(template.nulls.get("patient_id", ()))
            for feed in self.feeds_of(sheet)
            for template in feed.templates
            if (header := template.columns.get("patient_id"))
        }

    def whole_tables(self, refused: Iterable[str]) -> list[str]:
        """The tables that count: of a full extract, those that came with all their sources and files."""
        is_full = self.site.extract == "full"
        lost = {table for name in refused for table in self.tables_of_file(name) if is_full}
        return sorted(name for name, table in self.tables.items() if name not in lost and table.counts)


def plan_delivery(site: Site, sheets: Sequence[DeliveredSheet]) -> DeliveryPlan:
    """The plan of the sheets that were read."""
    sources: dict[str, list[Source]] = {}
    for table, _, source in site.sources():
        sources.setdefault(table, []).append(source)
    return DeliveryPlan(site, {name: _plan_table(site, name, given, sheets) for name, given in sources.items()})


def _plan_table(site: Site, name: str, given: list[Source], sheets: Sequence[DeliveredSheet]) -> TablePlan:
    read = [[sheet for sheet in sheets if _reads(site, name, source, sheet)] for source in given]
    if site.layout == "contract":
        given = [_with_own_headers(name, source, mine) for source, mine in zip(given, read, strict=True)]
    templates = row_templates(site, name, tuple(given))
    feeds = tuple(
        Feed(
            name,
            index,
            source,
            frozenset((sheet.file, sheet.sheet) for sheet in read[index]),
            tuple(template for template in templates if template.source == index),
        )
        for index, source in enumerate(given)
    )
    return TablePlan(name, feeds, site.extract == "full", site.sql.get(name))


def _with_own_headers(table: str, source: Source, sheets: Sequence[DeliveredSheet]) -> Source:
    known, mentioned = targets(TABLES[table]), {*source.columns, *source.ignore}
    same = {h: (h,) for sheet in sheets for h in sheet.header if h in known and h not in mentioned}
    return source.model_copy(update={"columns": same | source.columns})


def _reads(site: Site, table: str, source: Source, delivered: DeliveredSheet) -> bool:
    """Whether a source of a table reads this sheet of this file (names NFC, '/' between folders)."""
    file, sheet = delivered.file, delivered.sheet
    if site.is_ignored(file):
        return False
    if not source.file:  # layout: contract
        return sheet.casefold() == table or (Path(file).stem.casefold() == table and source.sheet is None)
    return matches(file, source.file) and (
        source.sheet is None or sheet == "" or fnmatch.fnmatchcase(sheet, nfc(source.sheet))
    )


def _may_read(site: Site, table: str, source: Source, file: str) -> bool:
    if site.is_ignored(file):
        return False
    if source.file:
        return matches(file, source.file)
    return Path(file).suffix.casefold() in (".xlsx", ".xls", ".xlsm") or Path(file).stem.casefold() == table


@cache
def combines(sql: str) -> bool:
    """Whether a row of the result may come from rows of several relations: a join, or a group over a union.

    True, to be safe, for what cannot be read and for steps (WITH) that group.
    """
    import sqlglot
    from sqlglot import exp

    try:
        tree = sqlglot.parse_one(sql, read="duckdb")
    except sqlglot.errors.SqlglotError:
        return True
    if not isinstance(tree, exp.Query) or tree.find(exp.Join, exp.Intersect, exp.Except, exp.Pivot):
        return True
    in_place = (exp.From, exp.Union, exp.CTE, exp.Subquery)
    if any(each.parent and not isinstance(each.parent, in_place) for each in tree.find_all(exp.Select, exp.Union)):
        return True
    if any(not isinstance(each.parent, in_place) for each in tree.find_all(exp.Subquery) if each.parent):
        return True
    groups = list(tree.find_all(exp.Group, exp.AggFunc, exp.Window, exp.Distinct))
    selects = [each.find_ancestor(exp.Select) for each in groups]
    return bool(groups) and (tree.find(exp.With) is not None or any(each and each.find(exp.Union) for each in selects))
