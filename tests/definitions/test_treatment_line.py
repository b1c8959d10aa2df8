"""harmonised.source_course, treatment_course and treatment_line: restarts, two hospitals, starts, order, overlap."""

from __future__ import annotations

from datetime import date

import pytest
from harness import Rows, exposure_rows, harmonise, yaml_cases

S02 = {"site_id": "S02"}


@pytest.fixture(scope="module")
def con():
    rows = Rows()
    for case in yaml_cases("exposure"):
        exposure_rows(rows, case)
    for who, restart in (("GAP90", date(2022, 5, 31)), ("GAP91", date(2022, 6, 1))):  # last dose 2022-03-02
        rows.patient(who)
        rows.course(who, 1, "ATE_BEVA", date(2022, 1, 4), date(2022, 3, 2), "TOXICITY")
        rows.course(who, 2, "ATE_BEVA", restart, date(2022, 8, 1), "PD")
    rows.patient("OPEN")
    rows.course("OPEN", 1, "ATE_BEVA", date(2022, 1, 4), None, "ONGOING")
    rows.course("OPEN", 2, "HAIC_FP", date(2023, 1, 4), date(2023, 2, 4))
    rows.patient("TWO", link_key="two")
    rows.patient("OWT", "S02", link_key="two")
    rows.course("TWO", 1, "HAIC_FP", date(2023, 2, 6), date(2023, 4, 1), "TRANSFER")
    rows.course("OWT", 1, "HAIC_FP", date(2023, 2, 6), date(2023, 6, 1), "PD", **S02)
    rows.course("OWT", 2, "LENVATINIB", date(2022, 2, 6), date(2022, 6, 1), "PD", **S02)
    for who in ("PORT", "REFUSED"):
        rows.patient(who)
        rows.course(who, 1, "HAIC_FP", date(2023, 1, 2), date(2023, 3, 1))
        rows.add("administration", who, course_no=1, admin_date=date(2023, 1, 5), drug="5FU", cycle_no=1, dose=800)
    rows.finding("administration", "REFUSED")
    rows.patient("TACE")
    rows.course("TACE", 1, "TACE", date(2022, 1, 4), date(2022, 1, 4), None)
    rows.course("TACE", 2, "TACE", date(2022, 2, 4), date(2022, 2, 4), None)
    rows.patient("HOLD")  # atezolizumab goes on beyond the recorded end
    rows.course("HOLD", 1, "ATE_BEVA", date(2022, 1, 4), date(2022, 1, 4), "UNKNOWN")
    dose = {"drug": "ATEZOLIZUMAB", "cycle_no": 3, "dose": 1200}
    rows.add("administration", "HOLD", course_no=1, admin_date=date(2022, 3, 1), **dose)
    return harmonise(rows)


def ask(con, who, columns, relation="treatment_line"):
    return con.execute(
        f"SELECT {columns} FROM harmonised.{relation} WHERE usubjid = ? ORDER BY course_no", [f"S01-{who}"]
    ).fetchall()


def test_a_restart_within_90_days_is_the_same_course(con):
    assert ask(con, "GAP90", "start_date, last_dose_date, stop_reason, len(row_ids)") == [
        (date(2022, 1, 4), date(2022, 8, 1), "PD", 2)
    ]
    assert len(ask(con, "GAP91", "1")) == 2


def test_the_same_course_at_two_hospitals_is_one(con):
    assert ask(con, "TWO", "course_no, regimen, last_dose_date, stop_reason, site_ids") == [
        (1, "LENVATINIB", date(2022, 6, 1), "PD", ["S02"]),
        (2, "HAIC_FP", date(2023, 6, 1), "PD", ["S01", "S02"]),
    ]


def test_haic_starts_with_the_first_drug_and_not_with_the_port(con):
    assert ask(con, "PORT", "start_date") == [(date(2023, 1, 5),)]


def test_a_refused_dose_moves_no_start(con):
    assert ask(con, "REFUSED", "start_date") == [(date(2023, 1, 2),)]


def test_each_local_session_counts(con):
    assert len(ask(con, "TACE", "1")) == 2


def test_the_last_dose_of_either_drug_is_the_last_dose(con):
    assert ask(con, "HOLD", "last_dose_date") == [(date(2022, 3, 1),)]


def test_a_course_open_without_an_end_overlaps(con):
    assert ask(con, "OPEN", "overlap, is_open")[1] == (["ATE_BEVA"], False)


@pytest.mark.parametrize(
    ("who", "prior", "local", "overlap", "line"),
    [
        ("EX-O-01", [], [], [], 0),
        ("EX-O-02", ["ATE_BEVA"], [], [], 1),
        ("EX-O-04", [], ["RT", "TACE"], [], 0),
        ("EX-O-07", ["ATE_BEVA"], [], ["ATE_BEVA"], 1),
        ("EX-O-10", ["ATE_BEVA"], [], ["ATE_BEVA"], 1),
    ],
)
def test_what_came_before_haic_and_went_on_beside_it(con, who, prior, local, overlap, line):
    found = [
        row[1:]
        for row in ask(con, who, "kind, prior_systemic, prior_local, overlap, systemic_line_no")
        if row[0] == "HAIC"
    ]
    assert found == [(prior, local, overlap, line)]


def test_progressions_hang_on_the_course_they_happened_on(con):
    day = date(2023, 1, 19)
    assert ask(con, "EX-O-02", "course_no, definition, reader_id, pd_date, pd_known_date", "progression") == [
        (1, "recorded", "R1", day, day)
    ]
