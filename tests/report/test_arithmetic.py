"""Tests and intervals from printed numbers, against R and the literature."""

from __future__ import annotations

import pytest

from haicplatform.report.paper_check import arithmetic
from haicplatform.report.paper_check.printed_number import read, read_with_spread


def around(value: float, half: float) -> tuple[float, float]:
    return value - half, value + half


def test_two_by_two_tests():
    """12/34 v 12/66: the answers that statisticians gave for the paper's ORR (R 4.4)."""
    found = arithmetic.tests_of_counts([[12, 22], [12, 54]])
    expected = {
        "Pearson": 0.0577, "Yates": 0.0988, "Fisher": 0.0828, "mid-p": 0.0659, "likelihood ratio": 0.0621,
        "z, unpooled": 0.0708, "Barnard": 0.0614, "Boschloo": 0.0696,
    }  # fmt: skip
    assert {name: round(found[name], 4) for name in expected} == expected
    one_sided = arithmetic.one_sided_tests_of_counts([[12, 22], [12, 54]])
    assert [round(p, 4) for p in one_sided.values()] == [0.0288, 0.0511]


def test_empty_arms_and_levels_have_no_test():
    assert arithmetic.tests_of_counts([[0, 0], [1, 2]]) == {}
    assert arithmetic.tests_of_counts([[3, 0], [2, 0]]) == {}


def test_means():
    """The paper's ages: Student 0.1507, Welch 0.1775 (R t.test from summary statistics), over their rounding."""
    exact = arithmetic.tests_of_means([((65.79,) * 2, (11.19,) * 2, 66), ((62.12,) * 2, (13.46,) * 2, 34)])
    assert {name: round(p[0], 4) for name, p in exact.items()} == {"Student t": 0.1507, "Welch t": 0.1775}
    rounded = arithmetic.tests_of_means(
        [(around(65.79, 0.005), around(11.19, 0.005), 66), (around(62.12, 0.005), around(13.46, 0.005), 34)]
    )
    assert rounded["Student t"][0] < 0.1507 < rounded["Student t"][1]


def test_three_means():
    """R: oneway.test on data with these summaries (plant growth: Dobson 1983), F = 4.846, p = 0.01591."""
    arms = [
        ((5.032,) * 2, (0.5830914,) * 2, 10),
        ((4.661,) * 2, (0.7936757,) * 2, 10),
        ((5.526,) * 2, (0.4425733,) * 2, 10),
    ]
    found = arithmetic.tests_of_means(arms)
    assert found["analysis of variance"][0] == pytest.approx(0.01591, abs=5e-6)
    assert found["Welch"][0] == pytest.approx(0.01739, abs=5e-6)


def test_intervals_of_a_proportion():
    """Newcombe 1998, table I: 81 of 263."""
    found = arithmetic.intervals_of_proportion(81, 263)
    assert found["Wald"] == pytest.approx((0.2522, 0.3638), abs=5e-5)
    assert found["Wilson"] == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert found["Clopper-Pearson"] == pytest.approx((0.2527, 0.3676), abs=5e-5)


def test_the_wald_p_over_the_rounding():
    low, high = arithmetic.wald_p(around(0.404, 0.0005), around(0.197, 0.0005), around(0.829, 0.0005))
    assert (round(low, 4), round(high, 4)) == (0.0131, 0.0138)


def test_rates_at_a_fixed_time():
    """The paper's 12-month PFS; the human answer gives each scale."""
    half = 0.0005
    errors = [
        arithmetic.scales_of(*(around(v, half) for v in rate)) for rate in ((0.41, 0.25, 0.671), (0.129, 0.053, 0.314))
    ]
    assert [list(found) for found in errors] == [["log"], ["log"]]
    tests = arithmetic.tests_of_rates((around(0.41, half), errors[0]["log"]), (around(0.129, half), errors[1]["log"]))
    said = {"plain": 0.0179, "log": 0.0259, "log-log": 0.0206, "logit": 0.0217, "arcsine": 0.0165}
    assert {name: low < said[name] < high for name, (low, high) in tests.items()} == dict.fromkeys(said, True)


def test_a_bound_cut_at_one_leaves_the_other():
    found = arithmetic.scales_of((0.9, 0.9), (0.75, 0.75), (1.0, 1.0))
    assert found["plain"][0] == pytest.approx(0.15 / arithmetic.Z / 0.9)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("0.031", 0.0305, 0.0315),
        ("35.3%", 35.25, 35.35),
        ("<0.001", 0.0, 0.001),
        ("1,204", 1203.5, 1204.5),
        ("−2", -2.5, -1.5),
    ],
)
def test_printed_numbers(text, low, high):
    assert read(text).ends == pytest.approx((low, high))


@pytest.mark.parametrize("text", ["", "n.s.", "4-6", "1,2", "2022-03..2024-07", "."])
def test_what_is_no_number(text):
    assert read(text) is None


def test_truncation():
    assert read("18.1").is_truncation_of(100 * 12 / 66)
    assert not read("18.2").is_truncation_of(100 * 12 / 66)
    assert [part.value for part in read_with_spread("65.79 (11.19)")] == [65.79, 11.19]
