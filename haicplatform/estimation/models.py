"""Cox models of one endpoint: univariable, screened multivariable, stratified, and the hospitals pooled.

Belongs here: the study's coding and screening rule, and which rows a model becomes. Does not belong here: fitting
(haicplatform.survival).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from haicplatform.estimation.rows import OK, Rows
from haicplatform.studies.variables import Variable
from haicplatform.survival import Cox, cox, pool
from haicplatform.survival.design import factor

GROUP = "group"
# a hospital's own multivariable model needs this many events a coefficient (Vittinghoff, Am J Epidemiol 2007;165:710)
EVENTS_PER_COEFFICIENT = 5
METHOD = "cox, efron ties, wald interval"


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


def univariable(rows: Rows, data: pl.DataFrame, names: list[str]) -> list[Candidate]:
    """One model a covariate on the rows where it is known; the candidates of the screening."""
    found = []
    for name in names:
        complete = data.drop_nulls(name) if data[name].null_count() else data
        missing = data.height - complete.height
        if not complete.height:
            rows.add("hr", None, term=name, method=METHOD, status="no value known")
            found.append(Candidate(name, missing, None, "no value known"))
            continue
        model = cox(complete, "months", "event", [name])
        _write(rows, model, complete, [name])
        p = None if model.wald is None else model.wald.p
        rows.add("p_overall", p, term=name, method="wald", status=OK if p is not None else model.status)
        found.append(Candidate(name, missing, p, model.status))
    return found


def multivariable(
    rows: Rows, data: pl.DataFrame, candidates: list[Candidate], screen_p: float, *, limit: bool
) -> list[str]:
    """The screened model; the exposure group is always in it. Returns the terms that entered.

    A covariate with missing values is left out and listed, as is one whose univariable p is not below `screen_p`.
    `limit`: do not fit with fewer than EVENTS_PER_COEFFICIENT events a coefficient.
    """
    chosen = []
    for candidate in candidates:
        reason = _reason(candidate, screen_p)
        enters = reason.startswith("in:")
        rows.add("included", float(enters), term=candidate.name, note=reason.removeprefix("in: "))
        if enters:
            chosen.append(candidate.name)
    coefficients = sum(_width(data, name) for name in chosen)
    events = int(data["event"].sum())
    if limit and events < EVENTS_PER_COEFFICIENT * coefficients:
        status = f"{events} events for {coefficients} coefficients"
        rows.add("hr", None, term=GROUP, method=METHOD, status=status)
        return []
    model = cox(data, "months", "event", chosen)
    _write(rows, model, data, chosen)
    _whole(rows, model)
    _hazards(rows.for_(analysis="proportional_hazards"), model)
    return chosen


def stratified(rows: Rows, data: pl.DataFrame, terms: list[str]) -> None:
    """The same terms with a baseline hazard of its own for each hospital."""
    model = cox(data, "months", "event", terms, strata="siteid")
    _write(rows, model, data, terms, method="cox, stratified by hospital")
    _whole(rows, model)


def across_hospitals(rows: Rows, data: pl.DataFrame, groups: tuple[str, ...], min_count: int) -> None:
    """The exposure's hazard ratio of each hospital, and the hospitals pooled in two stages."""
    if len(groups) != 2 or data["siteid"].n_unique() < 2:
        return
    term = f"{GROUP}={groups[1]}"
    logs, errors, left_out = [], [], []
    for site in data["siteid"].unique().sort():
        part = data.filter(pl.col("siteid") == site)
        here = rows.for_(analysis="by_hospital", grp=site)
        sizes = [part.filter(pl.col(GROUP) == group).height for group in groups]
        status = f"fewer than {min_count} patients in a group" if min(sizes) < max(1, min_count) else OK
        model = cox(part, "months", "event", [GROUP]) if status == OK else None
        if model is not None and model.status != "converged":
            status = model.status
        here.add("n", part.height, term=term, unit="patients")
        here.add("events", part["event"].sum(), term=term, unit="patients")
        if status != OK:
            here.add("hr", None, term=term, method=METHOD, status=status)
            left_out.append(site)
            continue
        line = model.table.row(0, named=True)
        here.add("hr", line["hr"], term=term, ci=(line["ci_low"], line["ci_high"]), method=METHOD)
        logs.append(line["coef"])
        errors.append(line["se"])
    here = rows.for_(analysis="pooled")
    note = f"without {', '.join(left_out)}" if left_out else ""
    if len(logs) < 2:
        here.add("hr", None, term=term, status="fewer than two hospitals contribute", note=note)
        return
    found = pool(logs, errors)
    method = "REML, Hartung-Knapp"
    ends = np.exp([found.estimate, found.ci_low, found.ci_high])
    here.add("hr", ends[0], term=term, ci=(ends[1], ends[2]), method=method, note=note)
    here.add("p", found.p, term=term, method=method)
    limits = tuple(np.exp([found.prediction_low, found.prediction_high]))
    here.add("prediction", ends[0], term=term, ci=limits, method=method)
    for statistic, value, unit in (
        ("k", found.k, "hospitals"),
        ("tau2", found.tau2, ""),
        ("i2", found.i2, "%"),
        ("q", found.q, ""),
        ("q_p", found.q_p, ""),
    ):
        here.add(statistic, value, term=term, unit=unit, method=method)


def _reason(candidate: Candidate, screen_p: float) -> str:
    if candidate.name == GROUP:
        return "in: exposure"
    if candidate.missing:
        return f"{candidate.missing} {'patient' if candidate.missing == 1 else 'patients'} without a value"
    if candidate.p is None:
        return candidate.status
    return f"{'in: univariable p <' if candidate.p < screen_p else 'univariable p >='} {screen_p:g}"


def _width(data: pl.DataFrame, name: str) -> int:
    return 1 if data[name].dtype.is_numeric() else max(1, data[name].n_unique() - 1)


def _write(rows: Rows, model: Cox, data: pl.DataFrame, terms: list[str], method: str = METHOD) -> None:
    separated = model.status.removeprefix("separated: ").split(", ") if model.status.startswith("separated") else []
    found = model.coefficients
    for place, term in enumerate(found["term"]):
        line = {name: float(found[name][place]) for name in ("hr", "ci_low", "ci_high", "coef", "se", "p")}
        status = OK
        if np.isnan(line["coef"]):
            status = f"separated: {term}" if term in separated else model.status
        rows.add("hr", line["hr"], term=term, ci=(line["ci_low"], line["ci_high"]), method=method, status=status)
        for statistic in ("coef", "se", "p"):
            rows.add(statistic, line[statistic], term=term, method=method, status=status)
    event = data["event"].to_numpy()
    for name in terms:
        if data[name].dtype.is_numeric():
            rows.add("n", data.height, term=name, unit="patients")
            continue
        levels, index = factor(data[name])
        n, events = np.bincount(index, minlength=len(levels)), np.bincount(index, event, minlength=len(levels))
        present = np.flatnonzero(n)
        rows.add("reference", None, term=f"{name}={levels[present[0]]}", note="reference level")
        for place in present:
            rows.add("n", n[place], term=f"{name}={levels[place]}", unit="patients")
            rows.add("events", events[place], term=f"{name}={levels[place]}", unit="patients")


def _whole(rows: Rows, model: Cox) -> None:
    rows.add("n", model.n, term="model", unit="patients")
    rows.add("events", model.events, term="model", unit="patients")
    is_done = model.status == "converged"
    rows.add("converged", float(is_done), term="model", status=OK if is_done else model.status)
    for name, test in (("lr", model.lr), ("wald", model.wald), ("score", model.score)):
        if test is not None:
            rows.add(f"{name}_chisq", test.chisq, term="model")
            rows.add(f"{name}_p", test.p, term="model", note=f"{test.df} df")
    rows.add("concordance", model.concordance.value, term="model")


def _hazards(rows: Rows, model: Cox) -> None:
    method = "score test, transform km"
    if model.status != "converged":
        rows.add("p", None, term="GLOBAL", method=method, status=model.status)
        return
    for line in model.zph().iter_rows(named=True):
        rows.add("chisq", line["chisq"], term=line["term"], method=method)
        rows.add("p", line["p"], term=line["term"], method=method, note=f"{line['df']} df")
