"""The exposure's hazard ratio across hospitals: each alone, pooled in two stages, without each, and its interaction.

Belongs here: which hospitals contribute, and the rows. Does not belong here: models of all hospitals together
(models.py), pooling itself (haicplatform.survival).
"""

from __future__ import annotations

import numpy as np
import polars as pl

from haicplatform import survival
from haicplatform.estimation.models import GROUP, METHOD, exposure
from haicplatform.estimation.rows import OK, Rows, few, of_model
from haicplatform.survival import cox, logrank, pool
from haicplatform.survival.pooling import PoolMethod

REML = "REML, Hartung-Knapp"
CAUTIOUS = "REML, Hartung-Knapp, not below the ordinary variance"
# analysis -> (metafor's method by name, what pool is told)
PLAIN: dict[str, tuple[str, PoolMethod]] = {
    "pooled_fixed": ("fixed effect", "fixed"),
    "pooled_dl": ("DerSimonian-Laird", "dl"),
}


def across_hospitals(rows: Rows, data: pl.DataFrame, groups: tuple[str, ...], min_count: int) -> None:
    """The exposure's hazard ratio of each hospital with its weight, and the hospitals pooled in two stages."""
    if len(groups) != 2 or data["siteid"].n_unique() < 2:
        return
    term = f"{GROUP}={groups[1]}"
    found, left_out = _each(data, groups, min_count, rows)
    _pooled(rows.for_(analysis="pooled"), found, left_out, term)
    if len(found) < 2:
        return
    logs, errors = zip(*found.values(), strict=True)
    weights = 1 / (np.square(errors) + pool(logs, errors).tau2)
    for site, weight in zip(found, weights, strict=True):
        here = rows.for_(analysis="by_hospital", grp=site)
        here.add("weight", 100 * weight / weights.sum(), term=term, unit="%", method=REML)
    for analysis, (name, method) in PLAIN.items():
        one = pool(logs, errors, method=method, hartung_knapp=False)
        ends = np.exp(np.array([one.estimate, one.ci_low, one.ci_high], dtype=float))
        rows.for_(analysis=analysis).add("hr", ends[0], term=term, ci=(ends[1], ends[2]), method=name)
        rows.for_(analysis=analysis).add("p", one.p, term=term, method=name)


def without_each(rows: Rows, data: pl.DataFrame, groups: tuple[str, ...], terms: list[str], min_count: int) -> None:
    """The exposure again without each hospital: unadjusted, with the terms of the main model, pooled, log-rank."""
    sites = data["siteid"].unique().sort().to_list()
    if len(sites) < 2:
        return
    each = _each(data, groups, min_count, None)[0] if len(groups) == 2 else {}
    for site in sites:
        here = rows.for_(population=f"leave_out:{site}")
        part = data.filter(pl.col("siteid") != site)
        if min(part.filter(pl.col(GROUP) == group).height for group in groups) < 1:
            here.for_(analysis="cox_univariable").add("hr", None, term=GROUP, method=METHOD, status="no_patients")
            continue
        exposure(here.for_(analysis="cox_univariable"), cox(part, "months", "event", [GROUP]))
        if terms:
            exposure(here.for_(analysis="cox_multivariable"), cox(part, "months", "event", terms))
        test = logrank(part["months"], part["event"], part[GROUP].cast(pl.String))
        status = OK if test.p is not None else "no_events"
        here.for_(analysis="logrank").add("p", test.p, method="log-rank", status=status)
        if len(groups) == 2:
            others = {name: one for name, one in each.items() if name != site}
            _pooled(here.for_(analysis="pooled"), others, [], f"{GROUP}={groups[1]}")


def interaction(rows: Rows, data: pl.DataFrame, term: str, name: str) -> None:
    """The likelihood ratio test of exposure x `term` (a column without missing values), stored under `name`."""
    here, method = rows.for_(analysis="interaction"), "likelihood ratio"
    if data[term].n_unique() < 2:
        here.add("p", None, term=name, method=method, status="no_variation: one level")
        return
    # each hospital has a baseline hazard of its own, as in the stratified model
    strata = term if term == "siteid" else None
    found = survival.interaction(data, "months", "event", GROUP, term, strata=strata)
    status = of_model(found.status)
    for statistic in ("chisq", "df", "p"):
        here.add(statistic, getattr(found, statistic), term=name, method=method, status=status)


def _each(
    data: pl.DataFrame, groups: tuple[str, ...], min_count: int, rows: Rows | None
) -> tuple[dict[str, tuple[float, float]], list[str]]:
    """({hospital: (log hazard ratio, standard error)}, hospitals left out); each hospital's rows where asked for."""
    term, found, left_out = f"{GROUP}={groups[1]}", {}, []
    for site in data["siteid"].unique().sort():
        part = data.filter(pl.col("siteid") == site)
        sizes = [part.filter(pl.col(GROUP) == group).height for group in groups]
        status = few(min_count) if min(sizes) < max(1, min_count) else OK
        model = cox(part, "months", "event", [GROUP]) if status == OK else None
        if model is not None:
            status = of_model(model.status)
        here = rows.for_(analysis="by_hospital", grp=site) if rows else None
        if here:
            here.add("n", part.height, term=term, unit="patients")
            here.add("events", part["event"].sum(), term=term, unit="patients")
        if status != OK or model is None:
            left_out.append(site)
            if here:
                here.add("hr", None, term=term, method=METHOD, status=status)
            continue
        line = model.table.row(0, named=True)
        found[site] = (line["coef"], line["se"])
        if here:
            here.add("hr", line["hr"], term=term, ci=(line["ci_low"], line["ci_high"]), method=METHOD)
    return found, left_out


def _pooled(rows: Rows, found: dict[str, tuple[float, float]], left_out: list[str], term: str) -> None:
    note = f"without {', '.join(left_out)}" if left_out else ""
    if len(found) < 2:
        rows.add("hr", None, term=term, status="one_hospital", note=note)
        return
    one = pool(*zip(*found.values(), strict=True))
    ratio, ends = _exp(one.estimate), (_exp(one.ci_low), _exp(one.ci_high))
    rows.add("hr", ratio, term=term, ci=ends, method=REML, status=one.status, note=note)
    rows.add("p", one.p, term=term, method=REML, status=one.status)
    limits = (_exp(one.prediction_low), _exp(one.prediction_high))
    rows.add("prediction", ratio, term=term, ci=limits, method=REML, status=one.status)
    for statistic, value, unit in (
        ("k", one.k, "hospitals"),
        ("tau2", one.tau2, ""),
        ("i2", one.i2, "%"),
        ("q", one.q, ""),
        ("q_p", one.q_p, ""),
    ):
        rows.add(statistic, value, term=term, unit=unit, method=REML)
    if one.status != OK:
        one = pool(*zip(*found.values(), strict=True), hartung_knapp="adhoc")
        here, ends = rows.for_(analysis="pooled_adhoc"), (_exp(one.ci_low), _exp(one.ci_high))
        here.add("hr", _exp(one.estimate), term=term, ci=ends, method=CAUTIOUS, note=note)
        here.add("p", one.p, term=term, method=CAUTIOUS)
        limits = (_exp(one.prediction_low), _exp(one.prediction_high))
        here.add("prediction", _exp(one.estimate), term=term, ci=limits, method=CAUTIOUS)


def _exp(value: float | None) -> float | None:
    return None if value is None else float(np.exp(value))
