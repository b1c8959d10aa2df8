"""administration, cycle_weight and dose_intensity at their limits: which weight, which day, which interval."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from harness import Rows, harmonise

START = date(2023, 3, 1)
WEIGHTS = {
    # who: (days from the cycle, kg) …, then kg taken and whether it is near
    "ON_THE_DAY": (((0, 60), (-10, 70)), (60, True)),
    "D28": (((-28, 60),), (60, True)),
    "D29": (((-29, 60),), (60, False)),
    "DAY_AFTER": (((1, 60),), (60, False)),
    "NEAR_BEFORE_NEAREST": (((-20, 60), (1, 70)), (60, True)),
    "NEAREST": (((-100, 60), (40, 70)), (70, False)),
}
OFF_PLAN = {
    # who: drug, doses as (day, mg) for a person of 65 kg on ate-beva; off the plan?
    "FULL": ("ATEZOLIZUMAB", ((0, 1200),), False),
    "TEN_MORE": ("ATEZOLIZUMAB", ((0, 1320),), False),
    "OVER_TEN": ("ATEZOLIZUMAB", ((0, 1321),), True),
    "TEN_LESS": ("ATEZOLIZUMAB", ((0, 1080),), False),
    "UNDER_TEN": ("ATEZOLIZUMAB", ((0, 1079),), True),
    "PER_KG": ("BEVACIZUMAB", ((0, 975),), False),
    "TWO_DAYS": ("ATEZOLIZUMAB", ((0, 600), (1, 600)), True),
}
INTERVALS = {"I24": (24, 1), "I25": (25, 0), "I49": (49, 0), "I50": (50, 1)}


def days(number: int) -> date:
    return START + timedelta(number)


@pytest.fixture(scope="module")
def con():
    rows = Rows()

    def give(who, day, drug="CISPLATIN", dose=100, cycle=1, site_id="S01", **more):
        values = {"course_no": 1, "admin_date": days(day), "drug": drug, "cycle_no": cycle, "dose": dose} | more
        rows.add("administration", who, site_id, **values)

    def person(who, regimen="HAIC_FP", weighed=((0, 65),), height=170, **more):
        rows.patient(who, height_cm=height, **more)
        rows.course(who, 1, regimen, START, days(200))
        for day, kg in weighed:
            rows.add("baseline_status", who, assess_date=days(day), weight_kg=kg)

    for who, (weighed, _) in WEIGHTS.items():
        person(who, weighed=weighed)
        give(who, 0)
    for who, (drug, doses, _) in OFF_PLAN.items():
        person(who, "ATE_BEVA")
        for day, dose in doses:
            give(who, day, drug, dose)
    for who, (interval, _) in INTERVALS.items():
        person(who)
        give(who, 0)
        give(who, interval, cycle=2)
    person("OWN", weighed=((-40, 65),))
    give("OWN", 0, weight_kg=60)
    give("OWN", 1, weight_kg=70)
    give("OWN", 28, cycle=2)
    person("SURFACE", weighed=(), height=None)
    give("SURFACE", 0, bsa_m2="1.6", interrupted="Y")
    give("SURFACE", 1, bsa_m2="1.7", interrupted="N")
    give("SURFACE", 28, cycle=2, interrupted="N")
    give("SURFACE", 56, cycle=3)
    person("TALLER", weighed=(), height=150)
    for day, height in ((-50, 160), (-5, 180)):
        rows.add("baseline_status", "TALLER", assess_date=days(day), height_cm=height, weight_kg=80)
    give("TALLER", 0)
    # the same dose at two hospitals, which count cycles and write the rest each in their own way
    person("TWICE", link_key="t", height=160, weighed=())
    rows.patient("TWICE2", "S02", link_key="t", height_cm=170)
    rows.course("TWICE2", 1, "HAIC_FP", START, START, site_id="S02")
    give("TWICE", 0, weight_kg=60, bsa_m2="1.6", interrupted="Y")
    give("TWICE2", 0, site_id="S02", cycle=4, weight_kg=70, bsa_m2="1.7", interrupted="N")
    return harmonise(rows)


def ask(con, relation, who, columns):
    return con.execute(
        f"SELECT {columns} FROM harmonised.{relation} WHERE usubjid = ? ORDER BY ALL", [f"S01-{who}"]
    ).fetchall()


@pytest.mark.parametrize("who", WEIGHTS)
def test_the_weight_of_a_cycle(con, who):
    assert ask(con, "cycle_weight JOIN harmonised.treatment_course USING (course_id)", who, "weight_kg, is_near") == [
        WEIGHTS[who][1]
    ]
    kg, is_near = WEIGHTS[who][1]
    assert ask(con, "administration_cycle", who, "weight_kg, is_weight_distant") == [(kg, not is_near)]


def test_a_weight_of_the_administration_comes_first_and_is_not_distant(con):
    found = ask(con, "administration_cycle", "OWN", "cycle_no, weight_kg, is_weight_distant")
    assert found == [(1, 70, False), (2, 65, True)]


@pytest.mark.parametrize("who", OFF_PLAN)
def test_a_dose_is_off_the_plan_by_more_than_a_tenth_or_on_another_day(con, who):
    assert ask(con, "administration_cycle", who, "is_off_plan") == [(OFF_PLAN[who][2],)]


def test_doses_by_weight_or_fixed_are_no_dose_intensity_of_haic(con):
    assert ask(con, "administration_cycle", "FULL", "relative_dose") == [(1,)]
    assert ask(con, "administration_cycle", "PER_KG", "relative_dose") == [(1,)]
    assert ask(con, "dose_intensity", "FULL", "1") == []


@pytest.mark.parametrize("who", INTERVALS)
def test_the_interval_of_cycles(con, who):
    assert ask(con, "dose_intensity", who, "n_interval_off") == [(INTERVALS[who][1],)]


def test_without_height_the_recorded_surface_is_used(con):
    found = ask(con, "administration_cycle", "SURFACE", "cycle_no, bsa_m2, is_interrupted")
    assert found == [(1, pytest.approx(1.7), True), (2, None, False), (3, None, False)]
    assert ask(con, "dose_intensity", "SURFACE", "n_cycles, n_interrupted, rdi") == [(3, 1, None)]


def test_the_last_height_counts_before_the_patients_own(con):
    assert ask(con, "administration_cycle", "TALLER", "bsa_m2") == [(pytest.approx(2.0),)]


def test_a_dose_at_two_hospitals_is_the_first_ones_with_the_greater_weight(con):
    columns = "site_id, cycle_no, weight_kg, bsa_recorded_m2, is_interrupted, cycle_start_date, day_no"
    assert [tuple(map(str, row)) for row in ask(con, "administration", "TWICE", columns)] == [
        ("S01", "1", "70.0", "1.70", "True", str(START), "1")
    ]
    assert ask(con, "administration_cycle", "TWICE", "height_cm") == [(170,)]


def test_days_of_a_cycle_count_from_its_first_dose(con):
    found = ask(con, "administration", "OWN", "admin_date, cycle_start_date, day_no, is_interrupted")
    assert found == [(START, START, 1, False), (days(1), START, 2, False), (days(28), days(28), 1, False)]
