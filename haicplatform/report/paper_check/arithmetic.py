"""p values and intervals from the few numbers that a paper prints.

Belongs here: tests of counts, of means with SDs, of rates with intervals; intervals of proportions; the Wald p of an
interval; each by name, over the rounding of its inputs. Does not belong here: which numbers of a file belong together.
References: R chisq.test, fisher.test, t.test, oneway.test; Campbell, Stat Med 2007;26:3661 (N-1); Klein et al., Stat
Med 2007;26:4505 (fixed times); Newcombe, Stat Med 1998;17:857 (intervals of proportions).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import product

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from haicplatform.survival import tables

# z of a two-sided 95 % interval
Z = float(stats.norm.ppf(0.975))
Range = tuple[float, float]
# Barnard's and Boschloo's tests search a nuisance parameter; above so many patients only the others are made
MOST_FOR_SEARCH = 400


def tests_of_counts(counts: ArrayLike) -> dict[str, float]:
    """Two-sided p by method of an arms by levels table; empty where an arm or all but one level is empty.

    Two by two: Pearson, Yates, Pearson N-1, likelihood ratio, Fisher, mid-p, unpooled z, Barnard, Boschloo.
    """
    table = np.asarray(counts, dtype=float)
    table = table[:, table.sum(axis=0) > 0]
    if min(table.shape) < 2 or (table.sum(axis=1) == 0).any():
        return {}
    n = table.sum()
    chisq, df = tables.pearson(table).statistic, (table.shape[0] - 1) * (table.shape[1] - 1)
    found = {
        "Pearson": float(stats.chi2.sf(chisq, df)),
        "Pearson N-1": float(stats.chi2.sf(chisq * (n - 1) / n, df)),
        "likelihood ratio": float(stats.chi2_contingency(table, correction=False, lambda_="log-likelihood").pvalue),
    }
    exact = tables.fisher(table).p
    if exact is not None:
        found["Fisher"] = exact
    if table.shape == (2, 2):
        found |= _two_by_two(table)
    return found


def _two_by_two(table: np.ndarray) -> dict[str, float]:
    whole = table.astype(int)
    found = {"Yates": float(stats.chi2_contingency(table, correction=True).pvalue), "mid-p": _mid_p(whole)}
    n, share = table.sum(axis=1), table[:, 0] / table.sum(axis=1)
    error = math.sqrt(float((share * (1 - share) / n).sum()))
    if error > 0:
        found["z, unpooled"] = _two_sided(float(share[0] - share[1]) / error)
    if table.sum() <= MOST_FOR_SEARCH:
        # both take the two arms as columns
        found["Barnard"] = float(stats.barnard_exact(whole.T).pvalue)
        found["Boschloo"] = min(1.0, float(stats.boschloo_exact(whole.T).pvalue))
    return found


def _mid_p(table: np.ndarray) -> float:
    """Fisher's two-sided p with half of the tables as likely as the one seen."""
    law = stats.hypergeom(table.sum(), table[0].sum(), table[:, 0].sum())
    chances = law.pmf(np.arange(table.sum() + 1))
    seen = float(law.pmf(table[0, 0]))
    ties = np.isclose(chances, seen, rtol=1e-7, atol=0)
    return float(chances[(chances < seen) & ~ties].sum() + chances[ties].sum() / 2)


def one_sided_tests_of_counts(counts: ArrayLike) -> dict[str, float]:
    """The smaller one-sided p of a two by two table: what a two-sided p is sometimes taken for."""
    table = np.asarray(counts, dtype=int)
    if table.shape != (2, 2) or (table.sum(axis=1) == 0).any() or (table.sum(axis=0) == 0).any():
        return {}
    fisher = min(float(stats.fisher_exact(table, side).pvalue) for side in ("less", "greater"))
    return {"Pearson, one-sided": tests_of_counts(table)["Pearson"] / 2, "Fisher, one-sided": fisher}


def tests_of_means(arms: Sequence[tuple[Range, Range, int]]) -> dict[str, Range]:
    """Range of p by method for arms of (range of the mean, range of the SD, n): equal variances, and Welch's."""
    corners = [list(product(mean, spread, (n,))) for mean, spread, n in arms]
    found: dict[str, list[float]] = {}
    for arm in product(*corners):
        mean, sd, n = (np.array(part, dtype=float) for part in zip(*arm, strict=True))
        if (n < 2).any() or (sd <= 0).any():
            return {}
        for name, p in _anova(mean, sd, n).items():
            found.setdefault(name, []).append(p)
    order = _could_be_equal([mean for mean, _, _ in arms])
    return {name: (min(p), 1.0 if order else max(p)) for name, p in found.items()}


def _could_be_equal(means: Sequence[Range]) -> bool:
    """Whether one value lies in every range: then p can be anything up to 1."""
    return max(low for low, _ in means) <= min(high for _, high in means)


def _anova(mean: np.ndarray, sd: np.ndarray, n: np.ndarray) -> dict[str, float]:
    k, total = len(n), n.sum()
    between = float((n * (mean - (n * mean).sum() / total) ** 2).sum()) / (k - 1)
    within = float(((n - 1) * sd**2).sum()) / (total - k)
    name = "Student t" if k == 2 else "analysis of variance"
    found = {name: float(stats.f.sf(between / within, k - 1, total - k))}
    weight = n / sd**2
    share = weight / weight.sum()
    lost = float(((1 - share) ** 2 / (n - 1)).sum())
    spread = float((weight * (mean - (share * mean).sum()) ** 2).sum()) / (k - 1)
    value = spread / (1 + 2 * (k - 2) / (k**2 - 1) * lost)
    return found | {"Welch t" if k == 2 else "Welch": float(stats.f.sf(value, k - 1, (k**2 - 1) / (3 * lost)))}


def intervals_of_proportion(k: int, n: int) -> dict[str, Range]:
    """95 % interval (0 to 1) by method."""
    share = k / n
    wald = Z * math.sqrt(share * (1 - share) / n)
    centre = (k + Z**2 / 2) / (n + Z**2)
    agresti = Z * math.sqrt(centre * (1 - centre) / (n + Z**2))
    wilson = stats.binomtest(k, n).proportion_ci(method="wilson")
    jeffreys = stats.beta(k + 0.5, n - k + 0.5)
    return {
        "Clopper-Pearson": tables.clopper_pearson(k, n),
        "Wilson": (float(wilson.low), float(wilson.high)),
        "Wald": (max(0.0, share - wald), min(1.0, share + wald)),
        "Agresti-Coull": (max(0.0, centre - agresti), min(1.0, centre + agresti)),
        "Jeffreys": (0.0 if k == 0 else float(jeffreys.ppf(0.025)), 1.0 if k == n else float(jeffreys.ppf(0.975))),
    }


def wald_p(ratio: Range, low: Range, high: Range) -> Range:
    """Range of the two-sided Wald p of a ratio with a 95 % interval, each given as the range of its rounding."""
    if min(ratio[0], low[0], high[0]) <= 0 or min(high) <= max(low):
        return math.nan, math.nan
    p = []
    for value, first, last in product(ratio, low, high):
        p.append(_two_sided(math.log(value) / ((math.log(last) - math.log(first)) / (2 * Z))))
    return min(p), 1.0 if ratio[0] <= 1 <= ratio[1] else max(p)


def ratio_between(low: Range, high: Range) -> Range:
    """Where the ratio of a Wald interval lies: the geometric middle."""
    if low[0] <= 0:
        return math.nan, math.nan
    return math.sqrt(low[0] * high[0]), math.sqrt(low[1] * high[1])


def _two_sided(z: float) -> float:
    return float(2 * stats.norm.sf(abs(z)))


# scale -> (transform of a survival S, how its standard error follows from the relative one of S)
SCALES: dict[str, tuple[Callable[[float], float], Callable[[float, float], float]]] = {
    "plain": (lambda s: s, lambda s, e: s * e),
    "log": (math.log, lambda s, e: e),
    "log-log": (lambda s: -math.log(-math.log(s)), lambda s, e: e / -math.log(s)),
    "logit": (lambda s: math.log(s / (1 - s)), lambda s, e: e / (1 - s)),
    "arcsine": (lambda s: math.asin(math.sqrt(s)), lambda s, e: e * math.sqrt(s / (1 - s)) / 2),
}


def scales_of(rate: Range, low: Range, high: Range) -> dict[str, Range]:
    """Scales on which the interval is symmetric within rounding -> range of the relative standard error of the rate.

    All of them 0 to 1. A bound at 0 or 1 was cut there, and the other one alone gives the error: by every scale.
    """
    cut_low, cut_high = low[0] <= 0, high[1] >= 1
    if not 0 < rate[0] <= rate[1] < 1 or (cut_low and cut_high):
        return {}
    errors_of: dict[str, Range] = {}
    for name, (scale, error_of) in SCALES.items():
        firsts = None if cut_low else (scale(low[0]), scale(low[1]))
        lasts = None if cut_high else (scale(high[0]), scale(high[1]))
        middle = scale(rate[0]), scale(rate[1])
        errors = [
            _half_width(first, last, centre) / Z / error_of(s, 1.0)
            for first, last, (centre, s) in product(firsts or [None], lasts or [None], zip(middle, rate, strict=True))
        ]
        if firsts and lasts:
            centres = [(a + b) / 2 for a, b in zip(firsts, lasts, strict=True)]
            if centres[0] > middle[1] + 1e-12 or centres[1] < middle[0] - 1e-12:
                continue
        if min(errors) > 0:
            errors_of[name] = (min(errors), max(errors))
    return errors_of


def _half_width(first: float | None, last: float | None, centre: float) -> float:
    """Half of an interval, or what lies between its centre and the one end that was not cut."""
    if first is not None and last is not None:
        return (last - first) / 2
    if first is not None:
        return centre - first
    if last is not None:
        return last - centre
    raise ValueError("an interval without ends has no width")


def tests_of_rates(first: tuple[Range, Range], second: tuple[Range, Range]) -> dict[str, Range]:
    """Range of the two-sided p by scale for two (range of the rate, range of its relative standard error)."""
    found: dict[str, Range] = {}
    for name, (scale, error_of) in SCALES.items():
        p = []
        for s1, e1, s2, e2 in product(*first, *second):
            z = (scale(s1) - scale(s2)) / math.hypot(error_of(s1, e1), error_of(s2, e2))
            p.append(_two_sided(z))
        found[name] = (min(p), 1.0 if _could_be_equal([first[0], second[0]]) else max(p))
    return found
