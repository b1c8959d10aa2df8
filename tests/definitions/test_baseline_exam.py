"""harmonised.baseline_exam, and what follows from it: windows, completeness, a new course, readers, course rows."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from harness import Rows, harmonise

START = date(2023, 3, 1)
VISIT = START + timedelta(60)


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
