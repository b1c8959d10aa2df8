"""From a frame and terms to the columns of a model.

Belongs here: numeric terms, factor terms (treatment coding), columns on a common scale, and which of them cannot be
told apart. Does not belong here: likelihoods.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import polars as pl
from numpy.typing import ArrayLike

if TYPE_CHECKING:
    import pandas as pd

# what the functions of this package take as a frame
Frame: TypeAlias = "pl.DataFrame | pd.DataFrame | Mapping[str, ArrayLike]"

_TINY, _HUGE = 1e-100, 1e100


@dataclass(frozen=True)
class Design:
    """x (n, p), the name of each column, and the term each column belongs to."""

    x: np.ndarray
    names: tuple[str, ...]
    term_of: tuple[str, ...]


def as_polars(frame: Frame) -> pl.DataFrame:
    """A polars frame from a polars frame, a pandas frame or a mapping of columns."""
    if isinstance(frame, pl.DataFrame):
        return frame
    if isinstance(frame, Mapping):
        return pl.DataFrame(dict(frame))
    return pl.from_pandas(frame)


def design(frame: pl.DataFrame, terms: Sequence[str]) -> Design:
    """Numeric and boolean columns as they are; text, categorical and Enum columns as factors.

    A factor's first level (the Enum's first, else the first in order) is the reference; the others become
    `term=level`. ValueError for a missing column or missing values.
    """
    columns, names, owners = [], [], []
    for term in terms:
        if term not in frame.columns:
            raise ValueError(f"the frame has no column {term}")
        series = frame[term]
        if series.null_count():
            raise ValueError(f"{term} has missing values; drop those rows first")
        if series.dtype.is_numeric() or series.dtype == pl.Boolean:
            columns.append(series.to_numpy().astype(float))
            names.append(term)
            owners.append(term)
            continue
        levels, index = factor(series)
        for place in np.unique(index)[1:]:
            columns.append((index == place).astype(float))
            names.append(f"{term}={levels[place]}")
            owners.append(term)
    x = np.column_stack(columns) if columns else np.zeros((frame.height, 0))
    if not np.isfinite(x).all():
        raise ValueError("terms have infinite or missing values; drop those rows first")
    return Design(x, tuple(names), tuple(owners))


def factor(series: pl.Series) -> tuple[list[str], np.ndarray]:
    """(levels, place of each value's level): an Enum's categories, else the values that occur, in order."""
    if isinstance(series.dtype, pl.Enum):
        return series.dtype.categories.to_list(), series.to_physical().to_numpy()
    levels, index = np.unique(series.cast(pl.String).to_numpy().astype(str), return_inverse=True)
    return levels.tolist(), index.ravel()


@dataclass(frozen=True)
class Standardised:
    """x (n, p) with mean 0 and deviation 1 a column, as (columns - centre) / scale; a constant column is 0.

    spread (p,): the standard deviation, 0 of a constant column, for which `scale` is 1.
    """

    x: np.ndarray
    centre: np.ndarray
    scale: np.ndarray
    spread: np.ndarray


def standardised(x: np.ndarray) -> Standardised:
    """The columns on a common scale, whatever their units."""
    largest = np.maximum(x.max(axis=0, initial=0.0), -x.min(axis=0, initial=0.0))
    # squares of numbers beyond these would be lost
    is_far = (largest > 0) & ((largest < _TINY) | (largest > _HUGE))
    unit = np.where(is_far, largest, 1.0)
    near = x / unit if is_far.any() else x
    middle = near.mean(axis=0)
    spread = near.std(axis=0)
    scale = np.where(spread > 0, spread, 1.0)
    return Standardised((near - middle) / scale, middle * unit, scale * unit, spread * unit)


def estimable(information: np.ndarray, spread: np.ndarray, tolerance: float = 1e-9) -> np.ndarray:
    """Which columns carry information of their own beyond the ones before them (bool, one a column).

    `information` at beta = 0 of columns scaled to `spread` 1; a column with spread 0 is constant.
    """
    keep: list[int] = []
    for j in range(len(spread)):
        if not spread[j]:
            continue
        rest = information[j, j]
        if keep:
            block = information[np.ix_(keep, keep)]
            rest = rest - information[j, keep] @ np.linalg.solve(block, information[keep, j])
        if information[j, j] > tolerance and rest > tolerance * max(1.0, information[j, j]):
            keep.append(j)
    return np.isin(np.arange(len(spread)), keep)
