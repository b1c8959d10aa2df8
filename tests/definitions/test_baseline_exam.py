"""harmonised.baseline_exam, and what follows from it: windows, completeness, a new course, readers, course rows."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from harness import Rows, harmonise

START = date(2023, 3, 1)
VISIT = START + timedelta(60)


NODE = {"organ": "NODE_OTHER", "short_axis_mm": 18}
BEGUN = {
    -30: {
        "A": ("TARGET", {"viable_mm": 40}),
        "OLD": ("NONTARGET", {"nontarget_status": "IRSD"}),
        "N0": ("NEW", {}),
        "N4": ("NEW", {}),
    },
    -5: {
        "A": ("TARGET", {"viable_mm": 50}),
        "LN": ("TARGET", NODE),
        "NT": ("NONTARGET", {"nontarget_status": "IRSD"}),
        "CR": ("NONTARGET", {"nontarget_status": "CR"}),
        "N1": ("NEW", {}),
        "N4": ("NONTARGET", {"status": "NE", "nontarget_status": "NE"}),  # not evaluated is not gone
    },
    -2: {  # the reader calls three of them new now; A cannot be evaluated
        "A": ("TARGET", {"status": "NE"}),
        "LN": ("NEW", {"organ": "OTHER"}),
        "NT": ("NEW", {}),
        "N2": ("NEW", {}),
        "N3": ("NEW", {"status": "ABSENT"}),
    },
}


def days(number: int) -> date:
    return START + timedelta(number)


@pytest.fixture(scope="module")
def con():
    rows = Rows()

    def person(who, *exams, start=START):
        rows.patient(who)
        rows.course(who, 1, "HAIC_FP", start, days(100))
        for day, sizes, *more in exams:
            rows.targets(who, rows.exam(who, day, **(more[0] if more else {})), sizes)

    for who, before in (("D42", -42), ("D43", -43), ("D90", -90), ("D91", -91)):
        person(who, (days(before), {"A": 100}), (VISIT, {"A": 60}))
    person("AFTER", (days(1), {"A": 100}), (VISIT, {"A": 60}))
    person("INCOMPLETE", (days(-30), {"A": 50, "B": 50}), (days(-2), {"A": 10, "B": None}), (VISIT, {"A": 60, "B": 5}))
    person("NO_ARTERIAL", (START, {"A": 50}), (VISIT, {"A": 10}, {"phase_complete": "N"}))
    person("LATER_TARGET", (START, {"A": 50}), (VISIT, {"A": 50, "B": 40}))
    person("NOT_READ", (START, {"A": 50, "B": 50}), (VISIT, {"A": 50}))
    person("ALL_ZERO", (START, {"A": 0}), (VISIT, {"A": 0}), (days(90), {"A": 4}))
    # two courses: the second has its own baseline and nadir, and N1 of the first is not new for it
    person("TWO", (START, {"A": 50}), (VISIT, {"A": 20}), (days(120), {"A": 40}), (days(180), {"A": 0}))
    rows.course("TWO", 2, "LENVATINIB", days(130), days(200))
    for day in (days(120), days(180)):
        rows.lesion("TWO", str(day), "N1", "NEW", total_mm=15, aphe="Y", washout="Y")
    # what was there before the course, on three scans: the second is the last complete one
    rows.patient("BEGUN")
    rows.course("BEGUN", 1, "HAIC_FP", START, START)
    seen = {"total_mm": 12}
    for day, lesions in BEGUN.items():
        exam_no = rows.exam("BEGUN", days(day))
        for lesion_id, (role, values) in lesions.items():
            rows.lesion("BEGUN", exam_no, lesion_id, role, **(seen if role == "NEW" else {}) | values)
    person("SAME_DAY", (days(-3), {"A": 50}, {"exam_no": "1"}), (days(-3), {"A": 60}, {"exam_no": "2"}))
    rows.targets("SAME_DAY", rows.exam("SAME_DAY", VISIT), {"A": 50})
    person("NEXT_DAY", (START, {"A": 50}), (VISIT, {"A": 20}), (VISIT + timedelta(1), {"A": 30}))
    person("ABSENT", (START, {"A": 50}))
    rows.lesion("ABSENT", rows.exam("ABSENT", VISIT), "A", "TARGET", status="ABSENT")
    # new lesions of an earlier course are there at the start; then one of them is gone, then both
    person("HAD_NEW", (START, {"A": 50}), (VISIT, {"A": 0}), (days(90), {"A": 0}))
    for exam_no, gone in ((START, ()), (VISIT, ("N2",)), (days(90), ("N1", "N2"))):
        for name in ("N1", "N2"):
            status = {"status": "ABSENT"} if name in gone else {"total_mm": 12}
            rows.lesion("HAD_NEW", str(exam_no), name, "NEW", **status)
    # a chest CT with its own number beside (after) the scan of the liver; what it shows is not looked at again
    for who, day in (("CHEST_CT", -3), ("CHEST_CT_LATER", -1)):
        person(who, (days(-3), {"A": 50}, {"exam_no": "1"}), (VISIT, {"A": 30}), (days(90), {"A": 0}))
        chest = rows.exam(who, days(day), exam_no="2")
        rows.lesion(who, chest, "L", "NONTARGET", organ="LUNG", nontarget_status="IRSD")
    # accepted under the earlier course: not named on the baseline exam; or found gone there, and back later
    for who in ("NOT_NAMED", "GONE_AND_BACK"):
        person(who, (days(-60), {"A": 50}), (days(-5), {"A": 50}), (VISIT, {"A": 50}))
        for seen_on in (days(-60), VISIT):
            rows.lesion(who, str(seen_on), "N1", "NEW", total_mm=14, aphe="Y", washout="Y")
    rows.lesion("GONE_AND_BACK", str(days(-5)), "N1", "NEW", status="ABSENT")
    # a non-target that was gone at the start is no part of this course's disease
    person("WAS_GONE", (START, {"A": 50}), (VISIT, {"A": 0}))
    rows.lesion("WAS_GONE", str(START), "NT", "NONTARGET", organ="PV", nontarget_status="CR")
    # a reader's rows for one course serve that course on that exam, the others serve the rest
    person("OWN", (START, {"A": 50}), (VISIT, {"A": 50}))
    rows.course("OWN", 2, "LENVATINIB", days(10), days(20))
    rows.targets("OWN", str(VISIT), {"A": 10}, course_no=2)
    rows.targets("OWN", rows.exam("OWN", days(70)), {"A": 10}, reader_id="R2")
    return harmonise(rows)


def ask(con, who, columns="target_response, baseline_status", course=1):
    return con.execute(
        f"SELECT {columns} FROM harmonised.visit_response WHERE patient_id = ? AND course_no = ? "
        "AND definition = 'lencioni2010' AND reader_id = 'R1' ORDER BY exam_date",
        [who, course],
    ).fetchall()


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("D42", ("PR", "OK")),
        ("D43", ("PR", "STALE")),
        ("D90", ("PR", "STALE")),
        ("D91", ("NE", "NONE")),
    ],
)
def test_window_of_the_baseline(con, who, expected):
    assert ask(con, who) == [expected]


def test_an_exam_after_the_start_is_no_baseline(con):
    assert ask(con, "AFTER") == [("NE", "NONE"), ("NE", "NONE")]


def test_an_incomplete_exam_is_no_baseline(con):
    assert ask(con, "INCOMPLETE", "target_response, baseline_sum_mm, baseline_date") == [("PR", 100, days(-30))]


def test_without_the_arterial_phase_the_liver_is_not_evaluable(con):
    assert ask(con, "NO_ARTERIAL", "target_response, sum_mm") == [("NE", None)]


def test_a_lesion_added_later_is_not_summed(con):
    assert ask(con, "LATER_TARGET", "target_response, sum_mm") == [("SD", 50)]


def test_a_target_without_a_row_is_not_evaluable(con):
    assert ask(con, "NOT_READ", "target_response, measured_sum_mm") == [("NE", 50)]


def test_targets_that_were_gone_at_the_baseline_count_from_their_return(con):
    assert ask(con, "ALL_ZERO", "target_response, overall_response") == [(None, "NE"), ("PD", "PD")]


def test_each_course_has_its_own_baseline_nadir_and_new_lesions(con):
    assert ask(con, "TWO", "overall_response, nadir_mm") == [("PR", 50), ("PD", 20), ("PD", 20)]
    # course 2 begins with A 40 and N1: N1 is not new, but while it enhances there is no complete response
    assert ask(con, "TWO", "target_response, overall_response, new_lesion", course=2) == [("CR", "PR", "N")]


def test_rows_read_for_a_course_serve_that_course_only(con):
    assert ask(con, "OWN", "target_response") == [("SD",)]
    assert ask(con, "OWN", "target_response", course=2) == [("PR",)]


def test_readers_are_never_mixed(con):
    found = con.execute(
        "SELECT DISTINCT baseline_status FROM harmonised.visit_response WHERE patient_id = 'OWN' AND reader_id = 'R2'"
    ).fetchall()
    assert found == [("NONE",)]


def test_what_a_course_began_with(con):
    found = con.execute(
        "SELECT lesion_id, role, is_node FROM harmonised.baseline_lesion SEMI JOIN (FROM harmonised.series "
        "WHERE patient_id = 'BEGUN') USING (series_no) ORDER BY ALL"
    ).fetchall()
    assert found == [
        ("A", "TARGET", False),
        ("LN", "TARGET", True),
        ("N0", "PRESENT", False),
        ("N1", "PRESENT", False),
        ("N2", "PRESENT", False),
        ("N4", "NONTARGET", False),
        ("NT", "NONTARGET", False),
    ]


def test_the_last_complete_exam_is_the_baseline(con):
    found = con.execute(
        "SELECT exam_date, n_target, baseline_sum_mm, n_nontarget FROM harmonised.baseline_exam "
        "WHERE patient_id = 'BEGUN'"
    ).fetchall()
    assert found == [(days(-5), 2, 68, 2)]


def test_of_two_exams_on_a_day_the_higher_number_is_the_baseline(con):
    assert ask(con, "SAME_DAY", "baseline_sum_mm") == [(60,)]


def test_the_exam_of_the_day_before_counts_for_the_nadir(con):
    assert ask(con, "NEXT_DAY", "nadir_mm, target_response") == [(50, "PR"), (20, "PD")]


def test_an_absent_target_is_gone(con):
    assert ask(con, "ABSENT", "sum_mm, target_response") == [(0, "CR")]


def test_what_is_left_of_earlier_new_lesions_is_no_complete_response(con):
    assert ask(con, "HAD_NEW", "nontarget_response, overall_response") == [("IRSD", "PR"), (None, "CR")]


def test_a_non_target_that_was_gone_at_the_start_is_not_asked_about(con):
    assert ask(con, "WAS_GONE", "nontarget_response, overall_response") == [(None, "CR")]


@pytest.mark.parametrize("who", ["CHEST_CT", "CHEST_CT_LATER"])
def test_a_chest_scan_does_not_take_the_place_of_the_baseline(con, who):
    columns = "baseline_sum_mm, n_nontarget, target_response, nontarget_response, overall_response"
    assert ask(con, who, columns) == [(50, 1, "PR", "NE", "PR"), (50, 1, "CR", "NE", "PR")]


def test_a_lesion_accepted_before_the_start_is_not_new_unless_it_had_gone(con):
    assert ask(con, "NOT_NAMED", "new_lesion, overall_response") == [("N", "SD")]
    assert ask(con, "GONE_AND_BACK", "new_lesion, overall_response") == [("Y", "PD")]
