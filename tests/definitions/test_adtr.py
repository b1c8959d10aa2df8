"""adtr: a lesion's and a sum's change from the course's baseline, by reader, up to the cut-off."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from harness import Rows
from tiny_study import run_rows, tiny

from schemas.analysis.adtr import Adtr

START, FIRST, SECOND, LATE = date(2024, 1, 10), date(2024, 3, 10), date(2024, 5, 10), date(2024, 7, 10)
CUTOFF = date(2024, 6, 30)
BEFORE = date(2024, 1, 3)


@pytest.fixture(scope="module")
def everybody():
    """P1: two targets and a non-target; on the second exam T2 is not evaluable; a new lesion; R2 read one exam only.
    P2: no exam before the course. P3: no target. P4: one target, last seen on the day of the cut-off.
    P5: one target of 1 mm, one that was gone."""
    rows = Rows()
    for who in ("P1", "P2", "P3", "P4", "P5"):
        rows.patient(who)
        rows.course(who, 1, "HAIC_FP", START, START)
    rows.targets("P2", rows.exam("P2", FIRST), {"T1": 15})
    for day, size in ((BEFORE, 30), (FIRST, 15)):
        rows.lesion("P3", rows.exam("P3", day), "NT1", "NONTARGET", organ="PV", nontarget_status="IRSD")
        rows.targets("P4", rows.exam("P4", day), {"T1": size})
        rows.targets("P5", rows.exam("P5", day), {"T1": 1 if day == BEFORE else 2, "T2": 0 if day == BEFORE else 5})
    rows.targets("P4", rows.exam("P4", CUTOFF), {"T1": 12})
    for day, sizes in (
        (BEFORE, {"T1": 30, "T2": 20}),
        (FIRST, {"T1": 15, "T2": 20}),
        (SECOND, {"T1": 12, "T2": None}),
        (LATE, {"T1": 40, "T2": 40}),
    ):
        exam = rows.exam("P1", day)
        rows.targets("P1", exam, sizes)
        rows.lesion("P1", exam, "NT1", "NONTARGET", organ="PV", nontarget_status="IRSD")
    rows.lesion("P1", str(SECOND), "N1", "NEW", total_mm=11, viable_mm=9, aphe="N", washout="N")
    rows.targets("P1", str(BEFORE), {"T1": 50}, reader_id="R2")
    frame = run_rows(rows, tiny(definition="lencioni2010"))["adtr"]
    Adtr.validate(frame, lazy=True)
    return frame


@pytest.fixture(scope="module")
def adtr(everybody):
    return everybody.filter(usubjid="S01-P1")


def of(adtr, *wanted: str, **rows) -> list[tuple]:
    number = lambda value: float(value) if isinstance(value, Decimal) else value  # noqa: E731
    found = adtr.filter(**rows).sort("adt").select(wanted).rows()
    return [tuple(number(value) for value in row) for row in found]


def test_a_sum_with_its_baseline_and_nadir_empty_where_a_target_is(adtr):
    assert of(
        adtr, "ady", "aval", "is_baseline", "base", "chg", "pchg", "nadir", paramcd="SUMDIAM", reader_id="R1"
    ) == [
        (-7, 50.0, True, None, None, None, None),
        (60, 35.0, False, 50.0, -15.0, -30.0, 50.0),
        (121, None, False, 50.0, None, None, 35.0),
    ]


def test_a_lesion_is_compared_with_itself_by_the_same_reader(adtr):
    wanted = ("adt", "aval", "is_baseline", "base", "chg", "pchg")
    assert of(adtr, *wanted, lesion_id="T1", reader_id="R1") == [
        (BEFORE, 30.0, True, None, None, None),
        (FIRST, 15.0, False, 30.0, -15.0, -50.0),
        (SECOND, 12.0, False, 30.0, -18.0, -60.0),
    ]
    assert of(adtr, *wanted, lesion_id="T1", reader_id="R2") == [(BEFORE, 50.0, True, None, None, None)]
    assert of(adtr, "aval", "base", lesion_id="T2", reader_id="R1", adt=SECOND) == [(None, 20.0)]


def test_a_non_target_has_a_state_and_a_new_lesion_a_size(adtr):
    assert of(adtr, "aval", "nontarget_status", lesion_id="NT1") == [(None, "IRSD")] * 3
    assert of(adtr, "role", "aval", "size_mm", "base", lesion_id="N1") == [("NEW", 9.0, 11.0, None)]


def test_nothing_after_the_cut_off_and_the_chosen_reader_is_marked(adtr):
    assert max(adtr["adt"]) == SECOND
    assert set(adtr.select("reader_id", "is_chosen_reader").rows()) == {("R1", True), ("R2", False)}
    assert adtr["is_index_course"].all()


def test_without_a_baseline_no_diameter_is_one(everybody):
    assert of(everybody, "paramcd", "is_baseline", "base", usubjid="S01-P2") == [("DIAMETER", False, None)]


def test_one_target_has_a_sum_and_no_target_has_none(everybody):
    assert of(everybody, "ady", "aval", usubjid="S01-P4", paramcd="SUMDIAM") == [(-7, 30.0), (60, 15.0), (172, 12.0)]
    assert set(everybody.filter(usubjid="S01-P3")["paramcd"]) == {"DIAMETER"}


def test_a_change_from_nothing_has_no_percentage(everybody):
    found = everybody.filter(usubjid="S01-P5", adt=FIRST)
    assert of(found, "base", "chg", "pchg", lesion_id="T1") == [(1.0, 1.0, 100.0)]
    assert of(found, "base", "chg", "pchg", lesion_id="T2") == [(0.0, 5.0, None)]
