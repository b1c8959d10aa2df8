"""cohort: each condition of a group or an exclusion at its limits, by persons who differ in that one thing."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from harness import Rows, harmonise
from tiny_study import TINY, WINDOW, run, tiny

T0 = date(2023, 6, 1)
# ate-beva from day -200 of HAIC: (last dose, stop), other courses as (regimen, first, last day, stop), days of PD;
# whether that is a progression on ate-beva, and whether it is where a stop for progression counts as one
PRIOR = {
    "NONE": ((-100, "COMPLETED"), [], [], False, False),
    "FIRST_DAY": ((-100, "COMPLETED"), [], [-199], True, True),
    "WINDOW_42": ((-100, "COMPLETED"), [], [-58], True, True),
    "WINDOW_43": ((-100, "COMPLETED"), [], [-57], False, False),
    "ON_INDEX": ((-10, "COMPLETED"), [], [0], True, True),
    "AFTER_INDEX": ((-10, "COMPLETED"), [], [1], False, False),
    "NOT_PD": ((-100, "PD"), [], [], False, True),
    "ONE_OF_TWO": ((-100, "COMPLETED"), [], [-150, -30], True, True),
    "STOPPED_FROM_INDEX": ((-100, "COMPLETED"), [("LENVATINIB", 0, 0, "PD")], [], False, False),
    "TACE_STOPPED": ((-100, "COMPLETED"), [("TACE", -50, -50, "PD")], [], False, False),
}
STOP = {"or_stop_reason": ["PD"]}
# the first condition that holds gives the name
GROUPS = {
    "LENVATINIB": {"index_regimen": ["LENVATINIB", "SORAFENIB"]},
    "TWO": {"prior_systemic": ["SORAFENIB", "LENVATINIB"]},
    "BESIDE_REGORAFENIB": {"overlap": ["REGORAFENIB", "CABOZANTINIB"]},
    "ANY_REGORAFENIB": {"prior_systemic_any": ["REGORAFENIB", "RAMUCIRUMAB"]},
    "OTHER": {"prior_systemic_other_than": ["LENVATINIB", "ATE_BEVA"]},
    "ALONE": {"overlap": "none", "prior_systemic_any": ["ATE_BEVA"]},
    "REST": {"prior_systemic_any": ["ATE_BEVA"]},
}
PERSONS = {
    # courses as (regimen, first day, last day) around the index; the group
    "INDEX_LENVATINIB": ([("LENVATINIB", 0, 0)], "LENVATINIB"),
    "EXACTLY_TWO": ([("LENVATINIB", -300, -250), ("SORAFENIB", -200, -150), ("HAIC_FP", 0, 0)], "TWO"),
    "BEGUN_WITH_INDEX": ([("HAIC_FP", 0, 0), ("REGORAFENIB", 0, 9)], "BESIDE_REGORAFENIB"),
    "LAST_DOSE_AT_INDEX": ([("HAIC_FP", 0, 0), ("REGORAFENIB", -9, 0)], "BESIDE_REGORAFENIB"),
    "LAST_DOSE_BEFORE": ([("HAIC_FP", 0, 0), ("REGORAFENIB", -9, -1)], "ANY_REGORAFENIB"),
    "BEGUN_AFTER": ([("HAIC_FP", 0, 0), ("REGORAFENIB", 1, 9)], None),
    "SORAFENIB": ([("HAIC_FP", 0, 0), ("SORAFENIB", -99, -50)], "OTHER"),
    "ATE_BEVA": ([("HAIC_FP", 0, 0), ("ATE_BEVA", -99, -50)], "ALONE"),
    "ATE_BEVA_BESIDE_TACE": ([("HAIC_FP", 0, 0), ("ATE_BEVA", -99, -50), ("TACE", -5, 5)], "ALONE"),
    "ATE_BEVA_GOES_ON": ([("HAIC_FP", 0, 0), ("ATE_BEVA", -99, 50)], "REST"),
    "NONE": ([("HAIC_FP", 0, 0)], None),
}


def day(number: int) -> date:
    return T0 + timedelta(days=number)


@pytest.fixture(scope="module")
def con():
    rows = Rows()
    for who, ((last, stop), others, progressions, *_) in PRIOR.items():
        rows.patient(f"PRIOR_{who}")
        courses = [("ATE_BEVA", -200, last, stop), ("HAIC_FP", 0, 0, "PD"), *others]
        for number, (regimen, start, end, reason) in enumerate(courses, 1):
            rows.course(f"PRIOR_{who}", number, regimen, day(start), day(end), reason)
        for at in progressions:
            rows.response(f"PRIOR_{who}", day(at), "PD")
    rows.response("PRIOR_NOT_PD", day(-150), "SD")
    for who, (courses, _) in PERSONS.items():
        rows.patient(who)
        for number, (regimen, start, end) in enumerate(courses, 1):
            rows.course(who, number, regimen, day(start), day(end))
    # nobody's index: an open error, and a death of which only the year is known
    rows.patient("NO_INDEX")
    rows.event("NO_INDEX", "DEATH", "2023")
    rows.finding("imaging_visit", "NO_INDEX")
    rows.patient("DIED")
    rows.course("DIED", 1, "HAIC_FP", T0, T0)
    rows.event("DIED", "DEATH", "2023")
    return harmonise(rows)


def cohort(con, **study) -> dict[str, tuple]:
    frame = run(con, tiny(**study))["cohort"]
    return {row[0].removeprefix("S01-"): row[1:] for row in frame.select(
        "usubjid", "exposure_group", "exclusion_reason").rows()}  # fmt: skip


@pytest.fixture(scope="module")
def by_progression(con) -> list[dict[str, tuple]]:
    """Without, and with a stop for progression counting as one."""
    made = []
    for more in ({}, STOP):
        group = TINY["groups"]["POST_AB"] | {"progression_on_prior": WINDOW | more}
        exclude = [
            {"reason": "NO_PD", "when": {"prior_systemic": ["ATE_BEVA"], "no_progression_on_prior": WINDOW | more}}
        ]
        made.append(cohort(con, groups=TINY["groups"] | {"POST_AB": group}, exclude=exclude))
    return made


@pytest.mark.parametrize("who", PRIOR)
def test_a_progression_on_the_course_before(by_progression, who):
    *_, progressed, or_stopped = PRIOR[who]
    for found, expected in zip(by_progression, (progressed, or_stopped), strict=True):
        assert found[f"PRIOR_{who}"] == (("POST_AB", None) if expected else (None, "NO_PD"))


@pytest.fixture(scope="module")
def by_group(con) -> dict[str, tuple]:
    groups = {name: {"label": name} | condition for name, condition in GROUPS.items()}
    index = {"event": "course_start", "regimen": ["HAIC_FP", "LENVATINIB"], "which": "last"}
    return cohort(con, groups=groups, reference_group="REST", exclude=[], index=index)


@pytest.mark.parametrize("who", PERSONS)
def test_the_first_group_that_holds(by_group, who):
    group = PERSONS[who][1]
    assert by_group[who] == (group, None if group else "NO_GROUP")


def test_who_has_no_index_leaves_for_that_alone(con):
    reasons = ("open_error", "death_unresolved", "index_after_cutoff", "no_index")
    found = cohort(con, exclude=[{"reason": name.upper(), "when": {name: True}} for name in reasons])
    assert found["NO_INDEX"] == (None, "NO_INDEX")
    assert found["DIED"] == ("FIRST_LINE", "DEATH_UNRESOLVED")
    assert found["NONE"] == ("FIRST_LINE", None)
