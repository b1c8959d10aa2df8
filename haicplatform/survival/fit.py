"""A fitted model as further functions need it.

Belongs here: that one value. Does not belong here: fitting (cox.py), tests of it (proportionality.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from haicplatform.survival import kernel


@dataclass(frozen=True)
class Fit:
    """What further functions need of a fit: the strata, scaled columns and their place (internal)."""

    strata: list[kernel.Stratum]
    beta: np.ndarray
    scale: np.ndarray
    names: tuple[str, ...]
    term_of: tuple[str, ...]
    ties: kernel.Ties
    time: np.ndarray
    event: np.ndarray
    entry: np.ndarray | None
    cluster: np.ndarray | None
