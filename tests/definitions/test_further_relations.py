"""sql/analysis beyond responses and endpoints: what competes with an endpoint, later therapy, milestones, pairs of
readers, adverse events, doses and tumour change of a study."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest
from harness import Rows, harmonise, survival_rows
from tiny_study import TINY, run, tiny

START, CUTOFF = date(2023, 1, 2), date(2024, 6, 30)
PFS = TINY["endpoints"]["PFS"]
STUDY = {
    "exclude": [],
    "groups": {"ANY": {"label": "any", "index_regimen": ["HAIC_FP"]}},
    "reference_group": "ANY",
    "endpoints": TINY["endpoints"] | {"TTP": PFS | {"events": ["progression"]}},
    "analyses": {"competing": {"TTP": ["death", "clinical_progression"]}},
}
COMPETING = {
    # days after the start of responses, death, clinical progression and last contact; cause and days of TTP
    "ALIVE": ({"a": [(60, "SD")], "last": 300}, (0, 60)),
    "DEATH": ({"a": [(60, "SD")], "death": 200}, (2, 200)),
    "DEATH_ON_THE_FIRST_DAY": ({"a": [], "death": 0}, (2, 0)),
    "THE_FIRST_OF_TWO": ({"a": [(60, "SD")], "clin": 150, "death": 200}, (2, 150)),
    "PROGRESSION": ({"a": [(100, "PD")], "death": 150}, (1, 100)),
    "ON_ONE_DAY": ({"a": [(100, "PD")], "death": 100}, (1, 100)),
}
LATER = {
    # days of PD, later courses; the therapy after the progression
    "ON_THE_DAY": ([100], {"LENVATINIB": 100}, ("LENVATINIB", 100)),
    "BEFORE_IT": ([100], {"LENVATINIB": 99}, (None, None)),
    "FIRST_BY_NAME": (
        [100, 160], {"SORAFENIB": 130, "LENVATINIB": 130, "CABOZANTINIB": 150}, ("LENVATINIB", 130),
    ),
}  # fmt: skip
MILESTONES = {
    "ALL": {"first_response": 60, "progression": 180, "new_therapy": 200, "treatment_end": 84, "death": 300,
            "duration": 300},
    "OPEN": {"ongoing": 90, "duration": 90},
    "ENDED_AFTER_DEATH": {"treatment_end": 100, "death": 100, "duration": 100},
}  # fmt: skip


def day(number: int) -> date:
    return START + timedelta(days=number)


def course(rows: Rows, who: str, **case) -> None:
    """HAIC on the first day, and responses and events as days after it."""
    dates = {name: day(value) for name, value in case.items() if name != "a"}
    survival_rows(rows, {"id": who, "start": START, "a": [(day(at), said) for at, said in case.get("a", [])]} | dates)


@pytest.fixture(scope="module")
def con():
    rows = Rows()
    for who, (case, _) in COMPETING.items():
        course(rows, who, **case)
    for who, (progressions, courses, _) in LATER.items():
        course(rows, who, a=[(at, "PD") for at in progressions])
        for number, (regimen, at) in enumerate(courses.items(), 2):
            rows.course(who, number, regimen, day(at), day(at))
    for who in MILESTONES:
        rows.patient(who)
    rows.course("ALL", 1, "HAIC_FP", START, day(84))
    for at, said in ((60, "PR"), (120, "CR"), (180, "PD"), (240, "PD")):
        rows.response("ALL", day(at), said)
    for number, (regimen, at) in enumerate({"LENVATINIB": 200, "SORAFENIB": 260}.items(), 2):
        rows.course("ALL", number, regimen, day(at), day(at))
    rows.event("ALL", "DEATH", day(300))
    rows.course("OPEN", 1, "HAIC_FP", START, stop="ONGOING")
    rows.event("OPEN", "LAST_CONTACT", day(90))
    rows.course("ENDED_AFTER_DEATH", 1, "HAIC_FP", START, day(105))
    rows.event("ENDED_AFTER_DEATH", "DEATH", day(100))
    course(rows, "NEW")
    again = {"TACE": 0, "RT": 1, "HAIC_FP": 200, "LENVATINIB": (CUTOFF - START).days, "RFA": (CUTOFF - START).days + 1}
    for number, (regimen, at) in enumerate(again.items(), 2):
        rows.course("NEW", number, regimen, day(at), day(at))
    _readers(rows)
    _safety(rows)
    _sums(rows)
    return harmonise(rows)


def _readers(rows: Rows) -> None:
    course(rows, "READ")
    for at, readers in ((60, {"R1": "PR", "R2": "SD", "ADJ": "PR"}), (120, {"R1": "PD"})):
        exam = rows.exam("READ", day(at))
        for reader, said in readers.items():
            values = {"reader_id": reader, "criterion": "MRECIST", "assess_date": day(at)}
            rows.add("response_assessment", "READ", exam_no=exam, overall=said, **values)


def _safety(rows: Rows) -> None:
    """Two cycles of cisplatin as planned, 60 mg/m2 each 28 days; events on HAIC and on the course before it."""
    course(rows, "SAFE")
    rows.course("SAFE", 2, "SORAFENIB", day(-100), day(-50))
    for cycle, at in ((1, 0), (2, 28)):
        given = {"drug": "CISPLATIN", "cycle_no": cycle, "dose": 120, "bsa_m2": 2}
        rows.add("administration", "SAFE", course_no=1, admin_date=day(at), **given)
    for at in (day(-10), START, CUTOFF, CUTOFF + timedelta(days=1)):
        rows.add("adverse_event", "SAFE", term="Anemia", start_date=at, grade=2)


def _sums(rows: Rows) -> None:
    """A sum of 100 mm before HAIC; PD on day 112; 50 mm before the systemic course whose exams go on beside HAIC's."""
    rows.patient("SUM")
    rows.course("SUM", 1, "ATE_BEVA", day(-200), day(-100))
    rows.course("SUM", 2, "HAIC_FP", START, START)
    exams = ((-200, 50), (-3, 100), (56, 70), (70, None), (84, 80), (84, 60), (112, 130), (168, 60))
    for number, (at, size) in enumerate(exams):
        rows.targets("SUM", rows.exam("SUM", day(at), exam_no=str(number)), {"T1": size and size - 20, "T2": 20})
    for number, size in ((1, 100), (2, 200)):
        rows.targets("SUM", str(number), {"T1": size - 20, "T2": 20}, reader_id="R2")


@pytest.fixture(scope="module")
def found(con) -> dict[str, pl.DataFrame]:
    return run(con, tiny(**STUDY))


def of(frame: pl.DataFrame, who: str, *columns) -> list[tuple]:
    return frame.filter(usubjid=f"S01-{who}").select(columns).rows()


@pytest.mark.parametrize("who", COMPETING)
def test_what_competes_is_another_cause_unless_the_endpoint_came_first(found, who):
    cause, days = COMPETING[who][1]
    assert of(found["competing"], who, "paramcd", "cause", "aval_days") == [("TTP", cause, days)]
    assert of(found["competing"], who, "aval_months") == [(pytest.approx(days / 30.4375, abs=1e-12),)]


@pytest.mark.parametrize("who", LATER)
def test_the_first_therapy_on_or_after_the_progression(found, who):
    regimen, days = LATER[who][2]
    expected = [(day(LATER[who][0][0]), regimen, None if days is None else day(days))]
    assert of(found["post_progression"], who, "pd_date", "regimen", "adt") == expected


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ({}, [(day(1), "RT"), (CUTOFF, "LENVATINIB")]),
        ({"new_therapy": ["HAIC_FP", "LENVATINIB"]}, [(day(200), "HAIC_FP"), (CUTOFF, "LENVATINIB")]),
    ],
)
def test_new_therapy_begins_after_the_day_of_the_index_up_to_the_cutoff(con, named, expected):
    found = run(con, tiny(**STUDY | named))["new_therapy"].sort("adt")
    assert of(found, "NEW", "adt", "regimen") == expected


def test_who_did_not_progress_has_no_later_therapy(found):
    assert of(found["post_progression"], "ALIVE", "usubjid") == []


@pytest.mark.parametrize("who", MILESTONES)
def test_milestones(found, who):
    months = {name: pytest.approx(days / 30.4375, abs=1e-12) for name, days in MILESTONES[who].items()}
    assert dict(of(found["milestone"], who, "milestone", "months")) == months


def test_each_pair_of_readers_of_an_exam_once(found):
    assert of(found["reader_pair"], "READ", "adt", "first_reader", "second_reader", "first_avalc", "second_avalc") == [
        (day(60), "ADJ", "R1", "PR", "PR"), (day(60), "ADJ", "R2", "PR", "SD"), (day(60), "R1", "R2", "PR", "SD"),
    ]  # fmt: skip


def test_adverse_events_of_the_index_course_up_to_the_cutoff(found):
    assert of(found["toxicity"], "SAFE", "adt") == [(START,), (CUTOFF,)]


def test_cycles_as_planned_are_the_whole_intensity(found):
    values = of(found["dose"], "SAFE", "drug", "n_cycles", "n_interval_off", "rdi_pct")
    assert [row for row in values if row[0] == "CISPLATIN"] == [("CISPLATIN", 2, 0, pytest.approx(100, abs=1e-9))]


def test_change_from_the_baseline_up_to_the_progression(con):
    """Two exams of one day: the larger sum; another reader and another course are not mixed in."""
    found = run(con, tiny(**STUDY | {"definition": "lencioni2010"}))["tumour_change"].filter(usubjid="S01-SUM")
    days = ((56, -30.0), (84, -20.0), (112, 30.0))
    assert found.select("adt", "pchg").rows() == [(day(at), change) for at, change in days]
    assert found["months"].to_list() == pytest.approx([at / 30.4375 for at, _ in days], abs=1e-12)
