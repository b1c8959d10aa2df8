"""Table tests against worked examples and scipy's 2 x 2 functions."""

from __future__ import annotations

import itertools
import math
import time

import numpy as np
import pytest
from scipy import stats

from haicplatform.survival import tables


def test_pearson_has_no_continuity_correction() -> None:
    # disease control of the published cohort: 0.0078 (with Yates 0.015)
    assert tables.pearson([[39, 27], [29, 5]]).p == pytest.approx(0.00779209, rel=1e-6)


@pytest.mark.parametrize("counts", [[[3, 1], [1, 3]], [[10, 2], [3, 15]], [[0, 5], [4, 1]], [[8, 0], [0, 8]]])
def test_fisher_two_by_two_is_scipys(counts: list) -> None:
    assert tables.fisher(counts).p == pytest.approx(stats.fisher_exact(counts)[1], rel=1e-9)


def test_fisher_two_by_three_by_hand() -> None:
    # rows of 2 and 2 over columns 1, 1, 2: of 6 equally weighted draws the observed split {1, 1, 0} has 1
    # tables for the first row: (1,1,0) 1/6, (1,0,1) 2/6, (0,1,1) 2/6, (0,0,2) 1/6
    assert tables.fisher([[1, 1, 0], [0, 0, 2]]).p == pytest.approx(2 / 6, rel=1e-12)


def test_fisher_is_the_sum_over_every_table() -> None:
    counts = np.array([[7, 2, 0, 5, 1], [3, 6, 4, 1, 2]])
    columns, first = counts.sum(axis=0), counts[0].sum()
    ways = {
        row: math.prod(math.comb(int(n), k) for n, k in zip(columns, row, strict=True))
        for row in itertools.product(*(range(n + 1) for n in columns))
        if sum(row) == first
    }
    seen = ways[tuple(counts[0].tolist())]
    expected = sum(w for w in ways.values() if w <= seen * (1 + 1e-7)) / math.comb(int(columns.sum()), int(first))
    assert tables.fisher(counts).p == pytest.approx(expected, rel=1e-12)


def test_fisher_of_a_large_table_is_quick() -> None:
    start = time.perf_counter()
    found = tables.fisher([[32, 232, 2, 36, 19, 17], [23, 133, 0, 15, 5, 7]])
    assert found.p is not None and time.perf_counter() - start < 5


def test_small_expected_counts_choose_fisher() -> None:
    assert tables.categorical([[3, 1], [1, 3]], 5).method == "fisher"
    assert tables.categorical([[30, 10], [10, 30]], 5).method == "pearson"
    assert tables.categorical([[3, 0], [4, 0]], 5).p is None


def test_clopper_pearson_ends() -> None:
    assert tables.clopper_pearson(0, 10) == (0.0, pytest.approx(1 - 0.025 ** (1 / 10)))
    assert tables.clopper_pearson(12, 34) == pytest.approx((0.19745, 0.535134), rel=1e-4)


def test_student_against_welch() -> None:
    a, b = [1, 2, 3, 4], [2, 4, 6, 8, 30]
    assert tables.student(a, b).p == pytest.approx(stats.ttest_ind(a, b).pvalue)
    assert tables.student(a, b, equal_variances=False).method == "welch_t"
    assert tables.student([1], b).status != "ok"


def test_standardised_differences() -> None:
    assert tables.smd_means([1, 2, 3], [2, 3, 4]) == pytest.approx(-1.0)
    # two levels: (p - q) / sqrt of the mean of the binomial variances
    assert tables.smd_shares([20, 80], [50, 50]) == pytest.approx(0.3 / ((0.16 + 0.25) / 2) ** 0.5)
    assert tables.smd_means([1, 1], [1, 1]) is None
