"""harmonised.lab_toxicity: the worst grade of a course and test, and whether it is worse than before."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from harness import Rows, harmonise
from tiny_study import run_rows, tiny

START = date(2023, 3, 1)
# patient: platelets by day, 0 being before the course
PLATELETS = {
    "worst": {0: "160", 5: "74", 10: "40", 15: "30", 20: "140"},  # 0, then 2, 3, 3, 1: the first 3 counts
    "same": {0: "60", 5: "51"},  # 2 before, 2 after
    "better": {0: "40", 5: "60"},
    "unknown": {5: "140"},
    "none": {0: "160", 5: "155", 10: "151"},
}


@pytest.fixture(scope="module")
def con():
    rows = Rows()
    for who, values in PLATELETS.items():
        rows.patient(who)
        rows.course(who, 1, "HAIC_FP", START, START + timedelta(10))
        for day, value in values.items():
            rows.lab(who, START + timedelta(day), "PLT", value, "10^3/uL")
    # two courses, two hospitals, an abnormal value before: each course has its own worst
    for site in ("S01", "S02"):
        rows.patient(f"W{site}", site_id=site, link_key="K")
    rows.course("WS01", 1, "ATE_BEVA", START, START)
    rows.course("WS02", 1, "HAIC_FP", START + timedelta(50), START + timedelta(50), site_id="S02")
    rows.lab("WS01", START, "AST", "100", "U/L")
    rows.lab("WS01", START + timedelta(7), "AST", "160", "U/L")
    rows.lab("WS02", START + timedelta(7), "AST", "301", "U/L", site_id="S02")
    rows.lab("WS01", START + timedelta(60), "AST", "41", "U/L")
    return harmonise(rows)


def worst(con, who: str, columns: str) -> list[tuple]:
    sql = f"SELECT {columns} FROM harmonised.lab_toxicity WHERE usubjid = 'S01-' || ? ORDER BY course_no"
    return con.execute(sql, [who]).fetchall()


def test_the_first_of_the_worst_counts(con):
    found = worst(con, "worst", "grade, days_from_start, value_num::INTEGER, baseline_grade, is_worse, n_results")
    assert found == [(3, 10, 40, 0, True, 4)]
    assert worst(con, "worst", "worst_date, is_dose_day, len(row_ids)") == [(START + timedelta(10), False, 2)]


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("same", (2, 2, False, 1)),
        ("better", (2, 3, False, 1)),
        ("unknown", (1, None, True, 1)),
        ("none", (0, 0, False, 2)),
    ],
)
def test_whether_it_is_worse_than_before(con, who, expected):
    assert worst(con, who, "grade, baseline_grade, is_worse, n_results") == [expected]


def test_each_course_has_its_own_over_all_hospitals(con):
    # 301 is 3.01 times the 100 before ate-beva; before HAIC there is no result in time: 41 against the limit of 40
    found = worst(con, "WS01", "regimen, grade, baseline_grade, is_worse, n_results, len(row_ids)")
    assert found == [("ATE_BEVA", 2, 0, True, 2, 2), ("HAIC_FP", 1, None, True, 1, 1)]


def test_recorded_events_stay_apart(con):
    assert con.execute("SELECT count(*) FROM harmonised.adverse_event").fetchone() == (0,)


def test_a_study_counts_what_became_worse_on_its_index_course_until_the_cut_off():
    rows, cutoff = Rows(), date(2024, 6, 30)
    for who, start in (("A", START), ("B", cutoff - timedelta(5)), ("C", START)):
        rows.patient(who)
        rows.course(who, 1, "HAIC_FP", start, start)
    rows.course("A", 2, "LENVATINIB", START + timedelta(20), START + timedelta(20))
    for who, day, value in (
        ("A", START, "74"), ("A", START + timedelta(1), "50"), ("A", START + timedelta(2), "49"),
        ("A", START + timedelta(25), "10"),  # of the next course
        ("B", cutoff, "149"), ("B", cutoff + timedelta(1), "20"),
        ("C", START + timedelta(1), "150"),
    ):  # fmt: skip
        rows.lab(who, day, "PLT", value, "10^3/uL")
    found = run_rows(rows, tiny(cutoff=str(cutoff)))["lab_toxicity"]
    assert found.select("usubjid", "term", "grade", "adt", "related", "srcdom").rows() == [
        ("S01-A", "Platelet count decreased", 3, START + timedelta(2), None, "lab"),
        ("S01-B", "Platelet count decreased", 1, cutoff, None, "lab"),
    ]
