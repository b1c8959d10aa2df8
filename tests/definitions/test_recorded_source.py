"""A study that takes responses as the hospitals recorded them, and how often these agree with the derived ones."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest
from harness import Rows, harmonise
from pydantic import ValidationError
from tiny_study import run, tiny

from haicplatform.estimation.response import agreement
from haicplatform.estimation.rows import Rows as EstimateRows

START = date(2023, 3, 1)


def day(number: int) -> date:
    return START + timedelta(number)


@pytest.fixture(scope="module")
def con():
    """A: lesions and a recorded mRECIST; B: only mRECIST; C: only RECIST 1.1; D: both criteria recorded."""
    rows = Rows()
    for who in "ABCD":
        rows.patient(who)
        rows.course(who, 1, "HAIC_FP", START, START)
    for number, size in ((0, 100), (60, 50), (120, 45)):
        rows.targets("A", rows.exam("A", day(number)), {"T1": size})
    for number, overall in ((60, "SD"), (120, "PR")):
        values = {"reader_id": "R1", "criterion": "MRECIST", "assess_date": day(number)}
        rows.add("response_assessment", "A", exam_no=str(day(number)), overall=overall, **values)
    rows.response("B", day(60), "CR")
    rows.response("C", day(60), "PR", criterion="RECIST11")
    rows.response("D", day(60), "SD", criterion="RECIST11")
    values = {"reader_id": "R1", "criterion": "MRECIST", "assess_date": day(60)}
    rows.add("response_assessment", "D", exam_no=str(day(60)), overall="PD", **values)
    rows.response("D", day(90), "PR", criterion="RECIST11")
    return harmonise(rows)


def responses(con, **response) -> list[tuple]:
    study = tiny(definition="lencioni2010", response={"best": ["unconfirmed"], **response})
    adrs = run(con, study)["adrs"].filter(paramcd="OVR")
    return adrs.select(pl.col("usubjid").str.slice(4), "adt", "avalc", "srcdom").sort("usubjid", "adt").rows()


DERIVED = [("A", day(60), "PR", "lesion_measurement"), ("A", day(120), "PR", "lesion_measurement")]
ONLY_RECORDED = [("B", day(60), "CR", "response_assessment"), ("D", day(60), "PD", "response_assessment")]


def test_derived_is_what_the_lesions_give(con):
    assert responses(con) == DERIVED


def test_recorded_takes_the_hospitals_word_for_everybody(con):
    recorded = [("A", day(60), "SD", "response_assessment"), ("A", day(120), "PR", "response_assessment")]
    assert responses(con, source="recorded") == recorded + ONLY_RECORDED
    assert run(con, tiny(definition="recorded"))["reading"].height == 4


def test_the_recorded_one_only_where_no_lesion_was_delivered(con):
    assert responses(con, source="derived_else_recorded") == DERIVED + ONLY_RECORDED


def test_two_criteria_are_never_mixed_in_one_course(con):
    both = responses(con, source="derived_else_recorded", criteria=["MRECIST", "RECIST11"])
    assert both == DERIVED + [
        ("B", day(60), "CR", "response_assessment"),
        ("C", day(60), "PR", "response_assessment"),
        ("D", day(60), "PD", "response_assessment"),
    ]
    turned = responses(con, source="recorded", criteria=["RECIST11", "MRECIST"])
    assert [row[:3] for row in turned if row[0] == "D"] == [("D", day(60), "SD"), ("D", day(90), "PR")]


@pytest.mark.parametrize(
    ("response", "sentence"),
    [
        ({"source": "recorded", "pr_pct": 25}, "pr_pct cannot change a response that is taken as recorded"),
        ({"criteria": ["MRECIST", "MRECIST"]}, "criteria names one of them twice"),
        ({"source": "guessed"}, "Input should be 'derived', 'recorded' or 'derived_else_recorded'"),
    ],
)
def test_a_contradiction_is_refused(response, sentence):
    with pytest.raises(ValidationError) as error:
        tiny(response={"best": ["unconfirmed"], **response})
    assert sentence in str(error.value)


def test_disagreement_is_counted_by_hospital_and_reader(con):
    found = con.execute(
        "SELECT site_id, reader_id, n_both, n_match, n_mismatch, n_pd_mismatch, n_recorded_only, n_derived_only, "
        "mismatch_pct FROM harmonised.response_agreement_rate WHERE definition = 'lencioni2010'"
    ).fetchall()
    assert found == [("S01", "R1", 2, 1, 1, 0, 2, 0, 50.0)]


def test_a_hospital_without_the_word_does_not_disagree():
    rows = Rows()
    rows.patient("E")
    rows.course("E", 1, "HAIC_FP", START, START)
    for number, status in ((0, "IRSD"), (60, "IRSD"), (120, "PD")):
        exam = rows.exam("E", day(number))
        rows.lesion("E", exam, "NT1", "NONTARGET", organ="PV", nontarget_status=status)
        if number:
            values = {"reader_id": "R2", "criterion": "MRECIST", "assess_date": day(number), "overall": "SD"}
            rows.lesion("E", exam, "NT1", "NONTARGET", organ="PV", nontarget_status=status, reader_id="R2")
            rows.add("response_assessment", "E", exam_no=exam, **values)
        else:
            rows.lesion("E", exam, "NT1", "NONTARGET", organ="PV", nontarget_status=status, reader_id="R2")
    found = harmonise(rows).execute(
        "SELECT reader_id, n_both, n_match, n_named_otherwise, n_mismatch, n_pd_mismatch, n_derived_only "
        "FROM harmonised.response_agreement_rate WHERE definition = 'lencioni2010' ORDER BY ALL"
    )
    assert found.fetchall() == [("R1", 0, 0, 0, 0, 0, 2), ("R2", 2, 0, 1, 1, 1, 0)]


def test_estimates_have_the_disagreement_by_hospital_and_reader():
    frame = pl.DataFrame(
        {"site_id": ["S01", "S01", "S02"], "reader_id": ["R1", "R2", "R1"], "n_both": [10, 0, 30],
         "n_mismatch": [1, 0, 3], "n_pd_mismatch": [1, 0, 0], "n_recorded_only": [0, 4, 0]}
    )  # fmt: skip
    rows = EstimateRows("s", "snap")
    agreement(rows, frame)
    made = rows.frame().filter(statistic="mismatch_pct").select("population", "term", "value", "status").rows()
    assert made == [
        ("pooled", "R1", 10.0, "ok"), ("pooled", "R2", None, "no_pair"),
        ("site:S01", "R1", 10.0, "ok"), ("site:S01", "R2", None, "no_pair"),
        ("site:S02", "R1", 10.0, "ok"),
    ]  # fmt: skip
