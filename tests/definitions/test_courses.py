"""Courses at their limits (source_course, treatment_course, treatment_line): starts, parts, before and beside."""

from __future__ import annotations

from datetime import date

import pytest
from harness import Rows, harmonise

from schemas.codes import REGIMEN


def day(month: int, number: int, year: int = 2022) -> date:
    return date(year, month, number)


@pytest.fixture(scope="module")
def con():
    rows = Rows()

    def courses(who, *given, **more):
        rows.patient(who, **more)
        for no, (regimen, start, end, stop) in enumerate(given, 1):
            rows.course(who, no, regimen, start, end, stop)

    def doses(who, *days):
        for number, at in enumerate(days, 1):
            rows.add("administration", who, course_no=1, admin_date=at, drug="5FU", cycle_no=number, dose=800)

    for who in ("DOSES", "LAB_ERROR", "DOSE_WARNING"):
        courses(who, ("HAIC_FP", day(1, 2), day(1, 20), "PD"))
        doses(who, day(1, 5), day(2, 5))
    rows.finding("lab", "LAB_ERROR")
    rows.finding("administration", "DOSE_WARNING", severity="warning")
    courses("ENDED", ("ATE_BEVA", day(1, 4), day(3, 1), "ONGOING"))
    courses("TACES", ("TACE", day(1, 4), day(1, 4), None), ("TACE", day(1, 5), day(1, 5), None))
    courses("NESTED", ("ATE_BEVA", day(1, 4), day(10, 1), "TOXICITY"), ("ATE_BEVA", day(2, 1), day(2, 9), "TOXICITY"),
            ("ATE_BEVA", day(11, 1), day(12, 1), "PD"))  # fmt: skip
    courses("BETWEEN", ("ATE_BEVA", day(1, 4), day(3, 2), "TOXICITY"), ("LENVATINIB", day(3, 9), day(3, 20), "PD"),
            ("ATE_BEVA", day(4, 1), day(5, 1), "PD"))  # fmt: skip
    courses("OPENED", ("ATE_BEVA", day(1, 4), day(3, 2), "TOXICITY"), ("ATE_BEVA", day(4, 1), None, "ONGOING"))
    courses("HERE", ("HAIC_FP", day(2, 6), day(4, 1), "TRANSFER"), link_key="k")
    rows.patient("THERE", "S02", link_key="k")
    rows.course("THERE", 1, "HAIC_FP", day(2, 10), day(3, 1), "PD", site_id="S02")
    courses("SAME_DAY", ("HAIC_FP", day(6, 1), day(7, 1), "PD"), ("LENVATINIB", day(6, 1), day(6, 20), "PD"))
    courses(
        "LONG",
        ("SORAFENIB", day(1, 4), day(2, 1), "PD"),
        ("REGORAFENIB", day(2, 9), day(3, 9), "PD"),
        ("RT", day(3, 20), day(4, 20), None),
        ("HAIC_FP", day(4, 10), day(5, 1), "PD"),
        ("HAIC_FP", day(9, 1), day(10, 1), "PD"),
        ("CABOZANTINIB", day(10, 1), day(12, 1), "PD"),
    )
    return harmonise(rows)


def ask(con, relation, who, columns):
    return con.execute(
        f"SELECT {columns} FROM harmonised.{relation} WHERE usubjid = ? ORDER BY course_no", [f"S01-{who}"]
    ).fetchall()


@pytest.mark.parametrize("who", ["DOSES", "LAB_ERROR", "DOSE_WARNING"])
def test_a_course_runs_from_its_first_to_its_last_dose(con, who):
    assert ask(con, "treatment_course", who, "start_date, last_dose_date") == [(day(1, 5), day(2, 5))]


def test_a_course_with_an_end_is_not_open_whatever_its_reason(con):
    assert ask(con, "treatment_course", "ENDED", "is_open") == [(False,)]


def test_local_sessions_of_two_days_are_two(con):
    assert len(ask(con, "treatment_course", "TACES", "1")) == 2


def test_the_gap_counts_from_the_last_dose_of_any_part_before(con):
    found = ask(con, "treatment_course", "NESTED", "start_date, recorded_start_date, end_date, n_parts")
    assert found == [(day(1, 4), day(1, 4), day(12, 1), 3)]


def test_a_course_is_counted_by_its_first_part(con):
    assert ask(con, "treatment_course", "BETWEEN", "course_no, regimen") == [(1, "ATE_BEVA"), (2, "LENVATINIB")]


def test_an_open_part_leaves_the_course_open(con):
    assert ask(con, "treatment_course", "OPENED", "is_open, end_date, stop_reason") == [(True, None, "ONGOING")]


def test_a_course_belongs_to_the_hospital_where_it_began(con):
    assert ask(con, "treatment_course", "HERE", "site_id, start_date, end_date") == [("S01", day(2, 6), day(4, 1))]


def test_two_courses_of_a_day_are_beside_and_not_before_each_other(con):
    columns = "regimen, prior_systemic, prior_systemic_course_nos, overlap, overlap_course_nos"
    assert ask(con, "treatment_line", "SAME_DAY", columns) == [
        ("HAIC_FP", [], [], ["LENVATINIB"], [2]),
        ("LENVATINIB", [], [], ["HAIC_FP"], [1]),
    ]


def test_what_came_before_and_went_on_beside_each_course(con):
    columns = "regimen, prior_systemic_course_nos, prior_local, overlap_course_nos, systemic_line_no, haic_no"
    assert ask(con, "treatment_line", "LONG", columns) == [
        ("SORAFENIB", [], [], [], 1, 0),
        ("REGORAFENIB", [1], [], [], 2, 0),
        ("RT", [1, 2], [], [], 2, 0),
        ("HAIC_FP", [1, 2], ["RT"], [3], 2, 1),
        ("HAIC_FP", [1, 2], ["RT"], [], 2, 2),
        ("CABOZANTINIB", [1, 2], ["RT"], [5], 3, 2),
    ]


def test_the_last_dose_of_systemic_treatment_before(con):
    found = [row[0] for row in ask(con, "treatment_line", "LONG", "prior_systemic_last_dose_date")]
    assert found == [None, day(2, 1), day(3, 9), day(3, 9), day(3, 9), day(3, 9)]


def test_each_regimen_of_the_contract_has_its_kind(con):
    systemic = "ATE_BEVA LENVATINIB SORAFENIB REGORAFENIB CABOZANTINIB RAMUCIRUMAB NIVO_IPI OTHER_SYS".split()
    kinds = {"HAIC_FP": "HAIC", "OTHER": "OTHER"} | dict.fromkeys(systemic, "SYSTEMIC")
    kinds |= dict.fromkeys(("TACE", "RT", "RFA", "RESECTION", "TRANSPLANT"), "LOCAL")
    assert set(kinds) == set(REGIMEN)
    found = con.execute("SELECT regimen, kind, has_response FROM harmonised.regimen").fetchall()
    assert sorted(found) == sorted((name, kind, kind in ("HAIC", "SYSTEMIC")) for name, kind in kinds.items())
