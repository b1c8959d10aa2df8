"""Data that cannot give a number: every other number is there, and the missing one says why.

Belongs here: one bad thing in otherwise good data, and the status it must give. SYNTHETIC data.
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
import pytest

from haicplatform.estimation.models import hazards
from haicplatform.estimation.rows import STATUSES, Rows
from haicplatform.estimation.study_estimates import estimate
from haicplatform.survival import cox
from schemas.analysis.estimate import Estimate
from tests.estimation.seoul import datasets, study

SITES = ("AAA", "BBB", "CCC")
GROUP = "group=POST_AB"
Change = Callable[[dict[str, pl.DataFrame]], None]


def _found(change: Change) -> pl.DataFrame:
    data = datasets(SITES)
    change(data)
    found = estimate(study("haic_after_ate_beva"), **data, snapshot_id="0" * 16)
    Estimate.validate(found)
    without = found.filter(pl.col("value").is_null())
    assert without.filter(pl.col("status") == "ok").height == 0
    assert {status.partition(": ")[0] for status in found["status"].unique()} <= STATUSES.keys()
    return found


def _row(found: pl.DataFrame, analysis: str, statistic: str, **key: str) -> dict:
    key = {"population": "pooled", "endpoint": "OS", "term": "", "grp": ""} | key
    rows = found.filter(analysis=analysis, statistic=statistic, variant="main", **key)
    assert rows.height == 1, (analysis, statistic, key, rows)
    return rows.row(0, named=True)


def _empty_group(data: dict[str, pl.DataFrame]) -> None:
    data["cohort"] = data["cohort"].with_columns(exposure_group=pl.lit("FIRST_LINE"))


def test_an_empty_group() -> None:
    found = _found(_empty_group)
    assert _row(found, "km", "n", grp="POST_AB")["value"] == 0
    assert _row(found, "km", "median", grp="POST_AB")["status"] == "no_patients"
    assert _row(found, "cox_univariable", "hr", term="group")["status"] == "no_patients"
    assert _row(found, "logrank", "p")["status"] == "no_patients"
    assert _row(found, "km", "median", grp="FIRST_LINE")["value"] > 0
    for population in ("matched", "weighted"):
        row = _row(found, "propensity", "smd_after", population=population, endpoint="", term="distance")
        assert row["status"].startswith("no_model")


def _one_event(data: dict[str, pl.DataFrame]) -> None:
    keep = pl.col("usubjid") == data["cohort"].filter(exposure_group="FIRST_LINE")["usubjid"][0]
    data["adtte"] = data["adtte"].with_columns(cnsr=pl.when(keep).then(0).otherwise(1))


def test_one_event() -> None:
    found = _found(_one_event)
    assert _row(found, "km", "events", grp="all")["value"] == 1
    assert _row(found, "cox_univariable", "hr", term=GROUP)["status"] == f"separated: {GROUP}"
    penalised = _row(found, "cox_univariable_firth", "hr", term=GROUP)
    assert penalised["status"] == f"penalised: {GROUP}" and 0 < penalised["value"] < 1
    assert _row(found, "cox_multivariable", "events_per_coefficient", term="model")["status"] == (
        "few_events_per_coefficient: 10"
    )
    assert _row(found, "km", "median", grp="all")["status"] == "not_reached"


def _no_event(data: dict[str, pl.DataFrame]) -> None:
    data["adtte"] = data["adtte"].with_columns(cnsr=pl.lit(1))


def test_no_event() -> None:
    found = _found(_no_event)
    assert _row(found, "cox_univariable", "hr", term=GROUP)["status"] == "no_events"
    assert _row(found, "logrank", "p")["status"] == "no_events"
    assert _row(found, "pooled", "hr", term=GROUP)["status"] == "one_hospital"


def _constant(data: dict[str, pl.DataFrame]) -> None:
    data["adsl"] = data["adsl"].with_columns(sex=pl.lit("M"), age=pl.lit(60))


def test_a_constant_covariate() -> None:
    found = _found(_constant)
    assert _row(found, "cox_univariable", "hr", term="age")["status"] == "not_estimable: age"
    assert _row(found, "cox_multivariable", "included", term="sex")["status"] == "not_estimable: sex"
    assert _row(found, "baseline", "smd", endpoint="", term="age")["status"].startswith("no_variation")
    assert _row(found, "interaction", "p", term="sex")["status"] == "no_variation: one level"
    assert _row(found, "cox_multivariable", "hr", term=GROUP)["value"] > 0
    assert _row(found, "cox_univariable", "hr", population="matched", term=GROUP)["value"] > 0


@pytest.mark.parametrize(("unit", "status"), [(1e-9, "unit: age"), (1e6, "fine_unit: age")])
def test_a_covariate_in_an_unreadable_unit(unit: float, status: str) -> None:
    def scaled(data: dict[str, pl.DataFrame]) -> None:
        data["adsl"] = data["adsl"].with_columns(age=pl.col("age") * unit)

    found, plain = _found(scaled), _found(lambda data: None)
    row = _row(found, "cox_univariable", "hr", term="age")
    assert row["status"] == status and (row["value"] is None) == (unit < 1)
    p = [_row(frame, "cox_univariable", "p", term="age")["value"] for frame in (found, plain)]
    assert p[0] == pytest.approx(p[1], rel=1e-6)


def test_an_interval_beyond_what_is_printed_is_told() -> None:
    rows = Rows("S", "1", analysis="subgroup")
    for term, ends in (("sex=F", (0.009, 1000)), ("sex=M", (0.009, 999)), ("age", (0.9951, 1.004))):
        rows.add("hr", 1.0, term=term, ci=ends)
    assert rows.frame()["status"].to_list() == ["wide", "ok", "fine_unit: age"]


def _collinear(data: dict[str, pl.DataFrame]) -> None:
    data["adsl"] = data["adsl"].with_columns(
        metastasis=pl.when(pl.col("ecog") == 0).then(pl.lit("N")).otherwise(pl.lit("Y"))
    )


def test_collinear_covariates() -> None:
    found = _found(_collinear)
    assert _row(found, "cox_multivariable", "hr", term="ecog=0")["value"] > 0
    assert _row(found, "cox_multivariable", "hr", term="metastasis=Y")["status"] == "not_estimable: metastasis=Y"
    assert _row(found, "cox_multivariable", "hr", term=GROUP)["status"] == "ok"
    assert _row(found, "proportional_hazards", "p", term="group")["value"] > 0


def _zero(data: dict[str, pl.DataFrame]) -> None:
    some = pl.col("usubjid").is_in(["P001", "P002", "P003"])
    data["adtte"] = data["adtte"].with_columns(aval_months=pl.when(some).then(0.0).otherwise("aval_months"))


def test_times_of_zero_count() -> None:
    found = _found(_zero)
    assert _row(found, "km", "n", grp="all")["value"] == 100
    assert _row(found, "cox_univariable", "hr", term=GROUP)["value"] > 0


def _negative(data: dict[str, pl.DataFrame]) -> None:
    some = (pl.col("usubjid") == "P001") & (pl.col("paramcd") == "OS")
    none = (pl.col("usubjid") == "P002") & (pl.col("paramcd") == "OS")
    months = pl.when(some).then(-1.0).when(none).then(None).otherwise("aval_months")
    data["adtte"] = data["adtte"].with_columns(aval_months=months)


def test_negative_and_missing_times_are_left_out_and_counted() -> None:
    found = _found(_negative)
    negative = _row(found, "km", "negative")
    assert (negative["value"], negative["status"]) == (1, "impossible: a time before the start")
    assert (_row(found, "km", "missing")["value"], _row(found, "km", "missing")["status"]) == (1, "missing_values: 1")
    assert _row(found, "km", "n", grp="all")["value"] == 98
    assert _row(found, "km", "n", grp="all", endpoint="PFS")["value"] == 100


def _without_outcome(data: dict[str, pl.DataFrame]) -> None:
    data["adtte"] = data["adtte"].filter(pl.col("paramcd") != "OS")
    data["adrs"] = data["adrs"].clear()


def test_missing_outcomes() -> None:
    found = _found(_without_outcome)
    assert _row(found, "km", "missing")["value"] == 100
    assert (_row(found, "km", "n", grp="all")["value"], _row(found, "km", "n", grp="all")["status"]) == (
        0,
        "no_patients",
    )
    assert _row(found, "response", "n", endpoint="BOR", grp="all", term="MISSING")["value"] == 100
    assert _row(found, "cox_univariable", "hr", endpoint="PFS", term=GROUP)["value"] > 0


def _all_missing(data: dict[str, pl.DataFrame]) -> None:
    data["adsl"] = data["adsl"].with_columns(afp_ng_ml=pl.lit(None, dtype=pl.Float64))


def test_a_covariate_all_missing() -> None:
    found = _found(_all_missing)
    assert _row(found, "cox_univariable", "hr", term="afp")["status"] == "no_value"
    assert _row(found, "cox_multivariable", "included", term="afp")["status"] == "missing_values: 100"
    assert _row(found, "cox_complete_case", "hr", term=GROUP)["value"] > 0
    assert _row(found, "propensity", "missing", population="matched", endpoint="", term="model")["value"] == 100


def _mostly_missing(data: dict[str, pl.DataFrame]) -> None:
    few = pl.col("usubjid").is_in([f"P{number:03}" for number in range(1, 42)])
    whole = pl.col("ecog").cast(pl.Int64)
    data["adsl"] = data["adsl"].with_columns(ecog=pl.when(~few).then(whole), tumour_number=pl.lit(None, pl.Int64))


def test_a_covariate_mostly_missing_is_not_imputed() -> None:
    found = _found(_mostly_missing)
    lost = _row(found, "cox_multiple_imputation", "missing", term="ecog")
    assert (lost["value"], lost["status"]) == (41, "too_missing: 40")
    row = _row(found, "cox_multiple_imputation", "hr", term=GROUP)
    assert row["value"] > 0 and row["status"] == "without: ecog"
    terms = found.filter(analysis="cox_multiple_imputation", statistic="hr", endpoint="OS")["term"].to_list()
    assert not [term for term in terms if term.startswith("ecog")]


def _two_patients(data: dict[str, pl.DataFrame]) -> None:
    two = pl.col("usubjid").is_in(["P001", "P040"])
    for name in ("adsl", "cohort"):
        data[name] = data[name].with_columns(siteid=pl.when(two).then(pl.lit("ZZZ")).otherwise("siteid"))


def test_a_hospital_with_two_patients() -> None:
    found = _found(_two_patients)
    assert _row(found, "by_hospital", "hr", grp="ZZZ", term=GROUP)["status"] == "few_patients: 5"
    assert _row(found, "logrank", "p", population="site:ZZZ")["status"] == "few_patients: 5"
    assert _row(found, "pooled", "hr", term=GROUP)["note"] == "without ZZZ"
    assert _row(found, "cox_univariable", "hr", population="leave_out:ZZZ", term=GROUP)["value"] > 0
    assert _row(found, "interaction", "p", term="site")["value"] is not None


def _twins(data: dict[str, pl.DataFrame]) -> None:
    """A second hospital with the same patients as the first."""
    for name, frame in datasets(("AAA",)).items():
        other = frame.with_columns(usubjid=pl.format("T{}", "usubjid"))
        sites = {"siteid": pl.lit("BBB")} if "siteid" in frame.columns else {}
        data[name] = pl.concat([frame, other.with_columns(**sites)])


def test_hospitals_with_the_same_hazard_ratio() -> None:
    found = _found(_twins)
    row, p = (_row(found, "pooled", statistic, term=GROUP) for statistic in ("hr", "p"))
    assert (row["status"], row["ci_low"], p["value"]) == ("no_spread", None, None)
    assert row["value"] == pytest.approx(_row(found, "by_hospital", "hr", term=GROUP, grp="AAA")["value"])
    cautious = _row(found, "pooled_adhoc", "hr", term=GROUP)
    assert cautious["status"] in ("ok", "wide") and cautious["ci_low"] < row["value"] < cautious["ci_high"]
    assert _row(found, "pooled_adhoc", "p", term=GROUP)["value"] > 0.001


@pytest.mark.parametrize("n", [1, 2, 3])
def test_a_study_of_a_few_patients(n: int) -> None:
    def few(data: dict[str, pl.DataFrame]) -> None:
        data["cohort"] = data["cohort"].head(n)

    found = _found(few)
    assert _row(found, "km", "n", grp="all")["value"] == n


def test_a_study_without_patients() -> None:
    def nobody(data: dict[str, pl.DataFrame]) -> None:
        data["cohort"] = data["cohort"].with_columns(is_included=pl.lit(False), exclusion_reason=pl.lit("CONCURRENT"))

    found = _found(nobody)
    assert _row(found, "flow", "n", endpoint="", grp="all", term="included")["value"] == 0
    assert _row(found, "km", "n", grp="all")["status"] == "no_patients"


def test_a_term_whose_hazards_cannot_be_tested_says_so_and_the_others_are_tested() -> None:
    """C is at risk at the first event time alone."""
    x = [3.1, 0.5, 1.7, 2.2, 0.1, 4.0, 1.2, 0.9, 2.5, 3.3]
    model = cox(
        {"x": x, "c": [1.0, 1.0] + [0.0] * 8},
        [1, 1, 1, 2, 3, 4, 5, 6, 7, 8],
        [1, 0, 1, 1, 1, 0, 1, 1, 1, 1],
        ["x", "c"],
    )
    rows = Rows("study", "snapshot", analysis="proportional_hazards", endpoint="OS", population="pooled")
    hazards(rows, model, 0.05)
    found = {(row["term"], row["statistic"]): row for row in rows.frame().iter_rows(named=True)}
    untested = found.pop(("c", "p"))
    assert (untested["value"], untested["status"], untested["note"]) == (None, "not_estimable: c", "0 df")
    assert set(found) == {(term, number) for term in ("x", "GLOBAL") for number in ("chisq", "df", "p")}
    assert found["GLOBAL", "df"]["value"] == 1 and all(row["value"] is not None for row in found.values())
