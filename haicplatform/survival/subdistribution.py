"""The proportional subdistribution hazards model of Fine and Gray.

Belongs here: the weighted partial likelihood of one cause, its variance, the fit. Does not belong here: curves and
tests of cumulative incidences (competing.py). References: Fine and Gray, JASA 1999;94:496-509; R cmprsk 2.2 crr
(Breslow ties, one censoring distribution for all, its variance with the estimated censoring weights).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import ArrayLike
from scipy.stats import norm

from haicplatform.survival.arrays import causes
from haicplatform.survival.curves import kaplan_meier
from haicplatform.survival.design import Frame, as_polars, design, estimable, standardised
from haicplatform.survival.kernel import Sums
from haicplatform.survival.newton import information_inverse, maximise
from haicplatform.survival.ratios import ratios, status_with_ratios


@dataclass(frozen=True)
class FineGray:
    """`table`: term, coef, se, hr (of the subdistribution), ci_low, ci_high, z, p. `status` as a Cox model's."""

    table: pl.DataFrame
    n: int
    events: int
    competing: int
    loglik_null: float | None
    loglik: float | None
    status: str


def fine_gray(
    frame: Frame,
    time: str | ArrayLike,
    event: str | ArrayLike,
    terms: Sequence[str],
    *,
    cause: int = 1,
    conf_level: float = 0.95,
) -> FineGray:
    """Fit the subdistribution hazard of `cause`; `event` 0 for a censoring and 1, 2, ... for the causes.

    `frame` polars, pandas or a mapping; rows must be complete (ValueError).
    """
    data = as_polars(frame)
    pick = lambda value: data[value].to_numpy() if isinstance(value, str) else value  # noqa: E731
    times, codes = causes(pick(time), pick(event))
    columns = design(data, list(terms))
    if len(times) != data.height:
        raise ValueError(f"time has {len(times)} values where {data.height} are expected")
    counts = (len(times), int((codes == cause).sum()), int(((codes > 0) & (codes != cause)).sum()))
    if not counts[1]:
        return _nothing(columns.names, counts, "not_estimable: no events")
    order = np.argsort(times, kind="stable")
    whole = standardised(columns.x)
    x, scale = whole.x[order], whole.scale
    sample = _Sample.of(x, times[order], codes[order], cause)
    keep = estimable(sample.sums(np.zeros(x.shape[1])).information, whole.spread)
    if not keep.any():
        return _nothing(columns.names, counts, f"not_estimable: {', '.join(columns.names) or 'no terms'}")
    sample = _Sample.of(x[:, keep], times[order], codes[order], cause)
    null = sample.sums(np.zeros(int(keep.sum())))
    best = maximise(sample.sums, null, sample.x)
    beta, sums = best.beta, best.sums
    unknown = best.moving if best.moving.any() else np.full(len(beta), not best.is_converged)
    inverse = information_inverse(sums.information)
    residuals = sample.residuals(beta)
    variance = inverse @ (residuals.T @ residuals) @ inverse
    coef, se = np.full(len(keep), np.nan), np.full(len(keep), np.nan)
    steady = np.flatnonzero(keep)[~unknown]
    coef[steady], se[steady] = (
        (beta / scale[keep])[~unknown],
        np.sqrt(np.diag(variance)[~unknown]) / scale[keep][~unknown],
    )
    names = np.array(columns.names)
    table = _table(columns.names, coef, se, conf_level)
    status = best.status(names[keep].tolist(), names[~keep].tolist())
    status = status_with_ratios(status, columns.names, coef, table["hr"].fill_null(np.nan).to_numpy())
    return FineGray(table, *counts, null.loglik, sums.loglik, status)


@dataclass(frozen=True)
class _Sample:
    """Subjects in order of time. After a competing event one stays at risk with the weight G(t-) / G(its time-)."""

    x: np.ndarray  # (n, p)
    is_event: np.ndarray  # (n,)
    is_censored: np.ndarray  # (n,)
    left: np.ndarray  # (n,) 1 / G(time-) after a competing event, else 0
    times: np.ndarray  # (m,) distinct event times
    tied: np.ndarray  # (m,)
    censoring: np.ndarray  # (m,) G(t-)
    begin: np.ndarray  # (m,) the first subject with that time
    until: np.ndarray  # (n,) how many event times a subject has seen
    since: np.ndarray  # (n,) the first subject of the same time
    event_time: np.ndarray  # place of each event's time

    @classmethod
    def of(cls, x: np.ndarray, time: np.ndarray, codes: np.ndarray, cause: int) -> _Sample:
        is_event, is_censored = codes == cause, codes == 0
        curve = kaplan_meier(time, is_censored).table
        seen, survival = curve["time"].to_numpy(), curve["survival"].to_numpy()
        before = np.append(1.0, survival[:-1])[np.searchsorted(seen, time)]
        times, tied = np.unique(time[is_event], return_counts=True)
        return cls(
            x=x,
            is_event=is_event,
            is_censored=is_censored,
            left=np.divide(1.0, before, out=np.zeros(len(time)), where=~is_event & ~is_censored),
            times=times,
            tied=tied.astype(float),
            censoring=np.append(1.0, survival[:-1])[np.searchsorted(seen, times)],
            begin=np.searchsorted(time, times),
            until=np.searchsorted(times, time, side="right"),
            since=np.searchsorted(time, time),
            event_time=np.searchsorted(times, time[is_event]),
        )

    def _risk(self, beta: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """(linear predictor, risk, its sum and the mean of x at each event time)."""
        eta = self.x @ beta
        eta -= eta.max()
        risk = np.exp(eta)
        total = self._at_risk(risk)
        mean = np.column_stack([self._at_risk(risk * column) for column in self.x.T]) / total[:, None]
        return eta, risk, total, mean

    def _at_risk(self, values: np.ndarray) -> np.ndarray:
        still = values[::-1].cumsum()[::-1][self.begin]
        past = np.append(0.0, (values * self.left).cumsum())[self.begin]
        return still + self.censoring * past

    def _exposure(self, jump: np.ndarray) -> np.ndarray:
        """For each subject the sum of `jump` (m,) over the event times, with its weight at each."""
        running = np.append(0.0, jump.cumsum())
        weighted = np.append(0.0, (jump * self.censoring).cumsum())
        return running[self.until] + self.left * (weighted[-1] - weighted[self.until])

    def sums(self, beta: np.ndarray) -> Sums:
        """Log-likelihood, score and information, Breslow ties."""
        eta, risk, total, mean = self._risk(beta)
        loglik = float(eta[self.is_event].sum() - self.tied @ np.log(total))
        score = self.x[self.is_event].sum(axis=0) - self.tied @ mean
        exposure = self._exposure(self.tied / total)
        information = (self.x * (risk * exposure)[:, None]).T @ self.x - (mean * self.tied[:, None]).T @ mean
        return Sums(loglik, score, information, None)

    def residuals(self, beta: np.ndarray) -> np.ndarray:
        """Each subject's part of the score, and what estimating the censoring distribution adds (n, p)."""
        _, risk, total, mean = self._risk(beta)
        jump = self.tied / total
        exposure = self._exposure(jump)
        residuals = -risk[:, None] * (
            self.x * exposure[:, None] - np.column_stack([self._exposure(jump * column) for column in mean.T])
        )
        residuals[self.is_event] += self.x[self.is_event] - mean[self.event_time]
        # q(u): how the score moves with the censoring hazard at u, through those whose competing event was before u
        first = np.searchsorted(self.begin, self.since)  # event times at or after each subject's time
        ahead = lambda values: np.append(values[::-1].cumsum()[::-1], 0.0)[first]  # noqa: E731
        back = lambda values: np.append(0.0, values.cumsum())[self.since]  # noqa: E731
        to_come, weight = jump * self.censoring, risk * self.left
        alone, past = ahead(to_come), back(weight)
        at_risk = len(risk) - self.since
        for j, column in enumerate(self.x.T):
            q = back(weight * column) * alone - past * ahead(to_come * mean[:, j])
            hazard = np.where(self.is_censored, q / at_risk**2, 0.0).cumsum()
            last = np.searchsorted(self.since, self.since, side="right") - 1
            residuals[:, j] += np.where(self.is_censored, q / at_risk, 0.0) - hazard[last]
        return residuals


def _table(names: tuple[str, ...], coef: np.ndarray, se: np.ndarray, conf_level: float) -> pl.DataFrame:
    z, width = coef / se, norm.ppf(1 - (1 - conf_level) / 2) * se
    columns = {"coef": coef, "se": se, **ratios(coef, coef - width, coef + width)}
    columns |= {"z": z, "p": 2 * norm.sf(np.abs(z))}
    return pl.DataFrame({"term": list(names), **columns}).with_columns(pl.col(pl.Float64).fill_nan(None))


def _nothing(names: tuple[str, ...], counts: tuple[int, int, int], status: str) -> FineGray:
    empty = np.full(len(names), np.nan)
    return FineGray(_table(names, empty, empty, 0.95), *counts, None, None, status)
