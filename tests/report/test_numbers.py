"""How numbers are written."""

from __future__ import annotations

import pytest

from haicplatform.report.document import number_format
from haicplatform.report.document.estimate_lookup import Estimate
from haicplatform.report.document.messages import Words
from haicplatform.report.document.model import Run, plain
from haicplatform.report.document.number_format import Numbers
from haicplatform.report.formats.pages import markup

EN = Numbers(Words("en"), 5)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0004, "<0.001"), (0.001, "0.001"), (0.0499, "0.050"), (0.9996, ">0.999"), (1.0, ">0.999"), (None, "–")],
)
def test_p(value: float | None, text: str) -> None:
    assert number_format.p_text(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0.4038, "0.40"), (0.097, "0.10"), (0.004, "<0.01"), (12.34, "12.3"), (4321.0, ">1,000")]
)
def test_ratio(value: float, text: str) -> None:
    assert number_format.ratio(value) == text


@pytest.mark.parametrize(("value", "text"), [(-1.25, "−1.2"), (-0.01, "0.0"), (1234.5, "1,234.5"), (None, "–")])
def test_fixed(value: float | None, text: str) -> None:
    assert number_format.fixed(value, 1) == text


def test_medians_and_bounds_that_are_not_reached() -> None:
    assert plain(EN.months(Estimate("a" * 16, 12.4, 9.0, None))) == "12.4 (9.0–NR)"
    assert plain(EN.months(Estimate("a" * 16, None, 5.0, None, status="not_reached"))) == "NR (5.0–NR)"
    assert plain(EN.months(Estimate("a" * 16, None, status="not_reached"))) == "NR"
    assert plain(EN.months(Estimate("a" * 16, None, status="few_patients: 5"))) == "too few patients"


def test_counts_carry_their_estimate_and_are_masked() -> None:
    four = Estimate("f" * 16, 4.0)
    assert EN.count(four) == (Run("4", ("f" * 16,)),)
    assert EN.count(four, 5) == (Run("<5", ("f" * 16,), "masked"),)
    assert plain(EN.count(Estimate("f" * 16, 0.0), 5)) == "0"
    assert EN.share(Estimate("a" * 16, 12.0), Estimate("b" * 16, 18.1818)) == (Run("12 (18.2)", ("a" * 16, "b" * 16)),)
    assert plain(EN.of(Estimate("a" * 16, 3.0), Estimate("b" * 16, 12.0), 5)) == "<5 / 12"
    assert plain(EN.count(Estimate("c" * 16, None, status="suppressed"))) == "not shown"  # it need not be small


def test_a_rate_says_that_the_curve_was_carried_on() -> None:
    assert plain(EN.rate(Estimate("a" * 16, 0.254, 0.2, 0.3, status="beyond_last"))) == "25.4 (20.0–30.0)*"
    assert plain(EN.rate(Estimate("a" * 16, 0.254, 0.2, 0.3))) == "25.4 (20.0–30.0)"


def test_a_run_keeps_its_ids_and_its_text_is_escaped() -> None:
    assert markup((Run("<b>", ("a" * 16, "c" * 16), "why"),)) == (
        f'<span class="why" data-estimate="{"a" * 16} {"c" * 16}">&lt;b&gt;</span>'
    )
    assert markup((Run("a & b"),)) == "a &amp; b"
