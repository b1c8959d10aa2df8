"""harmonised.new_lesion: what makes a new lesion progression, and when that was detected and known."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from harness import Rows, harmonise

START = date(2023, 3, 1)
LIVER = {"organ": "LIVER"}
TYPICAL = LIVER | {"aphe": "Y", "washout": "Y"}
CASES = {
    # who: ((week of the exam, what the reader wrote) …), (week detected, week known) or None
    "LIVER_9.99": (((8, TYPICAL | {"total_mm": 9.99}),), None),
    "LIVER_10": (((8, TYPICAL | {"total_mm": 10}),), (8, 8)),
    "NO_WASHOUT": (((8, LIVER | {"total_mm": 30, "aphe": "Y", "washout": "N"}),), None),
    "PATTERN_LATER": (((8, LIVER | {"total_mm": 15}), (16, TYPICAL | {"total_mm": 15})), (8, 16)),
    "GROWN_9.99": (((8, LIVER | {"total_mm": 12}), (16, LIVER | {"total_mm": 21.99})), None),
    "GROWN_10": (((8, LIVER | {"total_mm": 12}), (16, LIVER | {"total_mm": 22})), (8, 16)),
    "VIABLE_ONLY": (((8, TYPICAL | {"viable_mm": 11}),), (8, 8)),
    "GONE": (((8, TYPICAL | {"status": "ABSENT", "total_mm": 20}),), None),
    "PORTA_19.99": (((8, {"organ": "NODE_PORTA", "short_axis_mm": 19.99, "total_mm": 40}),), None),
    "PORTA_20": (((8, {"organ": "NODE_PORTA", "short_axis_mm": 20}),), (8, 8)),
    "NODE_9": (((8, {"organ": "NODE_OTHER", "short_axis_mm": 9}),), None),
    "NODE_10": (((8, {"organ": "NODE_OTHER", "short_axis_mm": 10}),), (8, 8)),
    "LUNG": (((8, {"organ": "LUNG", "total_mm": 4}),), (8, 8)),
    "LUNG_NE": (((8, {"organ": "LUNG", "status": "NE"}),), None),
    "EFFUSION": (((8, {"organ": "EFFUSION", "cytology": "NEG"}), (16, {"organ": "EFFUSION"})), None),
    "CYTOLOGY": (((8, {"organ": "EFFUSION"}), (16, {"organ": "EFFUSION", "cytology": "POS"})), (8, 16)),
    "BLAND_THROMBUS": (((8, {"organ": "PV", "aphe": "N"}),), None),
    "THROMBUS": (((8, {"organ": "PV", "aphe": "Y"}),), (8, 8)),
    "LUNG_0": (((8, {"organ": "LUNG", "total_mm": 0}),), None),
    "LUNG_1": (((8, {"organ": "LUNG", "total_mm": 1}),), (8, 8)),
    "GROWN_THEN_TYPICAL": (
        ((8, LIVER | {"total_mm": 12}), (16, LIVER | {"total_mm": 25}), (24, TYPICAL | {"total_mm": 25})),
        (8, 16),
    ),
    "THROMBUS_HV": (((8, {"organ": "HV", "aphe": "Y"}),), (8, 8)),
    "THROMBUS_BD": (((8, {"organ": "BD", "aphe": "Y"}),), (8, 8)),
    "BLAND_HV": (((8, {"organ": "HV", "aphe": "N"}),), None),
    **{
        organ: (((8, {"organ": organ, "total_mm": 4}),), (8, 8)) for organ in ("BONE", "ADRENAL", "PERITONEUM", "OTHER")
    },
    "AT_BASELINE": (((0, LIVER | {"total_mm": 8}), (8, TYPICAL | {"total_mm": 30})), None),
}


def week(number: int) -> date:
    return START + timedelta(7 * number)


@pytest.fixture(scope="module")
def con():
    rows = Rows()
    for who, (seen, _) in CASES.items():
        rows.patient(who)
        rows.course(who, 1, "HAIC_FP", START, START)
        for number in (0, 8, 16, 24):
            rows.targets(who, rows.exam(who, week(number)), {"A": 50})
        for number, values in seen:
            rows.lesion(who, str(week(number)), "N1", "NEW", **values)
    # two lesions of one scan: the one that counts at once, and one that counts on the next scan
    rows.patient("BOTH")
    rows.course("BOTH", 1, "HAIC_FP", START, START)
    for number in (0, 8, 16):
        rows.targets("BOTH", rows.exam("BOTH", week(number)), {"A": 50})
    rows.lesion("BOTH", str(week(8)), "N1", "NEW", **(TYPICAL | {"total_mm": 10}))
    rows.lesion("BOTH", str(week(8)), "N2", "NEW", **(LIVER | {"total_mm": 12}))
    rows.lesion("BOTH", str(week(16)), "N2", "NEW", **(TYPICAL | {"total_mm": 12}))
    return harmonise(rows)


@pytest.mark.parametrize("who", CASES)
def test_when_a_new_lesion_counts(con, who):
    expected = CASES[who][1]
    found = con.execute(
        "SELECT detected_date, met_date FROM harmonised.new_lesion WHERE patient_id = ?", [who]
    ).fetchone()
    assert found == (expected and (week(expected[0]), week(expected[1])))


@pytest.mark.parametrize(
    ("definition", "expected"),
    [
        ("lencioni2010", [("PD", 16, "SD"), ("PD", 16, "SD"), ("PD", 24, "SD")]),
        ("nobackdate", [("SD", None, "SD"), ("PD", 16, "SD"), ("PD", 24, "SD")]),
    ],
)
def test_a_progression_says_when_it_was_known(con, definition, expected):
    found = con.execute(
        "SELECT overall_response, pd_known_date, overall_without_new FROM harmonised.visit_response "
        "WHERE patient_id = 'GROWN_10' AND definition = ? ORDER BY exam_date",
        [definition],
    ).fetchall()
    assert found == [(overall, known and week(known), without) for overall, known, without in expected]


def test_the_first_criterion_that_is_met_is_named(con):
    found = con.execute("SELECT criterion FROM harmonised.new_lesion WHERE patient_id = 'GROWN_THEN_TYPICAL'")
    assert found.fetchall() == [("GROWTH",)]


def test_of_two_new_lesions_the_one_that_counted_first_dates_the_knowledge(con):
    found = con.execute(
        "SELECT overall_response, pd_known_date FROM harmonised.visit_response "
        "WHERE patient_id = 'BOTH' AND definition = 'nobackdate' ORDER BY exam_date"
    ).fetchall()
    assert found == [("PD", week(8)), ("PD", week(16))]
