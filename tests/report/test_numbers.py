"""How numbers are written."""

from __future__ import annotations

import pytest

from haicplatform.report import numbers
from haicplatform.report.numbers import Estimate


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0004, "<0.001"), (0.001, "0.001"), (0.0499, "0.050"), (0.9996, ">0.999"), (1.0, ">0.999"), (None, "–")],
)
def test_p(value: float | None, text: str) -> None:
    assert numbers.p_text(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0.4038, "0.40"), (0.097, "0.10"), (0.004, "<0.01"), (12.34, "12.3"), (4321.0, ">1,000")]
)
def test_ratio(value: float, text: str) -> None:
    assert numbers.ratio(value) == text


def test_medians_and_bounds_that_are_not_reached() -> None:
    median = Estimate("a" * 16, 12.4, 9.0, None)
    assert numbers.median_months(median).striptags() == "12.4 (9.0–NR)"
    none = Estimate("a" * 16, None, 5.0, None, status="not_reached")
    assert numbers.median_months(none).striptags() == "NR (5.0–NR)"
    few = Estimate("a" * 16, None, status="fewer than 5 patients")
    assert "fewer than 5" in numbers.median_months(few)


def test_counts_carry_their_estimate_and_are_masked() -> None:
    four = Estimate("f" * 16, 4.0)
    assert numbers.count(four) == '<span data-estimate="ffffffffffffffff">4</span>'
    assert numbers.count(four, 5) == "&lt;5"
    assert numbers.count(Estimate("f" * 16, 0.0), 5).striptags() == "0"
    assert numbers.count_share(Estimate("a" * 16, 12.0), Estimate("b" * 16, 18.1818)).striptags() == "12 (18.2)"


def test_text_from_estimates_is_escaped() -> None:
    assert "&lt;b&gt;" in numbers.why(Estimate("a" * 16, None, status="<b>"))
