"""harmonised.death and life_evidence: which deaths stand, which cannot be resolved, and their bounds."""

from __future__ import annotations

from datetime import date

import pytest
from harness import Rows, harmonise, survival_rows, yaml_cases

EMR, REGISTRY, PHONE = "EMR", "MOIS_DEATH_REGISTRY", "PHONE"
CASES = {
    # who: deaths, contacts, (death, reason, earliest, latest)
    "DAY": ([("2023-05-10", EMR)], ["2023-05-01"], ("2023-05-10", None, "2023-05-10", "2023-05-10")),
    "SEVEN_AFTER": ([("2023-05-10", EMR)], ["2023-05-17"], ("2023-05-10", None, "2023-05-10", "2023-05-10")),
    "EIGHT_AFTER": (
        [("2023-05-10", EMR)],
        ["2023-05-18"],
        (None, "EVIDENCE_AFTER_DEATH", "2023-05-10", "2023-05-18"),
    ),
    "REGISTRY_FIRST": (
        [("2023-05-10", EMR), ("2023-05-12", REGISTRY), ("2023-05-09", PHONE)],
        [],
        ("2023-05-12", None, "2023-05-12", "2023-05-12"),
    ),
    "SEVEN_APART": (
        [("2023-05-10", EMR), ("2023-05-17", REGISTRY)],
        [],
        ("2023-05-17", None, "2023-05-17", "2023-05-17"),
    ),
    "EIGHT_APART": (
        [("2023-05-10", EMR), ("2023-05-18", REGISTRY)],
        [],
        (None, "CONFLICTING_DATES", "2023-05-10", "2023-05-18"),
    ),
    "MONTH_AND_DAY": (
        [("2023-05", REGISTRY), ("2023-05-20", EMR)],
        [],
        ("2023-05-20", None, "2023-05-20", "2023-05-20"),
    ),
    "MONTH": ([("2023-05", EMR)], ["2023-05-09", "2023-04-20"], ("2023-05-09", None, "2023-05-09", "2023-05-09")),
    "MONTH_ALONE": ([("2023-05", EMR)], ["2023-04-20"], ("2023-05-01", None, "2023-05-01", "2023-05-01")),
    "MONTH_NEXT": (
        [("2023-05", EMR)],
        ["2023-05-28", "2023-06-03"],
        ("2023-05-28", None, "2023-05-28", "2023-05-28"),
    ),
    "MONTH_LATER": (
        [("2023-05", EMR)],
        ["2023-06-03"],
        (None, "EVIDENCE_AFTER_DEATH", "2023-05-01", "2023-06-03"),
    ),
    "YEAR": ([("2023", EMR)], ["2023-06-01"], (None, "YEAR_ONLY", "2023-06-01", "2023-12-31")),
    "YEAR_AND_DAY": (
        [("2023", REGISTRY), ("2023-07-01", EMR)],
        [],
        ("2023-07-01", None, "2023-07-01", "2023-07-01"),
    ),
    "YEAR_AND_MONTH": (
        [("2023", REGISTRY), ("2023-05", EMR)],
        [],
        ("2023-05-01", None, "2023-05-01", "2023-05-01"),
    ),
    "MONTH_ITS_LAST_DAY": ([("2023-05", EMR)], ["2023-05-31"], ("2023-05-31", None, "2023-05-31", "2023-05-31")),
    "MONTH_AND_FIRST_DAY": (
        [("2023-05", REGISTRY), ("2023-05-01", EMR)],
        ["2023-05-04"],
        ("2023-05-01", None, "2023-05-01", "2023-05-01"),
    ),
    "MONTH_AND_LAST_DAY": (
        [("2023-05", REGISTRY), ("2023-05-31", EMR)],
        [],
        ("2023-05-31", None, "2023-05-31", "2023-05-31"),
    ),
    "MONTH_TWO_CONTACTS": (
        [("2023-05", EMR)],
        ["2023-05-09", "2023-05-20"],
        ("2023-05-20", None, "2023-05-20", "2023-05-20"),
    ),
    "MONTH_AND_DAYS": (
        [("2023-05", REGISTRY), ("2023-05-20", EMR), ("2023-05-18", PHONE)],
        [],
        ("2023-05-20", None, "2023-05-20", "2023-05-20"),
    ),
    "EMR_BEFORE_OTHERS": (
        [("2023-05-10", PHONE), ("2023-05-12", EMR)],
        [],
        ("2023-05-12", None, "2023-05-12", "2023-05-12"),
    ),
    "YEAR_END": ([("2023", EMR)], ["2023-12-31"], (None, "YEAR_ONLY", "2023-12-31", "2023-12-31")),
    "UNREADABLE_AND_DAY": (
        [(None, REGISTRY), ("2023-05-10", EMR)],
        [],
        ("2023-05-10", None, "2023-05-10", "2023-05-10"),
    ),
    "UNREADABLE": ([(None, EMR)], ["2023-06-01"], (None, "UNREADABLE", "2023-06-01", None)),
}


@pytest.fixture(scope="module")
def con():
    rows = Rows()
    for who, (deaths, contacts, _) in CASES.items():
        rows.patient(who)
        rows.course(who, 1, "HAIC_FP", date(2023, 1, 10), date(2023, 1, 12))
        for when, source in deaths:
            rows.event(who, "DEATH", when, source)
        for when in contacts:
            rows.event(who, "LAST_CONTACT", when)
    rows.patient("HERE", link_key="h")
    rows.patient("THERE", "S02", link_key="h")
    rows.event("HERE", "LOST", "2023-02-01")
    rows.event("THERE", "DEATH", "2023-08-01", site_id="S02")
    for case in yaml_cases("survival"):
        survival_rows(rows, case)
    return harmonise(rows)


@pytest.mark.parametrize("who", CASES)
def test_death(con, who):
    found = con.execute(
        "SELECT death_date, unresolved_reason, earliest_date, latest_date FROM harmonised.death WHERE usubjid = ?",
        [f"S01-{who}"],
    ).fetchone()
    assert tuple(str(value) if isinstance(value, date) else value for value in found) == CASES[who][2]


@pytest.mark.parametrize("case", yaml_cases("survival"), ids=lambda case: case["id"])
def test_worked_case_is_refused_or_stands(con, case):
    found = con.execute("SELECT is_resolved FROM harmonised.death WHERE usubjid = ?", [f"S01-{case['id']}"]).fetchone()
    rejected = "REJECT" in case["expect"].values()
    assert found == ((not rejected,) if case.get("death") else None)


def test_a_death_at_another_hospital_is_the_persons(con):
    assert con.execute("SELECT death_date, site_id FROM harmonised.death WHERE usubjid = 'S01-HERE'").fetchone() == (
        date(2023, 8, 1),
        "S02",
    )


def test_the_last_evidence_of_life_needs_no_contact(con):
    assert con.execute(
        "SELECT max(evidence_date) FROM harmonised.life_evidence WHERE usubjid = 'S01-SV-O-16'"
    ).fetchone() == (date(2023, 5, 22),)


def test_a_contact_without_its_day_counts_on_the_first():
    rows = Rows()
    rows.patient("PARTLY")
    for when in ("2023", "2023-05", "2023-05-20"):
        rows.event("PARTLY", "LAST_CONTACT", when)
    found = harmonise(rows).execute("SELECT evidence_date FROM harmonised.life_evidence ORDER BY 1")
    assert found.fetchall() == [(date(2023, 1, 1),), (date(2023, 5, 1),), (date(2023, 5, 20),)]
