"""harmonised.recorded_response and response_agreement: the hospital's own word beside the derived one."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from harness import Rows, harmonise

START = date(2023, 3, 1)


def day(number: int) -> date:
    return START + timedelta(number)


@pytest.fixture(scope="module")
def con():
    rows = Rows()
    rows.patient("A")
    rows.course("A", 1, "ATE_BEVA", START, day(30))
    rows.course("A", 2, "HAIC_FP", day(100), day(130))
    rows.course("A", 3, "TACE", day(1), day(1), None)
    for number, size in ((0, 100), (60, 65), (160, 130)):
        rows.targets("A", rows.exam("A", day(number)), {"T1": size})
    second, other = {"course_no": 2}, {"criterion": "RECIST11"}
    for number, overall, more in ((60, "SD", {}), (160, "PD", second), (160, "PR", other)):
        values = {"reader_id": "R1", "criterion": "MRECIST", "assess_date": day(number + 300)} | more
        rows.add("response_assessment", "A", exam_no=str(day(number)), overall=overall, **values)
    rows.response("A", day(200), "NON-CR/NON-PD")
    rows.response("A", day(100), "PD")  # on HAIC's start day: its baseline, and a visit of the course before
    return harmonise(rows)


def test_an_exam_counts_for_every_systemic_course_begun_before_it_unless_read_for_one(con):
    found = con.execute(
        "SELECT regimen, exam_date, overall_response FROM harmonised.recorded_response "
        "JOIN harmonised.treatment_course USING (usubjid, course_no) WHERE criterion = 'MRECIST' ORDER BY ALL"
    ).fetchall()
    assert found == [
        ("ATE_BEVA", day(60), "SD"),
        ("ATE_BEVA", day(100), "PD"),
        ("ATE_BEVA", day(200), "NON-CR/NON-PD"),
        ("HAIC_FP", day(160), "PD"),
        ("HAIC_FP", day(200), "NON-CR/NON-PD"),
    ]


def test_a_reading_for_one_course_replaces_the_readers_general_one_there_and_only_there():
    rows = Rows()
    rows.patient("B")
    rows.course("B", 1, "ATE_BEVA", START, day(30))
    rows.course("B", 2, "HAIC_FP", day(100), day(130))
    exam = rows.exam("B", day(160))
    for overall, more in (("SD", {}), ("PD", {"course_no": 2})):
        values = {"reader_id": "R1", "criterion": "MRECIST", "assess_date": day(160)} | more
        rows.add("response_assessment", "B", exam_no=exam, overall=overall, **values)
    found = harmonise(rows).execute("SELECT course_no, overall_response FROM harmonised.recorded_response ORDER BY ALL")
    assert found.fetchall() == [(1, "SD"), (2, "PD")]


def test_both_words_stand_and_say_whether_they_agree(con):
    found = con.execute(
        "SELECT exam_date, derived_response, recorded_response, agreement, criterion "
        "FROM harmonised.response_agreement JOIN harmonised.treatment_course USING (usubjid, course_no) "
        "WHERE regimen = 'ATE_BEVA' AND definition = 'lencioni2010' ORDER BY ALL"
    ).fetchall()
    assert found == [
        (day(60), "PR", "SD", "MISMATCH", "MRECIST"),
        (day(100), None, "PD", "RECORDED_ONLY", "MRECIST"),
        (day(160), "PD", "PR", "MISMATCH", "RECIST11"),
        (day(200), None, "NON-CR/NON-PD", "RECORDED_ONLY", "MRECIST"),
    ]


def test_a_recorded_progression_is_dated_by_its_exam(con):
    found = con.execute(
        "SELECT pd_date, pd_known_date FROM harmonised.progression WHERE definition = 'recorded' ORDER BY ALL"
    )
    assert found.fetchall() == [(day(100), day(100)), (day(160), day(160))]
