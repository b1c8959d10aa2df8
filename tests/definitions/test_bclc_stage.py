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
        ("OLD_STATUS", None),
        ("OLD_ENOUGH", "A"),
        ("AFTER", None),
    ],
)
def test_what_is_missing_leaves_open_only_what_it_could_change(con, who, stage):
    assert ask(con, who) == stage


def test_uncountable_in_both_lobes_is_b3(con):
    assert ask(con, "UNCOUNTABLE", "substage") == "B3"


def test_bile_duct_invasion_is_a_flag_only(con):
    assert ask(con, "BC-O-15", "derived, has_bile_duct_invasion") == ("A", True)
