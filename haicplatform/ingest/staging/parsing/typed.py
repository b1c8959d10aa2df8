"""The third form of a cell: a typed value of the contract, or the reason why it cannot be one.

Belongs here: the SQL expression of each kind of column (whole numbers, decimals with units, dates, text) and of
the pseudo columns. Does not belong here: laboratory results (lab.py) and spellings (coding.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

import duckdb
import polars as pl

from haicplatform.core.quoting import literal, quoted
from haicplatform.ingest.staging.mapped_table import MappedTable
from schemas.contract import Column
from schemas.units import conversion

MIDNIGHT_FORMS = ("%H", "%I", "%T", "%X", "%c")
FIRST_DAYS = {"excel1900": "DATE '1899-12-30'", "excel1904": "DATE '1904-01-01'"}


@dataclass(frozen=True)
class Typed:
    """What one contract column adds to the typed relation: columns to `select`, and `joins` that they need.

    bad    expression of the rule's last part (type, date, precision, code, unit) where the cell fails, or None
    unit   like bad, for the cell of `<column>__unit`
    once   items over the coded relation `c`
    joined items over those and the joined relations; `select`, `bad` and `unit` see `once` and these
    """

    select: dict[str, str]
    bad: str | None = None
    unit: str | None = None
    joins: tuple[str, ...] = ()
    once: tuple[str, ...] = ()
    joined: tuple[str, ...] = ()


def sql_type(column: Column) -> str:
    match column.kind:
        case "integer":
            return "BIGINT"
        case "decimal":
            return f"DECIMAL({column.precision}, {column.scale})"
        case "date":
            return "DATE"
        case "datetime":
            return "TIMESTAMP"
        case _:
            return "VARCHAR"


def absent(column: Column) -> Typed:
    """A column that nobody supplies."""
    precision = {f"{column.name}_precision": "NULL::VARCHAR"} if column.has_precision else {}
    return Typed({column.name: f"NULL::{sql_type(column)}"} | precision)


def text(column: Column, day_sources: list[int], mapped: MappedTable) -> Typed:
    """Text, codes and flags: coding.py has said what is bad. A cell of `day_sources` is a date, written one way."""
    cell = f"c.{quoted(column.name)}"
    branches = [str(template.number) for template in mapped.templates if template.source in day_sources]
    if not branches:
        return Typed({column.name: cell})
    day = f"coalesce(strftime(day_value({cell}), '%Y-%m-%d'), {cell})"
    mine = f"c.branch IN ({', '.join(branches)})"
    return Typed({column.name: f"CASE WHEN {mine} THEN {day} ELSE {cell} END"})


def integer(column: Column) -> Typed:
    name, cell, value = column.name, f"c.{quoted(column.name)}", f"c.{quoted(column.name + '__value')}"
    once = (f"whole_number({cell}) AS {quoted(column.name + '__value')}",)
    bad = f"WHEN {cell} IS NOT NULL AND {value} IS NULL THEN 'type'"
    if not (column.codes and all(code.isdigit() for code in column.codes)):
        return Typed({name: value}, f"CASE {bad} END", once=once)
    inside = f"{value} IN ({', '.join(column.codes)})"
    bad += f" WHEN {value} IS NOT NULL AND NOT {inside} THEN 'code'"
    return Typed({name: f"CASE WHEN {inside} THEN {value} END"}, f"CASE {bad} END", once=once)


@dataclass(frozen=True)
class Number:
    """The readings of one text cell as a number: items to compute once, and expressions over them."""

    once: tuple[str, ...]
    short: str
    long: str
    rest: str

    @property
    def is_number(self) -> str:
        return f"({self.short} IS NOT NULL OR {self.long} IS NOT NULL)"

    def times(self, num: str, den: str, kind: str, scale: int) -> str:
        """The number * num / den as a decimal of type `kind` with `scale` digits, null where it does not fit."""
        value = f"coalesce(CAST({self.short} AS DECIMAL(28, 9)), {self.long})"
        one = f"CAST(0.{'0' * (scale - 1)}1 AS DECIMAL({scale + 1}, {scale}))"
        scaled = f"TRY_CAST(number_scaled({value}, {num}, {den}, {scale}) AS DECIMAL(28, 0))"
        same = f"coalesce(TRY_CAST({self.short} AS {kind}), TRY_CAST({self.long} AS {kind}))"
        return f"CASE WHEN {num} = 1 AND {den} = 1 THEN {same} ELSE TRY_CAST({scaled} * {one} AS {kind}) END"


def number(name: str, mapped: MappedTable) -> Number:
    """The Number of the cell `c.<name>`; where the site file says so, a comma is its decimal sign."""
    cell = f"c.{quoted(name)}"
    commas = [str(template.number) for template in mapped.templates if template.decimal_comma]
    if commas:
        cell = f"CASE WHEN c.branch IN ({', '.join(commas)}) THEN decimal_point({cell}) ELSE {cell} END"
    parts = {"short": f"short_number({cell})", "long": f"long_number({cell})", "rest": f"number_rest({cell})"}
    once = tuple(f"{expression} AS {quoted(f'{name}__{part}')}" for part, expression in parts.items())
    return Number(once, *(f"c.{quoted(f'{name}__{part}')}" for part in parts))


def decimal(column: Column, mapped: MappedTable) -> Typed:
    """A number in the contract's unit; `<name>__unit` is the unit that the hospital wrote or declared."""
    cell, name, read = f"c.{quoted(column.name)}", column.name, number(column.name, mapped)
    kind, scale = sql_type(column), column.scale or 0
    no_comparator = f"({read.short} IS NOT NULL OR number_op({cell}) = '=')"
    if not column.unit:
        whole = f"({read.is_number} AND {no_comparator} AND {read.rest} IS NULL)"
        typed = f"CASE WHEN {whole} THEN {read.times('1', '1', kind, scale)} END"
        bad = f"CASE WHEN {cell} IS NOT NULL AND ({typed}) IS NULL THEN 'type' END"
        return Typed({name: typed}, bad, once=read.once)
    declared = by_branch({m.number: m.units[name] for m in mapped.templates if name in m.units})
    stated = f"c.{quoted(name + '__unit')}" if f"{name}__unit" in mapped.columns else None
    unit = (
        f"coalesce({', '.join(each for each in (stated, declared) if each)}, NULL::VARCHAR)"
        if (stated or declared)
        else "NULL::VARCHAR"
    )
    outer, inner = quoted(f"u_{name}"), quoted(f"r_{name}")
    joins = tuple(
        f"LEFT JOIN unit_factor {alias} ON {alias}.quantity = {literal(column.unit)} AND {alias}.unit = {text}"
        for alias, text in ((outer, unit), (inner, read.rest))
    )
    known = f"({unit} IS NULL OR {outer}.num IS NOT NULL)"
    agrees = f"({read.rest} IS NULL OR {unit} IS NULL OR ({inner}.num = {outer}.num AND {inner}.den = {outer}.den))"
    readable = f"({read.is_number} AND {no_comparator} AND ({read.rest} IS NULL OR {inner}.num IS NOT NULL))"
    num, den = (f"coalesce({inner}.{part}, {outer}.{part}, 1)" for part in ("num", "den"))
    typed = f"CASE WHEN {readable} AND {known} AND {agrees} THEN {read.times(num, den, kind, scale)} END"
    joined = {"readable": f"coalesce({readable}, false)", "known": known, "agrees": agrees, "number": typed}
    joined["said"] = f"CASE WHEN {readable} THEN coalesce({read.rest}, {unit}) END"
    its = {part: f"c.{quoted(f'{name}__{part}')}" for part in joined}
    return Typed(
        {name: its["number"], f"{name}__unit": its["said"]},
        f"CASE WHEN {cell} IS NULL THEN NULL WHEN NOT {its['readable']} THEN 'type'"
        f" WHEN {its['known']} AND NOT {its['agrees']} THEN 'unit'"
        f" WHEN {its['known']} AND {its['number']} IS NULL THEN 'type' END",
        f"CASE WHEN {cell} IS NOT NULL AND NOT {its['known']} THEN 'unit' END" if stated or declared else None,
        joins,
        read.once,
        tuple(f"{expression} AS {quoted(f'{name}__{part}')}" for part, expression in joined.items()),
    )


def by_branch(texts: dict[int, str]) -> str | None:
    if not texts:
        return None
    if len(set(texts.values())) == 1:
        (text,) = set(texts.values())
        return f"CASE WHEN c.branch IN ({', '.join(map(str, texts))}) THEN {literal(text)} END"
    return "CASE " + " ".join(f"WHEN c.branch = {n} THEN {literal(t)}" for n, t in texts.items()) + " END"


def make_unit_factors(con: duckdb.DuckDBPyConnection, texts: Iterable[str], quantities: Iterable[str]) -> None:
    """Create `unit_factor` (quantity, unit, num, den): every spelling that occurs and can be converted."""
    rows = [
        (quantity, text, factor.numerator, factor.denominator)
        for text in texts
        for quantity in quantities
        if (found := conversion(quantity, text)) is not None
        for factor in [Fraction(found.multiply) / Fraction(found.divide)]
    ]
    schema = {"quantity": pl.String, "unit": pl.String, "num": pl.Int64, "den": pl.Int64}
    con.register("unit_factor_frame", pl.DataFrame(rows, schema=schema, orient="row").to_arrow())
    con.execute("CREATE OR REPLACE TEMP TABLE unit_factor AS SELECT * FROM unit_factor_frame")
    con.unregister("unit_factor_frame")


def dates(column: Column, mapped: MappedTable) -> Typed:
    """Dates, moments and partial dates: the hospital's declared forms first, then the built-in ones."""
    name = column.name
    cell, value = f"c.{quoted(name)}", f"c.{quoted(name + '__value')}"
    forms = {m.number: m.dates[name] for m in mapped.templates if name in m.dates}
    declared = _declared(forms, cell)
    built_in = f"moment_value({cell})" if column.kind == "datetime" else f"day_value({cell})"
    moment = f"coalesce({declared}, {built_in})" if declared else built_in
    once: tuple[str, ...] = (f"{moment} AS {quoted(name + '__value')}",)
    typed = f"CASE WHEN CAST({value} AS DATE) NOT IN (DATE '1900-01-01', DATE '9999-12-31') THEN {value} END"
    unread = f"{cell} IS NOT NULL AND {value} IS NULL"
    month, year = f"month_text({cell})", f"year_text({cell})"
    if column.kind == "partial_date":
        return _partial(column, forms, once, typed, unread)
    reason = f"CASE WHEN coalesce({month}, {year}) IS NOT NULL THEN 'precision' ELSE 'date' END"
    bad = f"CASE WHEN {unread} THEN {reason} END"
    if column.kind == "date":
        return Typed({name: f"CAST({typed} AS DATE)"}, bad, once=once)
    clock = _declared(forms, cell, clock=True)
    has_clock = f"coalesce({clock}, has_clock({cell}))" if clock else f"has_clock({cell})"
    once += (f"{has_clock} AS {quoted(name + '__clock')}",)
    has_clock = f"c.{quoted(name + '__clock')}"
    precision = f"CASE WHEN ({typed}) IS NULL THEN NULL WHEN {has_clock} THEN 'minute' ELSE 'day' END"
    return Typed({name: f"CAST({typed} AS TIMESTAMP)", f"{name}_precision": precision}, bad, once=once)


def _partial(column: Column, forms: dict, once: tuple[str, ...], typed: str, unread: str) -> Typed:
    name = column.name
    cell, value = f"c.{quoted(name)}", f"c.{quoted(name + '__value')}"
    months = _declared_months(forms, cell) or "NULL::VARCHAR"
    once += (
        f"coalesce({months}, month_text({cell})) AS {quoted(name + '__month')}",
        f"year_text({cell}) AS {quoted(name + '__year')}",
    )
    month, year = f"c.{quoted(name + '__month')}", f"c.{quoted(name + '__year')}"
    day = f"strftime(CAST({typed} AS DATE), '%Y-%m-%d')"
    text = f"CASE WHEN {value} IS NOT NULL THEN {day} ELSE coalesce({month}, {year}) END"
    precision = (
        f"CASE WHEN {value} IS NOT NULL THEN CASE WHEN ({typed}) IS NOT NULL THEN 'day' END"
        f" WHEN {month} IS NOT NULL THEN 'month' WHEN {year} IS NOT NULL THEN 'year' END"
    )
    bad = f"CASE WHEN {unread} AND {month} IS NULL AND {year} IS NULL THEN 'date' END"
    return Typed({name: text, f"{name}_precision": precision}, bad, once=once)


def _declared(forms: dict[int, tuple[str, ...]], cell: str, clock: bool = False) -> str | None:
    """The moment that the first declared form which fits gives; with `clock`: whether that form has a time."""
    whens = []
    for texts in sorted(set(forms.values())):
        branches = ", ".join(str(number) for number, each in forms.items() if each == texts)
        for form in texts:
            if form in FIRST_DAYS:
                found = f"serial_moment({cell}, {FIRST_DAYS[form]})"
                has_clock = f"contains({cell}, '.')"
            elif "%d" not in form and "%j" not in form:
                continue
            else:
                parsed = f"try_strptime({cell}, {literal(form)})"
                found = f"CASE WHEN {parsed} >= TIMESTAMP '1900-01-01' THEN {parsed} END"
                has_clock = "true" if any(each in form for each in MIDNIGHT_FORMS) else "false"
            whens.append(
                f"WHEN c.branch IN ({branches}) AND ({found}) IS NOT NULL THEN {has_clock if clock else found}"
            )
    return f"CASE {' '.join(whens)} END" if whens else None


def _declared_months(forms: dict[int, tuple[str, ...]], cell: str) -> str | None:
    whens = [
        f"WHEN c.branch = {number} AND try_strptime({cell}, {literal(form)}) >= TIMESTAMP '1900-01-01'"
        f" THEN strftime(try_strptime({cell}, {literal(form)}), '%Y-%m')"
        for number, texts in forms.items()
        for form in texts
        if form not in FIRST_DAYS and "%d" not in form and "%m" in form
    ]
    return f"CASE {' '.join(whens)} END" if whens else None
