"""cohort, through the real SQL: the worked cases of exposure.yaml, and who is a person of a study."""

from datetime import date, timedelta

import polars as pl
import pytest
from harness import Rows, exposure_rows, harmonise, yaml_cases
from tiny_study import TINY, WINDOW, run, tiny

CASES = yaml_cases("exposure")
START = date(2023, 1, 2)


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


def test_a_progression_on_the_day_of_the_start_is_of_the_baseline():
    """AB start < PD (clinical-definitions 7): the exam of the start day is what the course is measured against."""
    rows = Rows()
    for who, day in (("SAME", 0), ("NEXT", 1)):
        rows.patient(who)
        rows.course(who, 1, "ATE_BEVA", START, START + timedelta(21))
        rows.course(who, 2, "HAIC_FP", START + timedelta(50), START + timedelta(50))
        rows.response(who, START + timedelta(day), "PD")
    found = run(harmonise(rows), tiny())["cohort"]
    assert [_said(found, who) for who in ("SAME", "NEXT")] == ["EXCLUDE:AB_STOP_NOT_PD", "POST_AB"]


@pytest.fixture(scope="module")
def persons():
    """Who is no worked case: without an index, after other drugs, of two hospitals, with an open error."""
    rows = Rows()
    for who in ("TACE", "HAIC", "SORAFENIB", "ERROR", "DEAD"):
        rows.patient(who)
    rows.course("TACE", 1, "TACE", START, START)
    rows.course("HAIC", 1, "HAIC_FP", START, START)
    rows.course("SORAFENIB", 1, "SORAFENIB", date(2022, 1, 3), date(2022, 6, 6))
    rows.course("SORAFENIB", 2, "HAIC_FP", START, START)
    rows.course("ERROR", 1, "HAIC_FP", START, START)
    rows.finding("imaging_visit", "ERROR")
    rows.course("DEAD", 1, "TACE", START, START)
    rows.event("DEAD", "DEATH", "2023-05-10")
    for site, start in (("S01", date(2023, 3, 6)), ("S02", date(2022, 6, 6))):
        rows.patient("TWO", site, link_key="k")
        rows.course("TWO", 1, "HAIC_FP", start, start, site_id=site)
    rows.event("TWO", "DEATH", date(2023, 4, 5))
    rows.patient("NEITHER", "S01", link_key="n")
    rows.patient("AND_NONE", "S02", link_key="n")
    return harmonise(rows)


@pytest.fixture(scope="module")
def plain(persons) -> dict[str, pl.DataFrame]:
    return run(persons, tiny())


def of(frame: pl.DataFrame, who: str, *columns: str) -> list[tuple]:
    return frame.filter(usubjid=f"S01-{who}").select(columns).rows()


def test_without_an_index_and_after_the_cutoff(persons):
    cohort = run(persons, tiny(cutoff=START - timedelta(days=1)))["cohort"]
    assert of(cohort, "TACE", "exclusion_reason", "is_included") == [("NO_HAIC", False)]
    assert of(cohort, "HAIC", "exclusion_reason", "is_included") == [("T0_AFTER_CUTOFF", False)]


def test_an_index_on_the_day_of_the_cutoff_is_not_after_it(persons):
    cohort = run(persons, tiny(cutoff=START))["cohort"]
    assert of(cohort, "HAIC", "exclusion_reason", "is_included") == [(None, True)]


def test_who_is_in_no_group_leaves_with_a_reason(persons):
    cohort = run(persons, tiny(exclude=[]))["cohort"]
    assert of(cohort, "SORAFENIB", "exclusion_reason", "is_included") == [("NO_GROUP", False)]


def test_one_person_at_two_hospitals_is_one_row_of_the_first_haic_with_events_of_both(persons, plain):
    assert of(plain["cohort"], "TWO", "siteid", "index_date") == [("S02", date(2022, 6, 6))]
    os_row = plain["adtte"].filter(paramcd="OS")
    assert of(os_row, "TWO", "siteid", "aval_days", "cnsr") == [("S02", 303, 0)]
    assert of(run(persons, tiny(sites=["S01"]))["cohort"], "TWO", "siteid") == []
    assert run(persons, tiny(sites=["S02"]))["cohort"].filter(is_included=True)["usubjid"].to_list() == ["S01-TWO"]


def test_the_last_haic_may_be_the_index(persons):
    index = {"event": "course_start", "regimen": "HAIC_FP", "which": "last"}
    found = run(persons, tiny(index=index))["index_event"]
    assert of(found, "TWO", "siteid", "index_date") == [("S01", date(2023, 3, 6))]


def test_who_has_no_index_is_of_the_first_hospital_under_its_row(persons, plain):
    (row_id,) = persons.execute("SELECT row_id FROM harmonised.person WHERE patient_id = 'NEITHER'").fetchone()
    found = of(plain["index_event"], "NEITHER", "siteid", "index_date", "srcdom", "srcrow")
    assert found == [("S01", None, "patient", row_id)]


def test_open_errors_can_be_left_out(persons, plain):
    cohort = run(persons, tiny(exclude=[{"reason": "OPEN_ERROR", "when": {"open_error": True}}]))["cohort"]
    assert [of(cohort, who, "exclusion_reason") for who in ("HAIC", "ERROR")] == [[(None,)], [("OPEN_ERROR",)]]
    assert [of(plain["adsl"], who, "has_open_error") for who in ("HAIC", "ERROR")] == [[(False,)], [(True,)]]


def test_a_death_without_an_index_is_not_unresolved(plain):
    found = of(plain["person_death"], "DEAD", "death_date", "is_assumed", "is_unresolved")
    assert found == [(date(2023, 5, 10), False, False)]
