"""harmonised.child_pugh: points, score, class, windows, and the recorded score beside."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from harness import Rows, baseline, csv_cases, harmonise

START = date(2023, 3, 1)
CASES = csv_cases("child_pugh")
ASCITES = {"none": "NONE", "mild": "MILD", "moderate": "MODERATE"}
ENCEPHALOPATHY = {"none": "NONE", "grade1": "G1", "grade3": "G3"}
SIGNS = {
    # who: signs, points of ascites and encephalopathy
    "NO_SIGNS": ({}, 1, 1),
    "MILD": ({"ascites": "MILD", "encephalopathy": "G1"}, 2, 2),
    "MODERATE": ({"ascites": "MODERATE", "encephalopathy": "G2"}, 3, 2),
    "SEVERE": ({"ascites": "SEVERE", "encephalopathy": "G3"}, 3, 3),
    "COMA": ({"ascites": None, "encephalopathy": "G4"}, None, 3),
}
LABS = [("BILI_T", "1.0", "mg/dL"), ("ALB", "4.0", "g/dL"), ("INR", "1.0", None)]
RECORDED = {
    # labs that make A5, or none; what the hospital recorded; how they compare
    "A5_A5": (LABS, {"child_pugh_score_recorded": 5, "child_pugh_class_recorded": "A"}, "MATCH"),
    "A5_A6": (LABS, {"child_pugh_score_recorded": 6, "child_pugh_class_recorded": "A"}, "MISMATCH"),
    "A5_NONE": (LABS, {}, "DERIVED_ONLY"),
    "NONE_A6": ([], {"child_pugh_score_recorded": 6}, "RECORDED_ONLY"),
    "NONE_NONE": ([], {}, None),
}
POINTS = "bili_points, alb_points, inr_points, ascites_points, encephalopathy_points"


def ask(con, who, columns="score, class"):
    return con.execute(
        f"SELECT {columns} FROM harmonised.child_pugh JOIN harmonised.person USING (usubjid) WHERE patient_id = ?",
        [who],
    ).fetchone()


@pytest.fixture(scope="module")
def con():
    rows = Rows()
    for case in CASES:
        labs = [("BILI_T", case["bili"], case["bili_unit"]), ("ALB", case["alb"], case["alb_unit"])]
        labs += [("INR", case["inr"], None)] if case["inr"] else []
        status = {"ascites": ASCITES[case["ascites"]], "encephalopathy": ENCEPHALOPATHY[case["enceph"]]}
        baseline(rows, case["id"], START, status=status, labs=labs)
    for who, days, recorded in (("D28", 28, {"child_pugh_score_recorded": 5}), ("D29", 29, {})):
        baseline(rows, who, START, status=recorded, labs=[("ALB", "4.0", "g/dL"), ("INR", "1.0", None)])
        rows.lab(who, START - timedelta(days), "BILI_T", "1.0", "mg/dL")
    for who, recorded, inr in (("CLASS_SAME", "A", "1.0"), ("CLASS_OTHER", "B", "1.0"), ("RECORDED", "B", None)):
        labs = [("BILI_T", "1.0", "mg/dL"), ("ALB", "4.0", "g/dL")] + ([("INR", inr, None)] if inr else [])
        baseline(rows, who, START, status={"child_pugh_class_recorded": recorded}, labs=labs)
    baseline(rows, "LAST", START, labs=[("ALB", "4.0", "g/dL"), ("INR", "1.0", None), ("BILI_T", "9", "mg/dL")])
    rows.lab("LAST", START - timedelta(1), "BILI_T", "1.0", "mg/dL")
    rows.lab("LAST", START + timedelta(1), "BILI_T", "1.0", "mg/dL")
    baseline(rows, "PERCENT", START, labs=[("BILI_T", "1", "mg/dL"), ("ALB", "4", "g/dL"), ("PT_PCT", "90", "%")])
    for who, (status, *_) in SIGNS.items():
        baseline(rows, who, START, status=status)
    for who, (labs, recorded, _) in RECORDED.items():
        baseline(rows, who, START, status=recorded, labs=labs)
    return harmonise(rows)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_worked_case(con, case):
    score, grade, *points = ask(con, case["id"], f"score, class, {POINTS}")
    assert (str(score or ""), grade or "") == (case["expect_score"], case["expect_class"])
    if case["expect_points"]:
        assert "+".join(map(str, points)) == case["expect_points"]


def test_labs_count_for_28_days_and_no_longer(con):
    assert ask(con, "D28", "score, agreement") == (5, "MATCH")
    assert ask(con, "D29", "score, agreement") == (None, None)


def test_the_last_result_on_or_before_the_start_counts(con):
    assert ask(con, "LAST") == (7, "B")


def test_prothrombin_per_cent_is_no_inr(con):
    assert ask(con, "PERCENT") == (None, None)


def test_a_recorded_class_is_compared_and_never_used_instead(con):
    assert ask(con, "CLASS_SAME", "class, agreement") == ("A", "MATCH")
    assert ask(con, "CLASS_OTHER", "class, agreement") == ("A", "MISMATCH")
    assert ask(con, "RECORDED", "class, class_recorded, agreement") == (None, "B", "RECORDED_ONLY")


def test_every_score_says_which_rows_it_is_made_of(con):
    assert len(ask(con, "D28", "row_ids")[0]) == 4


@pytest.mark.parametrize("who", SIGNS)
def test_points_of_ascites_and_encephalopathy(con, who):
    assert ask(con, who, "ascites_points, encephalopathy_points") == SIGNS[who][1:]


@pytest.mark.parametrize("who", RECORDED)
def test_scores_are_compared_before_classes(con, who):
    assert ask(con, who, "agreement")[0] == RECORDED[who][2]
