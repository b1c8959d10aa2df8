"""Cox's proportional hazards model on the kernel.

Belongs here: tests, robust variance, the state of a fit. Does not belong here: the likelihood (kernel.py), its
maximisation (newton.py, firth.py), screening rules (estimation). Reference: R survival 3.x coxph with its defaults.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import polars as pl
from scipy.stats import chi2, norm

from haicplatform.survival import kernel
from haicplatform.survival.arrays import labels, observations
from haicplatform.survival.concordance import Concordance, concordance
from haicplatform.survival.design import as_polars, design, estimable, standardised
from haicplatform.survival.firth import Penalised, penalised
from haicplatform.survival.fit import Fit
from haicplatform.survival.newton import NO_MAXIMUM, information_inverse, maximise
from haicplatform.survival.proportionality import zph_table
from haicplatform.survival.ratios import ratios, told

_COLUMNS = ("coef", "se", "robust_se", "hr", "ci_low", "ci_high", "z", "p")
_NO_MAXIMUM = "not_estimable: the penalised likelihood did not converge"


@dataclass(frozen=True)
class Test:
    """A chi-square test; p is None when df is 0."""

    chisq: float
    df: int
    p: float | None


@dataclass(frozen=True)
class Cox:
    """A fitted model. `table`: term, coef, se, robust_se, hr, ci_low, ci_high, z, p, a row a coefficient.

    `coefficients` holds the same columns as arrays. `status`: `converged`; `separated: <terms>` (their hazard ratio
    runs to 0 or infinity, their numbers are missing); `not_estimable: <reason>` (terms without information of
    their own, or no event at all; or `the hazard ratio of one unit of <terms>`: it or its interval lies beyond 1e8, and
    is missing, while all else stands). With `penalty` "firth" log-likelihoods are penalised, the interval is the
    profile, p is the likelihood ratio test's and z its signed root.
    """

    coefficients: dict[str, list[str] | np.ndarray]
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
    penalty: str | None = None

    @cached_property
    def table(self) -> pl.DataFrame:
        """A row a coefficient; what is not estimated is missing."""
        return pl.DataFrame(self.coefficients).with_columns(pl.col(pl.Float64).fill_nan(None))

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

    def zph(self, transform: str = "km") -> pl.DataFrame:
        """Score test of proportional hazards (R cox.zph, survival 3): term, chisq, df, p; GLOBAL last.

        `transform`: km, identity, rank or log; columns without information of their own are left out, as in R.
        ValueError when the model did not converge, or is penalised.
        """
        if not self.has_maximum:
            raise ValueError(f"no proportional hazards test: {'penalised' if self.penalty else self.status}")
        return zph_table(self.fit, transform)


def cox(
    frame: object,
    time: str | Sequence,
    event: str | Sequence,
    terms: Sequence[str],
    *,
    strata: str | Sequence | None = None,
    entry: str | Sequence | None = None,
    weights: str | Sequence | None = None,
    cluster: str | Sequence | None = None,
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
        found = penalised(parts, len(kept), ties, conf_level)
        status = f"not_estimable: {', '.join(aliased)}" if aliased else "converged"
        return _penalised(found, columns.names, keep, scale, n, count, status if found.is_converged else _NO_MAXIMUM)

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
            robust_score = _test(null.score @ np.linalg.pinv(raw, hermitian=True) @ null.score, len(beta))
    used = variance if robust is None else robust
    wald = _test(beta @ np.linalg.pinv(used, hermitian=True) @ beta, len(beta)) if has_wald else None
    unknown = best.moving if best.moving.any() else np.full(len(beta), not best.is_converged)
    score = null.score @ np.linalg.solve(null.information, null.score)
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
        status=told(best.status(kept, aliased), columns.names, lines["coef"], lines["hr"]),
        fit=Fit(parts, beta, scale[keep], tuple(kept), owners, ties, times, events, entries, member),
    )


def cox_or_firth(
    frame: object, time: str | Sequence, event: str | Sequence, terms: Sequence[str], **options: object
) -> tuple[Cox, Cox | None]:
    """(the ordinary model, Firth's penalised one where a coefficient of the ordinary one separated, else None).

    `options` as for cox; the fallback leaves out `cluster`, for it has no robust variance. What separated is in the
    first model's status, and its hazard ratio there is missing.
    """
    plain = cox(frame, time, event, terms, **options)
    if not plain.status.startswith("separated"):
        return plain, None
    rest = {name: value for name, value in options.items() if name != "cluster"}
    return plain, cox(frame, time, event, terms, penalty="firth", **rest)


def _meat(parts: list[kernel.Stratum], beta: np.ndarray, ties: str, member: np.ndarray) -> np.ndarray:
    residuals = kernel.total(parts, beta, ties, residuals=True).residuals
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
) -> dict[str, list[str] | np.ndarray]:
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
    columns = {"coef": coef, "se": se, "robust_se": robust_se, "z": z, "p": 2 * norm.sf(np.abs(z))}
    columns |= ratios(coef, coef - width, coef + width)
    columns = {name: columns[name] for name in _COLUMNS}
    return {"term": list(names), **columns}


def _penalised(
    found: Penalised, names: tuple[str, ...], keep: np.ndarray, scale: np.ndarray, n: int, events: int, status: str
) -> Cox:
    place = np.flatnonzero(keep)
    columns = {name: np.full(len(names), np.nan) for name in _COLUMNS}
    columns["coef"][place] = found.beta / scale[keep]
    columns["se"][place] = np.sqrt(np.diag(found.variance)) / scale[keep]
    columns["ci_low"][place], columns["ci_high"][place] = found.low / scale[keep], found.high / scale[keep]
    columns |= ratios(columns["coef"], columns["ci_low"], columns["ci_high"])
    columns["z"][place] = np.sign(found.beta) * np.sqrt(found.chisq)
    columns["p"][place] = chi2.sf(found.chisq, 1)
    df = len(found.beta)
    return Cox(
        coefficients={"term": list(names), **columns},
        n=n,
        events=events,
        loglik_null=found.loglik_null,
        loglik=found.loglik,
        lr=_test(2 * (found.loglik - found.loglik_null), df),
        wald=_test(found.beta @ np.linalg.solve(found.variance, found.beta), df),
        score=None,
        robust_score=None,
        status=told(status, names, columns["coef"], columns["hr"]),
        fit=None,
        penalty="firth",
    )


def _nothing(names: tuple[str, ...], n: int, events: int, status: str, penalty: str | None) -> Cox:
    empty = np.full(len(names), np.nan)
    coefficients = {"term": list(names), **dict.fromkeys(_COLUMNS, empty)}
    return Cox(coefficients, n, events, None, None, None, None, None, None, status, None, penalty)
