"""Adverse events, cycles and doses, and therapy after progression, by group.

Belongs here: counting patients by event and worst grade, by cycles, by later regimen. Does not belong here: which
events, doses and therapies are the study's (sql/analysis).
"""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import polars as pl

from haicplatform.estimation.baseline import ALL
from haicplatform.estimation.rows import ANY, GRADES, OK, SEVERE, Rows


def toxicity(rows: Rows, persons: pl.DataFrame, events: pl.DataFrame, groups: tuple[str, ...]) -> None:
    """Patients with each event and with any, and their worst grade; everyone treated is in the denominator.

    `events`: usubjid, term, grade, related (Y, N, UNKNOWN), a row a record.
    """
    worst = _worst(events, "term", "usubjid")
    any_event = _worst(events.with_columns(term=pl.lit(ANY)), "term", "usubjid")
    mine = pl.concat([any_event, worst]).join(persons.select("usubjid", "grp"), on="usubjid")
    names = [ANY, *worst["term"].unique().sort().to_list()]
    for group in (ALL, *groups):
        here, total = rows.for_(grp=group), _size(persons, group)
        here.add("n", total, term="patients", unit="patients")
        part = mine if group == ALL else mine.filter(pl.col("grp") == group)
        for name in names:
            found = part.filter(pl.col("term") == name)
            _share(here, "n", "pct", found.height, total, name)
            grades = found["grade"]
            for grade in GRADES:
                here.add(f"n_grade_{grade}", (grades == grade).sum(), term=name, unit="patients")
            _share(here, "n_severe", "pct_severe", (grades >= SEVERE).sum(), total, name)
            here.add("n_ungraded", grades.null_count(), term=name, unit="patients")
            here.add("n_related", found["is_related"].sum(), term=name, unit="patients")


def doses(rows: Rows, persons: pl.DataFrame, given: pl.DataFrame, groups: tuple[str, ...]) -> None:
    """Cycles of the index course, deviations from the plan, and the relative dose intensity of each drug.

    `given`: usubjid, drug, n_cycles, n_off_plan, n_interval_off, n_interrupted, rdi_pct, a row a person and
    drug; persons without a row have no course with a plan and are in no denominator.
    """
    joined = given.join(persons.select("usubjid", "grp"), on="usubjid")
    courses = joined.group_by("usubjid", "grp").agg(
        pl.col("n_cycles", "n_interval_off").max(), pl.col("n_off_plan", "n_interrupted").max()
    )
    longest = int(max(courses["n_cycles"].drop_nulls().to_list(), default=0))
    for group in (ALL, *groups):
        here = rows.for_(grp=group)
        part = courses if group == ALL else courses.filter(pl.col("grp") == group)
        _numbers(here, part["n_cycles"], "cycles", "cycles")
        for count in range(1, longest + 1):
            _share(here, "n", "pct", (part["n_cycles"] == count).sum(), part.height, f"cycles={count}")
        for term in ("interrupted", "off_plan", "interval_off"):
            _share(here, "n", "pct", (part[f"n_{term}"] > 0).sum(), part.height, term)
        for drug in given["drug"].unique().sort():
            mine = joined.filter(pl.col("drug") == drug)
            mine = mine if group == ALL else mine.filter(pl.col("grp") == group)
            _numbers(here, mine["rdi_pct"], f"rdi={drug}", "% of the plan")


def after_progression(rows: Rows, persons: pl.DataFrame, later: pl.DataFrame, groups: tuple[str, ...]) -> None:
    """Of those who progressed: any therapy, none, and each regimen that came first.

    `later`: usubjid, regimen (missing: none), a row a person who progressed.
    """
    joined = later.join(persons.select("usubjid", "grp"), on="usubjid")
    regimens = joined["regimen"].drop_nulls().unique().sort().to_list()
    for group in (ALL, *groups):
        here = rows.for_(grp=group)
        part = joined if group == ALL else joined.filter(pl.col("grp") == group)
        _share(here, "n", "pct", part.height, _size(persons, group), "progressed")
        _share(here, "n", "pct", part.height - part["regimen"].null_count(), part.height, ANY)
        _share(here, "n", "pct", part["regimen"].null_count(), part.height, "none")
        for regimen in regimens:
            _share(here, "n", "pct", (part["regimen"] == regimen).sum(), part.height, regimen)


def _worst(events: pl.DataFrame, *keys: str) -> pl.DataFrame:
    """One row a person and term: the worst grade (missing where none is graded), and whether any was related."""
    return events.group_by(keys).agg(
        pl.col("grade").cast(pl.Int64).max(), is_related=(pl.col("related") == "Y").fill_null(False).any()
    )


def _size(persons: pl.DataFrame, group: str) -> int:
    return persons.height if group == ALL else persons.filter(pl.col("grp") == group).height


def _share(rows: Rows, count: str, share: str, value: float | Decimal, total: int, term: str) -> None:
    rows.add(count, value, term=term, unit="patients")
    part, status = (100 * value / total, OK) if total else (None, "no_patients")
    rows.add(share, part, term=term, unit="%", status=status)


def _numbers(rows: Rows, column: pl.Series, term: str, unit: str) -> None:
    values = column.drop_nulls().cast(pl.Float64).to_numpy()
    rows.add("n", len(values), term=term, unit="patients")
    if not len(values):
        rows.add("median", None, term=term, unit=unit, status="no_patients")
        return
    rows.add("mean", values.mean(), term=term, unit=unit)
    spread, status = (values.std(ddof=1), OK) if len(values) > 1 else (None, "no_variation: one value")
    rows.add("sd", spread, term=term, unit=unit, status=status)
    for statistic, q in (("min", 0), ("q1", 0.25), ("median", 0.5), ("q3", 0.75), ("max", 1)):
        rows.add(statistic, np.quantile(values, q), term=term, unit=unit)
