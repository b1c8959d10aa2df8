"""Firth's penalised partial likelihood: finite estimates where the ordinary ones run to infinity.

Belongs here: maximisation of the penalised likelihood, its profile interval and likelihood ratio p value. Does not
belong here: the likelihood (kernel.py), the choice of when to penalise (cox.py). References: Heinze and Schemper,
Biometrics 2001;57:114-119; R coxphf 1.13 (its ties are Breslow's where `ties` says so).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2

from haicplatform.survival import kernel

MAX_STEPS, MAX_PROFILE = 200, 40
# the largest change of a coefficient in one step, in standard deviations of its column
_LONGEST = 2.0
_TOLERANCE = 1e-10
# a step as short as this is near enough where no more can be gained: it moves the likelihood by its square
_NEAR = 1e-6


@dataclass(frozen=True)
class Penalised:
    """A penalised fit; low and high (p,) are the ends of the profile interval, nan where the profile has none.

    chisq (p,): twice the penalised log-likelihood lost with the coefficient at 0.
    """

    beta: np.ndarray
    variance: np.ndarray
    loglik: float
    loglik_null: float
    low: np.ndarray
    high: np.ndarray
    chisq: np.ndarray
    is_converged: bool


@dataclass(frozen=True)
class _State:
    beta: np.ndarray
    loglik: float
    score: np.ndarray
    information: np.ndarray
    is_converged: bool = True


def penalised(parts: list[kernel.Stratum], p: int, ties: kernel.Ties, conf_level: float) -> Penalised:
    """Maximise l(beta) + log det I(beta) / 2 and profile each of its `p` coefficients."""
    free = np.ones(p, dtype=bool)
    null = _state(parts, np.zeros(p), ties)
    best = _maximum(parts, null, free, ties)
    error = np.sqrt(np.diag(np.linalg.inv(best.information)))
    half = chi2.ppf(conf_level, 1) / 2
    low, high, chisq = np.full(p, np.nan), np.full(p, np.nan), np.zeros(p)
    for j in range(p):
        held = free.copy()
        held[j] = False
        start = np.where(held, best.beta, 0.0)
        without = _maximum(parts, _state(parts, start, ties), held, ties)
        chisq[j] = max(0.0, 2 * (best.loglik - without.loglik))
        low[j] = _end(parts, best, j, -error[j], best.loglik - half, ties)
        high[j] = _end(parts, best, j, error[j], best.loglik - half, ties)
    variance = np.linalg.inv(best.information)
    return Penalised(best.beta, variance, best.loglik, null.loglik, low, high, chisq, best.is_converged)


def _state(parts: list[kernel.Stratum], beta: np.ndarray, ties: kernel.Ties) -> _State:
    with np.errstate(all="ignore"):
        sums = kernel.total(parts, beta, ties)
    is_finite = np.isfinite(sums.loglik) and np.isfinite(sums.information).all()
    sign, log_det = np.linalg.slogdet(sums.information) if is_finite else (0.0, -np.inf)
    if sign <= 0:
        return _State(beta, -np.inf, sums.score, sums.information)
    gradient = kernel.information_gradient(parts, beta, ties, np.linalg.inv(sums.information))
    return _State(beta, sums.loglik + log_det / 2, sums.score + gradient / 2, sums.information)


def _gains(ahead: _State, state: _State, step: np.ndarray) -> bool:
    """The likelihood does not fall, and its slope along the step has not turned to more than half of what it was."""
    holds = ahead.loglik > state.loglik - 1e-12 * max(1.0, abs(state.loglik))
    return holds and ahead.score @ step > -0.5 * (state.score @ step)


def _maximum(parts: list[kernel.Stratum], state: _State, free: np.ndarray, ties: kernel.Ties) -> _State:
    """The maximum over the `free` coefficients, the others as in `state`."""
    if not free.any():
        return state
    for _ in range(MAX_STEPS):
        step = np.zeros(len(free))
        step[free] = np.linalg.solve(state.information[np.ix_(free, free)], state.score[free])
        longest = np.abs(step).max()
        if longest < _TOLERANCE:
            return state
        step *= min(1.0, _LONGEST / longest)
        ahead = _state(parts, state.beta + step, ties)
        # with few events the step is too long by the penalty's curvature, and would go to and fro without a gain
        while not _gains(ahead, state, step) and np.abs(step).max() > 1e-12:
            step = step / 2
            ahead = _state(parts, state.beta + step, ties)
        if not _gains(ahead, state, step):
            break
        state = ahead
    return _State(state.beta, state.loglik, state.score, state.information, is_converged=bool(longest < _NEAR))


def _end(parts: list[kernel.Stratum], best: _State, j: int, error: float, level: float, ties: kernel.Ties) -> float:
    """Where the profile over coefficient j falls to `level`, on the side of `error`'s sign; nan if nowhere found.

    The profile's slope is the penalised score of the held coefficient, so each step is Newton's; it stays between
    the last place above the level and the first below it.
    """
    free = np.arange(len(best.beta)) != j
    above, below, state = best.beta[j], np.nan, best
    place = above + 2 * error
    for _ in range(MAX_PROFILE):
        beta = state.beta.copy()
        beta[j] = place
        state = _maximum(parts, _state(parts, beta, ties), free, ties)
        if not state.is_converged or not np.isfinite(state.loglik):
            return np.nan
        gap = state.loglik - level
        if abs(gap) < 1e-11 * max(1.0, abs(level)):
            return place
        if gap > 0:
            above = place
        else:
            below = place
        slope = state.score[j]
        step = -gap / slope if slope else np.nan
        target = place + step
        if np.isnan(below):
            # still above the level: outwards, and not by more than the way already gone
            way = max(abs(place - best.beta[j]), abs(error))
            outwards = step * np.sign(error)
            place = place + np.sign(error) * (min(outwards, way) if outwards > 0 else way)
        else:
            inside = min(above, below) < target < max(above, below)
            place = target if inside else (above + below) / 2
        if abs(place - state.beta[j]) < 1e-12 * max(1.0, abs(place)):
            return place
    return np.nan
