"""Hazard ratios from coefficients.

Belongs here: the ratio and its interval, and where one unit of a covariate has none that can be written.
Does not belong here: the coefficients (cox.py, firth.py, subdistribution.py, imputation.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

import numpy as np

from haicplatform.core.ratio_limits import FURTHEST

# how a model's status begins that stands, but for ratios a unit
NO_RATIO = "not_estimable: the hazard ratio of one unit of "


class Ratios(TypedDict):
    """Hazard ratios (p,) and their intervals."""

    hr: np.ndarray
    ci_low: np.ndarray
    ci_high: np.ndarray


def ratios(coef: np.ndarray, low: np.ndarray, high: np.ndarray) -> Ratios:
    """hr, ci_low, ci_high (p,) of coefficients and the ends of their intervals; all three nan beyond FURTHEST.

    An end that is nan (an interval without that end) stays so and takes nothing from the others.
    """
    with np.errstate(invalid="ignore"):
        is_far = np.max(np.nan_to_num(np.abs([coef, low, high]), nan=0.0, posinf=np.inf), axis=0) > np.log(FURTHEST)
    ratio, lowest, highest = (np.exp(np.where(is_far, np.nan, log)) for log in (coef, low, high))
    return {"hr": ratio, "ci_low": lowest, "ci_high": highest}


def status_with_ratios(status: str, names: Sequence[str], coef: np.ndarray, hr: np.ndarray) -> str:
    """A converged model's `status`, or which coefficients have no ratio: `not_estimable: the hazard ratio ...`."""
    without = [
        name for name, value, ratio in zip(names, coef, hr, strict=True) if np.isfinite(value) and np.isnan(ratio)
    ]
    return f"{NO_RATIO}{', '.join(without)}" if without and status == "converged" else status
