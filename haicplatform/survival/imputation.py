"""Multiple imputation of covariates: chained equations with predictive mean matching, and Rubin's rules.

Belongs here: completed copies of a frame, pooling of their estimates, a Cox model pooled so. Does not belong here:
which covariates a study imputes. References: van Buuren and Groothuis-Oudshoorn, J Stat Softw 2011;45(3) and R mice
3.15 (pmm with type 1 matching; pool); Barnard and Rubin, Biometrika 1999;86:948-955; White and Royston, Stat Med
2009;28:1982-1998 (the event and the cumulative hazard as predictors).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
import polars as pl
from scipy.stats import t

from haicplatform.survival.arrays import observations
from haicplatform.survival.cox import Cox, cox
from haicplatform.survival.curves import kaplan_meier
from haicplatform.survival.design import Frame, as_polars, factor
from haicplatform.survival.ratios import ratios

# mice's ridge where predictors are collinear, and its number of donors
_RIDGE, _DONORS = 1e-5, 5
# how the status of a model begins whose covariates have too few values
TOO_FEW = "not_estimable: too few values of "


@dataclass(frozen=True)
class Imputed:
    """A model pooled over imputations. `table`: term, coef, se, df, hr, ci_low, ci_high, z, p, fmi (the fraction of
    missing information), a row a coefficient; z is the pooled coefficient over its error, judged by Student's t.

    n, events: of everyone; `status`: `converged`, a Cox model's status in the first imputation that did not converge,
    or `not_estimable: too few values of <terms>`.
    """

    table: pl.DataFrame
    m: int
    n: int
    events: int
    status: str


def seed_of(text: str) -> int:
    """A seed from a text (a study's hash): the same text gives the same imputations."""
    return int.from_bytes(sha256(text.encode()).digest()[:8], "big")


def too_missing(frame: Frame, columns: Sequence[str], most_missing: float = 1.0) -> list[str]:
    """The columns of which a larger share than `most_missing` is missing, or fewer values are known than donors."""
    data = as_polars(frame)
    lacking = {name: data[name].null_count() for name in columns if data[name].null_count()}
    return [
        name for name, count in lacking.items() if count > most_missing * data.height or data.height - count < _DONORS
    ]


def impute(
    frame: Frame,
    columns: Sequence[str],
    *,
    m: int = 20,
    iterations: int = 10,
    seed: int,
    predictors: Sequence[str] = (),
) -> list[pl.DataFrame]:
    """`m` copies of the frame in which the missing values of `columns` are filled with values of other rows.

    Each column is predicted from all other `columns` and `predictors` (which must be complete). A number is taken from
    one of the five rows with the nearest predicted mean, a factor from those with the nearest predicted shares.
    ValueError if a column has no value at all, or a predictor has missing values.
    """
    data = as_polars(frame)
    for name in (*columns, *predictors):
        missing = data[name].null_count()
        if missing == data.height or (missing and name not in columns):
            raise ValueError(f"{name} has {'no' if name in columns else 'missing'} values; it cannot be used to impute")
    # the fewest missing first, as each step leans on the ones before
    order = sorted((name for name in columns if data[name].null_count()), key=lambda name: data[name].null_count())
    return [_one(data, [*columns, *predictors], order, iterations, np.random.default_rng([seed, k])) for k in range(m)]


def rubin(coef: np.ndarray, se: np.ndarray, *, df_complete: float = np.inf, conf_level: float = 0.95) -> pl.DataFrame:
    """coef, se, df, ci_low, ci_high, z, p, fmi of estimates (m, p) pooled by Rubin's rules (mice's pool).

    `df_complete`: the degrees of freedom without missing values; for a Cox model events less coefficients.
    """
    estimates, errors = np.atleast_2d(coef), np.atleast_2d(se)
    m = len(estimates)
    if m < 2:
        raise ValueError("Rubin's rules need two imputations")
    within, between = (errors**2).mean(axis=0), estimates.var(axis=0, ddof=1)
    total = within + (1 + 1 / m) * between
    share = np.maximum((1 + 1 / m) * between / total, 1e-4)
    df = (m - 1) / share**2
    if np.isfinite(df_complete):
        observed = (df_complete + 1) / (df_complete + 3) * df_complete * (1 - share)
        df = df * observed / (df + observed)
    increase = (1 + 1 / m) * between / within
    mean, error = estimates.mean(axis=0), np.sqrt(total)
    half = t.ppf(1 - (1 - conf_level) / 2, df) * error
    columns = {"coef": mean, "se": error, "df": df, "ci_low": mean - half, "ci_high": mean + half, "z": mean / error}
    columns |= {"p": 2 * t.sf(np.abs(mean / error), df), "fmi": (increase + 2 / (df + 3)) / (increase + 1)}
    return pl.DataFrame(columns).with_columns(pl.col(pl.Float64).fill_nan(None))


def cox_imputed(
    frame: Frame,
    time: str,
    event: str,
    terms: Sequence[str],
    *,
    m: int = 20,
    iterations: int = 10,
    seed: int,
    strata: str | None = None,
    predictors: Sequence[str] = (),
    most_missing: float = 1.0,
    conf_level: float = 0.95,
) -> Imputed:
    """The Cox model of `terms` on everyone, missing covariates imputed `m` times, pooled by Rubin's rules.

    The event, the cumulative hazard at each person's time, `strata` and `predictors` also predict. `time`, `event`
    and `strata` are columns without missing values. A term that is too_missing gives a status and no number: what
    would be drawn again and again from a few patients only looks like a result.
    """
    data = as_polars(frame)
    empty = too_missing(data, terms, most_missing)
    times, events, _, _ = observations(data[time].to_numpy(), data[event].to_numpy(), None, None)
    count = int(events.sum())
    lacking = [name for name in terms if data[name].null_count()]
    if empty:
        status = f"{TOO_FEW}{', '.join(empty)}"
        return Imputed(_pooled([], 0, conf_level), m, data.height, count, status)
    curve = kaplan_meier(times, events).table
    jumps = (curve["n_event"] / curve["n_risk"]).cum_sum().to_numpy()
    hazard = jumps[np.searchsorted(curve["time"].to_numpy(), times)]
    used = data.with_columns(_event=pl.Series(events), _hazard=pl.Series(hazard))
    others = ["_event", "_hazard", *predictors, *([strata] if strata else [])]
    copies = impute(used, terms, m=m, iterations=iterations, seed=seed, predictors=others) if lacking else [used] * 2
    fits = [cox(copy, time, event, terms, strata=strata) for copy in copies]
    status = next((fit.status for fit in fits if fit.status != "converged"), "converged")
    df = max(1, count - len(fits[0].coefficients["term"]))
    return Imputed(_pooled(fits, df, conf_level), m, data.height, count, status)


def _pooled(fits: list[Cox], df: int, conf_level: float) -> pl.DataFrame:
    if not fits:
        columns = ("coef", "se", "df", "hr", "ci_low", "ci_high", "z", "p", "fmi")
        return pl.DataFrame(schema={"term": pl.String, **dict.fromkeys(columns, pl.Float64)})
    # a level that nobody drew in one copy has no coefficient there, and so none in all
    names = [name for name in fits[0].coefficients["term"] if all(name in fit.coefficients["term"] for fit in fits)]
    rows = [[fit.coefficients["term"].index(name) for name in names] for fit in fits]
    coef = np.array([fit.coefficients["coef"][row] for fit, row in zip(fits, rows, strict=True)])
    se = np.array([fit.coefficients["se"][row] for fit, row in zip(fits, rows, strict=True)])
    pooled = rubin(coef, se, df_complete=df, conf_level=conf_level)
    ends = (pooled[part].fill_null(np.nan).to_numpy() for part in ("coef", "ci_low", "ci_high"))
    written = pl.DataFrame(ratios(*ends)).fill_nan(None)
    pooled = pooled.with_columns(written).insert_column(0, pl.Series("term", names))
    return pooled.select("term", "coef", "se", "df", "hr", "ci_low", "ci_high", "z", "p", "fmi")


def _one(
    data: pl.DataFrame, used: list[str], order: list[str], iterations: int, rng: np.random.Generator
) -> pl.DataFrame:
    known = {name: data[name].is_not_null().to_numpy() for name in order}
    place = {}  # of each row, the row its value comes from
    for name in order:
        place[name] = np.arange(data.height)
        place[name][~known[name]] = rng.choice(np.flatnonzero(known[name]), (~known[name]).sum())
    columns = {name: _numeric(data[name]) for name in used}
    for _ in range(iterations):
        for name in order:
            others = [
                columns[other][place[other]] if other in place else columns[other] for other in used if other != name
            ]
            x = np.column_stack([np.ones(data.height), *others])
            place[name] = _match(x, columns[name], known[name], rng)
    return data.with_columns(data[name].gather(place[name]) for name in order)


def _numeric(series: pl.Series) -> np.ndarray:
    """(n, k): a number as it is, a factor as an indicator a level but the first; missing values arbitrary."""
    if series.dtype.is_numeric() or series.dtype == pl.Boolean:
        return series.cast(pl.Float64).fill_null(0.0).to_numpy()[:, None]
    present = series.drop_nulls()
    levels, index = factor(present)
    indicators = np.zeros((len(series), len(levels)))
    indicators[series.is_not_null().to_numpy().nonzero()[0], index] = 1.0
    indicators = indicators[:, indicators.any(axis=0)]
    return indicators[:, 1:] if indicators.shape[1] > 1 else indicators


def _match(x: np.ndarray, y: np.ndarray, known: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """For each row the row whose value it takes: itself where known, else a donor."""
    spread = x.std(axis=0)
    x = x[:, (spread > 0) | (np.arange(x.shape[1]) == 0)]
    x = np.column_stack([x[:, :1], (x[:, 1:] - x[:, 1:].mean(axis=0)) / x[:, 1:].std(axis=0)])
    seen = x[known]
    cross = seen.T @ seen
    inverse = np.linalg.inv(cross + _RIDGE * np.diag(np.diag(cross)))
    coef = inverse @ seen.T @ y[known]
    left = y[known] - seen @ coef
    # draw the coefficients from their posterior, each column of y with its own error
    scale = np.sqrt((left**2).sum(axis=0) / rng.chisquare(max(1, len(seen) - x.shape[1])))
    drawn = coef + np.linalg.cholesky(inverse) @ rng.standard_normal(coef.shape) * scale
    donors = rng.permutation(np.flatnonzero(known))  # in random order, so that equals are taken at random
    distance = ((x[~known] @ drawn)[:, None, :] - (x[donors] @ coef)[None, :, :]) ** 2
    near = np.argsort(distance.sum(axis=2), axis=1, kind="stable")[:, :_DONORS]
    choice = rng.integers(0, near.shape[1], len(near))
    place = np.arange(len(known))
    place[~known] = donors[near[np.arange(len(near)), choice]]
    return place
