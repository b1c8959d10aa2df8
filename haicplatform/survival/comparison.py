"""Comparisons of survival curves: the log-rank family and the comparison at one fixed time.

Belongs here: tests between groups without a model. Does not belong here: hazard ratios (cox.py).
References: R survival 3.x survdiff; survRM2; Klein et al., Stat Med 2007;26:4505-4519 (fixed time).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import ArrayLike
from scipy.stats import chi2, norm

from haicplatform.survival.arrays import labels, observations
from haicplatform.survival.curves import KaplanMeier


@dataclass(frozen=True)
class LogRank:
    """`table`: group, n, observed, expected (weighted when rho is not 0). p is None when df is 0."""

    chisq: float | None
    df: int
    p: float | None
    table: pl.DataFrame

    @property
    def observed(self) -> dict[str, float]:
        """Events of each group."""
        return dict(self.table.select("group", "observed").iter_rows())

    @property
    def expected(self) -> dict[str, float]:
        """Events of each group if there were no difference."""
        return dict(self.table.select("group", "expected").iter_rows())


@dataclass(frozen=True)
class FixedTime:
    """Two survivals compared at one time; None where a curve is at 0 or 1 and the transform is undefined."""

    chisq: float | None
    p: float | None


def logrank(
    time: ArrayLike, event: ArrayLike, group: ArrayLike, *, strata: ArrayLike | None = None, rho: float = 0
) -> LogRank:
    """The G-rho test between groups (rho 0: log-rank; 1: Peto-Peto), summed over `strata`.

    Groups without anyone at risk at an event do not count towards the degrees of freedom, as in survdiff.
    """
    times, events, _, _ = observations(time, event, None, None)
    member, names = labels(group, "group", len(times))
    stratum, _ = labels(np.zeros(len(times)) if strata is None else strata, "strata", len(times))
    k = len(names)
    observed, expected, variance = np.zeros(k), np.zeros(k), np.zeros((k, k))
    for s in np.unique(stratum):
        rows = stratum == s
        o, e, v = _one_stratum(times[rows], events[rows], member[rows], k, rho)
        observed, expected, variance = observed + o, expected + e, variance + v
    table = pl.DataFrame(
        {
            "group": [str(name) for name in names],
            "n": np.bincount(member, minlength=k),
            "observed": observed,
            "expected": expected,
        }
    )
    used = expected > 0
    df = int(used.sum()) - 1
    if df < 1:
        return LogRank(None, max(df, 0), None, table)
    keep = np.flatnonzero(used)[1:]
    difference = (observed - expected)[keep]
    chisq = float(difference @ np.linalg.pinv(variance[np.ix_(keep, keep)], hermitian=True) @ difference)
    return LogRank(chisq, df, float(chi2.sf(chisq, df)), table)


def compare_at(first: KaplanMeier, second: KaplanMeier, time: float) -> FixedTime:
    """Chi-square with 1 df of the complementary log-log difference of two curves at `time`."""
    parts = []
    for curve in (first, second):
        row = curve.at([time]).row(0, named=True)
        survival, error = row["survival"], row["std_err"]
        if not 0 < survival < 1 or error is None:
            return FixedTime(None, None)
        log = np.log(survival)
        parts.append((np.log(-log), (error / survival) ** 2 / log**2))
    chisq = float((parts[0][0] - parts[1][0]) ** 2 / (parts[0][1] + parts[1][1]))
    return FixedTime(chisq, float(chi2.sf(chisq, 1)))


@dataclass(frozen=True)
class Contrast:
    """An estimate with its interval and p value; None where there is none."""

    estimate: float | None
    ci_low: float | None
    ci_high: float | None
    p: float | None


def compare_rmst(
    first: KaplanMeier, second: KaplanMeier, tau: float, *, conf_level: float = 0.95
) -> dict[str, Contrast]:
    """`difference` and `ratio` of restricted means up to `tau`, and `ratio_lost` of the time lost before it.

    Second against first, as survRM2. A ratio of times of which one is 0, and a contrast without any error, is missing.
    """
    a, b = first.rmst(tau), second.rmst(tau)
    z = norm.ppf(1 - (1 - conf_level) / 2)
    gap, error = b.value - a.value, np.hypot(a.std_err, b.std_err)
    contrasts = {"difference": _contrast(gap, error, z)}
    for name, (x, y) in {"ratio": (a.value, b.value), "ratio_lost": (tau - a.value, tau - b.value)}.items():
        if min(x, y) <= 0:
            contrasts[name] = Contrast(None, None, None, None)
            continue
        log = _contrast(np.log(y / x), np.hypot(a.std_err / x, b.std_err / y), z)
        value, low, high = (None if at is None else float(np.exp(at)) for at in (log.estimate, log.ci_low, log.ci_high))
        contrasts[name] = Contrast(value, low, high, log.p)
    return contrasts


def _contrast(value: float, error: float, z: float) -> Contrast:
    if not error > 0:
        return Contrast(float(value), None, None, None)
    return Contrast(
        float(value), float(value - z * error), float(value + z * error), float(2 * norm.sf(abs(value) / error))
    )


def _one_stratum(
    time: np.ndarray, event: np.ndarray, member: np.ndarray, k: int, rho: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    seen, index = np.unique(time, return_inverse=True)
    cell = index * k + member
    dead = np.bincount(cell, weights=event, minlength=len(seen) * k).reshape(-1, k)
    gone = np.bincount(cell, minlength=len(seen) * k).reshape(-1, k)
    risk = gone[::-1].cumsum(axis=0)[::-1].astype(float)
    total, deaths = risk.sum(axis=1), dead.sum(axis=1)
    survival_before = np.append(1.0, np.cumprod(1 - deaths / total)[:-1])
    weight = survival_before**rho
    share = risk / total[:, None]
    observed = (weight[:, None] * dead).sum(axis=0)
    expected = (weight * deaths) @ share
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.where(total > 1, weight**2 * deaths * (total - deaths) / (total - 1), 0.0)
    variance = np.diag(spread @ share) - (share * spread[:, None]).T @ share
    return observed, expected, variance
