"""cohort, through the real SQL: the worked cases of exposure.yaml, and who is a person of a study."""

from datetime import date

import polars as pl
import pytest
from harness import Rows, exposure_rows, harmonise, yaml_cases
from tiny_study import TINY, WINDOW, run, run_rows, tiny

CASES = yaml_cases("exposure")


@pytest.fixture(scope="module")
def warehouse():
    rows = Rows()
    for case in CASES:
        exposure_rows(rows, case)
    return harmonise(rows)


@pytest.fixture(scope="module")
def cohort(warehouse) -> pl.DataFrame:
    return run(warehouse, tiny())["cohort"]


def _said(cohort: pl.DataFrame, who: str) -> str:
    reason, group = cohort.filter(usubjid=f"S01-{who}").select("exclusion_reason", "exposure_group").row(0)
    return f"EXCLUDE:{reason}" if reason else group


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_worked_case(cohort, case):
    assert _said(cohort, case["id"]) == case["expect"]


def test_a_stop_for_progression_counts_where_the_study_says_so(warehouse):
    window = WINDOW | {"or_stop_reason": ["TOXICITY"]}
    groups = {"POST_AB": TINY["groups"]["POST_AB"] | {"progression_on_prior": window}}
    exclude = [e | {"when": e["when"] | {"no_progression_on_prior": window}} for e in TINY["exclude"][4:5]]
    found = run(warehouse, tiny(groups=TINY["groups"] | groups, exclude=exclude))["cohort"]
    assert _said(found, "EX-O-03") == "POST_AB"
    assert _said(found, "EX-O-04") == "FIRST_LINE"


def test_without_an_index_and_after_the_cutoff():
    rows = Rows()
    rows.patient("A")
    rows.course("A", 1, "TACE", date(2023, 1, 2), date(2023, 1, 2))
    rows.patient("B")
    rows.course("B", 1, "HAIC_FP", date(2023, 1, 2), date(2023, 1, 2))
    cohort = run_rows(rows, tiny(cutoff="2023-01-01"))["cohort"]
    assert cohort.sort("usubjid").select("usubjid", "exclusion_reason", "is_included").rows() == [
        ("S01-A", "NO_HAIC", False),
        ("S01-B", "T0_AFTER_CUTOFF", False),
    ]


def test_who_is_in_no_group_leaves_with_a_reason():
    rows = Rows()
    rows.patient("A")
    rows.course("A", 1, "SORAFENIB", date(2022, 1, 3), date(2022, 6, 6))
    rows.course("A", 2, "HAIC_FP", date(2023, 1, 2), date(2023, 1, 2))
    assert run_rows(rows, tiny(exclude=[]))["cohort"]["exclusion_reason"].to_list() == ["NO_GROUP"]


def test_one_person_at_two_hospitals_is_one_row_of_the_first_haic_with_events_of_both():
    rows = Rows()
    for site, start in (("S01", date(2023, 3, 6)), ("S02", date(2022, 6, 6))):
        rows.patient("A", site, link_key="k")
        rows.course("A", 1, "HAIC_FP", start, start, site_id=site)
    rows.event("A", "DEATH", date(2023, 4, 5))
    found = run_rows(rows)
    assert found["cohort"].select("siteid", "index_date").rows() == [("S02", date(2022, 6, 6))]
    os_row = found["adtte"].filter(paramcd="OS")
    assert os_row.select("siteid", "aval_days", "cnsr").rows() == [("S02", 303, 0)]
    assert run_rows(rows, tiny(sites=["S01"]))["cohort"].is_empty()
    assert run_rows(rows, tiny(sites=["S02"]))["cohort"].height == 1


def test_open_errors_can_be_left_out():
    rows = Rows()
    for who in ("A", "B"):
        rows.patient(who)
        rows.course(who, 1, "HAIC_FP", date(2023, 1, 2), date(2023, 1, 2))
    rows.finding("imaging_visit", "B")
    exclude = [{"reason": "OPEN_ERROR", "when": {"open_error": True}}]
    cohort = run_rows(rows, tiny(exclude=exclude))["cohort"].sort("usubjid")
    assert cohort["exclusion_reason"].to_list() == [None, "OPEN_ERROR"]
    assert run_rows(rows)["adsl"].sort("usubjid")["has_open_error"].to_list() == [False, True]


def test_a_death_without_an_index_is_not_unresolved():
    rows = Rows()
    rows.patient("A")
    rows.course("A", 1, "TACE", date(2023, 1, 2), date(2023, 1, 2))
    rows.event("A", "DEATH", "2023-05-10")
    found = run_rows(rows)["person_death"]
    assert found.select("death_date", "is_assumed", "is_unresolved").rows() == [(date(2023, 5, 10), False, False)]
