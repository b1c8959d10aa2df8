"""One endpoint in one population: its curves, tests and models, in order.

Belongs here: which analyses an endpoint gets. Does not belong here: any one of them, the populations
(study_estimates.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from haicplatform.estimation import hospitals
from haicplatform.estimation.competing import competing
from haicplatform.estimation.curves import curves, follow_up_rows, longest, tests, tick_months
from haicplatform.estimation.missing import complete_case, multiple_imputation
from haicplatform.estimation.models import (
    GROUP,
    Candidate,
    coded,
    multivariable,
    stratified,
    univariable,
    with_hospital,
)
from haicplatform.estimation.propensity import Balanced, outcomes
from haicplatform.estimation.rows import Rows, few
from haicplatform.estimation.subgroups import subgroups
from haicplatform.studies.study import Study


@dataclass(frozen=True)
class Analysed:
    """An endpoint and its surroundings. `everyone`: it starts at the index and asks for nothing, so it has models.

    minimum: patients a group needs. sets: the sets of the propensity score, of the pooled population. competing:
    usubjid, paramcd, aval_months, cause where something competes.
    """

    study: Study
    endpoint: str
    groups: tuple[str, ...]
    minimum: int
    everyone: bool
    sets: tuple[Balanced, ...]
    competing: pl.DataFrame | None


def missing_times(rows: Rows, persons: pl.DataFrame, times: pl.DataFrame, *, everyone: bool) -> pl.DataFrame:
    """The times that can be analysed; how many persons have none, and how many an impossible one, are rows."""
    known = times.drop_nulls(["months", "event"])
    possible = known.filter(pl.col("months") >= 0)
    here = rows.for_(analysis="km", grp="")
    missing = persons.height - times.height if everyone else 0
    missing += times.height - known.height
    if missing:
        status, note = f"missing_values: {missing}", "without a time of this endpoint"
        here.add("missing", missing, unit="patients", status=status, note=note)
    if negative := known.height - possible.height:
        status, note = "impossible: a time before the start", "left out: the end lies before the start"
        here.add("negative", negative, unit="patients", status=status, note=note)
    return possible


def endpoint_estimates(rows: Rows, asked: Analysed, times: pl.DataFrame) -> None:
    """km, tests, models and, in the pooled population, everything across hospitals.

    `times`: usubjid, siteid, grp, months, event and the columns of the study's variables, a row a person.
    """
    study, groups, minimum = asked.study, asked.groups, asked.minimum
    full, pooled = rows.variant == "main", rows.population == "pooled"
    ticks = tick_months(longest(times))
    means = study.analyses.rmst_months if pooled else ()
    rates = study.rates_at_months
    curves(rows, times, groups, rates, ticks, min_count=minimum, points=full, means_at=means)
    if study.endpoints[asked.endpoint].events == ("death",):
        follow_up_rows(rows, times, groups, min_count=minimum)
    stratify = pooled and "site" in study.strata and times["siteid"].n_unique() > 1
    if len(groups) > 1:
        tests(rows, times, groups, min_count=minimum, stratify=stratify)
    if asked.competing is not None:
        other = asked.competing.filter(pl.col("paramcd") == asked.endpoint)
        other = times.select("usubjid", "grp").join(
            other.select("usubjid", "cause", months="aval_months"), on="usubjid"
        )
        competing(rows, other.filter(pl.col("months") >= 0), groups, rates, minimum, points=full)
    if not asked.everyone:
        return
    _models(rows, asked, times, stratify)
    for one in asked.sets:
        here = rows.for_(population=one.population)
        outcomes(here, times, one, groups, rates, ticks)
        if one.population == "matched":
            part = times.join(one.members, on="usubjid", how="semi")
            curves(here, part, groups, rates, ticks, min_count=1, points=True, means_at=means)
            tests(here, part, groups, min_count=1, stratify=False)


def _models(rows: Rows, asked: Analysed, times: pl.DataFrame, stratify: bool) -> None:
    study, groups = asked.study, asked.groups
    present = [group for group in groups if times.filter(pl.col("grp") == group).height >= asked.minimum]
    if len(present) < len(groups) or len(groups) < 2:
        status = few(asked.minimum) if len(groups) > 1 else "one_group"
        rows.for_(analysis="cox_univariable").add("hr", None, term=GROUP, status=status)
        rows.for_(analysis="cox_multivariable").add("hr", None, term=GROUP, status=status)
        return
    data = coded(times, study.covariate_list, groups)
    data = data.with_columns(times["months"], times["event"].cast(pl.Float64))
    names = [GROUP, *(variable.name for variable in study.covariate_list)]
    pooled = rows.population == "pooled"
    candidates = univariable(rows.for_(analysis="cox_univariable"), data, names, study.alpha)
    here = rows.for_(analysis="cox_multivariable")
    entered = multivariable(here, data, candidates, study.screen_p, study.alpha, limit=not pooled)
    if stratify:
        stratified(rows.for_(analysis="cox_univariable_stratified"), data, [GROUP])
        if entered:
            stratified(rows.for_(analysis="cox_multivariable_stratified"), data, entered)
            with_hospital(rows, data, entered)
        hospitals.across_hospitals(rows, data, groups, study.release.min_count)
    if pooled:
        _further(rows, asked, times, data, candidates, entered)


def _further(
    rows: Rows,
    asked: Analysed,
    times: pl.DataFrame,
    data: pl.DataFrame,
    candidates: list[Candidate],
    entered: list[str],
) -> None:
    """What the entry `analyses:` of the study asks for."""
    study, wanted = asked.study, asked.study.analyses
    if study.subgroup_list:
        subgroups(rows, times, study.subgroup_list, asked.groups, 1)
    if wanted.leave_one_out:
        hospitals.without_each(rows, data, asked.groups, entered, study.release.min_count)
    if wanted.interaction_site and data["siteid"].n_unique() > 1:
        hospitals.interaction(rows, data, "siteid", "site")
    if wanted.complete_case:
        here = rows.for_(analysis="cox_complete_case")
        complete_case(here, data, candidates, study.screen_p, GROUP)
    if (imputation := wanted.multiple_imputation) is not None:
        here = rows.for_(analysis="cox_multiple_imputation")
        multiple_imputation(here, data, candidates, study.screen_p, GROUP, imputation)
