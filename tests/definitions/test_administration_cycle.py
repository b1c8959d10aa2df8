"""harmonised.administration, administration_cycle and dose_intensity: doses against the plan, by hand."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from harness import Rows, harmonise

START = date(2023, 3, 1)
BSA = (170 * 65 / 3600) ** 0.5  # 1.7520 m2


@pytest.fixture(scope="module")
def con():
    rows = Rows()

    def person(who, height=170, **more):
        rows.patient(who, height_cm=height, **more)
        rows.course(who, 1, "HAIC_FP", START, START + timedelta(60))
        rows.add("baseline_status", who, assess_date=START, weight_kg=65)

    def give(who, cycle, day, drug, dose, site_id="S01"):
        at = START + timedelta(day)
        values = {"course_no": 1, "admin_date": at, "drug": drug, "cycle_no": cycle, "dose": dose}
        rows.add("administration", who, site_id, **values)

    person("PLAN")
    for cycle, first in ((1, 0), (2, 28)):
        for day in range(3):
            give("PLAN", cycle, first + day, "5FU", 876)  # 500 mg/m2
        give("PLAN", cycle, first + 1, "CISPLATIN", 105.12)  # 60 mg/m2
    person("LATE")
    for cycle, first in ((1, 0), (2, 56)):
        give("LATE", cycle, first, "CISPLATIN", 52.56)  # half, and on day 1
    person("NO_HEIGHT", None)
    give("NO_HEIGHT", 1, 0, "CISPLATIN", 100)
    person("TWICE", link_key="t")
    rows.patient("TWICE2", "S02", link_key="t")
    rows.course("TWICE2", 1, "HAIC_FP", START, START, site_id="S02")
    give("TWICE", 1, 0, "CISPLATIN", 100)
    give("TWICE2", 1, 0, "CISPLATIN", 100, "S02")
    return harmonise(rows)


def ask(con, relation, who, columns, drug="CISPLATIN"):
    return con.execute(
        f"SELECT {columns} FROM harmonised.{relation} WHERE usubjid = ? AND drug = ? ORDER BY ALL", [f"S01-{who}", drug]
    ).fetchall()


def test_a_cycle_as_planned(con):
    columns = "cycle_no, bsa_m2, given_mg, relative_dose, day_nos, is_off_plan"
    first, _ = ask(con, "administration_cycle", "PLAN", columns, "5FU")
    assert first == (1, pytest.approx(BSA), 2628, pytest.approx(1, abs=1e-4), [1, 2, 3], False)
    assert ask(con, "dose_intensity", "PLAN", "n_cycles, n_off_plan, n_interval_off") == [(2, 0, 0)]
    assert ask(con, "dose_intensity", "PLAN", "rdi")[0][0] == pytest.approx(1, abs=1e-4)


def test_half_the_dose_in_four_weeks_more(con):
    # half of the plan over 56 + 28 days instead of 56: 0.5 * 56 / 84; against 42 days: 0.5 * 84 / 98
    found = ask(con, "dose_intensity", "LATE", "n_off_plan, n_interval_off, rdi, rdi_42")
    assert found == [(2, 1, pytest.approx(1 / 3, abs=1e-4), pytest.approx(3 / 7, abs=1e-4))]


def test_without_height_there_is_no_relative_dose(con):
    assert ask(con, "administration_cycle", "NO_HEIGHT", "bsa_m2, relative_dose") == [(None, None)]
    assert ask(con, "dose_intensity", "NO_HEIGHT", "rdi") == [(None,)]


def test_a_dose_recorded_at_two_hospitals_is_one(con):
    assert ask(con, "administration", "TWICE", "dose_mg, len(row_ids)") == [(100, 2)]
