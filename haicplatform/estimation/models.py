"""Cox models of one endpoint: univariable, screened multivariable, and their variants by hospital.

Belongs here: the study's coding and screening rule, and which rows a model becomes. Does not belong here: fitting
(haicplatform.survival), hospital after hospital (hospitals.py), missing values (missing.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from haicplatform.estimation.rows import OK, Rows, of_model
from haicplatform.studies.variables import Variable
from haicplatform.survival import Cox, cox, cox_or_firth
from haicplatform.survival.design import factor

GROUP = "group"
# a hospital's own multivariable model needs this many events a coefficient (Vittinghoff, Am J Epidemiol 2007;165:710)
EVENTS_PER_COEFFICIENT = 5
# below this many events a coefficient a model says so (Peduzzi, J Clin Epidemiol 1995;48:1503)
COMFORTABLE = 10
METHOD = "cox, efron ties, wald interval"
FIRTH = "cox, firth, breslow ties, profile likelihood"


@dataclass(frozen=True)
class Candidate:
    """A covariate of a model with the rows it can be fitted on and its univariable p value."""

    name: str
    missing: int
    p: float | None
    status: str


def coded(persons: pl.DataFrame, covariates: tuple[Variable, ...], groups: tuple[str, ...]) -> pl.DataFrame:
    """usubjid, siteid, group and one column a covariate: an Enum whose first level is the reference, or a number."""
    columns = [persons["usubjid"], persons["siteid"], persons["grp"].cast(pl.Enum(list(groups))).alias(GROUP)]
    for variable in covariates:
        values = variable.code(persons[variable.column])
        if variable.kind != "continuous":
            levels = variable.levels or tuple(values.drop_nulls().unique().sort().to_list())
            first = [variable.reference] if variable.reference in levels else list(levels[:1])
            order = [*first, *(level for level in levels if level not in first)]
            values = values.cast(pl.Enum(order)) if order else values.cast(pl.Enum(["-"]))
        columns.append(values)
    return pl.DataFrame(columns)


def univariable(rows: Rows, data: pl.DataFrame, names: list[str], alpha: float) -> list[Candidate]:
    """One model a covariate on the rows where it is known; the candidates of the screening."""
    found = []
    for name in names:
        complete = data.drop_nulls(name) if data[name].null_count() else data
        missing = data.height - complete.height
        if not complete.height:
            rows.add("hr", None, term=name, method=METHOD, status="no_value")
            found.append(Candidate(name, missing, None, "no_value"))
            continue
        model = _fitted(rows, complete, [name])
        p = None if model.wald is None else model.wald.p
        # a category with one level has no column at all
        status = f"not_estimable: {name}" if model.status.endswith(": no terms") else of_model(model.status)
        rows.add("p_overall", p, term=name, method="wald", status=status)
        found.append(Candidate(name, missing, p, status))
        if name == GROUP:
            hazards(rows.for_(analysis="proportional_hazards_univariable"), model, alpha)
    return found


def multivariable(
    rows: Rows, data: pl.DataFrame, candidates: list[Candidate], screen_p: float, alpha: float, *, limit: bool
) -> list[str]:
    """The screened model; the exposure group is always in it. Returns the terms that entered.

    A covariate with missing values is left out and listed, as is one whose univariable p is not below `screen_p`.
    `limit`: do not fit with fewer than EVENTS_PER_COEFFICIENT events a coefficient.
    """
    chosen = []
    for candidate in candidates:
        enters, status, note = _judged(candidate, screen_p)
        rows.add("included", float(enters), term=candidate.name, status=status, note=note)
        if enters:
            chosen.append(candidate.name)
    events, coefficients = int(data["event"].sum()), width(data, chosen)
    if limit and events < EVENTS_PER_COEFFICIENT * coefficients:
        status = f"few_events: {events} events for {coefficients} coefficients"
        rows.add("hr", None, term=GROUP, method=METHOD, status=status)
        return []
    model = _fitted(rows, data, chosen)
    whole(rows, model)
    ratio = events / coefficients
    status = OK if ratio >= COMFORTABLE else f"few_events_per_coefficient: {COMFORTABLE}"
    rows.add("events_per_coefficient", ratio, term="model", status=status)
    hazards(rows.for_(analysis="proportional_hazards"), model, alpha)
    return chosen


def stratified(rows: Rows, data: pl.DataFrame, terms: list[str]) -> None:
    """The same terms with a baseline hazard of its own for each hospital."""
    model = cox(data, "months", "event", terms, strata="siteid")
    write(rows, model, data, terms, method="cox, stratified by hospital")
    whole(rows, model)


def with_hospital(rows: Rows, data: pl.DataFrame, terms: list[str]) -> None:
    """The same terms with hospital as a covariate; and with a variance robust to correlation within a hospital."""
    fixed = cox(data, "months", "event", [*terms, "siteid"])
    here = rows.for_(analysis="cox_multivariable_site")
    exposure(here, fixed, "cox, hospital as a covariate")
    robust = cox(data, "months", "event", terms, cluster="siteid")
    here = rows.for_(analysis="cox_multivariable_cluster")
    exposure(here, robust, "cox, robust variance by hospital")


def width(data: pl.DataFrame, names: list[str]) -> int:
    """How many coefficients the terms have."""
    return sum(1 if data[name].dtype.is_numeric() else max(1, data[name].n_unique() - 1) for name in names)


def exposure(rows: Rows, model: Cox, method: str = METHOD) -> None:
    """The exposure's coefficients of a model, and the model's n and events."""
    _coefficients(rows, model, method, only=f"{GROUP}=")
    rows.add("n", model.n, term="model", unit="patients")
    rows.add("events", model.events, term="model", unit="patients")


def write(rows: Rows, model: Cox, data: pl.DataFrame, terms: list[str], method: str = METHOD) -> None:
    """Every coefficient of a model, and n and events of each level of its terms."""
    _coefficients(rows, model, method)
    event = data["event"].to_numpy()
    for name in terms:
        if data[name].dtype.is_numeric():
            rows.add("n", data.height, term=name, unit="patients")
            continue
        levels, index = factor(data[name])
        n, events = np.bincount(index, minlength=len(levels)), np.bincount(index, event, minlength=len(levels))
        present = np.flatnonzero(n)
        rows.add("reference", 1.0, term=f"{name}={levels[present[0]]}", note="reference level")
        for place in present:
            rows.add("n", n[place], term=f"{name}={levels[place]}", unit="patients")
            rows.add("events", events[place], term=f"{name}={levels[place]}", unit="patients")


def whole(rows: Rows, model: Cox) -> None:
    """What is said of a model as a whole."""
    rows.add("n", model.n, term="model", unit="patients")
    rows.add("events", model.events, term="model", unit="patients")
    status = of_model(model.status)
    rows.add("converged", float(model.has_maximum), term="model", status=status)
    for name, test in (("lr", model.lr), ("wald", model.wald), ("score", model.score)):
        if test is not None:
            rows.add(f"{name}_chisq", test.chisq, term="model")
            rows.add(f"{name}_p", test.p, term="model", note=f"{test.df} df")
    if model.fit is not None:
        rows.add("concordance", model.concordance.value, term="model")


def hazards(rows: Rows, model: Cox, alpha: float) -> None:
    """The test of proportional hazards of each term and of the whole model; p below `alpha` is marked."""
    method = "score test, transform km"
    if not model.has_maximum:
        rows.add("p", None, term="GLOBAL", method=method, status=of_model(model.status))
        return
    for line in model.zph().iter_rows(named=True):
        term = line["term"]
        if line["p"] is None:
            rows.add("p", None, term=term, method=method, status=f"not_estimable: {term}", note="0 df")
            continue
        status = f"non_proportional: {alpha:g}" if line["p"] < alpha else OK
        rows.add("chisq", line["chisq"], term=term, method=method)
        rows.add("df", line["df"], term=term, method=method)
        rows.add("p", line["p"], term=term, method=method, status=status, note=f"{line['df']} df")


def _fitted(rows: Rows, data: pl.DataFrame, terms: list[str]) -> Cox:
    """The ordinary model as rows, and Firth's beside it where a coefficient runs away."""
    model, penalised = cox_or_firth(data, "months", "event", terms)
    write(rows, model, data, terms)
    if penalised is not None:
        beside = rows.for_(analysis=f"{rows.analysis}_firth")
        runaway = model.status.removeprefix("separated: ")
        status = of_model(penalised.status)
        _coefficients(beside, penalised, FIRTH, status=f"penalised: {runaway}" if status == OK else status)
        if len(terms) > 1:
            beside.add("n", penalised.n, term="model", unit="patients")
            beside.add("events", penalised.events, term="model", unit="patients")
    return model


def _judged(candidate: Candidate, screen_p: float) -> tuple[bool, str, str]:
    """(enters, status, note) of a candidate."""
    if candidate.name == GROUP:
        return True, OK, "exposure"
    if candidate.missing:
        people = "patient" if candidate.missing == 1 else "patients"
        return False, f"missing_values: {candidate.missing}", f"{candidate.missing} {people} without a value"
    if candidate.p is None:
        return False, candidate.status, candidate.status
    if candidate.p < screen_p:
        return True, OK, f"univariable p < {screen_p:g}"
    return False, f"above_screen: {screen_p:g}", f"univariable p >= {screen_p:g}"


def _coefficients(rows: Rows, model: Cox, method: str, *, only: str = "", status: str | None = None) -> None:
    is_separated = model.status.startswith("separated")
    separated = model.status.removeprefix("separated: ").split(", ") if is_separated else []
    found = model.coefficients
    robust = np.asarray(found["robust_se"])
    errors = robust if np.isfinite(robust).any() else np.asarray(found["se"])
    for place, term in enumerate(found["term"]):
        if not term.startswith(only):
            continue
        line = {name: float(found[name][place]) for name in ("hr", "ci_low", "ci_high", "coef", "p")}
        said = status
        if said is None:
            said = of_model(model.status) if np.isnan(line["coef"]) or is_separated else OK
            said = f"separated: {term}" if term in separated else said
        of_ratio = f"unit: {term}" if np.isnan(line["hr"]) and np.isfinite(line["coef"]) else said
        rows.add("hr", line["hr"], term=term, ci=(line["ci_low"], line["ci_high"]), method=method, status=of_ratio)
        for statistic, value in (("coef", line["coef"]), ("se", float(errors[place])), ("p", line["p"])):
            rows.add(statistic, value, term=term, method=method, status=said)
