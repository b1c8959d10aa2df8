"""harmonised.cycle_dose, checked. Belongs here: its columns and keys. Does not: how they are made
(sql/harmonised/cycle_dose.sql).
"""

import pandera.polars as pa
import polars as pl
from pandera.engines.polars_engine import Decimal

from schemas import codes


class CycleDose(pa.DataFrameModel):
    """What was given of each drug in each cycle of a course against the plan, in numbers; one row a
    course, hospital, cycle and drug.
    """

    course_id: pl.Int32 = pa.Field(description="the course over all persons (harmonised.treatment_course)")
    site_id: str = pa.Field(description="hospital")
    cycle_no: pl.Int32 = pa.Field(description="cycle as the hospital counts it")
    cycle_start_date: pl.Date = pa.Field(nullable=True, description="first dose of any drug in the cycle")
    drug: str = pa.Field(isin=codes.DRUG, description="drug")
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

    class Config:
        """Columns as written, no other; one row a key."""

        strict = True
        unique = ["course_id", "site_id", "cycle_no", "drug"]
