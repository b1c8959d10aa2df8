"""Checking of the arrays that every survival function takes.

Belongs here: turning sequences, polars or pandas columns into checked NumPy arrays. Does not belong here: statistics.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike


def numbers(values: ArrayLike, name: str, length: int | None = None) -> np.ndarray:
    """A float array without missing values; ValueError names the argument that is wrong."""
    array = np.asarray(values, dtype=float).ravel()
    if length is not None and len(array) != length:
        raise ValueError(f"{name} has {len(array)} values where {length} are expected")
    if not np.isfinite(array).all():
        raise ValueError(f"{name} has missing or infinite values; drop those rows first")
    return array


def labels(values: ArrayLike, name: str, length: int) -> tuple[np.ndarray, np.ndarray]:
    """(index of each value's label, sorted labels). ValueError for missing labels or a wrong length."""
    array = np.asarray(values)
    if len(array) != length:
        raise ValueError(f"{name} has {len(array)} values where {length} are expected")
    if array.dtype == object and any(value is None for value in array):
        raise ValueError(f"{name} has missing values; drop those rows first")
    distinct, index = np.unique(array, return_inverse=True)
    return index.ravel(), distinct


def observations(
    time: ArrayLike, event: ArrayLike, entry: ArrayLike | None, weights: ArrayLike | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None, np.ndarray]:
    """Checked (time, event as 0/1, entry or None, weights). Times are kept as they are, zero included."""
    times = numbers(time, "time")
    events = numbers(event, "event", len(times))
    if not np.isin(events, (0.0, 1.0)).all():
        raise ValueError("event must be 0 or 1")
    if (times < 0).any():
        raise ValueError("time must not be negative")
    entries = None if entry is None else numbers(entry, "entry", len(times))
    if entries is not None and (entries >= times).any():
        raise ValueError("entry must lie before time")
    mass = np.ones(len(times)) if weights is None else numbers(weights, "weights", len(times))
    if (mass < 0).any():
        raise ValueError("weights must not be negative")
    return times, events, entries, mass


def causes(time: ArrayLike, event: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Checked (time, cause): 0 a censoring, 1, 2, ... the causes. ValueError for other codes or negative times."""
    times = numbers(time, "time")
    codes = numbers(event, "event", len(times))
    if (codes < 0).any() or (codes != np.floor(codes)).any():
        raise ValueError("event must be 0 for a censoring, or the number of a cause")
    if (times < 0).any():
        raise ValueError("time must not be negative")
    return times, codes.astype(int)
