"""Laboratory results: the number, its comparator and its standard unit, derived from the result as written.

Belongs here: the join of a result with its test and its unit, row by row. Does not belong here: plausibility
bands (validation) and how a number is spelled (sql/parse/numbers.sql).
A result is never converted by guess: without a unit that the table of units knows there is no number.
"""

from __future__ import annotations

import duckdb
import polars as pl

from haicplatform.ingest.staging.mapped_table import NOT_DONE, MappedTable
from haicplatform.ingest.staging.parsing.typed import Typed, number, sql_type
from schemas.contract import TABLES
from schemas.lab_tests import LAB_TESTS

DERIVED = ("value_num", "value_op", "unit_std")
INPUTS = ("test_code", "value_raw", "unit", NOT_DONE)


def make_lookups(con: duckdb.DuckDBPyConnection, mapped: MappedTable) -> None:
    """Create `lab_test` (test, quantitative, needs_unit, unit_std) and `lab_declared` (branch, test, unit)."""
    tests = [(t.code, t.quantitative, t.needs_unit, t.unit) for t in LAB_TESTS.values()]
    declared = [(m.number, test, unit) for m in mapped.templates for test, unit in m.units.items()]
    frames = {
        "lab_test": pl.DataFrame(
            tests,
            schema={"test": pl.String, "quantitative": pl.Boolean, "needs_unit": pl.Boolean, "unit_std": pl.String},
            orient="row",
        ),
        "lab_declared": pl.DataFrame(
            declared, schema={"branch": pl.Int32, "test": pl.String, "unit": pl.String}, orient="row"
        ),
    }
    for name, frame in frames.items():
        con.register("lookup_frame", frame.to_arrow())
        con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM lookup_frame")
        con.unregister("lookup_frame")


def result(mapped: MappedTable) -> Typed:
    """Everything of a lab row that depends on its result: value_raw, unit, value_num, value_op, unit_std."""
    cell = "c.value_raw"
    stated = "coalesce(c.unit, d.unit)" if "unit" in mapped.columns else "d.unit"
    read = number("value_raw", mapped)
    column = TABLES["lab"].column("value_num")
    readable = f"({read.is_number} AND ({read.rest} IS NULL OR i.num IS NOT NULL))"
    known = f"({stated} IS NULL OR u.num IS NOT NULL)"
    agrees = f"({read.rest} IS NULL OR {stated} IS NULL OR (i.num = u.num AND i.den = u.den))"
    has_unit = f"({stated} IS NOT NULL OR {read.rest} IS NOT NULL OR NOT t.needs_unit)"
    num, den = "coalesce(i.num, u.num, 1)", "coalesce(i.den, u.den, 1)"
    fits = f"(t.quantitative AND {readable} AND {known} AND {agrees} AND {has_unit})"
    joined = {
        "quantitative": "coalesce(t.quantitative, false)",
        "readable": f"coalesce({readable}, false)",
        "known": known,
        "agrees": agrees,
        "has_unit": has_unit,
        "said": f"coalesce({stated}, CASE WHEN t.quantitative AND {readable} THEN {read.rest} END)",
        "number": f"CASE WHEN {fits} THEN {read.times(num, den, sql_type(column), column.scale or 0)} END",
        "standard": "t.unit_std",
    }
    its = {part: f"c.value_raw__{part}" for part in joined}
    is_number = f"{its['number']} IS NOT NULL"
    return Typed(
        {
            "value_raw": "c.value_raw",
            "unit": its["said"],
            "value_num": its["number"],
            "value_op": f"CASE WHEN NOT {is_number} THEN NULL WHEN {read.short} IS NOT NULL THEN '='"
            f" ELSE number_op({cell}) END",
            "unit_std": f"CASE WHEN {is_number} THEN {its['standard']} END",
        },
        f"CASE WHEN {cell} IS NULL THEN CASE WHEN c.{NOT_DONE} IS NOT NULL THEN 'missing' END"
        f" WHEN {is_number} OR NOT {its['quantitative']} THEN NULL"
        f" WHEN NOT {its['readable']} THEN 'type'"
        f" WHEN {its['known']} AND NOT {its['agrees']} THEN 'unit'"
        f" WHEN {its['known']} AND {its['has_unit']} THEN 'type' END",
        f"CASE WHEN {its['quantitative']} AND {cell} IS NOT NULL AND NOT {its['known']} THEN 'unit' END",
        (
            "LEFT JOIN lab_test t ON t.test = c.test_code",
            "LEFT JOIN lab_declared d ON d.branch = c.branch AND d.test = c.test_code",
            f"LEFT JOIN unit_factor u ON u.quantity = c.test_code AND u.unit = {stated}",
            f"LEFT JOIN unit_factor i ON i.quantity = c.test_code AND i.unit = {read.rest}",
        ),
        read.once,
        tuple(f"{expression} AS value_raw__{part}" for part, expression in joined.items()),
    )
