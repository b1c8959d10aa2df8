"""Two deliveries: a full one, then changes with `_op`. English headers, units in brackets. SYNTHETIC."""

from __future__ import annotations

from datetime import date

import polars as pl

from haicplatform.demo.dialects import cells
from haicplatform.demo.dialects.korean import Tables
from haicplatform.demo.dialects.page import Page
from schemas.contract import TABLES

FULL, CHANGES = "20240731_full_SYNTHETIC", "20240815_changes_SYNTHETIC"
_ID = "Hospital No"
_UNITS = {
    "height_cm": "Height [cm]", "weight_kg": "Weight [kg]", "viable_mm": "Viable [mm]", "total_mm": "Total [mm]",
    "short_axis_mm": "Short Axis [mm]", "max_diam_mm": "Max Diameter [mm]", "dose": "Dose [mg]",
    "planned_dose": "Planned Dose [mg]", "bsa_m2": "BSA [m2]",
}  # fmt: skip
_LEFT_OUT = {
    "baseline_status": ("muicc_recorded", "height_cm", "ecog_raw"),
    "tumour_baseline": ("pvtt", "liver_involvement_pct", "bilobar"),
    "lesion_measurement": ("cytology",),
    "response_assessment": ("nontarget_resp",),
}
_FIRST_DAY = date(2024, 7, 31)
# one row in so many had another value in the first delivery
_CORRECTED = {"adverse_event": (7, "grade", 1)}


def pages(tables: Tables) -> list[Page]:
    """Every table in full; then what happened since, what was corrected, and one event withdrawn."""
    late_exams = tables["imaging_visit"].filter(pl.col("exam_date") > _FIRST_DAY).select("patient_id", "exam_no")
    late_people = tables["treatment_course"].filter(
        (pl.col("regimen") == "HAIC_FP") & (pl.col("start_date") > _FIRST_DAY)
    )["patient_id"]
    found = []
    for name in TABLES:
        now = tables[name].with_columns(op=pl.lit("U"))
        late = now.filter(_is_late(name, now) | pl.col("patient_id").is_in(late_people.implode()))
        if name == "lesion_measurement":
            late = pl.concat([late, now.join(late_exams, on=["patient_id", "exam_no"], how="semi")]).unique(
                maintain_order=True
            )
        first = _before(name, now.join(late, on=TABLES[name].key, how="anti", nulls_equal=True))
        if name == "treatment_course":
            since = pl.col("end_date") > _FIRST_DAY
            first = first.with_columns(
                pl.when(since).then(pl.lit("ONGOING")).otherwise("stop_reason").alias("stop_reason"),
                pl.when(~since.fill_null(False)).then("end_date").alias("end_date"),
            )
            late = pl.concat([late, now.filter(since)]).unique(maintain_order=True)
        changes = pl.concat([late, _corrections(name, now)])
        found.append(Page(f"{FULL}/{name.upper()}_20240731.csv", _text(name, first)))
        if len(changes):
            found.append(Page(f"{CHANGES}/{name.upper()}_20240815.csv", _text(name, changes)))
    return found


def header(column: str) -> str:
    """'hcc_dx_date' -> 'Hcc Dx Date', with its unit in brackets where it has one."""
    return _ID if column == "patient_id" else _UNITS.get(column, column.replace("_", " ").title())


def _is_late(name: str, frame: pl.DataFrame) -> pl.Expr:
    """Whether the row happened after the first delivery; a course is late by its start."""
    day = {
        "baseline_status": "assess_date", "tumour_baseline": "img_date", "treatment_course": "start_date",
        "administration": "admin_date", "lab": "collect_datetime", "imaging_visit": "exam_date",
        "response_assessment": "assess_date", "followup_event": "event_date", "adverse_event": "start_date",
    }.get(name)  # fmt: skip
    if day is None:
        return pl.lit(False)
    if frame.schema[day] == pl.String:
        return pl.col(day) > _FIRST_DAY.isoformat()
    return pl.col(day).cast(pl.Date) > _FIRST_DAY


def _before(name: str, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows as the first delivery had them."""
    if name not in _CORRECTED:
        return rows
    every, column, old = _CORRECTED[name]
    is_wrong = pl.int_range(pl.len()) % every == 3
    return rows.with_columns(
        pl.when(is_wrong).then(old).otherwise(column).cast(rows.schema[column]).alias(column),
        pl.when(pl.col("end_date") <= _FIRST_DAY).then("end_date").alias("end_date"),
    )


def _corrections(name: str, now: pl.DataFrame) -> pl.DataFrame:
    """All adverse events as they are now, and the first of them withdrawn; nothing of the other tables."""
    if name not in _CORRECTED:
        return now.head(0)
    known = now.filter(pl.col("start_date") <= _FIRST_DAY)
    return pl.concat([known.slice(1), known.head(1).with_columns(op=pl.lit("D"))])


def _text(name: str, rows: pl.DataFrame) -> pl.DataFrame:
    frame = cells.text(name, rows, {})
    kept = [c.name for c in TABLES[name].columns if not c.derived and c.name not in _LEFT_OUT.get(name, ())]
    named = frame.select(pl.col(column).alias(header(column)) for column in kept)
    return named.with_columns(rows["op"].alias("_op"))
