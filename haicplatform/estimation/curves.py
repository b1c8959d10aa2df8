"""Kaplan-Meier curves, medians, rates, follow-up and log-rank tests of one endpoint.

Belongs here: which points and statistics of a curve a study asks for. Does not belong here: the estimators
(haicplatform.survival).
"""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import polars as pl

from haicplatform.estimation.baseline import ALL
from haicplatform.estimation.rows import OK, Rows, few
from haicplatform.survival import KaplanMeier, compare_at, compare_rmst, follow_up, kaplan_meier, logrank

MONTHS = "months"
Z = NormalDist().inv_cdf(0.975)
METHOD = "kaplan_meier, log interval"
# tick widths of the numbers-at-risk table, in months, and how many ticks fit
TICKS, MOST_TICKS = (1, 2, 3, 6, 12, 24, 60, 120), 9


def tick_months(longest: float) -> list[float]:
    """Round months from 0 to the first at or after the longest time, about MOST_TICKS of them at most."""
    width = next((tick for tick in TICKS if longest / tick < MOST_TICKS), TICKS[-1])
    return [float(month) for month in range(0, math.ceil(longest / width) * width + 1, width)]


def curves(
    rows: Rows,
    times: pl.DataFrame,
    groups: tuple[str, ...],
    rates_at: tuple[float, ...],
    ticks: list[float],
    *,
    min_count: int,
    points: bool,
    means_at: tuple[float, ...] = (),
) -> None:
    """km rows of every group and all: n, events, curve, numbers at risk, median, rates; and fixed-time tests.

    `means_at`: months up to which restricted means are compared.

    `times`: grp, months, event. A group of fewer than `min_count` patients gets its n and a status only.
    """
    made: dict[str, KaplanMeier] = {}
    for group in (ALL, *groups):
        here = rows.for_(analysis="km", grp=group)
        part = times if group == ALL else times.filter(pl.col("grp") == group)
        here.add("n", part.height, unit="patients")
        if part.height < max(1, min_count):
            reason = few(min_count) if part.height else "no_patients"
            here.add("median", None, unit=MONTHS, method=METHOD, status=reason)
            continue
        made[group] = curve = kaplan_meier(part["months"], part["event"])
        _one(here, curve, rates_at, ticks, points=points)
    if len(groups) != 2 or not set(groups) <= set(made):
        return
    for month in rates_at:
        test = compare_at(made[groups[0]], made[groups[1]], month)
        status = OK if test.p is not None else "at_0_or_1"
        for statistic in ("chisq", "p"):
            rows.for_(analysis="fixed_time").add(
                statistic, getattr(test, statistic), at=month, method="complementary log-log", status=status
            )
    for month in means_at:
        _restricted_means(rows.for_(analysis="rmst"), {group: made[group] for group in groups}, month)


def _restricted_means(rows: Rows, made: dict[str, KaplanMeier], month: float) -> None:
    """The mean survival time up to `month` of two curves, and their difference and ratio, second against first."""
    method = "restricted mean, normal interval"
    short = any(curve.at([month])["is_beyond_last"].item() for curve in made.values())
    status = "not_followed" if short else OK
    if short:
        for statistic in ("difference", "difference_p", "ratio", "ratio_p"):
            rows.add(statistic, None, at=month, method=method, status=status)
        return
    for group, curve in made.items():
        mean = curve.rmst(month)
        ends = (mean.value - Z * mean.std_err, mean.value + Z * mean.std_err)
        rows.for_(grp=group).add("rmst", mean.value, at=month, ci=ends, unit=MONTHS, method=method)
    first, second = made.values()
    for statistic, found in compare_rmst(first, second, month).items():
        unit = MONTHS if statistic == "difference" else ""
        interval = (found.ci_low, found.ci_high)
        rows.add(statistic, found.estimate, at=month, ci=interval, unit=unit, method=method)
        rows.add(f"{statistic}_p", found.p, at=month, method=method)


def _one(rows: Rows, curve: KaplanMeier, rates_at: tuple[float, ...], ticks: list[float], *, points: bool) -> None:
    rows.add("events", curve.events, unit="patients")
    median = curve.median()
    rows.add(
        "median",
        median.value,
        ci=(median.ci_low, median.ci_high),
        unit=MONTHS,
        method=METHOD,
        status=OK if median.value is not None else "not_reached",
    )
    for row in curve.at(rates_at).iter_rows(named=True):
        reason = "beyond_last" if row["is_beyond_last"] and row["survival"] > 0 else OK
        rows.add(
            "rate", row["survival"], at=row["time"], ci=(row["ci_low"], row["ci_high"]), method=METHOD, status=reason
        )
    for row in curve.at(ticks).iter_rows(named=True):
        rows.add("at_risk", row["n_risk"], at=row["time"], unit="patients")
        before = curve.table.filter(pl.col("time") < row["time"])
        rows.add("events_before", before["n_event"].sum(), at=row["time"], unit="patients")
        rows.add("censored_before", before["n_censor"].sum(), at=row["time"], unit="patients")
    if not points:
        return
    for row in curve.table.iter_rows(named=True):
        at = row["time"]
        rows.add("survival", row["survival"], at=at, ci=(row["ci_low"], row["ci_high"]), method=METHOD)
        for statistic in ("n_risk", "n_event", "n_censor"):
            rows.add(statistic, row[statistic], at=at, unit="patients")


def tests(rows: Rows, times: pl.DataFrame, groups: tuple[str, ...], *, min_count: int, stratify: bool) -> None:
    """The log-rank test between the groups, and stratified by hospital where there are several."""
    sizes = {group: times.filter(pl.col("grp") == group).height for group in groups}
    small = [group for group, size in sizes.items() if size < max(1, min_count)]
    here = rows.for_(analysis="logrank")
    if small:
        here.add("p", None, method="log-rank", status=few(min_count))
        return
    _test(here, times, None, "log-rank")
    if stratify and times["siteid"].n_unique() > 1:
        _test(rows.for_(analysis="logrank_stratified"), times, "siteid", "log-rank, stratified by hospital")


def _test(rows: Rows, times: pl.DataFrame, strata: str | None, method: str) -> None:
    found = logrank(times["months"], times["event"], times["grp"], strata=times[strata] if strata else None)
    status = OK if found.p is not None else "no_events"
    rows.add("chisq", found.chisq, method=method, status=status)
    rows.add("df", found.df, method=method, status=status)
    rows.add("p", found.p, method=method, status=status)
    for row in found.table.iter_rows(named=True):
        rows.for_(grp=row["group"]).add("observed", row["observed"], method=method)
        rows.for_(grp=row["group"]).add("expected", row["expected"], method=method)


def follow_up_rows(rows: Rows, times: pl.DataFrame, groups: tuple[str, ...], *, min_count: int) -> None:
    """Median follow-up by group and for all: reverse Kaplan-Meier, and the plain median of observed times."""
    for group in (ALL, *groups):
        part = times if group == ALL else times.filter(pl.col("grp") == group)
        here = rows.for_(analysis="follow_up", grp=group)
        if part.height < max(1, min_count):
            here.add("median_reverse_km", None, unit=MONTHS, status=few(min_count))
            continue
        found = follow_up(part["months"], part["event"])
        here.add(
            "median_reverse_km",
            found.reverse.value,
            ci=(found.reverse.ci_low, found.reverse.ci_high),
            unit=MONTHS,
            method="reverse kaplan_meier",
            status=OK if found.reverse.value is not None else "not_reached",
        )
        here.add("median_observed", found.plain_median, unit=MONTHS, method="median of observed times")
    sizes = [times.filter(pl.col("grp") == group).height for group in groups]
    if len(groups) > 1 and min(sizes) >= max(1, min_count):
        test = logrank(times["months"], 1 - times["event"], times["grp"])
        status = OK if test.p is not None else "no_variation: nobody is censored"
        rows.for_(analysis="follow_up").add("p", test.p, method="log-rank of 1 - event", status=status)


def longest(times: pl.DataFrame) -> float:
    """The longest observed time in months, 0 without rows."""
    return float(np.max(times["months"].to_numpy(), initial=0.0))
