"""Newton's iteration on a likelihood, and the recognition of coefficients that run to infinity.

Belongs here: the maximisation. Does not belong here: likelihoods (kernel.py, subdistribution.py, propensity.py),
inference (cox.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from haicplatform.survival.kernel import Sums

MAX_STEPS = 60
# what a Cox model's status says where the iteration ended elsewhere
NO_MAXIMUM = "not_estimable: the likelihood did not converge"
# a step and a gain in log-likelihood below which nothing more is to be had
_NO_STEP, _NO_GAIN = 1e-9, 1e-9
# a linear predictor that still moves by this much, or has this standard error, has no finite place
_MOVES, _WIDE = 0.1, 100.0
# one step does not change a linear predictor by more: from far out on a flat likelihood there is no way back
_FAR = 10.0


@dataclass(frozen=True)
class Maximum:
    """beta (p,), the sums there, and which coefficients still move although the likelihood does not (bool)."""

    beta: np.ndarray
    sums: Sums
    moving: np.ndarray
    is_converged: bool

    def status(self, names: list[str], left_out: list[str]) -> str:
        """`converged`, or what a Cox model's status says; `names` of the coefficients, `left_out` of other columns."""
        if self.moving.any():
            return f"separated: {', '.join(name for name, moves in zip(names, self.moving, strict=True) if moves)}"
        if not self.is_converged:
            return NO_MAXIMUM
        return f"not_estimable: {', '.join(left_out)}" if left_out else "converged"


def maximise(sums_at: Callable[[np.ndarray], Sums], null: Sums, x: np.ndarray | list[np.ndarray]) -> Maximum:
    """Maximise from beta = 0, whose sums are `null`; the columns `x` (n, p), in parts or whole, have a deviation of 1.

    A step is judged by the largest change it makes to anyone's linear predictor: a covariate that only few have
    must not look settled while it runs away.
    """
    parts = x if isinstance(x, list) else [x]
    reach = np.max([np.abs(part).max(axis=0, initial=0.0) for part in parts], axis=0)
    beta, sums = np.zeros(len(null.score)), null
    step, is_converged = np.zeros(len(beta)), False
    with np.errstate(all="ignore"):
        for _ in range(MAX_STEPS):
            step = information_inverse(sums.information) @ sums.score
            if np.abs(step).max(initial=0.0) < _NO_STEP:
                is_converged = True
                break
            # the score in the metric of the information is the gain still to be had
            if sums.score @ step < _NO_GAIN and (np.abs(step) * reach).max() > _MOVES:
                break
            step = step * min(1.0, _FAR / (np.abs(step) * reach).max())
            ahead = sums_at(beta + step)
            while not _is_ahead(ahead, sums) and np.abs(step).max() > 1e-12:
                step = step / 2
                ahead = sums_at(beta + step)
            if not _is_ahead(ahead, sums):
                break
            beta, sums = beta + step, ahead
        error = np.sqrt(np.diag(information_inverse(sums.information)))
        moving = (np.abs(step) * reach > _MOVES) | ~(error * reach < _WIDE)
    return Maximum(beta, sums, moving & (not is_converged), is_converged)


def _is_ahead(ahead: Sums, sums: Sums) -> bool:
    """Not lower but for rounding, and a number."""
    lowest = sums.loglik - 1e-10 * abs(sums.loglik) - 1e-12
    return bool(ahead.loglik >= lowest and np.isfinite(ahead.information).all())


def information_inverse(information: np.ndarray) -> np.ndarray:
    """The pseudo-inverse, each coefficient on its own scale: a small information of one is no rounding of another's."""
    size = np.sqrt(np.maximum(np.diag(information), np.finfo(float).tiny))
    return np.linalg.pinv(information / np.outer(size, size), rcond=1e-14, hermitian=True) / np.outer(size, size)
