"""Multiple imputation: Rubin's rules against R mice 3.15, and what imputed copies must keep."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from haicplatform.survival import cox, cox_imputed, impute, rubin, seed_of, too_missing
from tests.survival.oracle import dataset

TERMS = ["age", "sex", "ph.ecog", "wt.loss", "meal.cal"]


@pytest.fixture(scope="module")
def lung() -> pl.DataFrame:
    return dataset("lung").drop_nulls(["ph.ecog"]).with_columns(pl.col("sex").cast(pl.String))


def test_rubins_rules_are_mices_pool() -> None:
    # pool.scalar(c(.5, .7, .4), c(.2, .25, .22)^2, n = 160, k = 1): 159 degrees of freedom without missing values
    found = rubin(np.array([[0.5], [0.7], [0.4]]), np.array([[0.2], [0.25], [0.22]]), df_complete=159)
    line = found.row(0, named=True)
    assert (line["coef"], line["se"] ** 2) == pytest.approx((0.5333333333333333, 0.0814111111111111), rel=1e-9)
    assert (line["df"], line["fmi"]) == pytest.approx((12.0011731153101948, 0.4645220141301369), rel=1e-9)


def test_known_values_stay_and_missing_ones_are_someones(lung: pl.DataFrame) -> None:
    copies = impute(lung, TERMS, m=3, iterations=3, seed=7, predictors=["time", "event"])
    for copy in copies:
        for name in TERMS:
            known = lung[name].is_not_null()
            assert copy[name].null_count() == 0 and copy[name].dtype == lung[name].dtype
            assert copy.filter(known)[name].to_list() == lung.filter(known)[name].to_list()
            assert set(copy[name]) <= set(lung[name].drop_nulls())
    assert not copies[0].equals(copies[1])


def test_the_same_seed_gives_the_same_copies(lung: pl.DataFrame) -> None:
    first, again, other = (impute(lung, TERMS, m=2, iterations=2, seed=seed_of(text)) for text in ("a", "a", "b"))
    assert all(one.equals(two) for one, two in zip(first, again, strict=True))
    assert not first[0].equals(other[0])


def test_a_value_that_others_give_away_is_found() -> None:
    rng = np.random.default_rng(1)
    z = rng.normal(size=400)
    kind = np.where(z > 0.5, "high", np.where(z < -0.5, "low", "middle"))
    missing = rng.random(400) < 0.3
    whole = pl.DataFrame({"z": z, "x": 10 * z, "kind": kind.tolist()})
    frame = whole.with_columns(pl.when(~pl.Series(missing)).then(pl.col("x", "kind")))
    copy = impute(frame, ["x", "kind"], m=1, seed=3, predictors=["z"])[0].filter(pl.Series(missing))
    assert np.corrcoef(copy["x"], copy["z"])[0, 1] > 0.99
    assert (copy["kind"].to_numpy() == kind[missing]).mean() > 0.8


def test_a_pooled_model_is_near_the_one_without_the_holes() -> None:
    rng = np.random.default_rng(5)
    n = 600
    x, z = rng.normal(size=n), rng.normal(size=n)
    time, event = rng.exponential(np.exp(-0.7 * x)), (rng.random(n) < 0.8).astype(int)
    whole = pl.DataFrame({"time": time, "event": event, "x": x, "z": z})
    holes = whole.with_columns(x=pl.when(pl.Series(rng.random(n) < 0.3)).then(None).otherwise(pl.col("x")))
    true = cox(whole, "time", "event", ["x", "z"]).table.row(0, named=True)
    found = cox_imputed(holes, "time", "event", ["x", "z"], seed=1)
    line = found.table.row(0, named=True)
    assert found.status == "converged" and found.n == n
    assert abs(line["coef"] - true["coef"]) < 2 * true["se"] and line["se"] > true["se"]
    assert 0.1 < line["fmi"] < 0.6 and line["ci_low"] < line["hr"] < line["ci_high"]


def test_without_missing_values_it_is_the_model_itself(lung: pl.DataFrame) -> None:
    plain = cox(lung, "time", "event", ["age", "sex"]).table
    found = cox_imputed(lung, "time", "event", ["age", "sex"], seed=1)
    assert found.table["coef"].to_list() == pytest.approx(plain["coef"].to_list())
    assert found.table["se"].to_list() == pytest.approx(plain["se"].to_list())


def test_what_is_mostly_missing_is_not_imputed() -> None:
    rng = np.random.default_rng(11)
    values = [float(value) for value in rng.normal(size=2)]
    frame = pl.DataFrame(
        {"time": rng.exponential(10, 40), "event": [1, 0] * 20, "x": rng.normal(size=40), "y": values + [None] * 38}
    )
    found = cox_imputed(frame, "time", "event", ["x", "y"], seed=1)
    assert found.status == "not_estimable: too few values of y" and found.table.is_empty()
    half = frame.with_columns(y=pl.when(pl.int_range(40) < 20).then("x"))
    assert too_missing(half, ["x", "y"], 0.5) == [] and too_missing(half, ["x", "y"], 0.49) == ["y"]
    assert cox_imputed(half, "time", "event", ["y"], seed=1, most_missing=0.49).status.endswith("values of y")
    assert cox_imputed(half, "time", "event", ["y"], seed=1, most_missing=0.5).status == "converged"


def test_what_cannot_be_imputed_says_so(lung: pl.DataFrame) -> None:
    frame = lung.with_columns(gone=pl.lit(None, dtype=pl.Float64))
    found = cox_imputed(frame, "time", "event", ["age", "gone"], seed=1)
    assert found.status == "not_estimable: too few values of gone" and found.table.is_empty()
    with pytest.raises(ValueError, match="gone has no values"):
        impute(frame, ["gone"], seed=1)
    with pytest.raises(ValueError, match=r"wt.loss has missing values"):
        impute(frame, ["meal.cal"], seed=1, predictors=["wt.loss"])
    with pytest.raises(ValueError, match="two imputations"):
        rubin(np.array([[1.0]]), np.array([[1.0]]))
