"""harmonised.course_reading: which of a lesion's diameters counts, by organ."""

from __future__ import annotations

from datetime import date

import pytest
from harness import Rows, harmonise

START = date(2023, 3, 1)
# organ: (what is measured, the size of a new lesion, whether it is a node); the reading says 11 viable, 22 in all and
# 33 in short axis. Inside the liver the viable part counts (mRECIST), of nodes the short axis, outside RECIST 1.1.
ORGANS = {
    "LIVER": (11, 22, False),
    "PV": (11, 22, False),
    "HV": (11, 22, False),
    "BD": (11, 22, False),
    "NODE_PORTA": (33, 33, True),
    "NODE_OTHER": (33, 33, True),
    "LUNG": (22, 22, False),
    "BONE": (22, 22, False),
    "ADRENAL": (22, 22, False),
    "PERITONEUM": (22, 22, False),
    "OTHER": (22, 22, False),
}


@pytest.fixture(scope="module")
def con():
    rows = Rows()
    for organ in ORGANS:
        rows.patient(organ)
        rows.course(organ, 1, "HAIC_FP", START, START)
        exam = rows.exam(organ, START)
        rows.lesion(organ, exam, "T1", "TARGET", organ=organ, viable_mm=11, total_mm=22, short_axis_mm=33)
    return harmonise(rows)


@pytest.mark.parametrize("organ", ORGANS)
def test_the_diameter_of_the_organ_counts(con, organ):
    found = con.execute(
        "SELECT measure_mm::INTEGER, size_mm::INTEGER, is_node FROM harmonised.course_reading WHERE usubjid = ?",
        [f"S01-{organ}"],
    )
    assert found.fetchall() == [ORGANS[organ]]
