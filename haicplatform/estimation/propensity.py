"""The groups made alike by the propensity score: who is in the matched or weighted set, balance, and outcomes there.

Belongs here: the study's score on its covariates, and which rows the sets become. Does not belong here: the score,
matching, weights and balance themselves (haicplatform.survival).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from haicplatform.estimation.baseline import ALL
from haicplatform.estimation.curves import MONTHS
from haicplatform.estimation.models import GROUP, coded, exposure
from haicplatform.estimation.rows import OK, Rows
from haicplatform.studies.analyses import Propensity
from haicplatform.studies.variables import Variable
from haicplatform.survival import (
    KaplanMeier,
    balance,
    balancing_weights,
    cox,
    effective_sizes,
    kaplan_meier,
    match,
    propensity,
)
from haicplatform.survival.concordance import concordance
from haicplatform.survival.propensity import Estimand

# above this a standardised difference is called an imbalance (Austin, Stat Med 2009;28:3083)
IMBALANCE = 0.1
_WEIGHTS: dict[str | None, Estimand] = {"ATE": "ate", "ATT": "att", "ATO": "overlap"}
POPULATIONS = {"matching": "matched", "weighting": "weighted"}


@dataclass(frozen=True)
class Balanced:
    """A set of patients made alike: its population, usubjid, and weight and pair of each (weight 0 is left out)."""

    population: str
    members: pl.DataFrame


def balanced(
    rows: Rows, persons: pl.DataFrame, asked: Propensity, covariates: tuple[Variable, ...], groups: tuple[str, ...]
) -> Balanced | None:
    """The set and its rows of the analysis propensity; None, with a status, where there is no set.

    The treated are the second of the two `groups`. Patients with a missing covariate are left out and counted.
    """
    population = POPULATIONS[asked.method]
    here = rows.for_(analysis="propensity", population=population)
    used = tuple(variable for variable in covariates if variable.name in asked.covariates)
    names = [variable.name for variable in used]
    data = coded(persons, used, groups)
    complete = data.drop_nulls(names).with_columns(treated=(pl.col(GROUP) == groups[1]).cast(pl.Float64))
    here.add("missing", data.height - complete.height, term="model", unit="patients")
    here.add("n_complete", complete.height, term="model", unit="patients")
    varying = [name for name in names if complete[name].n_unique() > 1]
    if complete.select(pl.col(GROUP).n_unique()).item() < 2 or not varying:
        here.add("smd_after", None, term="distance", status="no_model: nobody in a group, or nothing to tell apart")
        return None
    score = propensity(complete, "treated", varying)
    if not score.is_usable:
        here.add("smd_after", None, term="distance", status=f"no_model: {score.status}")
        return None
    area = concordance(1 - score.treated, np.ones(len(score.score)), score.score, np.zeros(len(score.score), dtype=int))
    here.add("concordance", area.value, term="model", method="area under the curve of the score")
    pair, method = np.zeros(complete.height, dtype=int), f"weights, {asked.estimand}"
    if asked.method == "matching":
        exact = complete["siteid"].to_list() if "site" in asked.exact else None
        found = match(score, caliper=asked.caliper_sd, exact=exact)
        here.add("caliper", found.caliper, term="model", method="standard deviations of the logit")
        weights, pair, method = found.weights, found.pair, "nearest neighbour, 1:1, without replacement"
        if found.status != OK:
            here.add("smd_after", None, term="distance", method=method, status="no_match")
            return None
    else:
        weights = balancing_weights(score, _WEIGHTS[asked.estimand])
    is_att = asked.method == "matching" or asked.estimand == "ATT"
    _sizes(here, complete, weights, pair, groups, method)
    told = complete.with_columns(distance=pl.Series(score.linear))
    lines = balance(
        told, "treated", ["distance", *names], weights=weights, standardised_by="treated" if is_att else "pooled"
    )
    _balance(here, lines, told, groups, method)
    members = complete.select("usubjid", weight=pl.Series(weights), pair=pl.Series(pair))
    return Balanced(population, members.filter(pl.col("weight") > 0))


def outcomes(
    rows: Rows,
    times: pl.DataFrame,
    members: Balanced,
    groups: tuple[str, ...],
    rates_at: Sequence[float],
    ticks: Sequence[float],
) -> None:
    """The exposure's hazard ratio in the set (variance robust to pairs or weights), and the curves of a weighted set.

    `rows`: of the population and endpoint. `times`: usubjid, grp, months, event.
    """
    data = (
        times.join(members.members, on="usubjid")
        .sort("usubjid")
        .with_columns(pl.col("grp").cast(pl.Enum(list(groups))).alias(GROUP), pl.col("event").cast(pl.Float64))
    )
    here = rows.for_(analysis="cox_univariable")
    if members.population == "matched":
        exposure(here, cox(data, "months", "event", [GROUP], cluster="pair"), "cox, robust variance by pair")
        return
    data = data.with_row_index("person")
    model = cox(data, "months", "event", [GROUP], weights="weight", cluster="person")
    exposure(here, model, "cox, weighted, robust variance")
    for group in groups:
        part = data.filter(pl.col(GROUP) == group)
        curve = kaplan_meier(part["months"], part["event"], weights=part["weight"])
        _weighted_curve(rows.for_(analysis="km", grp=group), curve, part, rates_at, ticks)


def _weighted_curve(
    rows: Rows, curve: KaplanMeier, part: pl.DataFrame, rates_at: Sequence[float], ticks: Sequence[float]
) -> None:
    """Without intervals: Greenwood's formula does not hold for weights."""
    method = "kaplan_meier, weighted"
    rows.add("n", part.height, unit="patients")
    rows.add("events", part["event"].sum(), unit="patients")
    median = curve.median().value
    rows.add("median", median, unit=MONTHS, method=method, status=OK if median is not None else "not_reached")
    for row in curve.at(rates_at).iter_rows(named=True):
        status = "beyond_last" if row["is_beyond_last"] and row["survival"] > 0 else OK
        rows.add("rate", row["survival"], at=row["time"], method=method, status=status)
    for row in curve.at(ticks).iter_rows(named=True):
        rows.add("at_risk", row["n_risk"], at=row["time"], unit="weight")
    for row in curve.table.iter_rows(named=True):
        rows.add("survival", row["survival"], at=row["time"], method=method)


def _sizes(
    rows: Rows, data: pl.DataFrame, weights: np.ndarray, pair: np.ndarray, groups: tuple[str, ...], method: str
) -> None:
    codes = data[GROUP].cast(pl.String).to_numpy()
    for group in (ALL, *groups):
        mine = np.ones(len(codes), dtype=bool) if group == ALL else codes == group
        here, kept = rows.for_(grp=group), int((weights[mine] > 0).sum())
        here.add("n_before", mine.sum(), term="patients", unit="patients", method=method)
        here.add("n", kept, term="patients", unit="patients", method=method)
        here.add("n_unmatched", int(mine.sum()) - kept, term="patients", unit="patients", method=method)
    if pair.any():
        rows.for_(grp=ALL).add("pairs", pair.max(), term="patients", unit="pairs", method=method)
        return
    treated, other = effective_sizes(weights, (codes == groups[1]).astype(float))
    for group, size in zip(groups, (other, treated), strict=True):
        rows.for_(grp=group).add("ess", size, term="patients", unit="patients", method="effective sample size (Kish)")


def _balance(rows: Rows, lines: pl.DataFrame, data: pl.DataFrame, groups: tuple[str, ...], method: str) -> None:
    for line in lines.iter_rows(named=True):
        term = line["term"]
        unit, scale = ("%", 100) if "=" in term else ("", 1)
        for group, who in zip(groups, ("other", "treated"), strict=True):
            for when in ("before", "after"):
                value = line[f"{who}_{when}"]
                here = rows.for_(grp=group)
                here.add(when, None if value is None else scale * value, term=term, unit=unit, method=method)
        for when in ("before", "after"):
            value = line[f"smd_{when}"]
            status = OK if value is not None else "no_variation: all values are equal"
            if value is not None and when == "after" and abs(value) > IMBALANCE:
                status = f"unbalanced: {IMBALANCE:g}"
            rows.add(f"smd_{when}", value, term=term, method=method, status=status)
