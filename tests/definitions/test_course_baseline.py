"""What a course began with (course_lab, course_status, course_tumour, muicc_stage): windows, ties, limits."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from harness import Rows, baseline, harmonise

START = date(2023, 3, 1)
WINDOW = {"D42": (-42, True), "D43": (-43, False), "ON_THE_DAY": (0, True), "DAY_AFTER": (1, False)}
REFLECT = {
    # tumour at the baseline: beyond the REFLECT trial's limits?
    "PCT_49": ({"liver_involvement_pct": 49, "vp": 3}, False),
    "PCT_50": ({"liver_involvement_pct": 50}, True),
    "VP_3": ({"liver_involvement_pct": 10, "vp": 3}, False),
    "VP_4": ({"liver_involvement_pct": 10, "vp": 4}, True),
    "DUCT": ({"liver_involvement_pct": 10, "bile_duct": 1}, True),
    "DUCT_UNKNOWN": ({"liver_involvement_pct": 10, "bile_duct": None}, False),
    "PCT_UNKNOWN": ({}, None),
}
LABS = "course_lab JOIN harmonised.treatment_course USING (course_id)"
MUICC = {
    # number, size, vessels, N, M: T and stage
    "SINGLE_20": ({}, 1, "I"),
    "SINGLE_21": ({"max_diam_mm": 21}, 2, "II"),
    "TWO_20": ({"n_nodules": 2}, 2, "II"),
    "TWO_21": ({"n_nodules": 2, "max_diam_mm": 21}, 3, "III"),
    "TWO_21_VP": ({"n_nodules": 2, "max_diam_mm": 21, "vp": 1}, 4, "IVA"),
    "VV": ({"vv": 1}, 2, "II"),
    "DUCT": ({"bile_duct": 1}, 2, "II"),
    "VEIN_AND_DUCT": ({"vp": 1, "bile_duct": 1}, 2, "II"),
    "NODE": ({"nodal": "Y"}, 1, "IVA"),
    "DISTANT": ({"ehs": "Y"}, 1, "IVB"),
    "DISTANT_NODES_UNKNOWN": ({"ehs": "Y", "nodal": None}, 1, "IVB"),
    "INFILTRATIVE": ({"n_nodules": None, "infiltrative": "Y"}, 2, "II"),
    "NO_NUMBER": ({"n_nodules": None}, None, None),
    "NO_NUMBER_NODE": ({"n_nodules": None, "nodal": "Y"}, None, "IVA"),
    "NO_SPREAD": ({"ehs": None}, 1, None),
}
RECORDED = {
    "SAME": ({}, "I", "MATCH"),
    "OTHER": ({}, "II", "MISMATCH"),
    "DERIVED": ({}, None, "DERIVED_ONLY"),
    "RECORDED": ({"n_nodules": None}, "II", "RECORDED_ONLY"),
    "NEITHER": ({"n_nodules": None}, None, None),
}


def days(number: int) -> date:
    return START + timedelta(number)


@pytest.fixture(scope="module")
def con():
    rows = Rows()
    for who, (day, _) in WINDOW.items():
        baseline(rows, who, START, status={"assess_date": days(day)}, tumour={"img_date": days(day)})
    baseline(rows, "TWICE", START, status={"assess_date": days(-9), "ecog": 1}, tumour={"img_date": days(-9), "vp": 1})
    rows.add("baseline_status", "TWICE", assess_date=days(-5), ecog=2, ascites="NONE", encephalopathy="NONE")
    rows.add("tumour_baseline", "TWICE", img_date=days(-5), n_nodules=1, max_diam_mm=30, vp=2, ehs="N")
    # one day at two hospitals, neither that of the course: the later row
    for who, site in (("OWN", "S01"), ("SECOND", "S02"), ("THIRD", "S03")):
        rows.patient(who, site, link_key="w")
    rows.course("OWN", 1, "HAIC_FP", START, START)
    for who, site, number in (("SECOND", "S02", 1), ("THIRD", "S03", 2)):
        rows.add("baseline_status", who, site, assess_date=START, ecog=number)
        rows.add("tumour_baseline", who, site, img_date=START, n_nodules=number, max_diam_mm=30, vp=number, ehs="N")
    # one day at two hospitals: that of the course, though its rows come first
    rows.patient("HERE", link_key="k")
    rows.patient("THERE", "S02", link_key="k")
    rows.course("HERE", 1, "HAIC_FP", START, START)
    for who, site, number in (("HERE", "S01", 1), ("THERE", "S02", 2)):
        rows.add("baseline_status", who, site, assess_date=START, ecog=number)
        rows.add("tumour_baseline", who, site, img_date=START, n_nodules=number, max_diam_mm=30, vp=number, ehs="N")
        rows.lab(who, START, "AFP", number, "ng/mL", site_id=site, specimen_no="1")
    # two results of one minute: the later row
    baseline(rows, "RETEST", START)
    for number in (1, 2):
        rows.lab("RETEST", START, "AFP", number, "ng/mL", specimen_no=str(number))
    return harmonise(rows)


def ask(con, relation, who, columns):
    return con.execute(
        f"SELECT {columns} FROM harmonised.{relation} JOIN harmonised.person USING (usubjid) WHERE patient_id = ?",
        [who],
    ).fetchall()


@pytest.mark.parametrize("who", WINDOW)
def test_an_assessment_and_an_image_count_for_42_days(con, who):
    expected = days(WINDOW[who][0]) if WINDOW[who][1] else None
    assert ask(con, "course_status", who, "assess_date") == [(expected,)]
    assert ask(con, "course_tumour", who, "img_date") == [(expected,)]


def test_the_last_one_counts_and_is_not_filled_from_an_earlier_one(con):
    found = ask(con, "course_status", "TWICE", "ecog, lt_candidate, is_lt_candidate_assumed")
    assert found == [(2, "N", True)]
    assert ask(con, "course_tumour", "TWICE", "vp") == [(2,)]
    assert ask(con, "course_status", "D42", "lt_candidate, is_lt_candidate_assumed") == [("N", False)]


def test_of_one_day_the_courses_own_hospital_counts(con):
    assert ask(con, "course_status", "HERE", "ecog") == [(1,)]
    assert ask(con, "course_tumour", "HERE", "vp") == [(1,)]
    assert ask(con, LABS, "HERE", "value_num::INTEGER, course_lab.site_id") == [(1, "S01")]


def test_of_one_day_at_other_hospitals_the_later_row_counts(con):
    assert ask(con, "course_status", "OWN", "ecog") == [(2,)]
    assert ask(con, "course_tumour", "OWN", "vp") == [(2,)]


def test_of_one_minute_the_later_row_counts(con):
    assert ask(con, LABS, "RETEST", "test_code, value_num::INTEGER") == [("AFP", 2)]


@pytest.fixture(scope="module")
def tumours():
    rows = Rows()
    plain = {"max_diam_mm": 20}
    for who, (tumour, _) in REFLECT.items():
        baseline(rows, f"R_{who}", START, tumour=tumour)
    for who, (tumour, *_) in MUICC.items():
        baseline(rows, who, START, tumour=plain | tumour)
    for who, (tumour, recorded, _) in RECORDED.items():
        baseline(rows, who, START, tumour=plain | tumour, status={"muicc_recorded": recorded})
    baseline(rows, "EMPTY", START, tumour={"vv": None, "bile_duct": None, "nodal": None, "vp": None})
    baseline(rows, "LEVEL", START, tumour={"vp": None, "pvtt": "Y"})
    baseline(rows, "NONE", START, tumour={"img_date": days(-100)})
    return harmonise(rows)


@pytest.mark.parametrize("who", REFLECT)
def test_beyond_reflect(tumours, who):
    assert ask(tumours, "course_tumour", f"R_{who}", "is_beyond_reflect") == [(REFLECT[who][1],)]


@pytest.mark.parametrize("who", MUICC)
def test_modified_uicc(tumours, who):
    assert ask(tumours, "muicc_stage", who, "t_stage, derived") == [MUICC[who][1:]]


@pytest.mark.parametrize("who", RECORDED)
def test_the_recorded_stage_stands_beside(tumours, who):
    assert ask(tumours, "muicc_stage", who, "agreement") == [(RECORDED[who][2],)]


def test_a_stage_rests_on_the_assessment_and_the_image(tumours):
    (row_ids,) = ask(tumours, "muicc_stage", "SAME", "row_ids")[0]
    assert [row_id.split(":")[1] for row_id in row_ids] == ["baseline_status", "tumour_baseline"]


def test_empty_vessels_and_nodes_are_not_invaded_but_an_unknown_portal_vein_is_unknown(tumours):
    columns = "has_portal_invasion, has_hepatic_vein_invasion, has_bile_duct_invasion, has_extrahepatic_spread, is_n1"
    assert ask(tumours, "course_tumour", "EMPTY", columns) == [(None, False, False, False, False)]
    assert ask(tumours, "course_tumour", "LEVEL", columns) == [(True, False, False, False, False)]
    assert ask(tumours, "course_tumour", "NONE", columns) == [(None, None, None, None, None)]
