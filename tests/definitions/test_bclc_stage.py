"""harmonised.bclc_stage: derived beside recorded, substage, liver flag, and what a missing item leaves open."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from harness import Rows, baseline, csv_cases, harmonise, labs_for_child_pugh

START = date(2023, 3, 1)
CASES = csv_cases("bclc")
GIVEN = ("n_nodules", "max_diam_mm", "vp", "vv", "bile_duct", "ehs", "infiltrative")


def ask(con, who, columns="derived"):
    found = con.execute(
        f"SELECT {columns} FROM harmonised.bclc_stage JOIN harmonised.person USING (usubjid) WHERE patient_id = ?",
        [who],
    ).fetchone()
    return found[0] if len(found) == 1 else found


@pytest.fixture(scope="module")
def con():
    rows = Rows()
    for case in CASES:
        status = {"ecog": case["ecog"] or None, "lt_candidate": case["lt_candidate"]}
        status["bclc_recorded"] = case["recorded"] or None
        tumour = {name: case[name] or None for name in GIVEN}
        labs = labs_for_child_pugh(int(case["child_pugh_score"]))
        baseline(rows, case["id"], START, status=status, tumour=tumour, labs=labs)
    for who, status, tumour, score in EXTRA:
        baseline(rows, who, START, status=status, tumour=tumour, labs=labs_for_child_pugh(score) if score else [])
    return harmonise(rows)


EXTRA = (
    ("NO_SIZE", {}, {"max_diam_mm": None}, 5),
    ("NO_SIZE_BUT_MANY", {}, {"max_diam_mm": None, "n_nodules": 4}, 5),
    ("NO_NUMBER_BUT_VEIN", {}, {"n_nodules": None, "vp": 3}, 5),
    ("NO_VESSEL", {}, {"vp": None}, 5),
    ("LEVEL_UNKNOWN", {}, {"vp": None, "pvtt": "Y"}, 5),
    ("D_WITHOUT_LIVER", {"ecog": 4}, {}, None),
    ("NO_LIVER", {}, {}, None),
    ("NODE_ONLY", {}, {"nodal": "Y"}, 5),
    ("ONE_INFILTRATIVE", {}, {"infiltrative": "Y"}, 5),
    ("UNCOUNTABLE", {}, {"n_nodules": 99, "bilobar": "Y"}, 5),
    ("NO_NODULE", {}, {"n_nodules": 0, "max_diam_mm": None}, 5),
    ("TWO_OF_30", {}, {"n_nodules": 2, "max_diam_mm": 30}, 5),
    ("TWO_NO_SIZE", {}, {"n_nodules": 2, "max_diam_mm": None}, 5),
    ("ECOG_2", {"ecog": 2}, {}, 5),
    ("ECOG_3_C", {"ecog": 3, "lt_candidate": "Y"}, {}, 10),
    ("NO_ECOG_C", {"ecog": None}, {}, 10),
    ("ONE_LOBE", {}, {"n_nodules": 99, "bilobar": "N"}, 5),
    ("BILOBAR", {}, {"n_nodules": 4, "bilobar": "Y"}, 5),
    ("DIFFUSE_CANDIDATE", {"lt_candidate": "Y"}, {"infiltrative": "Y"}, 5),
    ("CANDIDATE_A", {"lt_candidate": "Y"}, {}, 5),
    ("VP1", {}, {"vp": 1}, 5),
    ("VV1", {}, {"vv": 1}, 5),
    ("OLD_STATUS", {"assess_date": START - timedelta(43)}, {}, 5),
    ("OLD_ENOUGH", {"assess_date": START - timedelta(42)}, {}, 5),
    ("AFTER", {"assess_date": START + timedelta(1)}, {}, 5),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_worked_case(con, case):
    derived, substage, liver, agreement = ask(con, case["id"], "derived, substage, is_liver_not_preserved, agreement")
    assert (derived or "", substage or "") == (case["expect_stage"], case["expect_bsub"])
    assert (liver, agreement) == (case["expect_liver_flag"] == "Y", case["expect_conflict"])


@pytest.mark.parametrize(
    ("who", "stage"),
    [
        ("NO_SIZE", None),
        ("NO_SIZE_BUT_MANY", "B"),
        ("NO_NUMBER_BUT_VEIN", "C"),
        ("NO_VESSEL", None),
        ("LEVEL_UNKNOWN", "C"),
        ("D_WITHOUT_LIVER", "D"),
        ("NO_LIVER", None),
        ("NODE_ONLY", "C"),
        ("ONE_INFILTRATIVE", "B"),
        ("UNCOUNTABLE", "B"),
        ("NO_NODULE", None),
        ("TWO_OF_30", "A"),
        ("TWO_NO_SIZE", None),
        ("ECOG_2", "C"),
        ("ECOG_3_C", "D"),
        ("NO_ECOG_C", "D"),
        ("CANDIDATE_A", "A"),
        ("VP1", "C"),
        ("VV1", "C"),
        ("OLD_STATUS", None),
        ("OLD_ENOUGH", "A"),
        ("AFTER", None),
    ],
)
def test_what_is_missing_leaves_open_only_what_it_could_change(con, who, stage):
    assert ask(con, who) == stage


@pytest.mark.parametrize(
    ("who", "substage"),
    [
        ("UNCOUNTABLE", "B3"),
        ("ONE_LOBE", "B2"),
        ("BILOBAR", "B2"),
        ("DIFFUSE_CANDIDATE", "B3"),
        ("CANDIDATE_A", None),
        ("ECOG_2", None),
    ],
)
def test_b3_is_diffuse_or_uncountable_in_both_lobes(con, who, substage):
    assert ask(con, who, "substage") == substage


DECOMPENSATED = {
    # who: status, bilirubin mg/dL, expected beside the derived A
    "WELL": ({}, "1.0", "A"),
    "BILI_3": ({}, "3.0", "A"),
    "BILI_3.1": ({}, "3.1", "D"),
    "ASCITES": ({"ascites": "MILD"}, "1.0", "D"),
    "ENCEPHALOPATHY": ({"encephalopathy": "G1"}, "1.0", "D"),
    "CANDIDATE": ({"ascites": "MILD", "lt_candidate": "Y"}, "1.0", "A"),
}


@pytest.fixture(scope="module")
def livers():
    rows = Rows()
    for who, (status, bili, _) in DECOMPENSATED.items():
        labs = [("BILI_T", bili, "mg/dL"), ("ALB", "4.0", "g/dL"), ("INR", "1.0", None)]
        baseline(rows, who, START, status=status, labs=labs)
    for score in (6, 7):
        baseline(rows, f"SCORE_{score}", START, labs=labs_for_child_pugh(score))
    return harmonise(rows)


@pytest.mark.parametrize("who", DECOMPENSATED)
def test_decompensated_sends_a_failing_liver_to_d_unless_a_candidate(livers, who):
    assert ask(livers, who, "derived, decompensated") == ("A", DECOMPENSATED[who][2])


def test_the_liver_is_not_preserved_from_b7_on(livers):
    assert [ask(livers, f"SCORE_{score}", "is_liver_not_preserved") for score in (6, 7)] == [False, True]


def test_a_stage_rests_on_the_labs_the_assessment_and_the_image(livers):
    tables = sorted(row_id.split(":")[1] for row_id in ask(livers, "WELL", "row_ids"))
    assert tables == ["baseline_status", "lab", "lab", "lab", "tumour_baseline"]


def test_bile_duct_invasion_is_a_flag_only(con):
    assert ask(con, "BC-O-15", "derived, has_bile_duct_invasion") == ("A", True)
