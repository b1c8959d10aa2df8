"""The propensity of the exposure: a logistic model, and the weights it gives.

Belongs here: the model, weights, balance before and after. Does not belong here: matching (matching.py), outcomes
(cox.py takes the weights, with a cluster a person for their robust variance), the choice of covariates (a study).
References: R glm(family = binomial); WeightIt (ATE, ATT, overlap weights); MatchIt 4.7 and cobalt (balance).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import ArrayLike
from scipy.special import expit

from haicplatform.survival.arrays import numbers
from haicplatform.survival.design import Frame, as_polars, design, estimable, factor, standardised
from haicplatform.survival.kernel import Sums
from haicplatform.survival.newton import information_inverse, maximise

Estimand = Literal["ate", "att", "overlap"]


@dataclass(frozen=True)
class Propensity:
    """`table`: term, coef, se, the intercept first; score (0 to 1) and linear (its logit), a row a person.

    `status`: `converged`; `separated: <columns>` (they tell the groups apart: no score); `not_estimable: ...` (nobody
    in a group, or columns without information of their own, which then have no coefficient).
    """

    table: pl.DataFrame
    score: np.ndarray
    linear: np.ndarray
    treated: np.ndarray
    status: str

    @property
    def is_usable(self) -> bool:
        """There is a score for everyone."""
        return bool(len(self.score)) and bool(np.isfinite(self.score).all())


def propensity(frame: Frame, treated: str | ArrayLike, terms: Sequence[str]) -> Propensity:
    """The probability of being treated (1) rather than not (0) given `terms`: maximum likelihood, as R's glm.

    `frame` polars, pandas or a mapping; factors as in cox. ValueError for missing values or other codes than 0, 1.
    """
    data = as_polars(frame)
    group = numbers(data[treated].to_numpy() if isinstance(treated, str) else treated, "treated", data.height)
    if not np.isin(group, (0.0, 1.0)).all():
        raise ValueError("treated must be 0 or 1")
    columns = design(data, list(terms))
    names = ("(intercept)", *columns.names)
    if group.min(initial=1) == group.max(initial=0):
        return _without_score(names, group, "not_estimable: nobody in one of the groups")
    whole = standardised(columns.x)
    x, centre, scale = whole.x, whole.centre, whole.scale
    keep = estimable(x.T @ x / len(x), whole.spread)
    wide = np.column_stack([np.ones(len(x)), x[:, keep]])
    sums_at = lambda beta: _sums(wide, group, beta)  # noqa: E731
    best = maximise(sums_at, sums_at(np.zeros(wide.shape[1])), wide)
    if not best.is_converged:
        moving = [name for name, moves in zip(np.array(columns.names)[keep], best.moving[1:], strict=True) if moves]
        return _without_score(names, group, f"separated: {', '.join(moving) or 'the covariates together'}")
    beta, variance = best.beta, information_inverse(best.sums.information)
    # back to the covariates' own units
    turn = np.eye(len(beta))
    turn[0, 1:] = -centre[keep] / scale[keep]
    turn[1:, 1:] = np.diag(1 / scale[keep])
    coef, se = np.full(len(names), np.nan), np.full(len(names), np.nan)
    place = np.append(0, 1 + np.flatnonzero(keep))
    coef[place] = turn @ beta
    se[place] = np.sqrt(np.diag(turn @ variance @ turn.T))
    left_out = [name for name, use in zip(columns.names, keep, strict=True) if not use]
    # rounded: equal covariates must give equal scores, whatever the order of summation
    linear = np.round(beta[0] + x[:, keep] @ beta[1:], 12)
    table = pl.DataFrame({"term": list(names), "coef": coef, "se": se}).with_columns(pl.col(pl.Float64).fill_nan(None))
    return Propensity(table, expit(linear), linear, group, best.status([], left_out))


def balancing_weights(model: Propensity, estimand: Estimand = "ate") -> np.ndarray:
    """Inverse probability weights (n,): ATE 1/e and 1/(1-e), ATT 1 and e/(1-e), overlap 1-e and e (treated, others).

    ValueError without a score. In a Cox model give each person as a cluster of its own (robust variance).
    """
    if not model.is_usable:
        raise ValueError(f"no weights: {model.status}")
    e, is_treated = model.score, model.treated > 0
    if estimand == "ate":
        return np.where(is_treated, 1 / e, 1 / (1 - e))
    if estimand == "att":
        return np.where(is_treated, 1.0, e / (1 - e))
    if estimand == "overlap":
        return np.where(is_treated, 1 - e, e)
    raise ValueError("estimand must be ate, att or overlap")


def effective_sizes(weights: ArrayLike, treated: ArrayLike) -> tuple[float, float]:
    """Kish's effective sample size, (sum w)^2 / sum w^2, of the treated and of the others; 0 without weight."""
    group = numbers(treated, "treated")
    mass = numbers(weights, "weights", len(group))
    sizes = []
    for value in (1.0, 0.0):
        own = mass[group == value]
        sizes.append(float(own.sum() ** 2 / (own**2).sum()) if own.any() else 0.0)
    return sizes[0], sizes[1]


def balance(
    frame: Frame,
    treated: str | ArrayLike,
    terms: Sequence[str],
    *,
    weights: ArrayLike | None = None,
    standardised_by: Literal["treated", "pooled"] = "pooled",
) -> pl.DataFrame:
    """term, treated_before, other_before, smd_before, treated_after, other_after, smd_after: a row a column.

    Means of numbers and shares of every level (`term=level`), treated less others over one standard deviation of the
    unweighted sample, the same before and after (MatchIt and cobalt): the treated's, as for the ATT and matching, or
    the root of the two groups' mean variance, as for the ATE; p (1 - p) is the variance of a share. An smd without
    variation or weight is missing. `weights`: a matching's or balancing weights; without them after is before.
    """
    data = as_polars(frame)
    group = numbers(data[treated].to_numpy() if isinstance(treated, str) else treated, "treated", data.height)
    mass = np.ones(len(group)) if weights is None else numbers(weights, "weights", len(group))
    is_treated = group > 0
    lines = []
    for name, values, is_share in _columns(data, terms):
        variances = [_variance(values[rows], is_share) for rows in (is_treated, ~is_treated)]
        variance = variances[0] if standardised_by == "treated" else np.mean(variances)
        line: dict[str, str | float] = {"term": name}
        for when, used in (("before", np.ones(len(mass))), ("after", mass)):
            means = [_mean(values[rows], used[rows]) for rows in (is_treated, ~is_treated)]
            line |= {f"treated_{when}": means[0], f"other_{when}": means[1]}
            line[f"smd_{when}"] = (means[0] - means[1]) / np.sqrt(variance) if variance > 0 else np.nan
        lines.append(line)
    numbers_of = [f"{part}_{when}" for when in ("before", "after") for part in ("treated", "other", "smd")]
    schema = {"term": pl.String, **dict.fromkeys(numbers_of, pl.Float64)}
    return pl.DataFrame(lines, schema=schema).with_columns(pl.col(pl.Float64).fill_nan(None))


def _columns(data: pl.DataFrame, terms: Sequence[str]) -> Iterator[tuple[str, np.ndarray, bool]]:
    for term in terms:
        series = data[term]
        if series.null_count():
            raise ValueError(f"{term} has missing values; drop those rows first")
        if series.dtype.is_numeric() or series.dtype == pl.Boolean:
            values = series.to_numpy().astype(float)
            yield term, values, bool(np.isin(values, (0.0, 1.0)).all())
            continue
        levels, index = factor(series)
        for place in np.unique(index):
            yield f"{term}={levels[place]}", (index == place).astype(float), True


def _mean(values: np.ndarray, mass: np.ndarray) -> float:
    return float(mass @ values / mass.sum()) if mass.any() else np.nan


def _variance(values: np.ndarray, is_share: bool) -> float:
    if len(values) < 2:
        return np.nan
    return float(values.mean() * (1 - values.mean()) if is_share else values.var(ddof=1))


def _sums(x: np.ndarray, y: np.ndarray, beta: np.ndarray) -> Sums:
    linear = x @ beta
    share = expit(linear)
    information = (x * (share * (1 - share))[:, None]).T @ x
    return Sums(float(y @ linear - np.logaddexp(0.0, linear).sum()), x.T @ (y - share), information, None)


def _without_score(names: tuple[str, ...], group: np.ndarray, status: str) -> Propensity:
    empty = [None] * len(names)
    schema = {"term": pl.String, "coef": pl.Float64, "se": pl.Float64}
    table = pl.DataFrame({"term": list(names), "coef": empty, "se": empty}, schema=schema)
    missing = np.full(len(group), np.nan)
    return Propensity(table, missing, missing, group, status)
