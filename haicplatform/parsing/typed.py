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

from haicplatform.mapping import Mapped, literal, quoted
from schemas.contract import Column
from schemas.units import conversion

MIDNIGHT_FORMS = ("%H", "%I", "%T", "%X", "%c")
FIRST_DAYS = {"excel1900": "DATE '1899-12-30'", "excel1904": "DATE '1904-01-01'"}


@dataclass(frozen=True)
class Typed:
    """What one contract column adds to the typed relation: `select` items and needed `joins`.

    bad    expression of the rule's last part (type, date, precision, code, unit) where the cell fails, or None
    unit   like bad, for the cell of `<column>__unit`
    """

    select: tuple[str, ...]
    bad: str | None = None
    unit: str | None = None
    joins: tuple[str, ...] = ()


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


def absent(column: Column) -> list[str]:
    """A column that nobody supplies."""
    items = [f"NULL::{sql_type(column)} AS {quoted(column.name)}"]
    return [*items, f"NULL::VARCHAR AS {quoted(column.name + '_precision')}"] if column.has_precision else items


def text(column: Column, day_sources: list[int], mapped: Mapped) -> Typed:
    """Text, codes and flags: coding.py has said what is bad. A cell of `day_sources` is a date, written one way."""
    cell = f"c.{quoted(column.name)}"
    branches = [str(maker.number) for maker in mapped.makers if maker.source in day_sources]
    if not branches:
        return Typed((f"{cell} AS {quoted(column.name)}",))
    day = f"coalesce(strftime(day_value({cell}), '%Y-%m-%d'), {cell})"
    mine = f"c.branch IN ({', '.join(branches)})"
    return Typed((f"CASE WHEN {mine} THEN {day} ELSE {cell} END AS {quoted(column.name)}",))


def integer(column: Column) -> Typed:
    cell, name = f"c.{quoted(column.name)}", quoted(column.name)
    value = f"whole_number({cell})"
    bad = f"WHEN {cell} IS NOT NULL AND {value} IS NULL THEN 'type'"
    if column.codes and all(code.isdigit() for code in column.codes):
        inside = f"{value} IN ({', '.join(column.codes)})"
        bad += f" WHEN {value} IS NOT NULL AND NOT {inside} THEN 'code'"
        value = f"CASE WHEN {inside} THEN {value} END"
    return Typed((f"{value} AS {name}",), f"CASE {bad} END")


def decimal(column: Column, mapped: Mapped) -> Typed:
    """A number in the contract's unit; `<name>__unit` is the unit that the hospital wrote or declared."""
    cell, name = f"c.{quoted(column.name)}", column.name
    digits, rest = f"number_digits({cell})", f"number_rest({cell})"
    value = f"number_value({digits})"
    plain = f"({value} IS NOT NULL AND number_op({cell}) = '=')"
    declared = by_branch({m.number: m.units[name] for m in mapped.makers if name in m.units}) if column.unit else None
    stated = f"c.{quoted(name + '__unit')}" if f"{name}__unit" in mapped.columns else None
    unit = f"coalesce({', '.join(each for each in (stated, declared) if each)})" if stated or declared else None
    scale = column.scale or 0
    if not column.unit:
        ok = f"{plain} AND {rest} IS NULL"
        typed = f"CASE WHEN {ok} THEN TRY_CAST({value} AS {sql_type(column)}) END"
        bad = f"CASE WHEN {cell} IS NOT NULL AND ({typed}) IS NULL THEN 'type' END"
        return Typed((f"{typed} AS {quoted(name)}",), bad)
    alias, inner = quoted(f"u_{name}"), quoted(f"r_{name}")
    joins = [f"LEFT JOIN unit_factor {inner} ON {inner}.quantity = {literal(column.unit)} AND {inner}.unit = {rest}"]
    if unit:
        joins.append(
            f"LEFT JOIN unit_factor {alias} ON {alias}.quantity = {literal(column.unit)} AND {alias}.unit = {unit}"
        )
        num, den = f"coalesce({inner}.num, {alias}.num, 1)", f"coalesce({inner}.den, {alias}.den, 1)"
        agrees = f"({rest} IS NULL OR {unit} IS NULL OR ({inner}.num = {alias}.num AND {inner}.den = {alias}.den))"
        known = f"({unit} IS NULL OR {alias}.num IS NOT NULL)"
    else:
        num, den, agrees, known = f"coalesce({inner}.num, 1)", f"coalesce({inner}.den, 1)", "true", "true"
    readable = f"({plain} AND ({rest} IS NULL OR {inner}.num IS NOT NULL))"
    scaled = f"CASE WHEN {num} = 1 AND {den} = 1 THEN TRY_CAST({value} AS {sql_type(column)})"
    scaled += f" ELSE {from_scaled(f'number_scaled({value}, {num}, {den}, {scale})', column)} END"
    typed = f"CASE WHEN {readable} AND {known} AND {agrees} THEN {scaled} END"
    kept = f"coalesce({rest}, {unit})" if unit else rest
    return Typed(
        (f"{typed} AS {quoted(name)}", f"CASE WHEN {readable} THEN {kept} END AS {quoted(name + '__unit')}"),
        f"CASE WHEN {cell} IS NULL THEN NULL WHEN NOT coalesce({readable}, false) THEN 'type'"
        f" WHEN {known} AND NOT {agrees} THEN 'unit' WHEN {known} AND ({typed}) IS NULL THEN 'type' END",
        f"CASE WHEN {cell} IS NOT NULL AND NOT {known} THEN 'unit' END" if unit else None,
        tuple(joins),
    )


def from_scaled(scaled: str, column: Column) -> str:
    """A whole number of the column's last digits as its decimal, null where it does not fit."""
    one = f"CAST(0.{'0' * ((column.scale or 1) - 1)}1 AS DECIMAL({(column.scale or 1) + 1}, {column.scale or 1}))"
    return f"TRY_CAST(TRY_CAST({scaled} AS DECIMAL(28, 0)) * {one} AS {sql_type(column)})"


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


def dates(column: Column, mapped: Mapped) -> Typed:
    """Dates, moments and partial dates: the hospital's declared forms first, then the built-in ones."""
    name = column.name
    cell = f"c.{quoted(name)}"
    forms = {m.number: m.dates[name] for m in mapped.makers if name in m.dates}
    declared = _declared(forms, cell)
    moment = f"moment_value({cell})" if column.kind == "datetime" else f"day_value({cell})"
    value = f"coalesce({declared}, {moment})" if declared else moment
    nothing = f"coalesce(CAST({value} AS DATE) IN (DATE '1900-01-01', DATE '9999-12-31'), false)"
    typed = f"CASE WHEN NOT {nothing} THEN {value} END"
    month, year = f"month_text({cell})", f"year_text({cell})"
    missing = f"{cell} IS NOT NULL AND {value} IS NULL"
    if column.kind == "partial_date":
        days = f"strftime(CAST({typed} AS DATE), '%Y-%m-%d')"
        precision = f"CASE WHEN ({typed}) IS NOT NULL THEN 'day' WHEN {value} IS NOT NULL THEN NULL"
        precision += f" WHEN {month} IS NOT NULL THEN 'month' WHEN {year} IS NOT NULL THEN 'year' END"
        whole = f"CASE WHEN {value} IS NOT NULL THEN {days} ELSE coalesce({month}, {year}) END"
        months = _declared_months(forms, cell)
        if months:
            whole = f"coalesce({months}, {whole})"
            precision = f"CASE WHEN {months} IS NOT NULL THEN 'month' ELSE {precision} END"
        bad = f"CASE WHEN {missing} AND ({whole}) IS NULL THEN 'date' END"
        return Typed((f"{whole} AS {quoted(name)}", f"{precision} AS {quoted(name + '_precision')}"), bad)
    reason = f"CASE WHEN coalesce({month}, {year}) IS NOT NULL THEN 'precision' ELSE 'date' END"
    bad = f"CASE WHEN {missing} THEN {reason} END"
    if column.kind == "date":
        return Typed((f"CAST({typed} AS DATE) AS {quoted(name)}",), bad)
    clock = _declared(forms, f"{cell}", clock=True)
    has_clock = f"coalesce({clock}, has_clock({cell}))" if clock else f"has_clock({cell})"
    precision = f"CASE WHEN ({typed}) IS NOT NULL THEN CASE WHEN {has_clock} THEN 'minute' ELSE 'day' END END"
    value = f"CAST({typed} AS TIMESTAMP) AS {quoted(name)}"
    return Typed((value, f"{precision} AS {quoted(name + '_precision')}"), bad)


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
