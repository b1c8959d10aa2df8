"""Kaplan-Meier curves, their quantiles and intervals, restricted means, and follow-up (R survfit).

Belongs here: what is read off one survival curve. Does not belong here: comparisons of curves (comparison.py).
Reference: R survival 3.x, survfit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import ArrayLike
from scipy.stats import norm

from haicplatform.survival.arrays import observations

ConfType = Literal["log", "log-log", "plain"]
# survfit counts a survival as being at a quantile within the root of the machine's precision
_NEAR = np.sqrt(np.finfo(float).eps)


@dataclass(frozen=True)
class Quantile:
    """A quantile of a survival time with its interval; None where the curve does not get there."""

    value: float | None
    ci_low: float | None
    ci_high: float | None


@dataclass(frozen=True)
class RestrictedMean:
    """Mean survival time up to tau, in the unit of time, with its standard error."""

    value: float
    std_err: float
    tau: float


@dataclass(frozen=True)
class KaplanMeier:
    """One curve. `table`: time, n_risk, n_event, n_censor, survival, std_err, ci_low, ci_high, a row a time."""

    table: pl.DataFrame
    n: int
    events: float
    conf_type: ConfType
    conf_level: float

    def _column(self, name: str) -> np.ndarray:
        return self.table[name].cast(pl.Float64).to_numpy().astype(float)

    def median(self) -> Quantile:
        """R's median: the middle of the flat part at exactly one half if a later event ends it."""
        return self.quantile(0.5)

    def quantile(self, q: float) -> Quantile:
        """The time by which a share `q` has had the event; the interval inverts the pointwise one."""
        time = self._column("time")
        ends = [_first_at_or_below(time, self._column(name), 1 - q) for name in ("survival", "ci_low", "ci_high")]
        return Quantile(*ends)

    def at(self, times: ArrayLike) -> pl.DataFrame:
        """The curve at `times`: time, n_risk, survival, std_err, ci_low, ci_high, is_beyond_last.

        After the last observed time the curve is carried on, n_risk is 0 and is_beyond_last is true.
        """
        wanted = np.asarray(times, dtype=float)
        seen = self._column("time")
        place = np.searchsorted(seen, wanted, side="right")
        columns = {"time": wanted}
        later = np.searchsorted(seen, wanted, side="left")
        columns["n_risk"] = np.append(self._column("n_risk"), 0.0)[later]
        for name, start in (("survival", 1.0), ("std_err", 0.0), ("ci_low", 1.0), ("ci_high", 1.0)):
            columns[name] = np.append(start, self._column(name))[place]
        columns["is_beyond_last"] = wanted > (seen[-1] if len(seen) else -np.inf)
        return pl.DataFrame(columns).with_columns(pl.col("std_err", "ci_low", "ci_high").fill_nan(None))

    def rmst(self, tau: float) -> RestrictedMean:
        """Area under the curve up to `tau` and its standard error (R survfit rmean, survRM2)."""
        table = self.table.filter((pl.col("time") <= tau) & (pl.col("n_event") > 0))
        steps = np.concatenate([[0.0], table["time"].to_numpy(), [tau]])
        heights = np.concatenate([[1.0], table["survival"].to_numpy()])
        areas = heights * np.diff(steps)
        risk, dead = table["n_risk"].to_numpy(), table["n_event"].to_numpy()
        with np.errstate(divide="ignore", invalid="ignore"):
            hazard = np.where(risk > dead, dead / (risk * (risk - dead)), 0.0)
        to_come = areas[1:][::-1].cumsum()[::-1]
        return RestrictedMean(float(areas.sum()), float(np.sqrt((to_come**2 * hazard).sum())), tau)


@dataclass(frozen=True)
class FollowUp:
    """Length of follow-up: the reverse Kaplan-Meier median, and the plain median of observed times."""

    reverse: Quantile
    plain_median: float | None


def kaplan_meier(
    time: ArrayLike,
    event: ArrayLike,
    *,
    entry: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    conf_type: ConfType = "log",
    conf_level: float = 0.95,
) -> KaplanMeier:
    """The Kaplan-Meier estimate with Greenwood's standard error.

    `time` in any unit, zero allowed; `event` 1 for an event and 0 for a censoring; `entry` for delayed entry.
    The interval is missing where the survival is 0, log-log also where it is 1. ValueError for
    missing or impossible input.
    """
    times, events, entries, mass = observations(time, event, entry, weights)
    seen, index = np.unique(times, return_inverse=True)
    size = len(seen)
    dead = np.bincount(index, weights=mass * events, minlength=size)
    gone = np.bincount(index, weights=mass, minlength=size)
    risk = gone[::-1].cumsum()[::-1]
    if entries is not None:
        # those who enter at or after a time are not yet at risk at it
        order = np.argsort(entries)
        before = np.append(0.0, mass[order].cumsum())[np.searchsorted(entries[order], seen, side="left")]
        risk = risk - (mass.sum() - before)
    with np.errstate(divide="ignore", invalid="ignore"):
        survival = np.cumprod(1 - np.where(risk > 0, dead / risk, 0.0))
        left = np.where(risk - dead > 1e-12 * risk, risk - dead, 0.0)  # weights add up to nobody but for rounding
        greenwood = np.cumsum(np.where(dead > 0, dead / (risk * left), 0.0))
    survival[survival < 1e-14] = 0.0  # a product of rounded ratios that should be exactly zero
    relative = np.where(survival > 0, np.sqrt(greenwood), np.nan)
    low, high = _interval(survival, relative, conf_type, conf_level)
    table = pl.DataFrame(
        {
            "time": seen,
            "n_risk": risk,
            "n_event": dead,
            "n_censor": gone - dead,
            "survival": survival,
            "std_err": survival * relative,
            "ci_low": low,
            "ci_high": high,
        }
    ).with_columns(pl.col("std_err", "ci_low", "ci_high").fill_nan(None))
    return KaplanMeier(table, len(times), float(events.sum()), conf_type, conf_level)


def follow_up(time: ArrayLike, event: ArrayLike, *, conf_level: float = 0.95) -> FollowUp:
    """Follow-up as R's survfit on 1 - event (events tied with censorings stay at risk), and the plain median."""
    times, events, _, _ = observations(time, event, None, None)
    if not len(times):
        return FollowUp(Quantile(None, None, None), None)
    reverse = kaplan_meier(times, 1 - events, conf_level=conf_level).median()
    return FollowUp(reverse, float(np.median(times)))


def _interval(
    survival: np.ndarray, relative: np.ndarray, conf_type: ConfType, conf_level: float
) -> tuple[np.ndarray, np.ndarray]:
    z = norm.ppf(1 - (1 - conf_level) / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        if conf_type == "log":
            return survival * np.exp(-z * relative), np.minimum(1.0, survival * np.exp(z * relative))
        if conf_type == "plain":
            half = z * survival * relative
            return np.maximum(0.0, survival - half), np.minimum(1.0, survival + half)
        if conf_type == "log-log":
            inside = np.where((survival > 0) & (survival < 1), survival, np.nan)
            place, half = np.log(-np.log(inside)), z * relative / np.log(inside)
            low, high = np.exp(-np.exp(place - half)), np.exp(-np.exp(place + half))
            return low, high
    raise ValueError("conf_type must be log, log-log or plain")


def _first_at_or_below(time: np.ndarray, height: np.ndarray, level: float) -> float | None:
    keep = ~np.isnan(height) & (height < level + _NEAR)
    if not keep.any():
        return None
    time, height = time[keep], height[keep]
    lower = height < height[0] - _NEAR
    if abs(height[0] - level) < _NEAR and lower.any():
        return float((time[0] + time[lower.argmax()]) / 2)
    return float(time[0])
