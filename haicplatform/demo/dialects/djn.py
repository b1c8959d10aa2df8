"""Two deliveries: a full one, then changes with `_op`. English headers, units in brackets. SYNTHETIC."""

from __future__ import annotations

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
# one row in so many is not in the first delivery, or there with another value
_LATE = {"lab": 97, "followup_event": 9}
_CORRECTED = {"adverse_event": (7, "Grade", "1")}


def pages(tables: Tables) -> list[Page]:
    """Every table in full; then new laboratory results and contacts, corrected grades and one withdrawn event."""
    found = []
    for name in TABLES:
        first, second = _split(name, _sheet(tables, name))
        found.append(Page(f"{FULL}/{name.upper()}_20240731.csv", first))
        if second is not None:
            found.append(Page(f"{CHANGES}/{name.upper()}_20240815.csv", second))
    return found


def header(column: str) -> str:
    """'hcc_dx_date' -> 'Hcc Dx Date', with its unit in brackets where it has one."""
    return _ID if column == "patient_id" else _UNITS.get(column, column.replace("_", " ").title())


def _sheet(tables: Tables, name: str) -> pl.DataFrame:
    frame = cells.text(name, tables[name], {})
    kept = [c.name for c in TABLES[name].columns if not c.derived and c.name not in _LEFT_OUT.get(name, ())]
    return frame.select(pl.col(column).alias(header(column)) for column in kept)


def _split(name: str, now: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame | None]:
    """(the first delivery, the changes or None)."""
    now = now.with_columns(pl.lit("U").alias("_op"))
    position = pl.int_range(pl.len())
    if name in _LATE:
        is_late = position % _LATE[name] == 3
        return now.filter(~is_late), now.filter(is_late)
    if name in _CORRECTED:
        every, column, before = _CORRECTED[name]
        is_corrected = position % every == 3
        first = now.with_columns(pl.when(is_corrected).then(pl.lit(before)).otherwise(column).alias(column))
        withdrawn = now.head(1).with_columns(pl.lit("D").alias("_op"))
        return first, pl.concat([now.filter(is_corrected), withdrawn])
    return now, None
