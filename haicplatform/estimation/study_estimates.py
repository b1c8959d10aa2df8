"""All estimates of one study on one snapshot.

Belongs here: the populations, and the order in which the analyses are made. Does not belong here: any one analysis.
"""

from __future__ import annotations

import polars as pl

from haicplatform.estimation.baseline import baseline
from haicplatform.estimation.curves import curves, follow_up_rows, longest, tests, tick_months
from haicplatform.estimation.flow import flow, quality
from haicplatform.estimation.models import (
    GROUP,
    across_hospitals,
    coded,
    multivariable,
    stratified,
    univariable,
)
from haicplatform.estimation.response import agreement, response
from haicplatform.estimation.rows import Rows
from haicplatform.studies.study import Study


def estimate(
    study: Study,
    adsl: pl.DataFrame,
    adrs: pl.DataFrame,
    adtte: pl.DataFrame,
    cohort: pl.DataFrame,
    snapshot_id: str,
    *,
    variant: str = "main",
    deliveries: pl.DataFrame | None = None,
    findings: pl.DataFrame | None = None,
    agreement_rates: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """The rows of analysis.estimate (see `SCHEMA`), in a fixed order, each key once.

    adsl: usubjid, siteid and the columns of the study's variables. adrs: usubjid, paramcd (BOR, CBOR), avalc; one
    row a person and paramcd. adtte: usubjid, paramcd, aval_months, cnsr (0 is an event). cohort: usubjid,
    is_included, exclusion_reason, exposure_group, and siteid where known. Only included persons are analysed. For
    a sensitivity analysis give its `variant` and the study as that variant makes it: its curves' points are left
    out. `deliveries` and `findings`: see flow.quality; `agreement_rates`: see response.agreement. ValueError where a
    person occurs twice.
    """
    rows = Rows(study.study_id, snapshot_id, variant)
    groups = (study.reference_group, *(name for name in study.groups if name != study.reference_group))
    persons = _persons(adsl, cohort)
    if "siteid" not in cohort.columns:
        cohort = cohort.join(adsl.select("usubjid", "siteid"), on="usubjid", how="left")
    flow(rows, cohort, groups, tuple(exclusion.reason for exclusion in study.exclude))
    if variant == "main":
        quality(rows, deliveries, findings)
        agreement(rows, agreement_rates)
    sites = persons["siteid"].unique().sort().to_list()
    populations = [("pooled", persons)]
    if len(sites) > 1 and variant == "main":
        populations += [(f"site:{site}", persons.filter(pl.col("siteid") == site)) for site in sites]
    for population, part in populations:
        _population(rows.for_(population=population), study, part, adrs, adtte, groups)
    return rows.frame()


def _population(
    rows: Rows, study: Study, persons: pl.DataFrame, adrs: pl.DataFrame, adtte: pl.DataFrame, groups: tuple[str, ...]
) -> None:
    pooled = rows.population == "pooled"
    minimum = 1 if pooled else study.release.min_count
    full = rows.variant == "main"
    if full:
        baseline(rows.for_(analysis="baseline"), persons, study.baseline_table, groups)
    controls = study.response.disease_control_with_non_cr_non_pd
    response(rows.for_(analysis="response"), persons, adrs, groups, study.response.best, controls)
    stratify = pooled and "site" in study.strata and persons["siteid"].n_unique() > 1
    for endpoint, definition in study.endpoints.items():
        here = rows.for_(endpoint=endpoint)
        found = adtte.filter(pl.col("paramcd") == endpoint)
        found = found.select("usubjid", months=pl.col("aval_months").cast(pl.Float64), event=1 - pl.col("cnsr"))
        times = persons.join(found, on="usubjid", how="inner").sort("usubjid")
        everyone = definition.start == "index" and not definition.among
        if times["usubjid"].n_unique() < times.height:
            raise ValueError(f"a person has {endpoint} more than once")
        if times.height < persons.height and everyone:
            missing = persons.height - times.height
            note = "without a time of this endpoint"
            here.for_(analysis="km", grp="").add("missing", missing, unit="patients", note=note)
        if not times.height:
            here.for_(analysis="km", grp="all").add("n", 0, unit="patients", status="no patients")
            continue
        ticks = tick_months(longest(times))
        curves(here, times, groups, study.rates_at_months, ticks, min_count=minimum, points=full)
        if definition.events == ("death",):
            follow_up_rows(here, times, groups, min_count=minimum)
        if len(groups) > 1:
            tests(here, times, groups, min_count=minimum, stratify=stratify)
        if everyone:
            _models(here, study, times, groups, minimum, stratify)


def _models(
    rows: Rows, study: Study, times: pl.DataFrame, groups: tuple[str, ...], minimum: int, stratify: bool
) -> None:
    present = [group for group in groups if times.filter(pl.col("grp") == group).height >= minimum]
    if len(present) < len(groups) or len(groups) < 2:
        status = f"fewer than {minimum} patients in a group" if len(groups) > 1 else "one group only"
        rows.for_(analysis="cox_univariable").add("hr", None, term=GROUP, status=status)
        rows.for_(analysis="cox_multivariable").add("hr", None, term=GROUP, status=status)
        return
    data = coded(times, study.covariate_list, groups)
    data = data.with_columns(times["months"], times["event"].cast(pl.Float64))
    names = [GROUP, *(variable.name for variable in study.covariate_list)]
    candidates = univariable(rows.for_(analysis="cox_univariable"), data, names)
    pooled = rows.population == "pooled"
    entered = multivariable(rows.for_(analysis="cox_multivariable"), data, candidates, study.screen_p, limit=not pooled)
    if stratify:
        stratified(rows.for_(analysis="cox_univariable_stratified"), data, [GROUP])
        if entered:
            stratified(rows.for_(analysis="cox_multivariable_stratified"), data, entered)
        across_hospitals(rows, data, groups, study.release.min_count)


def _persons(adsl: pl.DataFrame, cohort: pl.DataFrame) -> pl.DataFrame:
    """The included persons with their group, a row a person, in the order of their ids."""
    included = cohort.filter("is_included").select("usubjid", grp=pl.col("exposure_group"))
    keep = [name for name in adsl.columns if name != "grp"]
    persons = included.join(adsl.select(keep), on="usubjid", how="left").sort("usubjid")
    if persons["usubjid"].n_unique() < persons.height:
        raise ValueError("a person occurs twice in the cohort or in adsl")
    if persons["siteid"].null_count():
        raise ValueError("an included person has no row in adsl")
    return persons
