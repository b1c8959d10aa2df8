"""harmonised.visit_response and progression: the worked cases of mRECIST, one test a case and variant."""

from __future__ import annotations

import pytest
from harness import Rows, harmonise, mrecist_rows, yaml_cases

VARIANTS = ("lencioni2010", "seed2024", "abs5", "nobackdate")
CASES = yaml_cases("mrecist")


@pytest.fixture(scope="module")
def con():
    rows = Rows()
    for case in CASES:
        mrecist_rows(rows, case)
    return harmonise(rows)


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_worked_case(con, case, variant):
    expected = case["expect"].get(variant, case["expect"]["lencioni2010"])
    visits = con.execute(
        "SELECT overall_response FROM harmonised.visit_response "
        "WHERE patient_id = ? AND definition = ? ORDER BY exam_date",
        [case["id"], variant],
    ).fetchall()
    assert [visit[0] for visit in visits] == expected["resp"]
    first = con.execute(
        "SELECT pd_date FROM harmonised.progression JOIN harmonised.person USING (usubjid) "
        "WHERE patient_id = ? AND definition = ?",
        [case["id"], variant],
    ).fetchone()
    assert (first and first[0]) == expected["pd"]


def test_a_progression_by_a_new_lesion_rests_on_every_reading_of_it(con):
    """MR-O-09: first seen on 2023-04-10, the day of the progression."""
    new = con.execute(
        "SELECT row_id FROM validated.lesion_measurement WHERE patient_id = 'MR-O-09' AND role = 'NEW' ORDER BY ALL"
    ).fetchall()
    where = "usubjid = 'S01-MR-O-09' AND definition = 'lencioni2010'"
    (visit,) = con.execute(
        f"SELECT new_lesion_row_ids FROM harmonised.visit_response WHERE {where} AND exam_date = '2023-04-10'"
    ).fetchone()
    (progression,) = con.execute(f"SELECT row_ids FROM harmonised.progression WHERE {where}").fetchone()
    assert sorted(visit) == [row_id for (row_id,) in new]
    assert set(visit) < set(progression)
