"""The second form of a cell: hospital's spelling -> contract's term, still text.

Belongs here: the site file's `extract`, `codes` and `flags` and the shared spellings (spellings.yaml), as one
SQL relation over the different contents of columns. Does not belong here: types (typed.py) and where a cell comes
from (mapping.py).

For a contract column x the relation `coded_<table>` has, besides `branch`:
  x        the text to be typed: a term for codes and flags, digits for numbers
  x__cell  the cell as it came, for findings (columns that can fail)
  x__bad   why the column is empty although the cell is not: 'code', or null
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import duckdb
import polars as pl
import yaml

from haicplatform.core.distinct_values import LABEL
from haicplatform.core.quoting import literal, quoted
from haicplatform.ingest.staging.mapped_table import NOT_DONE, MappedTable
from haicplatform.sites.row_templates import ANY_OTHER, value_key
from haicplatform.sites.site import Site
from schemas.contract import Column, Table

SPELLINGS_FILE = Path(__file__).parent / "spellings.yaml"


@dataclass(frozen=True)
class Spelling:
    """Shared spellings of one contract column; see spellings.yaml."""

    extract: str | None = None
    empty_when: str | None = None
    raw_into: str | None = None
    present: tuple[str, ...] = ()
    then: tuple[tuple[str, str], ...] = ()


@cache
def spellings() -> dict[str, Spelling]:
    """Contract column (`table.column`) -> its shared spellings."""
    given = yaml.safe_load(SPELLINGS_FILE.read_text("utf-8"))
    return {
        name: Spelling(
            extract=entry.get("extract"),
            empty_when=entry.get("empty_when"),
            raw_into=entry.get("raw_into"),
            present=tuple(map(value_key, entry.get("present", ()))),
            then=tuple(entry.get("then", {}).items()),
        )
        for name, entry in given.items()
    }


def is_coded(column: Column) -> bool:
    return column.kind in ("code", "flag")


def code_columns(mapped: MappedTable, site: Site) -> list[str]:
    """The columns whose cells are looked up: codes, flags, and every column with codes in the site file."""
    given = {name for template in mapped.templates for name in template.codes}
    return [
        name
        for name in mapped.columns
        if name in given or (name in mapped.table.names and is_coded(mapped.table.column(name)))
    ]


def code_rows(mapped: MappedTable, site: Site, name: str) -> list[tuple[int, str, str | None]]:
    """(branch, cell as compared, term) of one column; the contract's own terms stand for themselves."""
    table = mapped.table
    column = table.column(name) if name in table.names else None
    rows = []
    for template in mapped.templates:
        terms: dict[str, str | None] = {}
        if column is not None and is_coded(column):
            terms |= {value_key(term): term for term in column.codes}
        if column is not None and column.kind == "flag":
            source = site.tables.get(table.name, ())
            own = source[template.source].flags if template.source < len(source) else {}
            terms |= {value_key(k): v for k, v in (site.defaults.flags | own).items()}
        terms |= template.codes.get(name, {})
        rows += [(template.number, key, term) for key, term in terms.items() if key != ANY_OTHER]
    return rows


def inputs(mapped: MappedTable, name: str) -> tuple[str, ...]:
    """The mapped columns that decide a contract column: its own, its unit, and those whose spellings set it."""
    shared = {origin: spellings().get(f"{mapped.table.name}.{origin}", Spelling()) for origin in mapped.columns}
    made_of = {name, f"{name}__unit"}
    made_of |= {origin for origin, each in shared.items() if name in dict(each.then) or each.raw_into == name}
    return tuple(each for each in mapped.columns if each in made_of)


def is_as_written(mapped: MappedTable, site: Site, name: str) -> bool:
    """Whether no spelling of the site file's or shared one is about this column."""
    is_about = name in code_columns(mapped, site) or f"{mapped.table.name}.{name}" in spellings()
    return not is_about and inputs(mapped, name) == (name,) and _picked(mapped, site, name) == f"m.{quoted(name)}"


def make_coded(
    con: duckdb.DuckDBPyConnection, mapped: MappedTable, site: Site, names: Sequence[str], relation: str
) -> str:
    """Create `coded_<table>` of the contents of these mapped columns in `relation`, and return its name."""
    table = mapped.table
    looked_up = [name for name in code_columns(mapped, site) if name in names]
    picked = {name: _picked(mapped, site, name) for name in names if name in mapped.columns}
    joins, parts = [], []
    set_by_present = {name: origin for name, origin in _present_columns(table, mapped).items() if origin in names}
    for position, name in enumerate(looked_up):
        rows = code_rows(mapped, site, name)
        frame = pl.DataFrame(
            rows, schema={"branch": pl.Int32, "key": pl.String, "term": pl.String}, orient="row"
        ).with_columns(hit=pl.lit(True))
        codes = f"codes_{table.name}_{position}"
        con.register(codes, frame.to_arrow())
        same = "" if len(mapped.templates) == 1 else f"k{position}.branch = m.branch AND "
        joins.append(f"LEFT JOIN {codes} k{position} ON {same}k{position}.key = lower({picked[name]})")
        if (spelled := _spelled(table, name, picked[name])) != picked[name]:
            same = same.replace(f"k{position}.", f"s{position}.")
            joins.append(f"LEFT JOIN {codes} s{position} ON {same}s{position}.key = lower({spelled})")
    for name in picked:
        if name in looked_up:
            text, bad = _coded(mapped, name, looked_up.index(name), picked[name])
        else:
            text, bad = _spelled(table, name, picked[name]), None
        spelling = spellings().get(f"{table.name}.{name}", Spelling())
        if spelling.empty_when:
            says_else = f"regexp_matches(m.{quoted(name)}, {literal(spelling.empty_when)})"
            text = f"CASE WHEN {says_else} THEN NULL ELSE {text} END"
            bad = bad and f"CASE WHEN NOT {says_else} THEN {bad} END"
        if spelling.present:
            text, bad = _present(spelling, name, text, bad)
        if name in set_by_present:
            text = _set_by_present(table, set_by_present[name], name, text)
        parts.append(f"{text} AS {quoted(name)}")
        if _can_fail(table, name):
            parts.append(f"m.{quoted(name)} AS {quoted(name + '__cell')}")
        if bad:
            parts.append(f"{bad} AS {quoted(name + '__bad')}")
    for name, origin in set_by_present.items():
        if name not in mapped.columns:
            parts.append(f"{_set_by_present(table, origin, name, 'NULL')} AS {quoted(name)}")
    for name in picked:
        raw_into = spellings().get(f"{table.name}.{name}", Spelling()).raw_into
        if raw_into and raw_into not in mapped.columns:
            parts.append(f"m.{quoted(name)} AS {quoted(raw_into)}")
    if table.name == "lab":  # lab.result reads these whether the hospital gives them or not
        parts += [f"NULL::VARCHAR AS {name}" for name in ("test_code", "value_raw") if name not in names]
        parts += [f"m.{NOT_DONE}"] if NOT_DONE in names else []
    made = f"coded_{table.name}"
    con.execute(
        f"CREATE OR REPLACE TEMP VIEW {made} AS SELECT {', '.join([f'm.{LABEL}', 'm.branch', *parts])}"
        f" FROM {relation} m {' '.join(joins)}"
    )
    return made


def _can_fail(table: Table, name: str) -> bool:
    if name not in table.names or (table.name, name) in (("lab", "value_raw"), ("lab", "unit")):
        return True
    return table.column(name).kind != "text" and not table.column(name).identifying


def _picked(mapped: MappedTable, site: Site, name: str) -> str:
    """The cell after the site file's own `extract`."""
    cell = f"m.{quoted(name)}"
    patterns = {source.extract[name] for source in site.tables.get(mapped.table.name, ()) if name in source.extract}
    for pattern in sorted(patterns):
        cell = f"cell_pick({cell}, {literal(pattern)})"
    return cell


def _spelled(table: Table, name: str, cell: str) -> str:
    pattern = spellings().get(f"{table.name}.{name}", Spelling()).extract
    return f"cell_pick({cell}, {literal(pattern)})" if pattern else cell


def _coded(mapped: MappedTable, name: str, position: int, picked: str) -> tuple[str, str | None]:
    """The term of a looked-up cell, and when it is unknown: only where the contract has a closed list."""
    table = mapped.table
    spelled = _spelled(table, name, picked)
    alias = f"k{position}"
    others = {m.number: m.codes[name][ANY_OTHER] for m in mapped.templates if ANY_OTHER in m.codes.get(name, {})}
    found = f"WHEN {alias}.hit THEN {alias}.term"
    if spelled != picked:
        found += f" WHEN s{position}.hit THEN s{position}.term"
    for number, term in others.items():
        found += f" WHEN m.branch = {number} AND {picked} IS NOT NULL THEN {literal(term)}"
    closed = name == "_op" or (name in table.names and is_coded(table.column(name)))
    if not closed:
        return f"CASE {found} ELSE {spelled} END", None
    known = f"coalesce({alias}.hit, false)" + (f" OR coalesce(s{position}.hit, false)" if spelled != picked else "")
    if others:
        known += f" OR m.branch IN ({', '.join(map(str, others))})"
    return f"CASE {found} END", f"CASE WHEN {picked} IS NOT NULL AND NOT ({known}) THEN 'code' END"


def _present_columns(table: Table, mapped: MappedTable) -> dict[str, str]:
    """Column that is set -> the column whose cell says 'present, level unknown'."""
    return {
        name: origin
        for origin in mapped.columns
        for name, _ in spellings().get(f"{table.name}.{origin}", Spelling()).then
    }


def _is_present(spelling: Spelling, origin: str) -> str:
    return f"coalesce(lower(m.{quoted(origin)}) IN ({', '.join(map(literal, spelling.present))}), false)"


def _present(spelling: Spelling, name: str, text: str, bad: str | None) -> tuple[str, str]:
    there = _is_present(spelling, name)
    return (
        f"CASE WHEN {there} THEN NULL ELSE {text} END",
        f"CASE WHEN {there} THEN 'code'{f' ELSE {bad}' if bad else ''} END",
    )


def _set_by_present(table: Table, origin: str, name: str, text: str) -> str:
    spelling = spellings()[f"{table.name}.{origin}"]
    return f"CASE WHEN {_is_present(spelling, origin)} THEN {literal(dict(spelling.then)[name])} ELSE {text} END"
