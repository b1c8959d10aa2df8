"""Agreement of two readers: Cohen's kappa, unweighted and weighted, with a bootstrap interval by patient.

Belongs here: the statistic on a table or on paired ratings. Does not belong here: which readings are paired, and what
a rating means. References: Cohen, Educ Psychol Meas 1960;20:37-46; Cohen, Psychol Bull 1968;70:213-220 (weights).
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from haicplatform.survival.arrays import labels

Weights = Literal["linear", "quadratic"]


@dataclass(frozen=True)
class Kappa:
    """value is None where agreement by chance is complete, or there is no pair; the interval where none was asked for.

    observed, expected: the (weighted) agreement seen and that by chance, 0 to 1; n: pairs.
    """

    value: float | None
    observed: float | None
    expected: float | None
    n: int
    ci_low: float | None = None
    ci_high: float | None = None


def kappa(table: ArrayLike, weights: Weights | None = None) -> Kappa:
    """Cohen's kappa of a square table of counts, rows the first reader, columns the second, in the same order.

    weights: None counts only the diagonal; linear and quadratic take the order of the categories as their distance,
    also over categories that nobody gave. Raises ValueError for a table that is not square, or negative counts.
    """
    counts = np.asarray(table, dtype=float)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1]:
        raise ValueError("kappa needs a square table of counts")
    if not np.isfinite(counts).all() or (counts < 0).any():
        raise ValueError("counts must be numbers, none negative")
    credit = _credit(len(counts), weights)
    value, observed, expected = (part[0] for part in _kappas(counts[np.newaxis], credit))
    n = int(counts.sum())
    if not n:
        return Kappa(None, None, None, 0)
    return Kappa(None if np.isnan(value) else float(value), float(observed), float(expected), n)


def kappa_of_pairs(
    first: Sequence[Hashable],
    second: Sequence[Hashable],
    categories: Sequence[Hashable],
    weights: Weights | None = None,
    *,
    patient: ArrayLike | None = None,
    samples: int = 0,
    level: float = 0.95,
    seed: int = 20240630,
) -> Kappa:
    """Cohen's kappa of paired ratings; every rating must be one of `categories`, in their order.

    samples > 0: a percentile interval from that many bootstrap samples of patients (`patient`: whose rating it is;
    visits of one patient are not independent); samples in which kappa is undefined are left out, and there is no
    interval where all are. Raises ValueError for unequal lengths, another rating, or samples without patients.
    """
    order = {category: number for number, category in enumerate(categories)}
    if len(first) != len(second):
        raise ValueError("first and second must have the same number of ratings")
    if other := {*first, *second} - order.keys():
        raise ValueError(f"ratings outside the categories: {sorted(map(str, other))}")
    size = len(order)
    cell = np.array([order[a] * size + order[b] for a, b in zip(first, second, strict=True)], dtype=int)
    whole = kappa(np.bincount(cell, minlength=size * size).reshape(size, size), weights)
    if not samples:
        return whole
    if patient is None:
        raise ValueError("a bootstrap by patient needs `patient`")
    who, patients = labels(patient, "patient", len(cell))
    low, high = _interval(cell, who, len(patients), size, _credit(size, weights), samples, level, seed)
    return Kappa(whole.value, whole.observed, whole.expected, whole.n, low, high)


def _interval(
    cell: np.ndarray, who: np.ndarray, n: int, size: int, credit: np.ndarray, samples: int, level: float, seed: int
) -> tuple[float | None, float | None]:
    """Percentile interval over samples of patients: a sample is how often each of them was drawn."""
    by_patient = np.bincount(who * size * size + cell, minlength=n * size * size).reshape(n, size * size)
    drawn = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=samples) if n else np.zeros((0, 0))
    values = _kappas((drawn @ by_patient).reshape(-1, size, size).astype(float), credit)[0] if n else np.array([])
    values = values[~np.isnan(values)]
    if not len(values):
        return None, None
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def _credit(size: int, weights: Weights | None) -> np.ndarray:
    """What a pair of categories counts, 1 on the diagonal and 0 at the greatest distance."""
    distance = np.abs(np.subtract.outer(np.arange(size), np.arange(size))).astype(float)
    if weights is None:
        return (distance == 0).astype(float)
    if weights not in ("linear", "quadratic"):
        raise ValueError("weights must be None, linear or quadratic")
    return 1 - (distance / max(size - 1, 1)) ** (1 if weights == "linear" else 2)


def _kappas(tables: np.ndarray, credit: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(kappa, observed, expected) of each table, nan where undefined."""
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = tables / tables.sum(axis=(1, 2), keepdims=True)
        observed = (shares * credit).sum(axis=(1, 2))
        expected = np.einsum("ti,tj,ij->t", shares.sum(axis=2), shares.sum(axis=1), credit)
        left = np.where(1 - expected > 1e-12, 1 - expected, np.nan)
        return (observed - expected) / left, observed, expected
