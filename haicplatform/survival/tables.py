"""Tests and summaries of baseline tables.

Belongs here: two-by-k tables, means, proportions, standardised differences. Does not belong here: survival.
References: R chisq.test(correct = FALSE), fisher.test, t.test(var.equal = TRUE), binom.test.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats
from scipy.special import gammaln

# half tables beyond this many are not enumerated
MAX_TABLES = 10_000_000


@dataclass(frozen=True)
class Comparison:
    """A test by name; p is None when it cannot be done and `status` says why."""

    method: str
    statistic: float | None
    p: float | None
    status: str = "ok"


def expected_counts(counts: ArrayLike) -> np.ndarray:
    """Expected counts of an r by k table under independence."""
    table = np.asarray(counts, dtype=float)
    return np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()


def pearson(counts: ArrayLike) -> Comparison:
    """Pearson's chi-square without continuity correction, over the levels that occur."""
    table = _occurring(counts)
    if min(table.shape) < 2:
        return Comparison("pearson", None, None, "fewer than two groups or levels")
    expected = expected_counts(table)
    value = float(((table - expected) ** 2 / expected).sum())
    return Comparison("pearson", value, float(stats.chi2.sf(value, (table.shape[0] - 1) * (table.shape[1] - 1))))


def fisher(counts: ArrayLike) -> Comparison:
    """Fisher's exact test of a two-by-k table by enumerating every table with its margins, in two halves."""
    table = _occurring(counts).astype(int)
    if min(table.shape) < 2:
        return Comparison("fisher", None, None, "fewer than two groups or levels")
    if table.shape[0] != 2:
        return Comparison("fisher", None, None, "more than two groups")
    columns = np.sort(table.sum(axis=0))[::-1]
    if np.prod(columns[::2] + 1.0) > MAX_TABLES or np.prod(columns[1::2] + 1.0) > MAX_TABLES:
        return Comparison("fisher", None, None, "too many tables to enumerate")
    first, whole = int(table[0].sum()), _log_choose(int(table.sum()), np.array(table[0].sum()))
    seen = float(_log_choose(table.sum(axis=0), table[0]).sum() - whole)
    # fisher.test counts tables as no more likely within a relative 1e-7
    limit = seen + np.log1p(1e-7) + whole
    # the tables of each half of the columns; a whole table is a pair that adds up to the first row
    used_a, logs_a = _halves(columns[::2], first)
    used_b, logs_b = _halves(columns[1::2], first)
    p = 0.0
    for used in np.intersect1d(used_a, first - used_b):
        left, right = logs_a[used_a == used], np.sort(logs_b[used_b == first - used])
        below = np.append(0.0, np.exp(right - right[-1]).cumsum())
        counted = below[np.searchsorted(right, limit - left, side="right")]
        p += float((np.exp(left + right[-1] - whole) * counted).sum())
    return Comparison("fisher", None, min(p, 1.0))


def _halves(columns: np.ndarray, most: int) -> tuple[np.ndarray, np.ndarray]:
    """Every choice of a count from each column: (their sum, the log of the number of ways)."""
    used, logs = np.zeros(1, dtype=int), np.zeros(1)
    for size in columns:
        values = np.arange(size + 1)
        filled = used[:, None] + values
        possible = filled <= most
        logs = (logs[:, None] + _log_choose(size, values))[possible]
        used = filled[possible]
    return used, logs


def categorical(counts: ArrayLike, fisher_below: float) -> Comparison:
    """Pearson, or Fisher when an expected count is below `fisher_below` (levels that do not occur left out)."""
    table = _occurring(counts)
    if min(table.shape) < 2:
        return Comparison("pearson", None, None, "fewer than two groups or levels")
    if (expected_counts(table) < fisher_below).any() and table.shape[0] == 2:
        exact = fisher(table)
        if exact.p is not None:
            return exact
    return pearson(table)


def student(first: ArrayLike, second: ArrayLike, *, equal_variances: bool = True) -> Comparison:
    """Student's t test, or Welch's when the variances are not taken as equal."""
    method = "student_t" if equal_variances else "welch_t"
    if min(np.size(first), np.size(second)) < 2:
        return Comparison(method, None, None, "fewer than two values in a group")
    if np.ptp(np.asarray(first)) == 0 and np.ptp(np.asarray(second)) == 0:
        return Comparison(method, None, None, "no variation")
    test = stats.ttest_ind(first, second, equal_var=equal_variances)
    return Comparison(method, float(test.statistic), float(test.pvalue))


def clopper_pearson(successes: int, n: int, conf_level: float = 0.95) -> tuple[float, float]:
    """Exact binomial interval of a proportion (0 to 1); ValueError without observations."""
    if n < 1 or not 0 <= successes <= n:
        raise ValueError("a proportion needs 0 <= successes <= n and n >= 1")
    tail = (1 - conf_level) / 2
    low = 0.0 if successes == 0 else float(stats.beta.ppf(tail, successes, n - successes + 1))
    high = 1.0 if successes == n else float(stats.beta.ppf(1 - tail, successes + 1, n - successes))
    return low, high


def smd_means(first: ArrayLike, second: ArrayLike) -> float | None:
    """Difference of means over the root of the mean variance; None without variation or values."""
    a, b = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    if min(a.size, b.size) < 2:
        return None
    spread = np.sqrt((a.var(ddof=1) + b.var(ddof=1)) / 2)
    return float((a.mean() - b.mean()) / spread) if spread > 0 else None


def smd_shares(first: ArrayLike, second: ArrayLike) -> float | None:
    """Standardised difference of two multinomial samples given as counts (Yang and Dalton 2012)."""
    a, b = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    if not a.sum() or not b.sum():
        return None
    p, q = a[1:] / a.sum(), b[1:] / b.sum()
    spread = (np.diag(p) - np.outer(p, p) + np.diag(q) - np.outer(q, q)) / 2
    distance = (p - q) @ np.linalg.pinv(spread, hermitian=True) @ (p - q)
    return float(np.sqrt(max(distance, 0.0)))


def _occurring(counts: ArrayLike) -> np.ndarray:
    table = np.asarray(counts, dtype=float)
    table = table[:, table.sum(axis=0) > 0]
    return table[table.sum(axis=1) > 0]


def _log_choose(n: np.ndarray | int, k: np.ndarray) -> np.ndarray:
    return gammaln(np.asarray(n) + 1.0) - gammaln(k + 1.0) - gammaln(np.asarray(n) - k + 1.0)
