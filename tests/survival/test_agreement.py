"""Cohen's kappa: the worked cases (tests/data/cases/kappa.yaml), weights by hand, undefined tables, the bootstrap."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from haicplatform.survival import kappa, kappa_of_pairs

CASES = yaml.safe_load((Path(__file__).parents[1] / "data" / "cases" / "kappa.yaml").read_text(encoding="utf-8"))
FOUR = ("CR", "PR", "SD", "PD")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_worked_case(case) -> None:
    weights = {"kappa": None, "linear": "linear", "quadratic": "quadratic"}
    for name, expected in case["expect"].items():
        found = kappa(case["table"], weights[name]).value
        assert found == (None if expected is None else pytest.approx(expected, abs=1e-6))


def test_quadratic_weights_by_hand() -> None:
    # 3 categories, 4 pairs; credit 1, 3/4, 0: observed (2 + 3/4) / 4; margins rows 2 1 1, columns 1 2 1
    found = kappa([[1, 1, 0], [0, 1, 0], [0, 0, 1]], "quadratic")
    assert (found.observed, found.expected, found.n) == (pytest.approx(15 / 16), pytest.approx(11 / 16), 4)
    assert found.value == pytest.approx((15 - 11) / (16 - 11))


def test_weights_span_categories_that_nobody_gave() -> None:
    pairs = [("PR", "PR"), ("PR", "SD"), ("SD", "SD"), ("SD", "PR")]
    narrow = kappa_of_pairs(*zip(*pairs, strict=True), ("PR", "SD"), "linear")
    wide = kappa_of_pairs(*zip(*pairs, strict=True), FOUR, "linear")
    assert (narrow.observed, wide.observed) == (0.5, pytest.approx(5 / 6))


def test_undefined() -> None:
    assert kappa([[0, 0], [0, 0]]).value is None
    assert kappa([[0, 0], [0, 7]], "linear").value is None
    assert kappa_of_pairs([], [], FOUR, patient=[], samples=5).ci_low is None


def test_bootstrap_draws_patients_not_visits() -> None:
    first = ["CR", "PR", "SD", "PD"] * 10
    second = ["CR", "PR", "SD", "SD"] * 10
    single = kappa_of_pairs(first, second, FOUR, patient=range(40), samples=500)
    clustered = kappa_of_pairs(first, second, FOUR, patient=["a", "b", "c", "d"] * 10, samples=500)
    assert single.value == clustered.value == pytest.approx(2 / 3)
    assert single.ci_low < single.value < single.ci_high
    assert clustered.ci_high - clustered.ci_low > 1.5 * (single.ci_high - single.ci_low)
    assert kappa_of_pairs(first, second, FOUR, patient=range(40), samples=500) == single


@pytest.mark.parametrize(
    "call",
    [
        lambda: kappa([[1, 2, 3], [4, 5, 6]]),
        lambda: kappa([[1, -1], [0, 2]]),
        lambda: kappa([[1, 0], [0, 1]], "cubic"),
        lambda: kappa_of_pairs(["CR"], ["NE"], FOUR),
        lambda: kappa_of_pairs(["CR"], [], FOUR),
        lambda: kappa_of_pairs(["CR"], ["CR"], FOUR, samples=10),
    ],
)
def test_what_it_cannot_take(call) -> None:
    with pytest.raises(ValueError):
        call()
