"""Columns that several harmonised relations share: a table in numbers and the view that names its persons.

Belongs here: what stands in both models. Does not belong here: a relation's own columns and keys.
"""

import pandera.polars as pa
import polars as pl
from pandera.engines.polars_engine import Decimal

from schemas import codes


class BaselineAmounts(pa.DataFrameModel):
    """What a course's responses are measured against: baseline_sum and baseline_exam."""

    exam_date: pl.Date = pa.Field(description="day of the examination")
    days_before: pl.Int32 = pa.Field(nullable=True, ge=0, description="days from the exam to the start")
    n_target: pl.Int32 = pa.Field(ge=0, description="target lesions at the baseline")
    baseline_sum_mm: Decimal = pa.Field(
        nullable=True,
        ge=0,
        dtype_kwargs={"precision": 12, "scale": 2},
        description="sum of the targets at the baseline, mm",
    )
    n_nontarget: pl.Int32 = pa.Field(description="non-target lesions present at the baseline")


class CycleAmounts(pa.DataFrameModel):
    """What was given of one drug in one cycle against the plan: cycle_dose and administration_cycle."""

    site_id: str = pa.Field(description="hospital")
    cycle_no: pl.Int32 = pa.Field(description="cycle as the hospital counts it")
    cycle_start_date: pl.Date = pa.Field(nullable=True, description="first dose of any drug in the cycle")
    given_mg: Decimal = pa.Field(
        nullable=True, dtype_kwargs={"precision": 12, "scale": 2}, description="given in the cycle, mg"
    )
    bsa_recorded_m2: Decimal = pa.Field(
        nullable=True, dtype_kwargs={"precision": 4, "scale": 2}, description="body surface as recorded, m2"
    )
    is_interrupted: bool = pa.Field(nullable=True, description="an infusion was interrupted")
    day_nos: pl.List = pa.Field(
        nullable=True, dtype_kwargs={"inner": pl.Int32}, description="days of the cycle on which it was given"
    )
    height_cm: Decimal = pa.Field(nullable=True, dtype_kwargs={"precision": 5, "scale": 1}, description="height, cm")
    weight_kg: Decimal = pa.Field(
        nullable=True, dtype_kwargs={"precision": 5, "scale": 1}, description="body weight, kg"
    )
    is_weight_distant: bool = pa.Field(
        nullable=True, description="no own weight and none in the window: the nearest one"
    )
    bsa_m2: float = pa.Field(nullable=True, description="body surface (Mosteller, else as recorded), m2")
    plan_day_nos: pl.List = pa.Field(
        nullable=True, dtype_kwargs={"inner": pl.Int32}, description="planned days of the cycle"
    )
    planned_mg: float = pa.Field(nullable=True, description="planned in the cycle, mg")
    relative_dose: float = pa.Field(nullable=True, description="given over planned")
    is_off_plan: bool = pa.Field(nullable=True, description="a day missing or another, or a dose off by more than 10 %")


class ProgressionDay(pa.DataFrameModel):
    """The day of a first progression: first_progression and progression."""

    definition: str = pa.Field(description="definition of response")
    reader_id: str = pa.Field(isin=codes.READER, description="reader")
    pd_date: pl.Date = pa.Field(description="day of the progression")
    pd_known_date: pl.Date = pa.Field(nullable=True, description="scan on which a PD was known")
    site_id: str = pa.Field(description="hospital")
    exam_no: str = pa.Field(description="examination number")


class TargetSums(pa.DataFrameModel):
    """The sums that a response is judged by: exam_sum, lesion_sum and visit_response."""

    exam_date: pl.Date = pa.Field(description="day of the examination")
    measured_sum_mm: Decimal = pa.Field(
        nullable=True, dtype_kwargs={"precision": 12, "scale": 2}, description="sum of those measured, mm"
    )
    baseline_days_before: pl.Int32 = pa.Field(nullable=True, description="days from it to the start")
    n_target: pl.Int32 = pa.Field(nullable=True, ge=0, description="target lesions at the baseline")
    baseline_sum_mm: Decimal = pa.Field(
        nullable=True,
        ge=0,
        dtype_kwargs={"precision": 12, "scale": 2},
        description="sum of the targets at the baseline, mm",
    )
    n_nontarget: pl.Int32 = pa.Field(nullable=True, description="non-target lesions present at the baseline")
    sum_mm: Decimal = pa.Field(
        nullable=True,
        ge=0,
        dtype_kwargs={"precision": 12, "scale": 2},
        description="sum when all were measured, mm",
    )
    nadir_mm: Decimal = pa.Field(
        nullable=True,
        ge=0,
        dtype_kwargs={"precision": 12, "scale": 2},
        description="smallest complete sum before, mm",
    )
    nontarget_response: str = pa.Field(
        nullable=True, isin=codes.NONTARGET_STATUS, description="response of the non-targets; null: none"
    )
