"""harmonised.normal_limit and lab_grade: both sides of every limit of CTCAE v5.0 (27 November 2017), by hand.

Haemoglobin and creatinine have limits of normal by sex: men 13.0 and 1.3, women 12.0 and 1.1.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from harness import Rows, harmonise

from schemas.lab_tests import LAB_TESTS

START = date(2023, 3, 1)
UNITS = {
    "PLT": "10^3/uL",
    "ANC": "10^3/uL",
    "HB": "g/dL",
    "AST": "U/L",
    "ALT": "U/L",
    "BILI_T": "mg/dL",
    "CREAT": "mg/dL",
}
TERMS = {
    "PLT": "Platelet count decreased",
    "ANC": "Neutrophil count decreased",
    "HB": "Anemia",
    "AST": "Aspartate aminotransferase increased",
    "ALT": "Alanine aminotransferase increased",
    "BILI_T": "Blood bilirubin increased",
    "CREAT": "Creatinine increased",
}
# test, value before the course (None: none), then values after it with the grade that CTCAE gives them
GRADED = [
    # <LLN-75, <75-50, <50-25, <25
    ("PLT", None, "150=0 149=1 75=1 74=2 50=2 49=3 25=3 24=4"),
    # a value before that is under the limit of normal changes nothing: neither do those of neutrophils and haemoglobin
    ("PLT", "100", "149=1 75=1 74=2"),
    ("ANC", "1.8", "2.0=0 1.9=1 1.4=2"),
    ("HB", "12.5", "13.0=0 12.9=1 9.9=2"),
    # <LLN-1.5, <1.5-1.0, <1.0-0.5, <0.5
    ("ANC", None, "2.0=0 1.9=1 1.5=1 1.4=2 1.0=2 0.9=3 0.5=3 0.4=4"),
    # men: <LLN-10, <10-8, <8 (grade 4 is no value)
    ("HB", None, "13.0=0 12.9=1 10.0=1 9.9=2 8.0=2 7.9=3 2.1=3"),
    # normal before (40 is the limit itself): >ULN-3, >3-5, >5-20, >20 times 40; without a value before the same
    ("AST", "40", "40=0 41=1 120=1 121=2 200=2 201=3 800=3 801=4"),
    ("ALT", "40", "40=0 41=1 120=1 121=2 200=2 201=3 800=3 801=4"),
    ("AST", None, "40=0 41=1 120=1 121=2 200=2 201=3 800=3 801=4"),
    # abnormal before: 1.5-3, >3-5, >5-20, >20 times 50; 44 is above the limit and under 1.5 times
    ("AST", "50", "44=0 74=0 75=1 150=1 151=2 250=2 251=3 1000=3 1001=4"),
    ("ALT", "50", "44=0 74=0 75=1 150=1 151=2 250=2 251=3 1000=3 1001=4"),
    ("AST", "41", "61=0 62=1"),
    # normal before: >ULN-1.5, >1.5-3, >3-10, >10 times 1.2
    ("BILI_T", "1.2", "1.2=0 1.21=1 1.8=1 1.81=2 3.6=2 3.61=3 12.0=3 12.1=4"),
    ("BILI_T", None, "1.2=0 1.21=1 1.8=1 1.81=2"),
    ("BILI_T", "0.5", "0.6=0 1.2=0 1.21=1"),
    # abnormal before: >1-1.5, >1.5-3, >3-10, >10 times 2.0
    ("BILI_T", "2.0", "2.0=0 2.01=1 3.0=1 3.01=2 6.0=2 6.01=3 20.0=3 20.1=4"),
    # >ULN-1.5, >1.5-3, >3-6, >6 times 1.3
    ("CREAT", None, "1.3=0 1.31=1 1.95=1 1.96=2 3.9=2 3.91=3 7.8=3 7.81=4"),
    # and >1.5-3, >3 times a value before of 0.6, also under the limit of normal; 4 is of the limit of normal alone
    ("CREAT", "0.6", "0.9=0 0.91=2 1.8=2 1.81=3 7.8=3 7.81=4"),
    # a value before that is abnormal changes nothing for the limit of normal
    ("CREAT", "1.4", "1.4=1 2.1=2 3.91=3"),
]  # fmt: skip
OF_WOMEN = [("HB", None, "12.0=0 11.9=1"), ("CREAT", None, "1.1=0 1.11=1 1.65=1 1.66=2")]
ALIKE = [("PLT", None, "150=0 149=1"), ("ANC", None, "2.0=0 1.9=1"), ("AST", None, "40=0 41=1"),
         ("ALT", None, "40=0 41=1"), ("BILI_T", None, "1.2=0 1.21=1")]  # fmt: skip


def patient(rows: Rows, who: str, **values) -> None:
    """HAIC with doses on the first and the 31st day."""
    rows.patient(who, **values)
    end = START + timedelta(30)
    rows.course(who, 1, "HAIC_FP", START, end)
    for day in (START, end):
        rows.add("administration", who, course_no=1, admin_date=day, drug="5FU", cycle_no=1, dose=800)


def day_of(number: int) -> date:
    return START + timedelta(number)


@pytest.fixture(scope="module")
def con():
    rows = Rows()
    for number, (test, before, after) in enumerate(GRADED + OF_WOMEN + ALIKE):
        who = f"P{number}"
        patient(rows, who, sex="M" if number < len(GRADED) else "F")
        if before is not None:
            rows.lab(who, START, test, before, UNITS[test])
        for at, pair in enumerate(after.split(), 1):
            rows.lab(who, day_of(at), test, pair.partition("=")[0], UNITS[test])

    patient(rows, "signs")
    for at, (test, op, value) in enumerate(
        (
            ("PLT", "<", "25"), ("PLT", "<", "75"), ("PLT", "<", "100"), ("PLT", ">", "50"),
            ("AST", ">", "800"), ("AST", ">", "300"), ("AST", "<", "120"),
        ), 1
    ):  # fmt: skip
        rows.lab("signs", day_of(at), test, value, UNITS[test], value_op=op)

    # which results belong to the course: days after its start, the last dose being on day 30
    patient(rows, "window")
    for days in (-29, 0, 1, 30, 60, 61):
        rows.lab("window", day_of(days), "PLT", 60 + days, UNITS["PLT"])

    # an open course goes on; beside a later one that ended, results are the later one's as long as it lasts
    rows.patient("two")
    rows.course("two", 1, "ATE_BEVA", START, None, "ONGOING")
    rows.course("two", 2, "HAIC_FP", day_of(100), day_of(100))
    rows.course("two", 3, "TACE", day_of(101), day_of(101))
    for days in (100, 101, 130, 131, 400):
        rows.lab("two", day_of(days), "PLT", days, UNITS["PLT"])

    # of two begun on one day, the one that comes last in order
    rows.patient("together")
    rows.course("together", 1, "ATE_BEVA", START, START)
    rows.course("together", 2, "HAIC_FP", START, START)
    rows.lab("together", day_of(1), "PLT", 100, UNITS["PLT"])

    # before the course: 28 days count, 29 do not
    for days, before in ((28, "50"), (29, "50")):
        patient(rows, f"before{days}")
        rows.lab(f"before{days}", day_of(-days), "AST", before, UNITS["AST"])
        rows.lab(f"before{days}", day_of(5), "AST", "70", UNITS["AST"])

    for who, test, before in (
        ("PLT", "PLT", "74"),
        ("limit", "PLT", "150"),
        ("AST", "AST", "60"),
        ("CREAT", "CREAT", "1.4"),
        ("none", "HB", None),
    ):
        patient(rows, f"base-{who}")
        if before:
            rows.lab(f"base-{who}", START, test, before, UNITS[test])
        rows.lab(f"base-{who}", day_of(3), test, before or "12.0", UNITS[test])
    rows.lab("base-PLT", day_of(3), "AFP", "900", "ng/mL")
    return harmonise(rows)


def grades(con, who: str, columns: str = "value_num, grade") -> list[tuple]:
    return con.execute(
        f"SELECT {columns} FROM harmonised.lab_grade JOIN harmonised.treatment_course USING (course_id) "
        "WHERE usubjid = 'S01-' || ? ORDER BY collect_date",
        [who],
    ).fetchall()


@pytest.mark.parametrize("number", range(len(GRADED + OF_WOMEN + ALIKE)))
def test_a_value_has_the_grade_of_ctcae(con, number):
    expected = [pair.split("=") for pair in (GRADED + OF_WOMEN + ALIKE)[number][2].split()]
    assert [(float(value), grade) for value, grade in grades(con, f"P{number}")] == [
        (float(value), int(grade)) for value, grade in expected
    ]


def test_a_sign_puts_the_value_beyond_the_assays_limit(con):
    found = grades(con, "signs", "value_op || value_num::INTEGER, grade")
    assert found == [("<25", 4), ("<75", 2), ("<100", 1), (">50", 2), (">800", 4), (">300", 3), ("<120", 1)]


def test_a_result_belongs_to_the_course_until_30_days_after_its_last_dose(con):
    assert grades(con, "window", "days_from_start, is_dose_day, baseline_num::INTEGER") == [
        (1, False, 60), (30, True, 60), (60, False, 60),
    ]  # fmt: skip


def test_a_result_belongs_to_the_last_course_that_goes_on(con):
    found = [("ATE_BEVA", 100), ("HAIC_FP", 1), ("HAIC_FP", 30), ("ATE_BEVA", 131), ("ATE_BEVA", 400)]
    assert grades(con, "two", "regimen, days_from_start") == found
    assert grades(con, "together", "regimen") == [("HAIC_FP",)]


def test_the_value_before_is_the_courses_own(con):
    # 70 is 1.4 times 50, and above the limit of 40
    assert grades(con, "before28", "grade, is_baseline_abnormal") == [(0, True)]
    assert grades(con, "before29", "grade, is_baseline_abnormal, baseline_num") == [(1, False, None)]


def test_the_grade_before_is_by_the_same_rule(con):
    columns = "term, grade, baseline_grade, is_baseline_abnormal, normal_limit_num::DOUBLE"
    assert grades(con, "base-PLT", columns) == [("Platelet count decreased", 2, 2, True, 150.0)]
    assert grades(con, "base-limit", columns) == [("Platelet count decreased", 0, 0, False, 150.0)]
    assert grades(con, "base-AST", columns) == [("Aspartate aminotransferase increased", 0, 0, True, 40.0)]
    assert grades(con, "base-CREAT", columns) == [("Creatinine increased", 1, 1, True, 1.3)]
    assert grades(con, "base-none", columns) == [("Anemia", 1, None, False, 13.0)]


def test_the_rows_behind_a_grade_are_named(con):
    (row,) = grades(con, "before28", "row_id, baseline_row_id")
    values = [con.execute("SELECT value_raw FROM validated.lab WHERE row_id = ?", [one]).fetchone()[0] for one in row]
    assert values == ["70", "50"]


def test_a_limit_of_normal_is_in_the_standard_unit_and_has_the_term_of_ctcae(con):
    found = con.execute("SELECT test_code, sex, unit_std, term FROM harmonised.normal_limit").fetchall()
    assert sorted(found) == sorted((test, sex, LAB_TESTS[test].unit, TERMS[test]) for test in TERMS for sex in "FM")
