"""States of a Cox fit, delayed entry and weights, by hand or against an equivalent data set."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from haicplatform.survival import cox, kaplan_meier, logrank


def test_separation_is_a_recorded_state() -> None:
    frame = {"x": [1, 1, 1, 0, 0, 0], "z": [1, 3, 2, 3, 1, 2]}
    found = cox(frame, [1, 2, 3, 4, 5, 6], [1, 1, 1, 0, 0, 0], ["x", "z"])
    assert found.status == "separated: x"
    assert found.table.filter(pl.col("term") == "x")["hr"].item() is None
    assert found.table.filter(pl.col("term") == "z")["hr"].item() is not None


def test_nothing_to_estimate_is_a_recorded_state() -> None:
    assert cox({"x": [0, 1]}, [1, 2], [0, 0], ["x"]).status == "not_estimable: no events"
    assert cox({"x": [1, 1]}, [1, 2], [1, 1], ["x"]).status == "not_estimable: x"
    frame = {"x": [0.0, 1, 0, 1, 1], "y": [0.0, 2, 0, 2, 2]}
    found = cox(frame, [1, 2, 3, 4, 5], [1, 1, 1, 0, 1], ["x", "y"])
    assert found.status == "not_estimable: y" and found.table["hr"][0] is not None


def test_integer_weights_are_repeated_rows_with_breslow_ties() -> None:
    time, event, x = np.array([3.0, 5, 7, 9, 11, 4]), np.array([1, 1, 0, 1, 1, 1]), np.array([1.0, 0, 1, 0, 1, 2])
    weights = np.array([1, 2, 3, 1, 2, 1])
    ours = cox({"x": x}, time, event, ["x"], weights=weights, ties="breslow")
    rows = np.repeat(np.arange(6), weights)
    repeated = cox({"x": x[rows]}, time[rows], event[rows], ["x"], ties="breslow")
    assert ours.table["coef"].item() == pytest.approx(repeated.table["coef"].item(), rel=1e-9)
    assert ours.table["se"].item() == pytest.approx(repeated.table["se"].item(), rel=1e-9)


def test_splitting_a_person_at_an_entry_changes_nothing() -> None:
    time, event, x = [3.0, 5, 7, 9, 11, 4], [1, 1, 0, 1, 1, 1], [1.0, 0, 1, 0, 1, 2]
    whole = cox({"x": x}, time, event, ["x"])
    halves = cox(
        {"x": [*x, *x]},
        [t / 2 for t in time] + time,
        [0] * 6 + event,
        ["x"],
        entry=[-1.0] * 6 + [t / 2 for t in time],
    )
    assert halves.table["coef"].item() == pytest.approx(whole.table["coef"].item(), rel=1e-9)
    assert halves.loglik == pytest.approx(whole.loglik, rel=1e-12)


def test_delayed_entry_leaves_the_risk_set_before() -> None:
    curve = kaplan_meier([2, 3, 4], [1, 1, 0], entry=[0, 2, 0])
    assert curve.table["n_risk"].to_list() == [2, 2, 1]
    assert curve.table["survival"].to_list() == [0.5, 0.25, 0.25]


def test_two_samples_worked_by_hand() -> None:
    # deaths at 1 (A; 1 of 2 against 2 at risk), 2 (B; 1 A, 2 B), 3 (A; 1 A, 1 B): expected A 1/2 + 1/3 + 1/2
    found = logrank([1, 3, 2, 4], [1, 1, 1, 0], ["A", "A", "B", "B"])
    assert found.table["expected"].to_list() == pytest.approx([4 / 3, 5 / 3])
    assert found.observed == {"A": 2, "B": 1} and found.expected["A"] == pytest.approx(4 / 3)
    assert found.chisq == pytest.approx((2 - 4 / 3) ** 2 / (1 / 4 + 2 / 9 + 1 / 4))


@pytest.mark.parametrize("bad", [dict(time=[1, None], event=[1, 0]), dict(time=[1, 2], event=[1, 2])])
def test_wrong_input_is_named(bad: dict) -> None:
    with pytest.raises(ValueError):
        kaplan_meier(**bad)


def test_the_proportional_hazards_test_knows_who_had_entered() -> None:
    """R's cox.zph(coxph(Surv(entry, time, event) ~ x)); without the entries its chi-square is 0.1409."""
    time, event, x = [3.0, 5, 7, 9, 11, 4, 6, 8], [1, 1, 0, 1, 1, 1, 1, 0], [1.0, 0, 1, 0, 1, 2, 2, 0]
    found = cox({"x": x}, time, event, ["x"], entry=[0, 2, 1, 6, 4, 1, 0, 3]).zph()
    assert found["chisq"].to_list() == pytest.approx([0.02645660027291] * 2, rel=1e-9)


def test_an_index_of_concordance_is_not_said_of_weighted_patients() -> None:
    frame = {"x": [1.0, 0, 1, 0, 1, 2]}
    found = cox(frame, [3, 5, 7, 9, 11, 4], [1, 1, 0, 1, 1, 1], ["x"], weights=[1, 2, 3, 1, 2, 1])
    assert found.concordance.value is None
