"""What a study asks for under `analyses:`: each against the same number made another way, or counted by hand.

Belongs here: rows of the further analyses. Does not belong here: the estimators (tests/survival). SYNTHETIC data.
"""

from __future__ import annotations

import polars as pl
import pytest

from haicplatform.estimation.patients import swimmer, tumour_change
from haicplatform.estimation.rows import Rows
from haicplatform.estimation.safety import after_progression, doses, toxicity
from haicplatform.estimation.study_estimates import estimate
from haicplatform.survival import cox, kaplan_meier
from tests.estimation.declared import undeclared
from tests.estimation.seoul import datasets, study

GROUPS = ("FIRST_LINE", "POST_AB")
TERM = "group=POST_AB"
SITES = ("AAA", "BBB")


def _competing(data: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """TTP with death: a progression is a PFS time before the OS time, or of someone who lives."""
    wide = data["adtte"].pivot("paramcd", index="usubjid", values=["aval_months", "cnsr"])
    is_dead = (
        (pl.col("cnsr_PFS") == 0) & (pl.col("aval_months_PFS") == pl.col("aval_months_OS")) & (pl.col("cnsr_OS") == 0)
    )
    cause = pl.when(is_dead).then(2).when(pl.col("cnsr_PFS") == 0).then(1).otherwise(0)
    return wide.select("usubjid", paramcd=pl.lit("TTP"), aval_months="aval_months_PFS", cause=cause)


@pytest.fixture(scope="module")
def data() -> dict[str, pl.DataFrame]:
    data = datasets(SITES)
    ttp = _competing(data).select("usubjid", "paramcd", "aval_months", cnsr=(pl.col("cause") != 1).cast(pl.Int64))
    adtte = data["adtte"].with_columns(pl.col("cnsr").cast(pl.Int64))
    return data | {"adtte": pl.concat([adtte, ttp])}


@pytest.fixture(scope="module")
def found(data) -> pl.DataFrame:
    return estimate(
        study("haic_after_ate_beva"), **data, snapshot_id="0" * 16, relations={"competing": _competing(data)}
    )


def test_the_registry_declares_them(found):
    assert undeclared(found) == []


def _get(found: pl.DataFrame, analysis: str, statistic: str, **key) -> float:
    rows = found.filter(analysis=analysis, statistic=statistic, **({"population": "pooled", "grp": ""} | key))
    assert rows.height == 1, (analysis, statistic, key, rows.height)
    return rows["value"].item()


def _model(data: dict[str, pl.DataFrame], keep: pl.Expr) -> float:
    """The unadjusted hazard ratio of OS among the persons of ADSL that fulfil `keep`."""
    times = data["adtte"].filter(paramcd="OS").join(data["adsl"].filter(keep), on="usubjid")
    times = times.with_columns(event=1 - pl.col("cnsr"), g=pl.col("exposure_group").cast(pl.Enum(GROUPS)))
    return cox(times, "aval_months", "event", ["g"]).table["hr"][0]


def test_a_subgroup_is_the_model_of_its_patients(found, data) -> None:
    hr = _get(found, "subgroup", "hr", endpoint="OS", term="ecog=0")
    assert hr == pytest.approx(_model(data, pl.col("ecog") == 0), rel=1e-9)
    sizes = found.filter(analysis="subgroup", statistic="n", endpoint="OS", population="pooled", grp="")
    per_variable = sizes.group_by(pl.col("term").str.split("=").list.first()).agg(pl.col("value").sum())
    assert set(per_variable["value"]) == {100.0}
    assert 0 <= _get(found, "interaction", "p", endpoint="OS", term="ecog") <= 1


def test_leaving_a_hospital_out_is_the_model_of_the_others(found, data) -> None:
    hr = _get(found, "cox_univariable", "hr", population="leave_out:AAA", endpoint="OS", term=TERM)
    assert hr == pytest.approx(_model(data, pl.col("siteid") == "BBB"), rel=1e-9)
    assert _get(found, "interaction", "df", endpoint="OS", term="site") == 1


def test_matched_pairs_and_weights(found) -> None:
    n = {g: _get(found, "propensity", "n", population="matched", term="patients", grp=g) for g in ("all", *GROUPS)}
    pairs = _get(found, "propensity", "pairs", population="matched", term="patients", grp="all")
    assert n == {"all": 2 * pairs, "FIRST_LINE": pairs, "POST_AB": pairs}
    assert _get(found, "km", "n", population="matched", endpoint="OS", grp="all") == 2 * pairs
    assert _get(found, "baseline", "n", population="matched", term="patients", grp="POST_AB") == pairs
    before = _get(found, "propensity", "smd_before", population="matched", term="distance")
    assert abs(_get(found, "propensity", "smd_after", population="matched", term="distance")) < abs(before)
    for who in ("matched", "weighted"):
        assert _get(found, "cox_univariable", "hr", population=who, endpoint="OS", term=TERM) > 0
    assert _get(found, "propensity", "ess", population="weighted", term="patients", grp="POST_AB") <= 34


def test_incidences_of_all_causes_add_up_to_what_is_not_event_free(found, data) -> None:
    other = _competing(data)
    free = kaplan_meier(other["aval_months"], other["cause"] > 0).at([12.0])["survival"][0]
    parts = [_get(found, "cuminc", "rate", endpoint="TTP", grp="all", term=t, at=12.0) for t in ("event", "competing")]
    assert sum(parts) == pytest.approx(1 - free, rel=1e-9)
    assert 0 <= _get(found, "gray", "p", endpoint="TTP", term="event") <= 1
    assert _get(found, "fine_gray", "shr", endpoint="TTP", term=TERM) > 0


def test_complete_cases_of_complete_data_are_the_main_model_and_say_so(found) -> None:
    row = found.filter(analysis="cox_complete_case", statistic="missing", endpoint="PFS").row(0, named=True)
    assert (row["value"], row["status"]) == (0, "complete")
    main = _get(found, "cox_multivariable", "hr", endpoint="PFS", term=TERM)
    assert _get(found, "cox_complete_case", "hr", endpoint="PFS", term=TERM) == main
    imputed = _get(found, "cox_multiple_imputation", "hr", endpoint="PFS", term=TERM)
    assert imputed == pytest.approx(main, rel=1e-9)


PERSONS = pl.DataFrame({"usubjid": ["a", "b", "c", "d"], "grp": ["X", "X", "X", "Y"]})


def _rows(analysis: str, fill) -> dict[tuple, float]:
    rows = Rows("s", "0" * 16, analysis=analysis)
    fill(rows)
    return {(r["grp"], r["term"], r["statistic"]): r["value"] for r in rows.frame().iter_rows(named=True)}


def test_the_worst_grade_of_a_patient_counts_once() -> None:
    events = pl.DataFrame(
        [("a", "Nausea", 1, "N"), ("a", "Nausea", 3, "Y"), ("b", "Nausea", 2, None), ("b", "Fever", None, "N")],
        schema=["usubjid", "term", "grade", "related"], orient="row",
    )  # fmt: skip
    got = _rows("adverse_events", lambda rows: toxicity(rows, PERSONS, events, ("X", "Y")))
    assert (got["X", "Nausea", "n"], got["X", "Nausea", "n_grade_3"], got["X", "Nausea", "n_grade_1"]) == (2, 1, 0)
    assert (got["all", "any", "n"], got["all", "any", "pct"], got["X", "any", "n_severe"]) == (2, 50, 1)
    assert (got["X", "Fever", "n_ungraded"], got["X", "Nausea", "n_related"], got["Y", "any", "n"]) == (1, 1, 0)


def test_doses_are_of_persons_with_a_plan() -> None:
    given = pl.DataFrame(
        [("a", "5FU", 4, 1, 0, 0, 90.0), ("a", "CISPLATIN", 3, 0, 0, 1, 70.0), ("b", "5FU", 2, 0, 1, 0, 100.0)],
        schema=["usubjid", "drug", "n_cycles", "n_off_plan", "n_interval_off", "n_interrupted", "rdi_pct"],
        orient="row",
    )  # fmt: skip
    got = _rows("dose", lambda rows: doses(rows, PERSONS, given, ("X", "Y")))
    assert (got["X", "cycles", "n"], got["X", "cycles", "median"]) == (2, 3)
    assert (got["X", "cycles=4", "n"], got["X", "interrupted", "pct"], got["X", "rdi=5FU", "mean"]) == (1, 50, 95)
    assert got["Y", "cycles", "median"] is None


def test_later_therapy_is_of_those_who_progressed() -> None:
    later = pl.DataFrame({"usubjid": ["a", "b", "d"], "regimen": ["SORAFENIB", None, None]})
    got = _rows("post_progression", lambda rows: after_progression(rows, PERSONS, later, ("X", "Y")))
    assert (got["X", "progressed", "n"], got["X", "any", "pct"], got["X", "SORAFENIB", "n"]) == (2, 50, 1)
    assert (got["Y", "none", "n"], got["all", "progressed", "pct"]) == (1, 75)


def test_figures_have_ranks_and_no_patient() -> None:
    change = pl.DataFrame({"usubjid": ["a", "a", "b"], "months": [2.0, 4.0, 2.0], "pchg": [-10.0, -40.0, 20.0]})
    best = pl.DataFrame({"usubjid": ["a", "b"], "avalc": ["PR", "PD"]})
    marks = pl.DataFrame(
        [("a", "duration", 9.0), ("b", "duration", 4.0), ("b", "death", 4.0)],
        schema=["usubjid", "milestone", "months"], orient="row",
    )  # fmt: skip
    rows = Rows("s", "0" * 16)
    tumour_change(rows, PERSONS, change, best, ("X", "Y"))
    swimmer(rows, PERSONS, marks, best)
    frame = rows.frame()
    bars = frame.filter(statistic="best_change").select("term", "value", "note").rows()
    assert bars == [("001", 20.0, "PD"), ("002", -40.0, "PR")]
    assert frame.filter(statistic="n_not_measured", grp="all")["value"].to_list() == [2]
    lines = frame.filter(analysis="spider", term="002").select("at", "value").rows()
    assert lines == [(0.0, 0.0), (2.0, -10.0), (4.0, -40.0)]
    assert frame.filter(analysis="swimmer", statistic="death").select("term", "value").rows() == [("002", 4.0)]
