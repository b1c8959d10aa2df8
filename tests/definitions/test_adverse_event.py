"""harmonised.adverse_event: to which course an event belongs."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from harness import Rows, harmonise

START = date(2023, 3, 1)
# term: days from the start of the first course; regimen and days of the course it belongs to
EVENTS = {
    "Before": (-1, (None, None)),
    "First day": (0, ("ATE_BEVA", 0)),
    "On TACE": (60, ("ATE_BEVA", 60)),
    "Day before HAIC": (99, ("ATE_BEVA", 99)),
    "HAIC": (100, ("HAIC_FP", 0)),
    "Two at once": (200, ("SORAFENIB", 0)),
}


@pytest.fixture(scope="module")
def found():
    rows = Rows()
    rows.patient("A")
    for no, (regimen, day) in enumerate(
        (("ATE_BEVA", 0), ("TACE", 50), ("HAIC_FP", 100), ("LENVATINIB", 200), ("SORAFENIB", 200)), 1
    ):
        rows.course("A", no, regimen, START + timedelta(day), START + timedelta(day))
    rows.patient("B")  # another patient's later course is none of A's
    rows.course("B", 1, "RAMUCIRUMAB", START + timedelta(95), START + timedelta(95))
    for term, (day, _) in EVENTS.items():
        rows.add("adverse_event", "A", term=term, start_date=START + timedelta(day), grade=2)
    con = harmonise(rows)
    return con.execute("SELECT term, regimen, days_from_start FROM harmonised.adverse_event").fetchall()


def test_an_event_belongs_to_the_last_systemic_or_haic_course_begun(found):
    assert sorted(found) == sorted((term, *expected) for term, (_, expected) in EVENTS.items())
