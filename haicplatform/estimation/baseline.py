"""Table 1: how the groups were before treatment.

Belongs here: counts, means, quartiles and tests of one baseline variable. Does not belong here: the choice of
variables and levels (the study file).
"""

from __future__ import annotations

import numpy as np
import polars as pl

from haicplatform.estimation.rows import OK, Rows, of_test
from haicplatform.studies.variables import Variable
from haicplatform.survival import tables

ALL = "all"
# an expected count below this calls for the exact test (Cochran, Biometrics 1954;10:417-451)
FISHER_BELOW = 5


def baseline(rows: Rows, persons: pl.DataFrame, variables: tuple[Variable, ...], groups: tuple[str, ...]) -> None:
    """n of each group, then each variable by group and for all, with one p value and one SMD a variable."""
    for group in (ALL, *groups):
        rows.for_(grp=group).add("n", _of(persons, group).height, term="patients", unit="patients")
    for variable in variables:
        coded = persons.select("grp", value=variable.code(persons[variable.column]))
        if variable.kind == "continuous":
            _numbers(rows, coded, variable.name, groups)
        else:
            _levels(rows, coded, variable, groups)


def _of(persons: pl.DataFrame, group: str) -> pl.DataFrame:
    return persons if group == ALL else persons.filter(pl.col("grp") == group)


def _numbers(rows: Rows, coded: pl.DataFrame, name: str, groups: tuple[str, ...]) -> None:
    samples = {}
    for group in (ALL, *groups):
        here, column = rows.for_(grp=group), _of(coded, group)["value"]
        values = column.drop_nulls().to_numpy()
        samples[group] = values
        here.add("n", len(values), term=name, unit="patients")
        here.add("missing", column.null_count(), term=name, unit="patients")
        if not len(values):
            continue
        here.add("mean", values.mean(), term=name)
        spread, status = (values.std(ddof=1), OK) if len(values) > 1 else (None, "no_variation: one value")
        here.add("sd", spread, term=name, status=status)
        for statistic, q in (("min", 0), ("q1", 0.25), ("median", 0.5), ("q3", 0.75), ("max", 1)):
            here.add(statistic, np.quantile(values, q), term=name)
    if len(groups) != 2:
        return
    test = tables.student(samples[groups[0]], samples[groups[1]])
    rows.add("p", test.p, term=name, method=test.method, status=of_test(test.status))
    smd = tables.smd_means(samples[groups[1]], samples[groups[0]])
    rows.add("smd", smd, term=name, status=OK if smd is not None else "no_variation: all values are equal")


def _levels(rows: Rows, coded: pl.DataFrame, variable: Variable, groups: tuple[str, ...]) -> None:
    found = coded["value"].drop_nulls().unique().sort().to_list()
    levels = variable.levels or tuple(found)
    counts = {}
    for group in (ALL, *groups):
        here, column = rows.for_(grp=group), _of(coded, group)["value"]
        known = len(column) - column.null_count()
        seen = dict(column.drop_nulls().value_counts().iter_rows())
        counts[group] = [seen.get(level, 0) for level in levels]
        for level, count in zip(levels, counts[group], strict=True):
            term = f"{variable.name}={level}"
            here.add("n", count, term=term, unit="patients")
            share, status = (100 * count / known, OK) if known else (None, "no_value")
            here.add("pct", share, term=term, unit="%", status=status)
        here.add("n", known, term=variable.name, unit="patients")
        here.add("missing", column.null_count(), term=variable.name, unit="patients")
    if len(groups) != 2 or not levels:
        return
    test = tables.categorical([counts[group] for group in groups], FISHER_BELOW)
    rows.add("p", test.p, term=variable.name, method=test.method, status=of_test(test.status))
    smd = tables.smd_shares(counts[groups[1]], counts[groups[0]])
    rows.add("smd", smd, term=variable.name, status=OK if smd is not None else "no_patients")
