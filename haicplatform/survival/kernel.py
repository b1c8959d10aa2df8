"""The partial likelihood of proportional hazards: one vectorised kernel for every Cox-type quantity.

Belongs here: log-likelihood, score, information and per-subject score residuals of one stratum, and their sums
over strata. Does not belong here: iteration, inference, names of terms, I/O. The sums are additive over strata
(and hence over hospitals). References: Efron, JASA 1977; R survival 3.x coxph, residuals.coxph.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

Ties = Literal["efron", "breslow"]


@dataclass(frozen=True)
class Stratum:
    """One stratum: x (n, p), time, event, weight (n,), entry (n,) or None; rows sorted by time."""

    x: np.ndarray
    time: np.ndarray
    event: np.ndarray
    weight: np.ndarray
    entry: np.ndarray | None
    rows: np.ndarray  # where these subjects stand in the caller's arrays


@dataclass(frozen=True)
class Sums:
    """Log-likelihood, score (p,), information (p, p) and score residuals (n, p; rows as in the stratum)."""

    loglik: float
    score: np.ndarray
    information: np.ndarray
    residuals: np.ndarray | None


def split(
    x: np.ndarray,
    time: np.ndarray,
    event: np.ndarray,
    weight: np.ndarray,
    entry: np.ndarray | None,
    stratum: np.ndarray,
) -> list[Stratum]:
    """The strata of a data set, each sorted by time."""
    parts = []
    for value in np.unique(stratum):
        rows = np.flatnonzero(stratum == value)
        rows = rows[np.argsort(time[rows], kind="stable")]
        parts.append(
            Stratum(x[rows], time[rows], event[rows], weight[rows], None if entry is None else entry[rows], rows)
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
    scattered = np.zeros((n, p)) if residuals else None
    for number, part in enumerate(strata):
        factor = None if event_weights is None else event_weights[number]
        sums = stratum_sums(part, beta, ties, factor=factor, residuals=residuals)
        loglik += sums.loglik
        score += sums.score
        information += sums.information
        if residuals:
            scattered[part.rows] = sums.residuals
    return Sums(loglik, score, information, scattered)


def stratum_sums(
    part: Stratum, beta: np.ndarray, ties: Ties, *, factor: np.ndarray | None = None, residuals: bool = False
) -> Sums:
    """The sums of one stratum at `beta`. With `factor` each event time's terms are multiplied by its factor."""
    n, p = part.x.shape
    is_event = part.event > 0
    if not is_event.any():
        return Sums(0.0, np.zeros(p), np.zeros((p, p)), np.zeros((n, p)) if residuals else None)
    eta = part.x @ beta
    shift = eta.max()
    risk = part.weight * np.exp(eta - shift)
    risk_x = risk[:, None] * part.x

    times, which = np.unique(part.time[is_event], return_inverse=True)
    m = len(times)
    tied = np.bincount(which, minlength=m)
    mean_weight = np.bincount(which, weights=part.weight[is_event], minlength=m) / tied
    s0 = _at_risk(part, risk, times)
    s1 = np.column_stack([_at_risk(part, risk_x[:, j], times) for j in range(p)]) if p else np.zeros((m, 0))

    # one row for each of the d tied events of a time: Efron takes k/d of the events' own risk out of the sum
    step = np.repeat(np.arange(m), tied)
    order = np.arange(len(step)) - np.repeat(tied.cumsum() - tied, tied)
    share = order / tied[step] if ties == "efron" else np.zeros(len(step))
    own0 = np.bincount(which, weights=risk[is_event], minlength=m)
    own1 = np.zeros((m, p))
    np.add.at(own1, which, risk_x[is_event])
    denominator = s0[step] - share * own0[step]
    mean_x = (s1[step] - share[:, None] * own1[step]) / denominator[:, None]
    weight = mean_weight[step]
    scale = np.ones(m)
    if factor is not None:
        scale[which] = factor[is_event]
    weight_scaled = weight * scale[step]

    own_weight = part.weight[is_event] * scale[which]
    loglik = float(own_weight @ (eta[is_event] - shift) - weight_scaled @ np.log(denominator))
    score = own_weight @ part.x[is_event] - weight_scaled @ mean_x

    # hazard added at each event time, all of it for those who go on, a part for those who have the event then
    jump = weight_scaled / denominator
    whole = np.bincount(step, weights=jump, minlength=m)
    partly = np.bincount(step, weights=jump * (1 - share), minlength=m)
    exposure = _accumulated(part, whole, times)
    exposure[is_event] += (partly - whole)[which]
    information = part.x.T @ ((risk * exposure)[:, None] * part.x)
    information -= mean_x.T @ (weight_scaled[:, None] * mean_x)
    if not residuals:
        return Sums(loglik, score, information, None)

    # score residual: own deviation at the event minus the accumulated expected deviation
    pull = np.zeros((m, p))
    pull_partly = np.zeros((m, p))
    centre = np.zeros((m, p))
    np.add.at(pull, step, jump[:, None] * mean_x)
    np.add.at(pull_partly, step, (jump * (1 - share))[:, None] * mean_x)
    np.add.at(centre, step, mean_x / tied[step][:, None])
    drawn = np.column_stack([_accumulated(part, pull[:, j], times) for j in range(p)])
    drawn[is_event] += (pull_partly - pull)[which]
    left = -risk[:, None] * (part.x * exposure[:, None] - drawn)
    left[is_event] += own_weight[:, None] * (part.x[is_event] - centre[which])
    return Sums(loglik, score, information, left)


def _at_risk(part: Stratum, values: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Sum of `values` over those at risk (entry < t <= time) at each of `times`."""
    suffix = np.append(values[::-1].cumsum()[::-1], 0.0)
    sums = suffix[np.searchsorted(part.time, times, side="left")]
    if part.entry is None:
        return sums
    order = np.argsort(part.entry, kind="stable")
    late = np.append(values[order][::-1].cumsum()[::-1], 0.0)
    return sums - late[np.searchsorted(part.entry[order], times, side="left")]


def _accumulated(part: Stratum, jumps: np.ndarray, times: np.ndarray) -> np.ndarray:
    """For each subject the sum of `jumps` over the event times at which it was at risk."""
    running = np.append(0.0, jumps.cumsum())
    until = running[np.searchsorted(times, part.time, side="right")]
    if part.entry is None:
        return until
    return until - running[np.searchsorted(times, part.entry, side="right")]
