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


def persons(rows: Rows) -> dict[str, tuple[str, str]]:
    """`site-patient` -> (usubjid, link_basis)."""
    found = (
        harmonise(rows)
        .execute("SELECT site_id || '-' || patient_id, usubjid, link_basis FROM harmonised.person")
        .fetchall()
    )
    return {own: (usubjid, basis) for own, usubjid, basis in found}


def of(*patients: tuple[str, str, str | None]) -> Rows:
    rows = Rows()
    for site, number, key in patients:
        rows.patient(number, site, link_key=key)
    return rows


def test_a_confirmed_pair_is_one_person():
    rows = of(("S01", "5", None), ("S02", "1", None), ("S02", "2", None))
    rows.link("S01-5", "S02-2")
    assert persons(rows) == {
        "S01-5": ("S01-5", "CONFIRMED"),
        "S02-2": ("S01-5", "CONFIRMED"),
        "S02-1": ("S02-1", "SINGLE"),
    }


def test_a_rejected_pair_stays_two():
    rows = of(("S01", "5", None), ("S02", "2", None))
    rows.link("S01-5", "S02-2", "rejected")
    assert {basis for _, basis in persons(rows).values()} == {"SINGLE"}


def test_confirmed_pairs_in_a_row_are_one_person():
    """S03-1 and S01-1 were never compared; what joins them is S02-1 and S04-1."""
    rows = of(("S01", "1", "k1"), ("S02", "1", None), ("S03", "1", "k3"), ("S04", "1", None), ("S05", "1", None))
    rows.link("S01-1", "S02-1")
    rows.link("S02-1", "S04-1")
    rows.link("S03-1", "S04-1")
    found = persons(rows)
    assert [found[f"S0{n}-1"] for n in (1, 2, 3, 4)] == [("S01-1", "CONFIRMED")] * 4
    assert found["S05-1"] == ("S05-1", "SINGLE")


def test_whoever_shares_a_key_with_a_confirmed_patient_is_the_same_person():
    rows = of(("S01", "1", "k"), ("S02", "1", "k"), ("S03", "1", None), ("S03", "2", None))
    rows.link("S02-1", "S03-1")
    assert persons(rows) == {
        "S01-1": ("S01-1", "LINK_KEY"),
        "S02-1": ("S01-1", "LINK_KEY"),
        "S03-1": ("S01-1", "CONFIRMED"),
        "S03-2": ("S03-2", "SINGLE"),
    }


def test_the_same_number_at_another_hospital_is_not_taken_for_the_decided_one():
    rows = of(("S01", "7", None), ("S02", "7", None), ("S03", "7", None))
    rows.link("S01-7", "S03-7")
    assert persons(rows)["S02-7"] == ("S02-7", "SINGLE")


def test_a_decision_about_a_patient_who_is_not_delivered_any_more_changes_nothing():
    rows = of(("S01", "1", None), ("S02", "1", None))
    rows.link("S01-1", "S02-9")
    assert {basis for _, basis in persons(rows).values()} == {"SINGLE"}


def test_a_disagreement_of_confirmed_records_is_in_sight():
    rows = Rows()
    rows.patient("1", "S01", birth_year=1960)
    rows.patient("1", "S02", birth_year=1961)
    rows.link("S01-1", "S02-1")
    con = harmonise(rows)
    assert con.execute("SELECT DISTINCT has_birth_year_conflict FROM harmonised.person").fetchall() == [(True,)]


def test_an_error_on_a_course_an_exam_or_a_follow_up_row_is_open_for_the_person():
    rows = Rows()
    for table in ("treatment_course", "imaging_visit", "followup_event", "lab", "patient"):
        rows.patient(table)
        rows.finding(table, table)
    found = harmonise(rows).execute("SELECT patient_id FROM harmonised.person WHERE has_open_error ORDER BY 1")
    assert found.fetchall() == [("followup_event",), ("imaging_visit",), ("treatment_course",)]
