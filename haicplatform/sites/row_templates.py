"""The rows of a contract table as a site file makes them, with every template filled and every default applied.

Belongs here: turning the sources of a table into a flat list of RowTemplate, each of which makes at most one
contract row from one source row. Does not belong here: SQL (haicplatform.ingest.staging.mapping) and reading files.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from dataclasses import dataclass, field

from haicplatform.sites.model import Branch, Source
from haicplatform.sites.site import Site
from schemas.contract import TABLES, Table

ANY_OTHER = "*"
UNIT_SUFFIX = "__unit"
PSEUDO = ("_op", "changed_at")


def targets(table: Table) -> set[str]:
    """What a header may be mapped to: the table's columns, the unit of a number, `_op`, `changed_at`."""
    names = {each.name for each in table.columns if not each.derived}
    units = {f"{each.name}{UNIT_SUFFIX}" for each in table.columns if each.unit and not each.derived}
    return names | units | set(PSEUDO)


def header_key(text: str) -> str:
    """A header as sheets spell it: NFC, trimmed, inner white space one blank."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", text)).strip()


def value_key(text: str) -> str:
    """A cell as it is compared: NFKC, trimmed, without regard to case."""
    return unicodedata.normalize("NFKC", text).strip().lower()


@dataclass(frozen=True)
class RowTemplate:
    """One way from a source row to a contract row; `number` is the `branch` of the rows it makes.

    columns    contract column -> header      nulls, dates   contract column -> spellings (as compared), forms
    codes      contract column -> {cell as compared: term or None}, ANY_OTHER for the rest
    keep_when  headers of which one must be filled, with the spellings that count as empty
    """

    number: int
    source: int
    columns: dict[str, str]
    constants: dict[str, str] = field(default_factory=dict)
    codes: dict[str, dict[str, str | None]] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    nulls: dict[str, tuple[str, ...]] = field(default_factory=dict)
    dates: dict[str, tuple[str, ...]] = field(default_factory=dict)
    where: dict[str, tuple[str, ...]] = field(default_factory=dict)
    where_not: dict[str, tuple[str, ...]] = field(default_factory=dict)
    keep_when: dict[str, tuple[str, ...]] = field(default_factory=dict)
    decimal_comma: bool = False
    clashes: tuple[tuple[str, str, str], ...] = ()
    """(contract column, header, other header): a column fed twice, a mistake of the site file."""

    @property
    def headers(self) -> set[str]:
        """Every header that must be there for these rows."""
        return {*self.columns.values(), *self.where, *self.where_not, *self.keep_when}


def row_templates(site: Site, table: str, sources: tuple[Source, ...] | None = None) -> list[RowTemplate]:
    """The row templates of a contract table, numbered through from 0 over its sources."""
    given = sources if sources is not None else site.tables.get(table, ())
    made: list[RowTemplate] = []
    for index, source in enumerate(given):
        for branch in source.rows or (None,):
            for values in _values(branch):
                made.append(_make(site, table, source, branch, values, len(made), index))
    return made


def _values(branch: Branch | None) -> list[dict[str, str]]:
    if branch is None:
        return [{}]
    product = [dict(zip(branch.for_, each, strict=True)) for each in itertools.product(*branch.for_.values())]
    return [one | two for one in product for two in (branch.each or ({},))]


def _make(
    site: Site, table: str, source: Source, branch: Branch | None, values: dict[str, str], number: int, index: int
) -> RowTemplate:
    def fill(text: str) -> str:
        return re.sub(r"\{(\w+)\}", lambda m: values.get(m.group(1), m.group(0)), text)

    def head(text: str) -> str:
        return header_key(fill(text))

    def keyed(cells: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        return {head(header): tuple(value_key(fill(text)) for text in texts) for header, texts in cells.items()}

    parts: list[Source | Branch] = [source] if branch is None else [source, branch]
    columns: dict[str, str] = {}
    clashes = []
    for part in parts:
        for header, names in part.columns.items():
            for name in map(fill, names):
                if columns.setdefault(name, head(header)) != head(header):
                    clashes.append((name, columns[name], head(header)))
    fed = {*columns, *(name for part in parts for name in part.constants), *source.unavailable}
    for header, names in site.defaults.columns.items():
        columns |= {name: head(header) for name in names if name in targets(TABLES[table]) and name not in fed}
    if source.changed_at:
        columns["changed_at"] = head(source.changed_at)
    constants: dict[str, str] = {}
    codes: dict[str, dict[str, str | None]] = {}
    units: dict[str, str] = {}
    where: dict[str, tuple[str, ...]] = {}
    where_not: dict[str, tuple[str, ...]] = {}
    for part in parts:
        constants |= {name: fill(text) for name, text in part.constants.items()}
        units |= {name: fill(text) for name, text in part.units.items()}
        where |= keyed(part.where)
        where_not |= keyed(part.where_not)
        for name, terms in part.codes.items():
            filled = {k if k == ANY_OTHER else value_key(fill(k)): v and fill(v) for k, v in terms.items()}
            codes[name] = codes.get(name, {}) | filled
    nulls = {header_key(fill(name)): tuple(map(value_key, texts)) for name, texts in source.nulls.items()}
    dates = {header_key(fill(name)): forms for name, forms in source.dates.items()}
    default_nulls = tuple(map(value_key, site.defaults.nulls))

    def nulls_of(name: str, header: str) -> tuple[str, ...]:
        return nulls.get(header, nulls.get(name, default_nulls))

    column_nulls = {
        name: tuple(text for text in nulls_of(name, header) if text not in codes.get(name, {}))
        for name, header in columns.items()
    }
    kept = branch.keep_when if branch else source.keep_when
    if branch and kept is None:
        kept = tuple(branch.columns)
    return RowTemplate(
        number=number,
        source=index,
        columns=columns,
        constants={name: text for name, text in constants.items() if text != ""},
        codes=codes,
        units=units,
        nulls={name: texts for name, texts in column_nulls.items() if texts},
        dates={n: forms for n, h in columns.items() if (forms := dates.get(h, dates.get(n, site.defaults.dates)))},
        where=where,
        where_not=where_not,
        keep_when={head(h): nulls_of("", head(h)) for h in kept or ()},
        decimal_comma=(source.decimal or site.defaults.decimal) == ",",
        clashes=tuple(clashes),
    )
