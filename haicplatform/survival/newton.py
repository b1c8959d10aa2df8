"""Newton's iteration on the partial likelihood, and the recognition of coefficients that run to infinity.

Belongs here: the maximisation. Does not belong here: the likelihood (kernel.py), inference (cox.py).
"""

from __future__ import annotations

import numpy as np

from haicplatform.survival import kernel

MAX_STEPS = 60


def maximise(
    parts: list[kernel.Stratum], null: kernel.Sums, ties: kernel.Ties
) -> tuple[np.ndarray, kernel.Sums, np.ndarray]:
    """(beta, sums at beta, which coefficients still move although the likelihood does not); `null`: sums at 0."""
    beta, sums = np.zeros(len(null.score)), null
    step = np.zeros(len(beta))
    for _ in range(MAX_STEPS):
        step = np.linalg.pinv(sums.information, rcond=1e-14, hermitian=True) @ sums.score
        if np.abs(step).max() < 1e-9:
            return beta, sums, np.zeros(len(beta), dtype=bool)
        # the score in the metric of the information is the gain still to be had
        if sums.score @ step < 1e-9 and np.abs(step).max() > 0.1:
            break
        ahead = kernel.total(parts, beta + step, ties)
        while not np.isfinite(ahead.loglik) or ahead.loglik < sums.loglik - 1e-10 * abs(sums.loglik) - 1e-12:
            step = step / 2
            ahead = kernel.total(parts, beta + step, ties)
            if np.abs(step).max() < 1e-12:
                break
        beta, sums = beta + step, ahead
    wide = np.diag(np.linalg.pinv(sums.information, rcond=1e-14, hermitian=True)) > 1e4
    return beta, sums, (np.abs(step) > 0.1) | wide
