"""The exposure's hazard ratio in each level of a variable, and whether it differs between levels.

Belongs here: the levels, their patients and their unadjusted models. Does not belong here: which variables (the study
file), interaction with hospitals as such (hospitals.py).
"""

from __future__ import annotations

import polars as pl

from haicplatform.estimation.hospitals import interaction
from haicplatform.estimation.models import GROUP, METHOD
from haicplatform.estimation.rows import OK, Rows, few, of_model
from haicplatform.studies.variables import Variable
from haicplatform.survival import cox

MISSING = "missing"


def subgroups(
    rows: Rows, times: pl.DataFrame, variables: tuple[Variable, ...], groups: tuple[str, ...], min_count: int
) -> None:
    """n, events and hr of each level, of two groups; the interaction's likelihood ratio test of each variable.

    `times`: grp, months, event and the variables' ADSL columns. Patients without a value are in no level and are
    counted as `missing`.
    """
    if len(groups) != 2:
        return
    for variable in variables:
        data = times.select(
            "months",
            pl.col("event").cast(pl.Float64),
            pl.col("grp").cast(pl.Enum(list(groups))).alias(GROUP),
            _level=variable.code(times[variable.column]),
        )
        here = rows.for_(analysis="subgroup")
        here.add(MISSING, data["_level"].null_count(), term=variable.name, unit="patients")
        for level in variable.levels:
            _level(here, data.filter(pl.col("_level") == level), f"{variable.name}={level}", groups, min_count)
        interaction(rows, data.drop_nulls("_level"), "_level", variable.name)


def _level(rows: Rows, data: pl.DataFrame, term: str, groups: tuple[str, ...], min_count: int) -> None:
    sizes = []
    for group in groups:
        part = data.filter(pl.col(GROUP) == group)
        sizes.append(part.height)
        rows.for_(grp=group).add("n", part.height, term=term, unit="patients")
        rows.for_(grp=group).add("events", part["event"].sum(), term=term, unit="patients")
    rows.add("n", data.height, term=term, unit="patients")
    rows.add("events", data["event"].sum(), term=term, unit="patients")
    status = few(min_count) if min(sizes) < max(1, min_count) else OK
    model = cox(data, "months", "event", [GROUP]) if status == OK else None
    if model is not None:
        status = of_model(model.status)
    if status != OK or model is None:
        rows.add("hr", None, term=term, method=METHOD, status=status)
        return
    line = model.table.row(0, named=True)
    rows.add("hr", line["hr"], term=term, ci=(line["ci_low"], line["ci_high"]), method=METHOD)
    rows.add("p", line["p"], term=term, method=METHOD)
