"""harmonised.person: who is one person, what disagrees, and who has an open error."""

from __future__ import annotations

import pytest
from harness import Rows, harmonise


@pytest.fixture(scope="module")
def people():
    rows = Rows()
    rows.patient("1", "S01", link_key="k1", birth_year=1960)
    rows.patient("9", "S02", link_key="k1", birth_year=1961, sex="F")
    rows.patient("1", "S02")  # the same number at another hospital is another person
    rows.patient("2", "S01", link_key="k2")
    rows.patient("3", "S01", link_key=" ")
    rows.patient("4", "S01", link_key=" ")
    rows.finding("imaging_visit", "9", site_id="S02")
    rows.finding("lab", "2", site_id="S01")
    rows.finding("followup_event", "3", severity="warning")
    con = harmonise(rows)
    found = con.execute(
        "SELECT site_id, patient_id, usubjid, link_basis, has_sex_conflict, has_birth_year_conflict, has_open_error "
        "FROM harmonised.person"
    ).fetchall()
    return {(site, number): rest for site, number, *rest in found}


def test_a_link_key_makes_one_person_with_the_disagreement_in_sight(people):
    assert people["S01", "1"] == ["S01-1", "LINK_KEY", True, True, True]
    assert people["S02", "9"] == ["S01-1", "LINK_KEY", True, True, True]


def test_without_a_key_everyone_is_a_person(people):
    assert people["S02", "1"] == ["S02-1", "SINGLE", False, False, False]
    assert people["S01", "3"][0] != people["S01", "4"][0]


def test_only_errors_on_courses_exams_and_follow_up_are_open_errors(people):
    assert [people["S01", number][-1] for number in ("2", "3")] == [False, False]
