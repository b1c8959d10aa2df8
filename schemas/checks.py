"""Every check within a row of a table, made from its model and its named row rules, as one pandera schema.

Belongs here: the condition of each check (true where it FAILS) and what it asks for when it fails.
Does not belong here: words (schemas/rules.py) and carrying out effects (haicplatform/ingest/validation).
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from functools import cache, partial

import pandera.polars as pa
import polars as pl

from schemas.contract import Column, Table
from schemas.lab_tests import LAB_TESTS, NEEDS_UNIT, QUANTITATIVE
from schemas.row_rules import EXTRACTED_AT, ROW_RULES
from schemas.rules import band_text

BY_NEED = "by_need"
"""Effect of a fault that depends on the row: quarantine where the value is required, else empty the cell."""

IS_DEATH = pl.col("event_type").eq_missing("DEATH")


@dataclass(frozen=True)
class Check:
    """One check. `fails` is null or false where the row passes.

    severity       None: error where the value is required in its row, warning elsewhere
    effect         quarantine, empty, keep or BY_NEED
    expected       what a sentence says was expected, where the catalogue does not know it
    silenced_by    columns of the row whose staging findings already say what is wrong
    needs          columns outside the contract without which it has nothing to say
    only_supplied  it speaks only where the hospital delivers the column at all
    """

    rule_id: str
    column: str
    fails: pl.Expr
    severity: str | None = None
    effect: str = BY_NEED
    expected: str | None = None
    silenced_by: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    only_supplied: bool = False


@cache
def checks(table: Table) -> tuple[Check, ...]:
    """All checks of a table, in the order of its columns; named rules last."""
    made: list[Check] = []
    for column in table.columns:
        made += _of_column(table.name, column)
    if table.name == "lab":
        made += _of_lab()
    if table.name == "followup_event":
        made += _of_followup()
    for rule in ROW_RULES:
        if rule.table == table.name:
            made += [
                Check(rule.id, name, fails, rule.severity, rule.effect, silenced_by=(name,), needs=rule.needs)
                for name, fails in rule.fails.items()
            ]
    return tuple(made)


def schema(table: Table, present: frozenset[str]) -> tuple[pa.DataFrameSchema, dict[str, Check]]:
    """The model's pandera schema with the checks that can run on these columns, and the checks by name.

    `present`: the frame's columns. Validate an EAGER frame with lazy=True: on a LazyFrame pandera skips
    the checks of data without a word.
    """
    made = deepcopy(table.model.to_schema())
    named: dict[str, Check] = {}
    for number, check in enumerate(checks(table)):
        if set(check.needs) <= present:
            name = f"{number}:{check.rule_id}"
            named[name] = check
            made.columns[check.column].checks.append(_pandera(check, name))
    return made, named


def _pandera(check: Check, name: str) -> pa.Check:
    return pa.Check(lambda data: data.lazyframe.select(~check.fails.fill_null(False)), name=name)


def _of_column(table: str, column: Column) -> list[Check]:
    place, value = f"{table}.{column.name}", pl.col(column.name)
    check = partial(Check, column=column.name, silenced_by=(column.name,))
    made = []
    if column.value_required_when not in ("", "derived"):
        made.append(check(f"{place}.missing", fails=column.required & value.is_null()))
    if column.empty_means:
        made.append(
            check(f"{place}.missing", fails=value.is_null(), severity="info", effect="keep", only_supplied=True)
        )
    if column.codes and not column.derived:
        known = [int(each) for each in column.codes] if column.kind == "integer" else list(column.codes)
        made.append(check(f"{place}.code", fails=~value.is_in(known)))
    if column.hard:
        made.append(check(f"{place}.range", fails=_outside(value, column.hard)))
    if column.soft:
        hard = _outside(value, column.hard) if column.hard else pl.lit(False)
        text = band_text(column.soft, column.unit)
        fails = _outside(value, column.soft) & ~hard
        made.append(check(f"{place}.range", fails=fails, severity="warning", effect="keep", expected=text))
    if column.kind in ("date", "datetime", "partial_date"):
        late, needs, effect = _late(column), (EXTRACTED_AT,), "quarantine"
        made.append(check(f"{table}.date_after_extract", fails=late, severity="error", effect=effect, needs=needs))
    return made


def _outside(value: pl.Expr, band: tuple) -> pl.Expr:
    low, high = band
    sides = [value < low] if low is not None else []
    sides += [value > high] if high is not None else []
    return pl.any_horizontal(sides)


def _late(column: Column) -> pl.Expr:
    """Later than the day of the extract; a partial date only where its known part is."""
    value, day = pl.col(column.name), pl.col(EXTRACTED_AT)
    if column.kind == "partial_date":
        return value > day.dt.to_string("%Y-%m-%d")
    return value.dt.date() > day if column.kind == "datetime" else value > day


def _of_lab() -> list[Check]:
    """A result must give a number inside the test's bands; the finding sits at the result as written."""
    test, number = pl.col("test_code"), pl.col("value_num")
    known_unit = pl.col("unit").is_not_null() | ~test.is_in(NEEDS_UNIT)
    underived = pl.col("value_raw").is_not_null() & number.is_null() & test.is_in(QUANTITATIVE) & known_unit
    hard, soft = _outside_of_test("hard"), _outside_of_test("soft")
    check = partial(Check, column="value_raw", silenced_by=("value_raw", "unit", "test_code"))
    return [
        check("lab.value_raw.type", fails=underived, severity="error", effect="quarantine"),
        check("lab.value_raw.range", fails=hard, severity="error", effect="quarantine", expected="hard"),
        check("lab.value_raw.range", fails=soft & ~hard, severity="warning", effect="keep", expected="soft"),
    ]


def _outside_of_test(which: str) -> pl.Expr:
    bands = {code: getattr(test, which) for code, test in LAB_TESTS.items() if getattr(test, which)}
    number = pl.col("value_num")
    return pl.any_horizontal((pl.col("test_code") == code) & _outside(number, band) for code, band in bands.items())


def _of_followup() -> list[Check]:
    """A death without a usable date is told and kept: dropping it would make the patient alive."""
    date = pl.col("event_date")
    check = partial(Check, column="event_date", silenced_by=("event_date",), effect="keep")
    year_only = date.str.len_chars() == 4
    place = "followup_event.event_date"
    return [
        check(f"{place}.missing", fails=IS_DEATH & date.is_null(), severity="error"),
        check(f"{place}.precision", fails=IS_DEATH & year_only, severity="error"),
        check(f"{place}.precision", fails=~IS_DEATH & year_only, severity="warning"),
    ]
