"""What cannot be estimated is a status and an empty number: never a crash, a warning or a ratio of 9e8."""

from __future__ import annotations

import dataclasses
import sys
import warnings

import numpy as np
import polars as pl
import pytest

from haicplatform.survival import (
    compare_at,
    compare_rmst,
    cox,
    cox_imputed,
    cox_or_firth,
    fine_gray,
    follow_up,
    interaction,
    kaplan_meier,
    logrank,
    pool,
    propensity,
)
from tests.survival.oracle import dataset

DID_NOT = "not_estimable: the likelihood did not converge"


@pytest.fixture(autouse=True)
def _no_warnings():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def few_with(event: int, n: int = 2000, k: int = 3) -> tuple[dict, np.ndarray, np.ndarray]:
    """Three of two thousand carry x, and all of them have the event first, or none ever."""
    rng = np.random.default_rng(n)
    x, time, events = np.zeros(n), rng.exponential(10, n), (rng.random(n) < 0.6).astype(int)
    x[:k], events[:k], time[:k] = 1, event, (1 + np.arange(k)) / 1e6 if event else 3.0
    return {"x": x, "z": rng.normal(size=n)}, time, events


@pytest.mark.parametrize("event", [0, 1])
def test_a_rare_covariate_that_separates_is_seen_and_firth_answers(event: int) -> None:
    frame, time, events = few_with(event)
    plain, fallback = cox_or_firth(frame, time, events, ["x", "z"], cluster=np.arange(2000))
    assert plain.status == "separated: x" and plain.table["hr"][0] is None
    alone = cox({"z": frame["z"]}, time, events, ["z"], strata=frame["x"]).table["coef"].item()
    assert plain.table["coef"][1] == pytest.approx(alone, abs=0.01)
    assert fallback.status == "converged" and fallback.penalty == "firth"
    line = fallback.table.row(0, named=True)
    assert line["ci_low"] < line["hr"] < line["ci_high"] and (line["p"] < 0.05) == bool(event)


def test_where_nothing_separates_there_is_no_fallback() -> None:
    assert cox_or_firth({"x": [0, 1, 0, 1]}, [1, 2, 3, 4], [1, 1, 1, 1], ["x"])[1] is None


def test_firth_has_no_robust_error_and_no_hazards_test() -> None:
    with pytest.raises(ValueError, match="no robust"):
        cox({"x": [0, 1]}, [1, 2], [1, 1], ["x"], penalty="firth", cluster=[1, 2])
    found = cox({"x": [0, 1, 0, 1]}, [1, 2, 3, 4], [1, 1, 1, 1], ["x"], penalty="firth")
    with pytest.raises(ValueError, match="penalised"):
        found.zph()
    assert cox({"x": [0, 1]}, [1, 2], [0, 0], ["x"], penalty="firth").status == "not_estimable: no events"


FRAME = {"x": [0.0, 1, 0, 1, 1, 0], "constant": [2.0] * 6, "twice": [0.0, 2, 0, 2, 2, 0], "one": ["a"] * 6}
TIME, EVENT = [1.0, 2, 3, 4, 5, 6], [1, 1, 0, 1, 1, 0]


@pytest.mark.parametrize(
    ("terms", "status", "known"),
    [
        (["x", "constant"], "not_estimable: constant", ["x"]),
        (["x", "twice"], "not_estimable: twice", ["x"]),
        (["constant"], "not_estimable: constant", []),
        (["one"], "not_estimable: no terms", []),
        (["x", "one"], "converged", ["x"]),
        ([], "not_estimable: no terms", []),
    ],
)
def test_covariates_without_information(terms: list[str], status: str, known: list[str]) -> None:
    found = cox(FRAME, TIME, EVENT, terms)
    assert found.status == status
    assert found.table.filter(pl.col("hr").is_not_null())["term"].to_list() == known


def test_a_level_nobody_has_is_no_coefficient() -> None:
    group = pl.Series("group", ["A", "B", "A", "B", "A", "B"]).cast(pl.Enum(["A", "B", "C"]))
    assert cox(pl.DataFrame({"group": group}), TIME, EVENT, ["group"]).table["term"].to_list() == ["group=B"]


@pytest.mark.parametrize("unit", [1e-160, 1e-12, 1e-5, 1e12, 1e160])
@pytest.mark.parametrize("penalty", [None, "firth"])
def test_a_covariate_in_another_unit_is_the_same_model(unit: float, penalty: str | None) -> None:
    frame = dataset("lung").drop_nulls(["age"]).with_columns(x=pl.col("age") * unit)
    plain, found = (cox(frame, "time", "event", [name, "sex"], penalty=penalty) for name in ("age", "x"))
    line, other = plain.table.row(0, named=True), found.table.row(0, named=True)
    # exp(coef) of R 4.2 is Inf (0 to Inf) with age in units of 1e12 years
    assert other["coef"] * unit == pytest.approx(line["coef"], rel=1e-9)
    assert (other["p"], other["z"]) == pytest.approx((line["p"], line["z"]), rel=1e-8)
    rest = ["coef", "se", "hr", "ci_low", "ci_high"]
    assert found.table.select(rest).row(1) == pytest.approx(plain.table.select(rest).row(1), rel=1e-8)
    assert found.concordance == plain.concordance
    if unit > 1:
        assert found.status == "converged" and other["hr"] == pytest.approx(1, abs=1e-9)
        return
    assert found.status == "not_estimable: the hazard ratio of one unit of x"
    assert (other["hr"], other["ci_low"], other["ci_high"]) == (None, None, None)
    assert penalty or found.zph()["p"].to_list() == pytest.approx(plain.zph()["p"].to_list(), rel=1e-6)


def test_other_models_print_no_ratio_out_of_range_either() -> None:
    frame = dataset("lung").drop_nulls(["age"]).with_columns(x=pl.col("age") * 1e-12)
    found = fine_gray(frame, "time", "event", ["x"])
    assert found.status.endswith("one unit of x") and found.table["hr"].item() is None
    assert found.table["p"].item() == pytest.approx(fine_gray(frame, "time", "event", ["age"]).table["p"].item())
    found = cox_imputed(frame, "time", "event", ["x"], seed=1)
    assert found.status.endswith("one unit of x") and found.table["ci_high"].item() is None
    found = propensity(frame.with_columns(y=pl.col("age") * 1e160), "event", ["y"])
    assert found.linear == pytest.approx(propensity(frame, "event", ["age"]).linear, rel=1e-9)


def test_patients_of_weight_0_are_left_out() -> None:
    frame = dataset("lung").drop_nulls(["age"]).with_columns(
        w=pl.int_range(pl.len()) % 3 / 2, kind=pl.when(pl.int_range(pl.len()) % 6 == 0).then(pl.lit("z")).otherwise(
            pl.when(pl.col("sex") == 1).then(pl.lit("a")).otherwise(pl.lit("b")))
    )  # fmt: skip
    options = {"weights": "w", "strata": "inst", "cluster": "id"}
    frame = frame.drop_nulls("inst").with_row_index("id")
    found = cox(frame, "time", "event", ["age", "kind"], **options)
    # R's coxph refuses weights of 0; without these rows it is the same model
    other = cox(frame.filter(pl.col("w") > 0), "time", "event", ["age", "kind"], **options)
    assert found.table.equals(other.table) and (found.n, found.events) == (other.n, other.events)
    assert found.n < frame.height and found.table["term"].to_list() == ["age", "kind=b"]
    everyone = kaplan_meier(frame["time"], frame["event"], weights=frame["w"])
    assert everyone.at([300.0])["survival"].is_not_nan().all()
    assert cox({"x": [0, 1]}, [1, 2], [1, 1], ["x"], weights=[0, 0]).status == "not_estimable: no events"


def test_hazards_are_tested_without_a_column_that_says_nothing_new() -> None:
    frame = dataset("lung").drop_nulls(["age"]).with_columns(twice=pl.col("age") * 2)
    found, plain = (cox(frame, "time", "event", terms) for terms in (["age", "twice", "sex"], ["age", "sex"]))
    assert found.status == "not_estimable: twice"
    assert found.zph()["p"].to_list() == pytest.approx(plain.zph()["p"].to_list(), rel=1e-9)


def test_an_interaction_that_did_not_converge_says_so(monkeypatch) -> None:
    lost = dataclasses.replace(cox({"x": [0, 1, 0, 1]}, [1, 2, 3, 4], [1] * 4, ["x"]), status=DID_NOT)
    monkeypatch.setattr(
        sys.modules["haicplatform.survival.interaction"],
        "cox",
        lambda *a, **k: dataclasses.replace(lost, lr=dataclasses.replace(lost.lr, df=len(a[3]))),
    )
    frame = {"x": [0, 1, 0, 1], "site": ["A", "A", "B", "B"]}
    assert interaction(frame, [1, 2, 3, 4], [1, 1, 1, 0], "x", "site").status == DID_NOT


def test_one_event_nobody_and_one_cluster() -> None:
    assert cox({"x": [0, 1, 0]}, [1, 2, 3], [1, 0, 0], ["x"]).status == "separated: x"
    assert cox({"x": []}, [], [], ["x"]).status == "not_estimable: no events"
    assert cox({"x": [0, 1, 0, 1]}, [1, 2, 3, 4], [1, 1, 1, 1], ["x"], cluster=[1] * 4).status.endswith("one cluster")


def test_all_at_time_zero() -> None:
    assert cox({"x": [0, 1, 0, 1]}, [0] * 4, [1, 1, 0, 1], ["x"]).status in ("converged", "separated: x")
    assert kaplan_meier([0] * 4, [1, 1, 0, 1]).table["survival"].to_list() == [0.25]


def test_a_curve_of_nobody_has_nothing_to_say() -> None:
    curve = kaplan_meier([], [])
    assert curve.median().value is None and curve.table.is_empty() and curve.at([6])["survival"].to_list() == [1.0]
    assert follow_up([], []).plain_median is None
    assert logrank([], [], []).p is None


def test_a_group_without_events_leaves_the_others() -> None:
    found = logrank([1, 2, 3, 4], [1, 1, 0, 0], ["A", "A", "B", "B"])
    assert found.p is not None and found.table["observed"].to_list() == [2, 0]
    assert logrank([1, 2, 3], [0, 0, 0], ["A", "B", "B"]).p is None
    never, some = kaplan_meier([5, 6], [0, 0]), kaplan_meier([1, 4, 6], [1, 1, 0])
    assert compare_at(never, some, 3).p is None
    found = compare_rmst(never, some, 5)
    assert found["difference"].estimate < 0 and found["ratio_lost"].estimate is None
    assert compare_rmst(never, never, 5)["difference"].p is None


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        (dict(time=[-1, 2], event=[1, 0]), "time must not be negative"),
        (dict(time=[1, 2], event=[1, None]), "event has missing"),
        (dict(time=[1, 2], event=[1, 2]), "event must be 0 or 1"),
    ],
)
def test_impossible_input_is_named(bad: dict, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        kaplan_meier(**bad)
    with pytest.raises(ValueError, match=told):
        cox({"x": [0, 1]}, bad["time"], bad["event"], ["x"])


def test_missing_covariates_are_named() -> None:
    frame = pl.DataFrame({"x": [None, None]}, schema={"x": pl.Float64})
    with pytest.raises(ValueError, match="x has missing values"):
        cox(frame, [1, 2], [1, 0], ["x"])


def test_an_interaction_with_nothing_to_tell_apart() -> None:
    frame = {"x": [0, 1, 0, 1], "site": ["A", "A", "A", "A"]}
    assert interaction(frame, [1, 2, 3, 4], [1, 1, 1, 0], "x", "site", strata="site").p is None
    empty = {"x": [0, 0, 1, 1], "site": ["A", "A", "B", "B"]}
    assert interaction(empty, [1, 2, 3, 4], [1, 1, 1, 0], "x", "site", strata="site").p is None


def test_pooling_needs_an_estimate_and_an_error() -> None:
    for estimate, error in (([], []), ([1.0], [0.0]), ([np.nan], [1.0])):
        with pytest.raises(ValueError):
            pool(estimate, error)
    alone = pool([0.3], [0.1])
    assert (alone.tau2, alone.i2, alone.q_p) == (0, 0, None) and alone.ci_low < 0.3 < alone.ci_high


def test_equal_estimates_have_no_interval_of_no_width() -> None:
    # metafor's rma(test="knha") gives se 0 and p 0 here, and its test="adhoc" 0.0577350269 with t of 2 df
    found = pool([-0.4, -0.4, -0.4], [0.1, 0.1, 0.1])
    assert (found.status, found.ci_low, found.p, found.prediction_high) == ("no_spread", None, None, None)
    cautious = pool([-0.4, -0.4, -0.4], [0.1, 0.1, 0.1], hartung_knapp="adhoc")
    error = 0.1 / np.sqrt(3)
    assert cautious.status == "ok" and cautious.std_err == pytest.approx(error, rel=1e-12)
    assert cautious.ci_high == pytest.approx(-0.4 + 4.302652729749464 * error, rel=1e-9)
    assert 0.01 < cautious.p < 0.03


def test_closer_estimates_than_their_errors_explain_are_told() -> None:
    estimates, errors = [-0.40, -0.41, -0.39], [0.2, 0.3, 0.25]
    found, cautious, plain = (pool(estimates, errors, hartung_knapp=kind) for kind in (True, "adhoc", False))
    assert found.status == "narrowed" and found.std_err < plain.std_err == pytest.approx(cautious.std_err)
    assert cautious.ci_low < plain.ci_low < found.ci_low and cautious.status == plain.status == "ok"
    apart = pool([-0.9, 0.1, 0.5], errors), pool([-0.9, 0.1, 0.5], errors, hartung_knapp="adhoc")
    # metafor's tau2 leaves q a little below 1 where the errors differ
    assert apart[0].std_err < apart[1].std_err == pytest.approx(apart[0].std_err, rel=0.1)
    assert pool([-0.9, 0.1], [0.1, 0.2], method="dl").status == "ok"


def test_an_estimate_without_weight_does_not_hang_the_pooling() -> None:
    found = pool([0.3, 5.0], [0.2, 4000.0])
    assert found.estimate == pytest.approx(0.3, rel=1e-6) and found.tau2 >= 0


def test_a_level_that_is_gone_before_time_moves_has_no_test_of_its_hazards() -> None:
    """C is at risk at the first event time alone: what is left of its information is a rounding error."""
    level = ["C", "C", "A", "A", "B", "A", "B", "A", "B", "B", "A", "B", "A", "B", "A"]
    time = [1, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]
    event = [1, 0, 1, 1, 1, 0, 1, 1, 1, 1, 0, 1, 1, 1, 1]
    x = [3.1, 0.5, 1.7, 2.2, 0.1, 4.0, 1.2, 0.9, 2.5, 3.3, 0.4, 1.9, 2.0, 0.7, 1.1]
    is_b, is_c = ([float(each == one) for each in level] for one in "BC")
    by_column = cox({"x": x, "b": is_b, "c": is_c}, time, event, ["x", "b", "c"]).zph()
    assert by_column["df"].to_list() == [1, 1, 0, 2]
    assert by_column.row(2) == ("c", None, 0, None)
    assert (by_column["chisq"].drop_nulls() < 20).all()
    by_level = cox({"x": x, "level": level}, time, event, ["x", "level"]).zph()
    assert by_level["df"].to_list() == [1, 1, 2]
    assert by_level["chisq"].to_list() == pytest.approx(by_column["chisq"].drop_nulls().to_list(), rel=1e-9)
