"""Newton's iteration on a partial likelihood, and the recognition of coefficients that run to infinity.

Belongs here: the maximisation. Does not belong here: likelihoods (kernel.py, subdistribution.py), inference (cox.py).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from haicplatform.survival.kernel import Sums

MAX_STEPS = 60


def maximise(sums_at: Callable[[np.ndarray], Sums], null: Sums) -> tuple[np.ndarray, Sums, np.ndarray]:
    """(beta, sums at beta, which coefficients still move although the likelihood does not); `null`: sums at 0.

    The columns must be scaled to a standard deviation of 1: what counts as a large step depends on it.
    """
    beta, sums = np.zeros(len(null.score)), null
    step = np.zeros(len(beta))
    for _ in range(MAX_STEPS):
        step = np.linalg.pinv(sums.information, rcond=1e-14, hermitian=True) @ sums.score
        if np.abs(step).max() < 1e-9:
            return beta, sums, np.zeros(len(beta), dtype=bool)
        # the score in the metric of the information is the gain still to be had
        if sums.score @ step < 1e-9 and np.abs(step).max() > 0.1:
            break
        ahead = sums_at(beta + step)
        while not np.isfinite(ahead.loglik) or ahead.loglik < sums.loglik - 1e-10 * abs(sums.loglik) - 1e-12:
            step = step / 2
            ahead = sums_at(beta + step)
            if np.abs(step).max() < 1e-12:
                break
        beta, sums = beta + step, ahead
    wide = np.diag(np.linalg.pinv(sums.information, rcond=1e-14, hermitian=True)) > 1e4
    return beta, sums, (np.abs(step) > 0.1) | wide
