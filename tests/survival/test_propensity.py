"""Propensity scores, matching, weights and balance against R (glm, MatchIt 4.5.1 and its tie rule of 4.7, survival).

The reference numbers are R's for the patients of `lung` without missing values, treated being sex 2.
"""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from haicplatform.survival import balance, balancing_weights, cox, effective_sizes, match, propensity
from tests.survival.oracle import dataset

TERMS = ["age", "ph.ecog", "meal.cal", "wt.loss"]


@pytest.fixture(scope="module")
def lung() -> pl.DataFrame:
    return dataset("lung").drop_nulls(["inst", *TERMS]).with_columns(treated=(pl.col("sex") == 2).cast(pl.Int64))


def test_the_score_is_glms(lung: pl.DataFrame) -> None:
    found = propensity(lung, "treated", TERMS)
    assert found.status == "converged"
    coef = [4.43440923405, -5.07229228867e-02, 2.14320335322e-01, -1.71483282716e-03, -4.51617904471e-02]
    se = [1.48505920585, 2.03513795189e-02, 2.44473844506e-01, 5.47547651813e-04, 1.58911604530e-02]
    assert found.table["coef"].to_list() == pytest.approx(coef, rel=1e-9)
    assert found.table["se"].to_list() == pytest.approx(se, rel=1e-9)


def test_the_pairs_are_matchits(lung: pl.DataFrame) -> None:
    part = lung.head(80)
    found = match(propensity(part, "treated", TERMS))
    assert found.caliper == pytest.approx(2.63864213511e-01, rel=1e-9)
    assert found.pairs.select("treated", "other").rows() == [
        (4, 63), (15, 52), (20, 21), (22, 18), (25, 19), (27, 62), (29, 12), (30, 1), (32, 65), (36, 61), (41, 34),
        (42, 71), (43, 6), (45, 70), (48, 74), (49, 9), (53, 5), (55, 16), (56, 33), (57, 75), (58, 2), (67, 72),
        (69, 47), (76, 23), (77, 54),
    ]  # fmt: skip
    table = balance(part, "treated", TERMS, weights=found.weights, standardised_by="treated")
    before = [-3.76720038936e-01, 1.24561292204e-01, -4.31722149224e-01, -5.83847252559e-01]
    after = [-8.53586771453e-02, -5.97894202579e-02, 6.97821080527e-02, -1.31880791166e-01]
    assert table["smd_before"].to_list() == pytest.approx(before, rel=1e-9)
    assert table["smd_after"].to_list() == pytest.approx(after, rel=1e-9)


def test_pairs_within_a_hospital_are_matchits(lung: pl.DataFrame) -> None:
    found = match(propensity(lung, "treated", TERMS), exact=lung["inst"])
    assert found.caliper == pytest.approx(1.82134367979e-01, rel=1e-9)
    assert found.pairs.select("treated", "other").rows() == [
        (13, 124), (15, 125), (20, 23), (25, 89), (27, 33), (29, 159), (41, 46), (42, 19), (45, 71), (48, 65), (49, 1),
        (55, 123), (56, 111), (57, 70), (58, 120), (67, 24), (69, 82), (81, 140), (91, 47), (101, 142), (104, 80),
        (107, 85), (116, 21), (122, 143), (127, 128), (131, 126), (133, 102), (134, 95), (137, 96), (138, 74),
        (147, 113), (148, 83), (152, 149), (155, 18), (156, 136),
    ]  # fmt: skip
    site = lung["inst"].to_numpy()
    assert (site[found.pairs["treated"].to_numpy()] == site[found.pairs["other"].to_numpy()]).all()
    assert sorted(found.pair[found.pair > 0]) == sorted([*range(1, 36), *range(1, 36)])


def explored(logit: list[float], treated: list[int], widest: float) -> list[tuple[int, int]]:
    """The search as MatchIt 4.7 walks it: left and right in turn from the treated place in the order of logits."""
    order = sorted(range(len(logit)), key=lambda row: logit[row])
    taken, pairs = set(), []
    for row in sorted((row for row in order if treated[row]), key=lambda row: (-logit[row], row)):
        start, best = order.index(row), None
        for step in range(1, len(order)):
            for place in (start - step, start + step):
                if 0 <= place < len(order) and not treated[order[place]] and order[place] not in taken:
                    distance = abs(logit[order[place]] - logit[row])
                    if distance <= widest and (best is None or distance < best[0]):
                        best = (distance, order[place])
        if best:
            taken.add(best[1])
            pairs.append((row, best[1]))
    return sorted(pairs)


@pytest.mark.parametrize("seed", range(8))
def test_ties_are_broken_as_matchit_walks(seed: int) -> None:
    rng = np.random.default_rng(seed)
    frame = {"x": rng.integers(0, 5, 60), "z": rng.integers(0, 2, 60)}
    treated = (rng.random(60) < 0.2 + 0.08 * frame["x"]).astype(int)
    score = propensity(frame, treated, ["x", "z"])
    found = match(score)
    assert found.pairs.select("treated", "other").rows() == explored(
        score.linear.tolist(), treated.tolist(), found.caliper
    )


@pytest.mark.parametrize("caliper", [0.05, 0.2, 1.0])
def test_no_pair_lies_beyond_the_caliper_and_no_one_within_it_is_left_alone(caliper: float) -> None:
    """MatchIt 4.5.1 keeps pairs at twice its own caliper; 4.7 does not."""
    rng = np.random.default_rng(4)
    x = rng.normal(size=60)
    treated = (rng.random(60) < 1 / (1 + np.exp(-x))).astype(int)
    score = propensity({"x": x}, treated, ["x"])
    found = match(score, caliper=caliper)
    assert found.caliper == pytest.approx(caliper * np.std(score.linear, ddof=1), rel=1e-12)
    assert found.pairs["distance"].max() <= found.caliper
    alone = [score.linear[(found.pair == 0) & (treated == group)] for group in (1, 0)]
    assert np.abs(alone[0][:, None] - alone[1][None, :]).min(initial=np.inf) > found.caliper


@pytest.mark.parametrize(
    ("estimand", "coef", "robust", "naive", "sizes"),
    [
        ("ate", -4.62772040885e-01, 2.01317671550e-01, 1.29115114375e-01, (4.83433610188e01, 9.70371595463e01)),
        ("att", -4.08442807469e-01, 2.13037120783e-01, 2.14325499290e-01, (65.0, 6.91437653663e01)),
        ("overlap", -5.17377387783e-01, 2.03705324873e-01, 2.87155786030e-01, (5.94995057936e01, 8.74342516959e01)),
    ],
)
def test_a_weighted_model_is_coxphs(lung, estimand, coef, robust, naive, sizes) -> None:
    weights = balancing_weights(propensity(lung, "treated", TERMS), estimand)
    line = cox(lung, "time", "event", ["treated"], weights=weights, cluster=range(lung.height)).table.row(0, named=True)
    assert (line["coef"], line["robust_se"], line["se"]) == pytest.approx((coef, robust, naive), rel=1e-6)
    assert effective_sizes(weights, lung["treated"]) == pytest.approx(sizes, rel=1e-9)


def test_overlap_weights_balance_the_means_of_the_model_exactly(lung: pl.DataFrame) -> None:
    weights = balancing_weights(propensity(lung, "treated", TERMS), "overlap")
    assert balance(lung, "treated", TERMS, weights=weights)["smd_after"].to_list() == pytest.approx([0] * 4, abs=1e-9)


def test_levels_and_shares_have_their_own_rows() -> None:
    table = balance({"a": ["x", "y", "y", "x"], "b": [1, 1, 0, 1]}, [1, 1, 0, 0], ["a", "b"])
    assert table["term"].to_list() == ["a=x", "a=y", "b"]
    # shares 1 and 1/2; variances 0 and 1/4: 0.5 / sqrt(0.125)
    assert table["smd_before"].to_list() == pytest.approx([0.0, 0.0, 0.5 / 0.125**0.5])


def test_what_cannot_be_scored_says_so() -> None:
    apart = propensity({"x": [1, 2, 3, 4, 5, 6], "z": [1, 2, 1, 2, 1, 2]}, [0, 0, 0, 1, 1, 1], ["x", "z"])
    assert apart.status.startswith("separated: x") and not apart.is_usable
    assert match(apart).status == apart.status and match(apart).pairs.is_empty()
    with pytest.raises(ValueError, match="no weights: separated"):
        balancing_weights(apart)
    assert propensity({"x": [1, 2]}, [1, 1], ["x"]).status == "not_estimable: nobody in one of the groups"
    constant = propensity({"x": [1, 1, 1, 1], "z": [1, 2, 2, 1]}, [0, 1, 0, 1], ["x", "z"])
    assert constant.status == "not_estimable: x" and constant.is_usable


def test_a_rare_covariate_that_separates_is_seen() -> None:
    rare = np.zeros(2000)
    rare[:3] = 1
    treated = (np.arange(2000) % 3 == 0).astype(int)
    treated[:3] = 1
    assert propensity({"x": rare}, treated, ["x"]).status == "separated: x"
