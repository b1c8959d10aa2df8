"""The partial likelihood of proportional hazards: one vectorised kernel for every Cox-type quantity.

Belongs here: log-likelihood, score, information and per-subject score residuals of one stratum, the derivative of
the information, and their sums over strata. Does not belong here: iteration, inference, names of terms, I/O. The sums
are additive over strata (and hence over hospitals). References: Efron, JASA 1977; R survival 3.x coxph,
residuals.coxph.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

Ties = Literal["efron", "breslow"]
# rows of covariates that stay in the processor's cache while they are summed
_BLOCK = 4096


@dataclass(frozen=True)
class Events:
    """Where the events of a stratum lie: m distinct times, d events (a step each), n subjects in order of time."""

    rows: np.ndarray  # (d,) the events among the subjects
    times: np.ndarray  # (m,)
    first: np.ndarray  # (m,) the first event of each time
    tied: np.ndarray  # (m,) how many events a time has
    time_of: np.ndarray  # (d,) the place of each event's time
    begin: np.ndarray  # (m,) the first subject still there at each time
    until: np.ndarray  # (n,) how many event times a subject has seen
    mean_weight: np.ndarray  # (m,)

    @property
    def are_distinct(self) -> bool:
        """No two events at one time."""
        return len(self.times) == len(self.rows)


@dataclass(frozen=True)
class Stratum:
    """One stratum: x (n, p), time, event, weight (n,), entry (n,) or None; rows sorted by time."""

    x: np.ndarray
    time: np.ndarray
    event: np.ndarray
    weight: np.ndarray
    entry: np.ndarray | None
    rows: np.ndarray  # where these subjects stand in the caller's arrays

    @cached_property
    def events(self) -> Events:
        """The events in order of time; the same for every beta."""
        rows = np.flatnonzero(self.event > 0)
        when = self.time[rows]
        new = np.append(True, when[1:] > when[:-1])[: len(rows)]
        first = np.flatnonzero(new)
        times, tied = when[first], np.diff(np.append(first, len(rows)))
        return Events(
            rows=rows,
            times=times,
            first=first,
            tied=tied,
            time_of=new.cumsum() - 1,
            begin=np.searchsorted(self.time, times, side="left"),
            until=np.searchsorted(times, self.time, side="right"),
            mean_weight=np.add.reduceat(self.weight[rows], first) / tied if len(rows) else np.zeros(0),
        )


@dataclass(frozen=True)
class Sums:
    """Log-likelihood, score (p,), information (p, p) and score residuals (n, p; rows as in the stratum)."""

    loglik: float
    score: np.ndarray
    information: np.ndarray
    residuals: np.ndarray | None


@dataclass(frozen=True)
class _Steps:
    """A stratum at one beta: each event's share of its tied events, risk set sum, mean and weight."""

    eta: np.ndarray  # (n,) less its largest
    risk: np.ndarray  # (n,)
    share: np.ndarray  # (d,)
    denominator: np.ndarray  # (d,)
    mean_x: np.ndarray  # (d, p)
    weight: np.ndarray  # (d,)
    own_weight: np.ndarray  # (d,)
    jump: np.ndarray  # (d,) hazard added by each event

    def exposure(self, part: Stratum, values: np.ndarray | None = None) -> np.ndarray:
        """Sum over the steps a subject is at risk in of jump times `values` (d, 1 by default): (n,).

        Those who have the event at a time take a part of it, all others at risk the whole.
        """
        events = part.events
        added = self.jump if values is None else self.jump * values
        whole = _by_time(events, added)
        total = _accumulated(part, whole)
        if not events.are_distinct:
            total[events.rows] += (_by_time(events, -added * self.share))[events.time_of]
        return total


def split(
    x: np.ndarray,
    time: np.ndarray,
    event: np.ndarray,
    weight: np.ndarray,
    entry: np.ndarray | None,
    stratum: np.ndarray,
) -> list[Stratum]:
    """The strata of a data set, each sorted by time; `stratum` (n,) counts from 0."""
    order = np.lexsort((time, stratum)) if stratum.any() else np.argsort(time, kind="stable")
    ends = np.cumsum(np.bincount(stratum))
    parts = []
    for rows in np.split(order, ends[:-1]):
        # a column lies in one piece: what is summed along it is read in order
        columns = np.empty((len(rows), x.shape[1]), order="F")
        np.take(x, rows, axis=0, out=columns)
        parts.append(
            Stratum(columns, time[rows], event[rows], weight[rows], None if entry is None else entry[rows], rows)
        )
    return parts


def total(
    strata: list[Stratum],
    beta: np.ndarray,
    ties: Ties = "efron",
    *,
    event_weights: list[np.ndarray] | None = None,
    residuals: bool = False,
) -> Sums:
    """The sums over all strata; residuals come back in the order of the caller's arrays.

    `event_weights`: per stratum one factor a subject row; an event time takes the factor of its events.
    """
    p = len(beta)
    loglik, score, information = 0.0, np.zeros(p), np.zeros((p, p))
    n = sum(len(part.rows) for part in strata)
    scattered = np.zeros((n, p), order="F") if residuals else None
    for number, part in enumerate(strata):
        factor = None if event_weights is None else event_weights[number]
        sums = stratum_sums(part, beta, ties, factor=factor, residuals=residuals)
        loglik += sums.loglik
        score += sums.score
        information += sums.information
        if scattered is not None:
            scattered[part.rows] = sums.residuals
    return Sums(loglik, score, information, scattered)


def stratum_sums(
    part: Stratum, beta: np.ndarray, ties: Ties, *, factor: np.ndarray | None = None, residuals: bool = False
) -> Sums:
    """The sums of one stratum at `beta`. With `factor` each event time's terms are multiplied by its factor."""
    n, p = part.x.shape
    events = part.events
    if not len(events.rows):
        return Sums(0.0, np.zeros(p), np.zeros((p, p)), np.zeros((n, p)) if residuals else None)
    steps = _steps(part, beta, ties, factor)
    own_x = part.x[events.rows]
    loglik = float(steps.own_weight @ steps.eta[events.rows] - steps.weight @ np.log(steps.denominator))
    score = steps.own_weight @ own_x - steps.weight @ steps.mean_x

    exposure = steps.exposure(part)
    information = _cross(part.x, steps.risk * exposure) - _cross(steps.mean_x, steps.weight)
    if not residuals:
        return Sums(loglik, score, information, None)

    # score residual: own deviation at the event minus the accumulated expected deviation
    left = np.empty((n, p), order="F")
    for j in range(p):
        left[:, j] = -steps.risk * (part.x[:, j] * exposure - steps.exposure(part, steps.mean_x[:, j]))
        centre = (_by_time(events, steps.mean_x[:, j]) / events.tied)[events.time_of]
        left[events.rows, j] += steps.own_weight * (own_x[:, j] - centre)
    return Sums(loglik, score, information, left)


def information_gradient(strata: list[Stratum], beta: np.ndarray, ties: Ties, inverse: np.ndarray) -> np.ndarray:
    """trace(inverse @ dI/dbeta_r) for each r (p,), I the information: what Firth's penalty adds to the score, twice.

    Each step's part of dI/dbeta is the third central moment of x over its risk set.
    """
    found = np.zeros(len(beta))
    for part in strata:
        events = part.events
        if not len(events.rows):
            continue
        steps = _steps(part, beta, ties, None)
        pulled = part.x @ inverse
        square = (pulled * part.x).sum(axis=1)
        mean_square = _means(part, steps, square)
        turned = steps.mean_x @ inverse
        drawn = np.column_stack([steps.exposure(part, column) for column in turned.T])
        found += (steps.risk * (steps.exposure(part) * square - 2 * (part.x * drawn).sum(axis=1))) @ part.x
        found += (steps.weight * (2 * (turned * steps.mean_x).sum(axis=1) - mean_square)) @ steps.mean_x
    return found


def _steps(part: Stratum, beta: np.ndarray, ties: Ties, factor: np.ndarray | None) -> _Steps:
    events = part.events
    eta = part.x @ beta
    eta -= eta.max()
    risk = part.weight * np.exp(eta)
    position = np.arange(len(events.rows)) - events.first[events.time_of]
    share = position / events.tied[events.time_of] if ties == "efron" else np.zeros(len(position))
    scale = np.ones(len(events.rows))
    if factor is not None:
        scale = factor[events.rows]
    weight = events.mean_weight[events.time_of] * scale
    denominator = _step_sums(part, share, risk)
    mean_x = np.empty((len(share), part.x.shape[1]), order="F")
    _risk_sums(part, risk, share, mean_x)
    mean_x /= denominator[:, None]
    own_weight = part.weight[events.rows] * scale
    return _Steps(eta, risk, share, denominator, mean_x, weight, own_weight, weight / denominator)


def _cross(x: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """x' diag(weight) x, block by block."""
    p = x.shape[1]
    found = np.zeros((p, p))
    for start in range(0, len(x), _BLOCK):
        block = x[start : start + _BLOCK]
        found += (block * weight[start : start + _BLOCK, None]).T @ block
    return found


def _means(part: Stratum, steps: _Steps, values: np.ndarray) -> np.ndarray:
    """The mean of `values` (n,) over the risk set of each step (d,)."""
    return _step_sums(part, steps.share, steps.risk * values) / steps.denominator


def _step_sums(part: Stratum, share: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Sum of `values` over those at risk at each step, less the share of the tied events' own."""
    events = part.events
    sums = _at_risk(part, values)[events.time_of]
    if not events.are_distinct:
        sums -= share * np.add.reduceat(values[events.rows], events.first)[events.time_of]
    return sums


def _risk_sums(part: Stratum, risk: np.ndarray, share: np.ndarray, out: np.ndarray) -> None:
    """_step_sums of risk * x, a column each of `out` (d, p)."""
    if part.entry is not None or not part.events.are_distinct:
        for j in range(out.shape[1]):
            out[:, j] = _step_sums(part, share, risk * part.x[:, j])
        return
    # without ties and late entries, from the last subject to the first, while a block is in the cache
    carried = np.zeros(out.shape[1])
    begin, stop = part.events.begin, len(risk)
    while stop:
        start = max(0, stop - _BLOCK)
        sums = (part.x[start:stop] * risk[start:stop, None])[::-1].cumsum(axis=0)
        sums += carried
        low, high = np.searchsorted(begin, (start, stop))
        out[low:high] = sums[stop - 1 - begin[low:high]]
        carried, stop = sums[-1], start


def _at_risk(part: Stratum, values: np.ndarray) -> np.ndarray:
    """Sum of `values` over those at risk (entry < t <= time) at each event time (m,)."""
    events = part.events
    sums = values[::-1].cumsum()[::-1][events.begin]
    if part.entry is None:
        return sums
    order = np.argsort(part.entry, kind="stable")
    late = np.append(values[order][::-1].cumsum()[::-1], 0.0)
    return sums - late[np.searchsorted(part.entry[order], events.times, side="left")]


def _by_time(events: Events, values: np.ndarray) -> np.ndarray:
    """Sum of `values` (d,) over the events of each time (m,)."""
    return values if events.are_distinct else np.add.reduceat(values, events.first)


def _accumulated(part: Stratum, jumps: np.ndarray) -> np.ndarray:
    """For each subject the sum of `jumps` (m,) over the event times at which it was at risk."""
    running = np.append(0.0, jumps.cumsum())
    until = running[part.events.until]
    if part.entry is None:
        return until
    return until - running[np.searchsorted(part.events.times, part.entry, side="right")]
