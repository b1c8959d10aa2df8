"""Cumulative incidence, Gray's test and the Fine-Gray model against R cmprsk 2.2-11.

The data are the patients of `lung` without missing values; every third death counts as the other cause.
"""

from __future__ import annotations

import polars as pl
import pytest

from haicplatform.survival import cumulative_incidence, fine_gray, gray, kaplan_meier
from tests.survival.oracle import dataset


@pytest.fixture(scope="module")
def lung() -> pl.DataFrame:
    frame = dataset("lung").with_row_index("row").drop_nulls(["inst", "age", "ph.ecog", "meal.cal", "wt.loss"])
    code = pl.when(pl.col("event") == 0).then(0).when(pl.col("row") % 3 == 0).then(2).otherwise(1)
    return frame.with_columns(code=code)


@pytest.mark.parametrize(
    ("sex", "cause", "incidence", "error"),
    [
        (1, 1, (2.11933614331e-01, 4.64589065233e-01, 6.54025841868e-01),
         (0.0403523952018, 0.0528790282231, 0.0537645473905)),
        (2, 1, (9.31174089069e-02, 2.98118428726e-01, 5.01820211939e-01),
         (0.0365249882396, 0.0651897813967, 0.0856236164045)),
        (1, 2, (1.05769230769e-01, 1.82666592068e-01, 2.71026241340e-01),
         (0.0303294444486, 0.0395747402113, 0.0495138233213)),
        (2, 2, (7.71929824561e-02, 1.96440708269e-01, 3.02849311007e-01),
         (0.0334454273534, 0.0548883772601, 0.0692044981100)),
    ],
)  # fmt: skip
def test_incidence_and_error_are_cuminc(lung, sex, cause, incidence, error) -> None:
    part = lung.filter(pl.col("sex") == sex)
    at = cumulative_incidence(part["time"], part["code"], cause=cause).at([180, 365, 730])
    assert at["incidence"].to_list() == pytest.approx(incidence, rel=1e-9)
    assert at["std_err"].to_list() == pytest.approx(error, rel=1e-9)


def test_grays_test_is_cumincs(lung: pl.DataFrame) -> None:
    one, other = (gray(lung["time"], lung["code"], lung["sex"], cause=cause) for cause in (1, 2))
    assert (one.chisq, one.df, one.p) == pytest.approx((5.32059863072, 1, 2.10747701947e-02), rel=1e-9)
    assert (other.chisq, other.df, other.p) == pytest.approx((1.63549567796e-01, 1, 6.85909320992e-01), rel=1e-9)
    half = lung["inst"] % 2
    found = gray(lung["time"], lung["code"], lung["ph.ecog"], cause=2, strata=half)
    assert (found.chisq, found.df, found.p) == pytest.approx((1.12407190467e01, 3, 1.04929484858e-02), rel=1e-9)


@pytest.mark.parametrize(
    ("cause", "coef", "se", "logliks"),
    [
        (1, (-5.44408375932e-01, 2.24366419974e-02, 6.26737936183e-03),
         (2.41238273660e-01, 1.29480122307e-02, 7.62406918652e-03), (-3.68862181911e02, -3.63868337984e02)),
        (2, (3.79184424891e-02, -2.57004457738e-03, -1.36924698424e-02),
         (3.24507683904e-01, 1.76421460739e-02, 1.20939084757e-02), (-1.95234835536e02, -1.94571936166e02)),
    ],
)  # fmt: skip
def test_the_model_is_crr(lung, cause, coef, se, logliks) -> None:
    found = fine_gray(lung, "time", "code", ["sex", "age", "wt.loss"], cause=cause)
    assert found.status == "converged"
    assert found.table["coef"].to_list() == pytest.approx(coef, rel=1e-6)
    assert found.table["se"].to_list() == pytest.approx(se, rel=1e-6)
    assert (found.loglik_null, found.loglik) == pytest.approx(logliks, rel=1e-9)


def test_without_another_cause_it_is_one_minus_kaplan_meier(lung: pl.DataFrame) -> None:
    alone = cumulative_incidence(lung["time"], lung["event"]).table
    curve = kaplan_meier(lung["time"], lung["event"]).table
    assert alone["incidence"].to_list() == pytest.approx((1 - curve["survival"]).to_list(), rel=1e-12)


def test_three_people_by_hand() -> None:
    # at 1 one of three has the cause; at 2 one of two the other; at 3 the last has the cause: 1/3, 1/3, 1/3 + 1/3
    table = cumulative_incidence([1, 2, 3], [1, 2, 1]).table
    assert table["incidence"].to_list() == pytest.approx([1 / 3, 1 / 3, 2 / 3])
    assert table["n_competing"].to_list() == [0, 1, 0]
    both = [cumulative_incidence([1, 2, 3], [1, 2, 1], cause=cause).table["incidence"][-1] for cause in (1, 2)]
    assert sum(both) == pytest.approx(1)


@pytest.mark.parametrize("kind", ["log", "log-log", "plain"])
def test_intervals_hold_the_estimate(lung: pl.DataFrame, kind: str) -> None:
    table = cumulative_incidence(lung["time"], lung["code"], conf_type=kind).table.filter(pl.col("incidence") > 0)
    assert (table["ci_low"] <= table["incidence"]).all() and (table["incidence"] <= table["ci_high"]).all()
    assert table["ci_low"].min() >= 0 and table["ci_high"].max() <= 1


def test_nothing_to_tell_is_a_status() -> None:
    assert gray([1, 2, 3], [0, 2, 0], ["a", "b", "b"]).status == "no events"
    assert gray([1, 2], [1, 1], ["a", "a"]).status == "fewer than two groups"
    assert fine_gray({"x": [0, 1]}, [1, 2], [0, 2], ["x"]).status == "not_estimable: no events"
    apart = fine_gray({"x": [1, 1, 1, 0, 0, 0]}, [1, 2, 3, 4, 5, 6], [1, 1, 1, 2, 2, 0], ["x"])
    assert apart.status == "separated: x" and apart.table["hr"].item() is None
    assert cumulative_incidence([], []).at([1])["incidence"].to_list() == [0.0]


@pytest.mark.parametrize("event", [[1, -1], [1, 0.5], [1, None]])
def test_other_codes_are_refused(event: list) -> None:
    with pytest.raises(ValueError):
        cumulative_incidence([1, 2], event)
