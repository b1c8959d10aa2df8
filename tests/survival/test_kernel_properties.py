"""What the partial likelihood must keep whatever the data: order, strata, scale, weights, and its own derivatives."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

from haicplatform.survival import cox, kaplan_meier, kernel, logrank

SETTINGS = settings(max_examples=30, deadline=None, derandomize=True, phases=[Phase.explicit, Phase.generate])


@st.composite
def samples(draw):
    """(x (n, 2), time with ties, event, stratum, entry before time or none, weight)."""
    n = draw(st.integers(6, 40))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    time = rng.integers(1, draw(st.integers(2, 60)), n).astype(float)
    entry = time - rng.integers(1, 5, n) if draw(st.booleans()) else None
    x = np.column_stack([rng.normal(size=n), rng.integers(0, 2, n)])
    event = (rng.random(n) < 0.7).astype(float)
    return x, time, event, rng.integers(0, 3, n), entry, rng.uniform(0.5, 2, n)


def parts_of(sample, scale=1.0):
    x, time, event, stratum, entry, weight = sample
    _, stratum = np.unique(stratum, return_inverse=True)
    return kernel.split(x * scale, time, event, weight, entry, stratum)


def taken(sample, rows):
    x, time, event, stratum, entry, weight = sample
    return x[rows], time[rows], event[rows], stratum[rows], None if entry is None else entry[rows], weight[rows]


BETA = np.array([0.3, -0.5])


@SETTINGS
@given(samples(), st.sampled_from(["efron", "breslow"]), st.randoms(use_true_random=False))
def test_the_order_of_patients_changes_nothing(sample, ties, random) -> None:
    rows = list(range(len(sample[1])))
    random.shuffle(rows)
    one = kernel.total(parts_of(sample), BETA, ties, residuals=True)
    other = kernel.total(parts_of(taken(sample, rows)), BETA, ties, residuals=True)
    assert other.loglik == pytest.approx(one.loglik, rel=1e-10, abs=1e-10)
    assert other.score == pytest.approx(one.score, rel=1e-8, abs=1e-8)
    assert other.information == pytest.approx(one.information, rel=1e-8, abs=1e-8)
    assert other.residuals == pytest.approx(one.residuals[rows], rel=1e-8, abs=1e-8)


@SETTINGS
@given(samples(), st.sampled_from(["efron", "breslow"]))
def test_strata_add_up(sample, ties) -> None:
    whole = kernel.total(parts_of(sample), BETA, ties)
    alone = [kernel.total(parts_of(taken(sample, sample[3] == s)), BETA, ties) for s in np.unique(sample[3])]
    assert sum(one.loglik for one in alone) == pytest.approx(whole.loglik, rel=1e-10, abs=1e-10)
    assert sum(one.score for one in alone) == pytest.approx(whole.score, rel=1e-9, abs=1e-9)
    assert sum(one.information for one in alone) == pytest.approx(whole.information, rel=1e-9, abs=1e-9)


@SETTINGS
@given(samples(), st.sampled_from(["efron", "breslow"]))
def test_score_and_information_are_the_derivatives(sample, ties) -> None:
    parts, step = parts_of(sample), 1e-5
    here = kernel.total(parts, BETA, ties, residuals=True)
    for j, move in enumerate(np.eye(2) * step):
        up, down = (kernel.total(parts, BETA + sign * move, ties) for sign in (1, -1))
        assert (up.loglik - down.loglik) / (2 * step) == pytest.approx(here.score[j], rel=1e-5, abs=1e-6)
        assert (down.score - up.score) / (2 * step) == pytest.approx(here.information[j], rel=1e-5, abs=1e-6)
        gradient = kernel.information_gradient(parts, BETA, ties, np.eye(2))
        slope = (np.trace(up.information) - np.trace(down.information)) / (2 * step)
        assert gradient[j] == pytest.approx(slope, rel=1e-5, abs=1e-5)
    if ties == "breslow":
        assert here.residuals.sum(axis=0) == pytest.approx(here.score, rel=1e-8, abs=1e-8)


@pytest.mark.parametrize("penalty", [None, "firth"])
@settings(SETTINGS, max_examples=5)
@given(samples(), st.floats(1e-3, 1e3))
def test_a_covariates_unit_only_changes_its_coefficient(penalty, sample, scale) -> None:
    x, time, event, stratum, entry, _ = sample
    assume(event.sum() >= 4)
    fits = [
        cox({"a": x[:, 0] * by, "b": x[:, 1]}, time, event, ["a", "b"], strata=stratum, entry=entry, penalty=penalty)
        for by in (1.0, scale)
    ]
    # a ratio a unit may be out of range in one unit and not in the other
    stands = [fit.status == "converged" or "one unit of" in fit.status for fit in fits]
    assert stands[0] == stands[1]
    assume(stands[0])
    one, other = (fit.coefficients for fit in fits)
    assert other["coef"] == pytest.approx(one["coef"] / [scale, 1], rel=1e-6, abs=1e-9)
    assert other["p"] == pytest.approx(one["p"], rel=1e-6, abs=1e-9)
    assert fits[1].lr.chisq == pytest.approx(fits[0].lr.chisq, rel=1e-6, abs=1e-6)


@SETTINGS
@given(samples())
def test_only_the_order_of_times_matters_to_a_hazard_ratio(sample) -> None:
    x, time, event, stratum, _, _ = sample
    one, other = (cox({"a": x[:, 0]}, t, event, ["a"], strata=stratum) for t in (time, np.exp(time / 10)))
    assert one.status == other.status
    if one.status == "converged":
        assert other.table["coef"].item() == pytest.approx(one.table["coef"].item(), rel=1e-9, abs=1e-12)


@SETTINGS
@given(samples())
def test_the_score_test_of_two_groups_is_the_log_rank_test_without_ties(sample) -> None:
    x, time, event, stratum, _, _ = sample
    time = time + np.arange(len(time)) / 1000
    found = cox({"g": x[:, 1]}, time, event, ["g"], strata=stratum)
    assume(found.score is not None)
    assert logrank(time, event, x[:, 1], strata=stratum).chisq == pytest.approx(found.score.chisq, rel=1e-8, abs=1e-9)


@SETTINGS
@given(samples())
def test_a_curve_never_rises_and_keeps_within_its_interval(sample) -> None:
    _, time, event, _, entry, weight = sample
    table = kaplan_meier(time, event, entry=entry, weights=weight).table
    survival = table["survival"].to_numpy()
    assert (np.diff(survival) <= 1e-12).all() and survival.min() >= 0 and survival.max() <= 1
    known = table.drop_nulls()
    assert (known["ci_low"] <= known["survival"] + 1e-12).all() and (
        known["survival"] <= known["ci_high"] + 1e-12
    ).all()
