"""The snapshot rule treatment_course.baseline_missing: which courses it names."""

from __future__ import annotations

from datetime import date, timedelta

from harness import Rows, harmonise

from haicplatform.core.resources import sql_dir

START = date(2023, 3, 1)


def test_a_course_without_a_usable_baseline_is_named_once():
    rows = Rows()
    for who, before in (("WITH", -10), ("STALE", -80), ("TOO_OLD", -91), ("NEVER", None), ("NO_SCAN", None)):
        rows.patient(who)
        rows.course(who, 1, "HAIC_FP", START, START)
        days = [] if who == "NO_SCAN" else [before] * (before is not None) + [60, 120]
        for day in days:
            rows.targets(who, rows.exam(who, START + timedelta(day)), {"A": 50})
    query = (sql_dir() / "checks" / "snapshot" / "treatment_course.baseline_missing.sql").read_text(encoding="utf-8")
    found = harmonise(rows).execute(
        f"SELECT patient_id, column_name FROM ({query}) JOIN validated.treatment_course USING (site_id, row_id) "
        "ORDER BY 1"
    )
    assert found.fetchall() == [("NEVER", "start_date"), ("TOO_OLD", "start_date")]
