"""Competing risks: cumulative incidence and Gray's test.

Belongs here: curves of one cause beside the others, and their comparison between groups. Does not belong here: models
(subdistribution.py), which causes a study has. References: Aalen and Johansen, Scand J Stat 1978;5:141-150; Gray, Ann
Stat 1988;16:1141-1154; R cmprsk 2.2 cuminc (estimate, variance, test).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import ArrayLike
from scipy.stats import chi2, norm

from haicplatform.survival.arrays import causes, labels
from haicplatform.survival.curves import ConfType


@dataclass(frozen=True)
class CumulativeIncidence:
    """One curve. `table`: time, n_risk, n_event (of the cause), n_competing, n_censor, incidence, std_err, ci_low,
    ci_high, a row a time. The interval is missing where the incidence is 0.
    """

    table: pl.DataFrame
    n: int
    events: int
    competing: int
    conf_type: ConfType
    conf_level: float

    def at(self, times: ArrayLike) -> pl.DataFrame:
        """time, n_risk, incidence, std_err, ci_low, ci_high, is_beyond_last: the curve at `times`.

        After the last observed time it is carried on, n_risk is 0 and is_beyond_last is true.
        """
        wanted = np.asarray(times, dtype=float)
        seen = self.table["time"].to_numpy()
        place = np.searchsorted(seen, wanted, side="right")
        later = np.searchsorted(seen, wanted, side="left")
        columns = {"time": wanted, "n_risk": np.append(self.table["n_risk"].to_numpy(), 0)[later]}
        for name, start in (("incidence", 0.0), ("std_err", 0.0), ("ci_low", np.nan), ("ci_high", np.nan)):
            columns[name] = np.append(start, self.table[name].cast(pl.Float64).to_numpy())[place]
        columns["is_beyond_last"] = wanted > (seen[-1] if len(seen) else -np.inf)
        return pl.DataFrame(columns).with_columns(pl.col(pl.Float64).fill_nan(None))


@dataclass(frozen=True)
class Gray:
    """A chi-square test; chisq and p are None where it cannot be done, and `status` says why."""

    chisq: float | None
    df: int
    p: float | None
    status: str = "ok"


def cumulative_incidence(
    time: ArrayLike, event: ArrayLike, *, cause: int = 1, conf_type: ConfType = "log", conf_level: float = 0.95
) -> CumulativeIncidence:
    """The Aalen-Johansen estimate for `cause`, with cuminc's variance (Aalen's with the correction for ties).

    `event` 0 for a censoring and 1, 2, ... for the causes. The interval is normal on the scale of the log, of
    log(-log(1 - F)) (log-log), or of F itself (plain), kept within 0 and 1. ValueError for impossible input.
    """
    times, codes = causes(time, event)
    seen, index = np.unique(times, return_inverse=True)
    size = len(seen)
    own = np.bincount(index, weights=codes == cause, minlength=size)
    other = np.bincount(index, weights=(codes > 0) & (codes != cause), minlength=size)
    gone = np.bincount(index, minlength=size)
    risk = gone[::-1].cumsum()[::-1].astype(float)
    free = np.cumprod(1 - (own + other) / risk)
    before = np.append(1.0, free[:-1]) if size else free
    incidence = np.cumsum(before * own / risk)
    error = np.sqrt(_variance(own, other, risk, before, free, incidence))
    low, high = _interval(incidence, error, conf_type, conf_level)
    columns = {"time": seen, "n_risk": risk, "n_event": own, "n_competing": other, "n_censor": gone - own - other}
    columns |= {"incidence": incidence, "std_err": error, "ci_low": low, "ci_high": high}
    table = pl.DataFrame(columns).with_columns(pl.col("ci_low", "ci_high").fill_nan(None))
    return CumulativeIncidence(table, len(times), int(own.sum()), int(other.sum()), conf_type, conf_level)


def gray(
    time: ArrayLike,
    event: ArrayLike,
    group: ArrayLike,
    *,
    cause: int = 1,
    strata: ArrayLike | None = None,
    rho: float = 0,
) -> Gray:
    """Gray's test between the groups' cumulative incidences of `cause`, summed over `strata`."""
    times, codes = causes(time, event)
    member, names = labels(group, "group", len(times))
    stratum, _ = labels(np.zeros(len(times)) if strata is None else strata, "strata", len(times))
    k = len(names)
    if k < 2:
        return Gray(None, 0, None, "fewer than two groups")
    if not (codes == cause).any():
        return Gray(None, k - 1, None, "no events")
    score, variance = np.zeros(k), np.zeros((k, k))
    for value in np.unique(stratum):
        rows = stratum == value
        s, v = _gray_stratum(times[rows], codes[rows], member[rows], k, cause, rho)
        score, variance = score + s, variance + v
    score, variance = score[:-1], variance[:-1, :-1]
    if np.linalg.matrix_rank(variance, hermitian=True) < k - 1:
        return Gray(None, k - 1, None, "the groups' variance is singular")
    chisq = float(score @ np.linalg.solve(variance, score))
    return Gray(chisq, k - 1, float(chi2.sf(chisq, k - 1)))


def _variance(
    own: np.ndarray, other: np.ndarray, risk: np.ndarray, before: np.ndarray, free: np.ndarray, incidence: np.ndarray
) -> np.ndarray:
    """cuminc's variance at each time; between events of the cause it stays as it was."""
    with np.errstate(divide="ignore", invalid="ignore"):
        inverse = np.where(free > 0, 1 / free, 0.0)
        spread = [
            before**2 * count / risk**2 * np.where(count > 1, 1 - (count - 1) / (risk - 1), 1.0)
            for count in (own, other)
        ]
    spread[1] = np.where(free > 0, spread[1], 0.0)
    pull = (1 + inverse * incidence, inverse * incidence)
    v1 = sum((p**2 * s for p, s in zip(pull, spread, strict=True))).cumsum()
    v2 = sum((inverse * p * s for p, s in zip(pull, spread, strict=True))).cumsum()
    v3 = sum(inverse**2 * s for s in spread).cumsum()
    value = np.maximum(0.0, v1 + incidence**2 * v3 - 2 * incidence * v2)
    last = np.maximum.accumulate(np.where(own > 0, np.arange(len(own)), -1))
    return np.where(last >= 0, value[last], 0.0)


def _interval(
    incidence: np.ndarray, error: np.ndarray, conf_type: ConfType, conf_level: float
) -> tuple[np.ndarray, np.ndarray]:
    z = norm.ppf(1 - (1 - conf_level) / 2)
    inside = np.where(incidence > 0, incidence, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        if conf_type == "log":
            half = z * error / inside
            return inside * np.exp(-half), np.minimum(1.0, inside * np.exp(half))
        if conf_type == "plain":
            return np.maximum(0.0, inside - z * error), np.minimum(1.0, inside + z * error)
        if conf_type == "log-log":
            left = np.where(inside < 1, 1 - inside, np.nan)
            place, half = np.log(-np.log(left)), z * error / (left * np.abs(np.log(left)))
            return 1 - np.exp(-np.exp(place - half)), 1 - np.exp(-np.exp(place + half))
    raise ValueError("conf_type must be log, log-log or plain")


def _gray_stratum(
    time: np.ndarray, codes: np.ndarray, member: np.ndarray, k: int, cause: int, rho: float
) -> tuple[np.ndarray, np.ndarray]:
    """Score (k,) and its variance (k, k); a row of each array below is a time at which anyone fails."""
    seen, index = np.unique(time, return_inverse=True)
    cell, cells = index * k + member, len(seen) * k
    own = np.bincount(cell, weights=codes == cause, minlength=cells).reshape(-1, k)
    other = np.bincount(cell, weights=(codes > 0) & (codes != cause), minlength=cells).reshape(-1, k)
    gone = np.bincount(cell, minlength=cells).reshape(-1, k)
    risk = gone[::-1].cumsum(axis=0)[::-1].astype(float)
    fails = (own + other).sum(axis=1) > 0
    own, other, risk = own[fails], other[fails], risk[fails]
    there = risk > 0
    safe = np.where(there, risk, 1.0)
    free = np.cumprod(1 - (own + other) / safe, axis=0)
    before = np.vstack([np.ones((1, k)), free[:-1]])
    incidence = np.cumsum(before * own / safe, axis=0)
    incidence_before = np.vstack([np.zeros((1, k)), incidence[:-1]])

    # under the null hypothesis: the subdistribution's risk sets h and R of the paper, and the common incidence
    h = np.divide(risk, before, out=np.zeros_like(risk), where=there)
    r = h * (1 - incidence_before)
    deaths, h_sum = own.sum(axis=1), h.sum(axis=1)
    common = np.cumsum(deaths / h_sum)
    common_before = np.append(0.0, common[:-1])
    weight = (1 - common_before) ** rho
    score = (weight[:, None] * (own - r * (deaths / r.sum(axis=1))[:, None])).sum(axis=0)

    a = weight[:, None, None] * (h[:, :, None] * np.eye(k) - h[:, :, None] * h[:, None, :] / h_sum[:, None, None])
    left = h_sum * (1 - common_before)
    c = np.cumsum(a * np.divide(deaths, left, out=np.zeros_like(left), where=deaths > 0)[:, None, None], axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        turn = np.where(free > 0, (1 - common)[:, None] / free, 0.0)
        ties = np.where(deaths[:, None] > 1, 1 - (deaths[:, None] - 1) / (h_sum[:, None] * before - 1), 1.0)
        own_spread = np.where(there, ties * before * deaths[:, None] / (h_sum[:, None] * safe), 0.0)
        ties = np.where(other > 1, 1 - (other - 1) / (risk - 1), 1.0)
        other_spread = np.where((free > 0) & (other > 0), ties * before**2 * other / safe**2, 0.0)
    pull = np.where(free > 0, 1 - turn, 1.0)
    variance = np.zeros((k, k))
    # the part a cause has in the score's martingale for group j: what comes now, and c's end for what comes later
    for now, later, spread in (
        (a - pull[:, None, :] * c, pull, own_spread),
        (turn[:, None, :] * c, -turn, other_spread),
    ):
        whole = now + later[:, None, :] * c[-1]
        variance += np.einsum("tij,tkj,tj->ik", whole, whole, spread)
    return score, variance
