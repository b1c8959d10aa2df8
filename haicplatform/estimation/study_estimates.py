"""All estimates of one study on one snapshot.

Belongs here: the populations, and the order in which the analyses are made. Does not belong here: any one analysis.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from haicplatform.estimation import patients, safety
from haicplatform.estimation.baseline import baseline
from haicplatform.estimation.endpoints import Analysed, endpoint_estimates, missing_times
from haicplatform.estimation.flow import changed_persons, flow, quality
from haicplatform.estimation.propensity import Balanced, balanced
from haicplatform.estimation.response import agreement, response
from haicplatform.estimation.rows import Rows
from haicplatform.studies.study import Study


@dataclass(frozen=True)
class Data:
    """What estimates are made from: adrs, adtte and the study's further relations (`relations`, by name)."""

    adrs: pl.DataFrame
    adtte: pl.DataFrame
    relations: Mapping[str, pl.DataFrame]

    def of(self, name: str, asked: bool) -> pl.DataFrame | None:
        """The relation where the study asks for its analysis and it was given."""
        return self.relations.get(name) if asked else None


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
    relations: Mapping[str, pl.DataFrame] | None = None,
    changed: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """The rows of analysis.estimate (see `SCHEMA`), in a fixed order, each key once.

    adsl: usubjid, siteid and the columns of the study's variables. adrs: usubjid, paramcd (BOR, CBOR), avalc; one
    row a person and paramcd. adtte: usubjid, paramcd, aval_months, cnsr (0 is an event). cohort: usubjid,
    is_included, exclusion_reason, exposure_group, and siteid where known. Only included persons are analysed. For
    a sensitivity analysis give its `variant` and the study as that variant makes it: its curves' points are left
    out. `deliveries` and `findings`: see flow.quality; `changed`: see flow.changed_persons; `agreement_rates`: see
    response.agreement. `relations`: the
    relations of sql/analysis that `analyses` of the study need, by name (competing, toxicity, dose, post_progression,
    tumour_change, milestone, reader_pair); without one its analysis is left out. ValueError where a person occurs
    twice.
    """
    rows = Rows(study.study_id, snapshot_id, variant)
    groups = (study.reference_group, *(name for name in study.groups if name != study.reference_group))
    persons = _persons(adsl, cohort)
    if "siteid" not in cohort.columns:
        cohort = cohort.join(adsl.select("usubjid", "siteid"), on="usubjid", how="left")
    flow(rows, cohort, groups, tuple(exclusion.reason for exclusion in study.exclude))
    changed_persons(rows, changed)
    if variant == "main":
        quality(rows, deliveries, findings)
        agreement(rows, agreement_rates)
    sites = persons["siteid"].unique().sort().to_list()
    populations = [("pooled", persons)]
    if len(sites) > 1 and variant == "main":
        populations += [(f"site:{site}", persons.filter(pl.col("siteid") == site)) for site in sites]
    data = Data(adrs, adtte, relations or {})
    sets = [
        found
        for asked in study.analyses.propensity
        if (found := balanced(rows, persons, asked, study.covariate_list, groups)) is not None
    ]
    for population, part in populations:
        _population(rows.for_(population=population), study, part, data, groups, sets)
    for one in sets:
        if one.population == "matched":
            members = persons.join(one.members, on="usubjid", how="semi")
            _tables(rows.for_(population=one.population), study, members, data, groups)
    _patients(rows, study, persons, data, groups)
    return rows.frame()


def _tables(rows: Rows, study: Study, persons: pl.DataFrame, data: Data, groups: tuple[str, ...]) -> None:
    if rows.variant == "main":
        baseline(rows.for_(analysis="baseline"), persons, study.baseline_table, groups)
    controls = study.response.disease_control_with_non_cr_non_pd
    response(rows.for_(analysis="response"), persons, data.adrs, groups, study.response.best, controls)


def _population(
    rows: Rows, study: Study, persons: pl.DataFrame, data: Data, groups: tuple[str, ...], sets: list[Balanced]
) -> None:
    pooled = rows.population == "pooled"
    _tables(rows, study, persons, data, groups)
    for endpoint, definition in study.endpoints.items():
        here = rows.for_(endpoint=endpoint)
        times = _times(data.adtte, endpoint, persons)
        everyone = definition.start == "index" and not definition.among
        times = missing_times(here, persons, times, everyone=everyone)
        if not times.height:
            here.for_(analysis="km", grp="all").add("n", 0, unit="patients", status="no_patients")
            continue
        minimum = 1 if pooled else study.release.min_count
        competing = data.of("competing", pooled) if endpoint in study.analyses.competing else None
        asked = Analysed(study, endpoint, groups, minimum, everyone, tuple(sets) if pooled else (), competing)
        endpoint_estimates(here, asked, times)


def _patients(rows: Rows, study: Study, persons: pl.DataFrame, data: Data, groups: tuple[str, ...]) -> None:
    """Safety, therapy after progression, agreement of readers, and the figures with a line a patient."""
    asked = study.analyses
    if (events := data.of("toxicity", asked.adverse_events)) is not None:
        safety.toxicity(rows.for_(analysis="adverse_events"), persons, events, groups)
    if (events := data.of("lab_toxicity", asked.adverse_events)) is not None:
        safety.toxicity(rows.for_(analysis="lab_toxicity"), persons, events, groups)
    if (given := data.of("dose", asked.dose_intensity)) is not None:
        safety.doses(rows.for_(analysis="dose"), persons, given, groups)
    if (later := data.of("post_progression", asked.post_progression)) is not None:
        safety.after_progression(rows.for_(analysis="post_progression"), persons, later, groups)
    if (pairs := data.of("reader_pair", asked.reader_agreement)) is not None:
        patients.reader_agreement(rows, persons, pairs)
    best = data.adrs.filter(pl.col("paramcd") == "BOR").select("usubjid", "avalc")
    if (change := data.of("tumour_change", asked.tumour_change)) is not None:
        patients.tumour_change(rows, persons, change, best, groups)
    if (milestones := data.of("milestone", asked.tumour_change)) is not None:
        patients.swimmer(rows, persons, milestones, best)


def _times(adtte: pl.DataFrame, endpoint: str, persons: pl.DataFrame) -> pl.DataFrame:
    found = adtte.filter(pl.col("paramcd") == endpoint)
    found = found.select("usubjid", months=pl.col("aval_months").cast(pl.Float64), event=1 - pl.col("cnsr"))
    times = persons.join(found, on="usubjid", how="inner").sort("usubjid")
    if times["usubjid"].n_unique() < times.height:
        raise ValueError(f"a person has {endpoint} more than once")
    return times


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
