"""The names a site file uses, held against the extract contract, the laboratory tests and the units.

Belongs here: mistakes that the site file alone shows. Does not belong here: what only the delivered files show,
and contract columns nobody supplies (check.py).
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from haicplatform.core.yaml_lines import Mistake
from haicplatform.sites.model import Branch, Source
from haicplatform.sites.row_templates import row_templates, targets
from haicplatform.sites.site import Site
from schemas.batches import thresholds
from schemas.contract import TABLES, Table
from schemas.lab_tests import LAB_TESTS
from schemas.rules import RULES
from schemas.units import accepted_units, conversion


def mistakes_in_terms(site: Site) -> list[Mistake]:
    """Every name in the site file that the contract does not know, as (line, sentence)."""
    mistakes: list[Mistake] = []
    for name in (*site.tables, *site.unavailable):
        if name not in TABLES:
            mistakes.append((site.line("tables", name), _unknown("contract table", name, TABLES)))
    everywhere = {name for table in TABLES.values() for name in targets(table)}
    for header, names in site.defaults.columns.items():
        for name in names:
            if name not in everywhere:
                mistakes.append(
                    (site.line("defaults", "columns", header), _unknown("contract column", name, everywhere))
                )
    for rule in site.gates.never:
        if rule not in RULES:
            mistakes.append((site.line("gates", "never"), _unknown("rule", rule, RULES)))
    for rule in site.gates.expect:
        if rule not in thresholds():
            mistakes.append((site.line("gates", "expect", rule), _unknown("whole-batch rule", rule, thresholds())))
    for name in site.gates.reference_rows:
        if name not in TABLES:
            mistakes.append((site.line("gates", "reference_rows", name), _unknown("contract table", name, TABLES)))
    for name in site.sql:
        if name not in site.tables and site.layout is None:
            mistakes.append((1, f"the folder holds {name}.sql, but `tables:` has no entry `{name}`"))
    for name, sources in site.tables.items():
        if name in TABLES:
            for index, source in enumerate(sources):
                mistakes += _of_source(site, TABLES[name], index, source)
    return mistakes


def _of_source(site: Site, table: Table, index: int, source: Source) -> list[Mistake]:
    here: tuple[str | int, ...] = ("tables", table.name, index)
    mistakes: list[Mistake] = []
    if not source.file and site.layout is None:
        mistakes.append((site.line(*here), f"table {table.name} names no `file`"))
    if table.name in site.sql and source.rows:
        mistakes.append((site.line(*here, "rows"), f"{table.name}.sql makes the rows; `rows:` would be unused"))
    mistakes += _of_part(site, table, here, source)
    for position, branch in enumerate(source.rows):
        mistakes += _of_part(site, table, (*here, "rows", position), branch)
    if table.name not in site.sql:
        for template in row_templates(site, table.name, (source,)):
            for name, one, two in template.clashes:
                sentence = f"column {name} is fed by '{one}' and by '{two}': a contract column has one source column"
                mistakes.append((site.line(*here, "columns"), sentence))
    for key in ("unavailable", "extract"):
        for name in getattr(source, key):
            if name not in targets(table):
                mistakes.append((site.line(*here, key, name), _unknown("contract column", name, targets(table), table)))
    return mistakes


def _of_part(site: Site, table: Table, here: tuple, part: Source | Branch) -> list[Mistake]:
    mistakes: list[Mistake] = []
    known = targets(table)
    for header, names in part.columns.items():
        for name in names:
            if name not in known and not (isinstance(part, Branch) and "{" in name):
                mistakes.append((site.line(*here, "columns", header), _unknown("contract column", name, known, table)))
    for name in part.constants:
        if name not in known:
            mistakes.append((site.line(*here, "constants", name), _unknown("contract column", name, known, table)))
        elif "{" not in part.constants[name]:
            line = site.line(*here, "constants", name)
            mistakes += _code(table, name, part.constants[name], line, part.codes)
    for name, codes in part.codes.items():
        line = site.line(*here, "codes", name)
        if name not in known:
            mistakes.append((line, _unknown("contract column", name, known, table)))
            continue
        for spelling, term in codes.items():
            if term is not None:
                mistakes += _code(table, name, term, site.line(*here, "codes", name, spelling), {})
    for name, unit in part.units.items():
        mistakes += _unit(table, name, unit, site.line(*here, "units", name))
    if isinstance(part, Branch):
        sets = [set(each) for each in part.each]
        if any(one != sets[0] for one in sets):
            mistakes.append((site.line(*here, "each"), "every entry of `each` must have the same names"))
    return mistakes


def _code(table: Table, name: str, term: str, line: int, codes: dict) -> list[Mistake]:
    if name == "_op":
        allowed: tuple[str, ...] = ("U", "D")
    elif name in {each.name for each in table.columns}:
        column = table.column(name)
        allowed = column.codes if column.kind in ("code", "flag", "integer") else ()
    else:
        return []
    if not allowed or term in allowed or term in codes.get(name, {}):
        return []
    listed = " ".join(allowed) if len(allowed) <= 25 else f"{allowed[0]}..{allowed[-1]}"
    return [(line, f"{table.name}.{name} has no code `{term}`; it has {listed}")]


def _unit(table: Table, name: str, unit: str, line: int) -> list[Mistake]:
    if table.name == "lab" and name in LAB_TESTS:
        quantity = name
    elif name in {each.name for each in table.columns} and table.column(name).unit and table.name != "lab":
        quantity = table.column(name).unit or ""
    else:
        known = LAB_TESTS if table.name == "lab" else [c.name for c in table.columns if c.unit]
        return [(line, _unknown("lab test" if table.name == "lab" else "column with a unit", name, known))]
    if conversion(quantity, unit) is None:
        accepted = ", ".join(accepted_units(quantity)) or "none"
        return [(line, f"unit `{unit}` of {name} cannot be converted; declared are {accepted}")]
    return []


def _unknown(kind: str, name: str, known: Iterable[str], table: Table | None = None) -> str:
    close = difflib.get_close_matches(name, list(known), n=1)
    of = f" of {table.name}" if table else ""
    hint = f"; did you mean `{close[0]}`?" if close else f"; known are {', '.join(sorted(known))}"
    return f"unknown {kind}{of} `{name}`{hint}"
