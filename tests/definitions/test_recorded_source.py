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
        "SELECT criterion, is_across_criteria, site_id, reader_id, n_both, n_match, n_mismatch, n_pd_mismatch, "
        "n_recorded_only, n_derived_only, mismatch_pct FROM harmonised.response_agreement_rate "
        "WHERE definition = 'lencioni2010' ORDER BY criterion"
    ).fetchall()
    assert found == [
        ("MRECIST", False, "S01", "R1", 2, 1, 1, 0, 2, 0, 50.0),
        ("RECIST11", True, "S01", "R1", 0, 0, 0, 0, 3, 2, None),
    ]


def test_each_recorded_criterion_is_held_against_the_derived_response_by_itself():
    """S01 records mRECIST and RECIST 1.1 of the same exams, S02 RECIST 1.1 of one exam and nothing of the other.

    S03 records mRECIST and measures no lesion.
    """
    rows = Rows()
    for site, read in (("S01", {60: ("PR", "SD"), 120: ("PD", "SD")}), ("S02", {60: (None, "PR")})):
        rows.patient("F", site)
        rows.course("F", 1, "HAIC_FP", START, START, site_id=site)
        for number, size in ((0, 100), (60, 60), (120, 80)):
            rows.targets("F", rows.exam("F", day(number), site_id=site), {"T1": size}, site_id=site)
        for number, said in read.items():
            for criterion, overall in zip(("MRECIST", "RECIST11"), said, strict=True):
                values = {"reader_id": "R1", "criterion": criterion, "assess_date": day(number), "site_id": site}
                if overall:
                    rows.add("response_assessment", "F", exam_no=str(day(number)), overall=overall, **values)
    rows.patient("F", "S03")
    rows.course("F", 1, "HAIC_FP", START, START, site_id="S03")
    exam = rows.exam("F", day(60), site_id="S03")
    values = {"reader_id": "R1", "criterion": "MRECIST", "assess_date": day(60), "site_id": "S03"}
    rows.add("response_assessment", "F", exam_no=exam, overall="PR", **values)
    con = harmonise(rows)
    of_default = "WHERE definition = 'lencioni2010' ORDER BY ALL"
    found = con.execute(
        "SELECT site_id, exam_date, criterion, is_across_criteria, derived_response, recorded_response, agreement "
        f"FROM harmonised.response_agreement {of_default}"
    ).fetchall()
    assert found == [
        ("S01", day(60), "MRECIST", False, "PR", "PR", "MATCH"),
        ("S01", day(60), "RECIST11", True, "PR", "SD", "MISMATCH"),
        ("S01", day(120), "MRECIST", False, "PD", "PD", "MATCH"),
        ("S01", day(120), "RECIST11", True, "PD", "SD", "MISMATCH"),
        ("S02", day(60), "RECIST11", True, "PR", "PR", "MATCH"),
        ("S02", day(120), None, None, "PD", None, "DERIVED_ONLY"),
        ("S03", day(60), "MRECIST", False, None, "PR", "RECORDED_ONLY"),
    ]
    found = con.execute(
        "SELECT site_id, criterion, n_both, n_match, n_mismatch, n_pd_mismatch, n_derived_only, mismatch_pct "
        f"FROM harmonised.response_agreement_rate {of_default}"
    ).fetchall()
    assert found == [
        ("S01", "MRECIST", 2, 2, 0, 0, 0, 0.0),
        ("S01", "RECIST11", 2, 0, 2, 1, 0, 100.0),
        ("S02", "RECIST11", 1, 1, 0, 0, 1, 0.0),
        ("S03", "MRECIST", 0, 0, 0, 0, 0, None),
    ]


def test_two_readings_of_one_exam_are_one_exam_that_was_read():
    """A restart makes one course of two source courses, and the reader recorded the exam for each of them."""
    rows = Rows()
    rows.patient("G")
    rows.course("G", 1, "HAIC_FP", START, START)
    rows.course("G", 2, "HAIC_FP", day(30), day(30))
    for number in (0, 60, 120):
        rows.targets("G", rows.exam("G", day(number)), {"T1": 30})
    values = {"exam_no": str(day(60)), "reader_id": "R1", "criterion": "MRECIST", "assess_date": day(60)}
    for course_no in (1, 2):
        rows.add("response_assessment", "G", overall="SD", course_no=course_no, **values)
    found = harmonise(rows).execute(
        "SELECT n_both, n_match, n_derived_only FROM harmonised.response_agreement_rate WHERE definition = 'seed2024'"
    )
    assert found.fetchall() == [(2, 2, 1)]


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
        "SELECT reader_id, n_both, n_match, n_named_otherwise, n_mismatch, n_pd_mismatch, n_derived_only, mismatch_pct "
        "FROM harmonised.response_agreement_rate WHERE definition = 'lencioni2010' ORDER BY ALL"
    )
    assert found.fetchall() == [("R2", 2, 0, 1, 1, 1, 0, 50.0)]  # R1 recorded nothing


def test_estimates_have_the_disagreement_by_hospital_reader_and_criterion():
    frame = pl.DataFrame(
        {"site_id": ["S01", "S01", "S02", "S02"], "reader_id": ["R1", "R2", "R1", "R1"], "n_both": [10, 0, 30, 8],
         "criterion": ["MRECIST", "MRECIST", "MRECIST", "RECIST11"],
         "n_mismatch": [1, 0, 3, 6], "n_pd_mismatch": [1, 0, 0, 0], "n_recorded_only": [0, 4, 0, 0]}
    )  # fmt: skip
    rows = EstimateRows("s", "snap")
    agreement(rows, frame)
    made = rows.frame().filter(statistic="mismatch_pct").select("population", "term", "value", "status").rows()
    assert made == [
        ("pooled", "R1:MRECIST", 10.0, "ok"), ("pooled", "R1:RECIST11", 75.0, "ok"),
        ("pooled", "R2:MRECIST", None, "no_pair"),
        ("site:S01", "R1:MRECIST", 10.0, "ok"), ("site:S01", "R2:MRECIST", None, "no_pair"),
        ("site:S02", "R1:MRECIST", 10.0, "ok"), ("site:S02", "R1:RECIST11", 75.0, "ok"),
    ]  # fmt: skip
