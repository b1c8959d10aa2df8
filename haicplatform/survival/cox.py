"""Cox's proportional hazards model on the kernel.

Belongs here: tests, robust variance, the state of a fit. Does not belong here: the likelihood (kernel.py), its
maximisation (newton.py, firth.py), screening rules (estimation). Reference: R survival 3.x coxph with its defaults.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Literal, TypedDict

import numpy as np
import polars as pl
from numpy.typing import ArrayLike
from scipy.stats import chi2, norm

from haicplatform.survival import kernel
from haicplatform.survival.arrays import labels, observations
from haicplatform.survival.concordance import Concordance, concordance
from haicplatform.survival.design import Frame, as_polars, design, estimable, standardised
from haicplatform.survival.firth import Penalised, penalised
from haicplatform.survival.fit import Fit
from haicplatform.survival.newton import NO_MAXIMUM, information_inverse, maximise
from haicplatform.survival.proportionality import Transform, zph_table
from haicplatform.survival.ratios import ratios, status_with_ratios

_NO_MAXIMUM = "not_estimable: the penalised likelihood did not converge"


@dataclass(frozen=True)
class Test:
    """A chi-square test; p is None when df is 0."""

    chisq: float
    df: int
    p: float | None


class Coefficients(TypedDict):
    """The columns of a model's table; what is not estimated is nan."""

    term: list[str]
    coef: np.ndarray
    se: np.ndarray
    robust_se: np.ndarray
    hr: np.ndarray
    ci_low: np.ndarray
    ci_high: np.ndarray
    z: np.ndarray
    p: np.ndarray


@dataclass(frozen=True)
class Cox:
    """A fitted model. `table`: term, coef, se, robust_se, hr, ci_low, ci_high, z, p, a row a coefficient.

    `coefficients` holds the same columns as arrays. `status`: `converged`; `separated: <terms>` (their hazard ratio
    runs to 0 or infinity, their numbers are missing); `not_estimable: <reason>` (terms without information of
    their own, or no event at all; or `the hazard ratio of one unit of <terms>`: it or its interval lies beyond 1e8, and
    is missing, while all else stands). With `penalty` "firth" log-likelihoods are penalised, the interval is the
    profile, p is the likelihood ratio test's and z its signed root.
    """

    coefficients: Coefficients
    n: int
    events: int
    loglik_null: float | None
    loglik: float | None
    lr: Test | None
    wald: Test | None
    score: Test | None
    robust_score: Test | None
    status: str
    fit: Fit | None
    penalty: Literal["firth"] | None = None

    @cached_property
    def table(self) -> pl.DataFrame:
        """A row a coefficient; what is not estimated is missing."""
        return pl.DataFrame(dict(self.coefficients)).with_columns(pl.col(pl.Float64).fill_nan(None))

    @property
    def has_maximum(self) -> bool:
        """The likelihood has its maximum: every coefficient is finite, but for those of columns left out of it."""
        return self.fit is not None and not self.status.startswith("separated") and self.status != NO_MAXIMUM

    @cached_property
    def concordance(self) -> Concordance:
        """Harrell's index of the linear predictor within strata; missing with delayed entry or weights."""
        fit = self.fit
        if fit is None or fit.entry is not None or any((part.weight != 1).any() for part in fit.strata):
            return Concordance(None, None)
        risk, stratum = np.zeros(self.n), np.zeros(self.n, dtype=int)
        for number, part in enumerate(fit.strata):
            # rounded: equal covariates must tie, whatever the order of summation
            risk[part.rows] = np.round(part.x @ fit.beta, 10)
            stratum[part.rows] = number
        return concordance(fit.time, fit.event, risk, stratum, fit.cluster)

    def zph(self, transform: Transform = "km") -> pl.DataFrame:
        """Score test of proportional hazards (R cox.zph, survival 3): term, chisq, df, p; GLOBAL last.

        `transform`: km, identity, rank or log; columns without information of their own are left out, as in R.
        ValueError when the model did not converge, or is penalised.
        """
        if self.fit is None or not self.has_maximum:
            raise ValueError(f"no proportional hazards test: {'penalised' if self.penalty else self.status}")
        return zph_table(self.fit, transform)


def cox(
    frame: Frame,
    time: str | ArrayLike,
    event: str | ArrayLike,
    terms: Sequence[str],
    *,
    strata: str | ArrayLike | None = None,
    entry: str | ArrayLike | None = None,
    weights: str | ArrayLike | None = None,
    cluster: str | ArrayLike | None = None,
    ties: kernel.Ties = "efron",
    penalty: Literal["firth"] | None = None,
    conf_level: float = 0.95,
) -> Cox:
    """Fit a proportional hazards model; Wald intervals and p values. Rows of weight 0 are left out.

    `frame` polars, pandas or a mapping; `time`, `event`, `strata`, `entry`, `weights`, `cluster` are columns of it
    or arrays of its length. Rows must be complete (ValueError). `cluster` gives robust standard errors.
    `penalty="firth"`: R's coxphf, i.e. Breslow ties, profile likelihood intervals and likelihood ratio p values.
    """
    data = as_polars(frame)
    pick = lambda value: data[value].to_numpy() if isinstance(value, str) else value  # noqa: E731
    times, events, entries, mass = observations(pick(time), pick(event), pick(entry), pick(weights))
    columns = design(data, list(terms))
    if len(times) != data.height:
        raise ValueError(f"time has {len(times)} values where {data.height} are expected")
    kept_rows = mass > 0
    if not kept_rows.all():
        times, events, mass = times[kept_rows], events[kept_rows], mass[kept_rows]
        entries = None if entries is None else entries[kept_rows]
    # a level that only such rows have is no coefficient
    columns = design(data.filter(kept_rows), list(terms)) if not kept_rows.all() else columns
    n = len(times)
    if penalty not in (None, "firth") or (penalty and cluster is not None):
        raise ValueError("penalty must be None or firth, and firth has no robust standard errors")
    ties = "breslow" if penalty else ties
    stratum, _ = labels(np.zeros(n) if strata is None else np.asarray(pick(strata))[kept_rows], "strata", n)
    count = int(events.sum())
    member = None if cluster is None else labels(np.asarray(pick(cluster))[kept_rows], "cluster", n)[0]
    if not count or (member is not None and not member.any()):
        reason = "one cluster" if count else "no events"
        return _nothing(columns.names, n, count, f"not_estimable: {reason}", penalty)

    whole = standardised(columns.x)
    x, scale, spread = whole.x, whole.scale, whole.spread
    parts = kernel.split(x, times, events, mass, entries, stratum)
    null = kernel.total(parts, np.zeros(x.shape[1]), ties)
    keep = estimable(null.information, spread)
    if not keep.any():
        return _nothing(columns.names, n, count, f"not_estimable: {', '.join(columns.names) or 'no terms'}", penalty)
    if not keep.all():
        parts = kernel.split(x[:, keep], times, events, mass, entries, stratum)
        null = kernel.total(parts, np.zeros(int(keep.sum())), ties)
    kept = [name for name, use in zip(columns.names, keep, strict=True) if use]
    aliased = [name for name, use in zip(columns.names, keep, strict=True) if not use]
    owners = tuple(owner for owner, use in zip(columns.term_of, keep, strict=True) if use)
    if penalty:
        best_penalised = penalised(parts, len(kept), ties, conf_level)
        status = f"not_estimable: {', '.join(aliased)}" if aliased else "converged"
        status = status if best_penalised.is_converged else _NO_MAXIMUM
        return _penalised(best_penalised, columns.names, keep, scale, n, count, status)

    best = maximise(lambda beta: kernel.total(parts, beta, ties), null, [part.x for part in parts])
    beta, sums = best.beta, best.sums
    has_wald = not best.moving.any() and best.is_converged
    variance = information_inverse(sums.information)
    robust = robust_score = None
    if member is not None:
        with np.errstate(all="ignore"):  # where a coefficient ran away, so may its residuals
            robust = variance @ _meat(parts, beta, ties, member) @ variance
        if has_wald:
            raw = _meat(parts, np.zeros(len(beta)), ties, member)
            robust_score = _test(float(null.score @ np.linalg.pinv(raw, hermitian=True) @ null.score), len(beta))
    used = variance if robust is None else robust
    wald = _test(float(beta @ np.linalg.pinv(used, hermitian=True) @ beta), len(beta)) if has_wald else None
    unknown = best.moving if best.moving.any() else np.full(len(beta), not best.is_converged)
    score = float(null.score @ np.linalg.solve(null.information, null.score))
    lines = _wald_lines(columns.names, keep, beta, variance, robust, scale, unknown, conf_level)
    return Cox(
        coefficients=lines,
        n=n,
        events=count,
        loglik_null=null.loglik,
        loglik=sums.loglik,
        lr=_test(2 * (sums.loglik - null.loglik), len(beta)),
        wald=wald,
        score=_test(score, len(beta)),
        robust_score=robust_score,
        status=status_with_ratios(best.status(kept, aliased), columns.names, lines["coef"], lines["hr"]),
        fit=Fit(parts, beta, scale[keep], tuple(kept), owners, ties, times, events, entries, member),
    )


def cox_or_firth(
    frame: Frame,
    time: str | ArrayLike,
    event: str | ArrayLike,
    terms: Sequence[str],
    *,
    strata: str | ArrayLike | None = None,
    entry: str | ArrayLike | None = None,
    weights: str | ArrayLike | None = None,
    cluster: str | ArrayLike | None = None,
    ties: kernel.Ties = "efron",
    conf_level: float = 0.95,
) -> tuple[Cox, Cox | None]:
    """(the ordinary model, Firth's penalised one where a coefficient of the ordinary one separated, else None).

    The options as for cox; the fallback leaves out `cluster`, for it has no robust variance. What separated is in the
    first model's status, and its hazard ratio there is missing.
    """
    fit = partial(
        cox, frame, time, event, terms, strata=strata, entry=entry, weights=weights, ties=ties, conf_level=conf_level
    )
    plain = fit(cluster=cluster)
    return plain, fit(penalty="firth") if plain.status.startswith("separated") else None


def _meat(parts: list[kernel.Stratum], beta: np.ndarray, ties: kernel.Ties, member: np.ndarray) -> np.ndarray:
    residuals = kernel.total(parts, beta, ties, residuals=True).residuals
    if residuals is None:
        raise ValueError("a robust variance needs the residuals")
    summed = np.zeros((member.max() + 1, residuals.shape[1]))
    np.add.at(summed, member, residuals)
    return summed.T @ summed


def _test(chisq: float, df: int) -> Test:
    value = max(float(chisq), 0.0)
    return Test(value, df, float(chi2.sf(value, df)) if df else None)


def _wald_lines(
    names: tuple[str, ...],
    keep: np.ndarray,
    beta: np.ndarray,
    variance: np.ndarray,
    robust: np.ndarray | None,
    scale: np.ndarray,
    unknown: np.ndarray,
    conf_level: float,
) -> Coefficients:
    place = np.flatnonzero(keep)
    coef, se, robust_se = (np.full(len(names), np.nan) for _ in range(3))
    steady = place[~unknown]
    coef[steady] = (beta / scale[keep])[~unknown]
    with np.errstate(invalid="ignore"):
        se[steady] = np.sqrt(np.diag(variance)[~unknown]) / scale[keep][~unknown]
        if robust is not None:
            robust_se[steady] = np.sqrt(np.diag(robust)[~unknown]) / scale[keep][~unknown]
    used = np.where((se if robust is None else robust_se) > 0, se if robust is None else robust_se, np.nan)
    z, width = coef / used, norm.ppf(1 - (1 - conf_level) / 2) * used
    return _coefficients(names, coef, se, robust_se, (coef - width, coef + width), z, 2 * norm.sf(np.abs(z)))


def _coefficients(
    names: tuple[str, ...],
    coef: np.ndarray,
    se: np.ndarray,
    robust_se: np.ndarray,
    interval: tuple[np.ndarray, np.ndarray],
    z: np.ndarray,
    p: np.ndarray,
) -> Coefficients:
    shown = ratios(coef, *interval)
    return {"term": list(names), "coef": coef, "se": se, "robust_se": robust_se, **shown, "z": z, "p": p}


def _penalised(
    best: Penalised, names: tuple[str, ...], keep: np.ndarray, scale: np.ndarray, n: int, events: int, status: str
) -> Cox:
    place = np.flatnonzero(keep)
    coef, se, robust_se, low, high, z, p = (np.full(len(names), np.nan) for _ in range(7))
    coef[place] = best.beta / scale[keep]
    se[place] = np.sqrt(np.diag(best.variance)) / scale[keep]
    low[place], high[place] = best.low / scale[keep], best.high / scale[keep]
    z[place] = np.sign(best.beta) * np.sqrt(best.chisq)
    p[place] = chi2.sf(best.chisq, 1)
    lines = _coefficients(names, coef, se, robust_se, (low, high), z, p)
    df = len(best.beta)
    return Cox(
        coefficients=lines,
        n=n,
        events=events,
        loglik_null=best.loglik_null,
        loglik=best.loglik,
        lr=_test(2 * (best.loglik - best.loglik_null), df),
        wald=_test(float(best.beta @ np.linalg.solve(best.variance, best.beta)), df),
        score=None,
        robust_score=None,
        status=status_with_ratios(status, names, lines["coef"], lines["hr"]),
        fit=None,
        penalty="firth",
    )


def _nothing(names: tuple[str, ...], n: int, events: int, status: str, penalty: Literal["firth"] | None) -> Cox:
    empty = np.full(len(names), np.nan)
    lines = _coefficients(names, empty, empty, empty, (empty, empty), empty, empty)
    return Cox(lines, n, events, None, None, None, None, None, None, status, None, penalty)
