"""harmonised.course_dose, checked. Belongs here: its columns and keys. Does not: how they are made
(sql/harmonised/course_dose.sql).
"""

import pandera.polars as pa
import polars as pl
from pandera.engines.polars_engine import Decimal

from schemas import codes


class CourseDose(pa.DataFrameModel):
    """Every dose of a course over all hospitals, in numbers; one row a course, drug, day and amount."""

    course_id: pl.Int32 = pa.Field(description="the course over all persons (harmonised.treatment_course)")
    site_id: str = pa.Field(description="hospital")
    cycle_no: pl.Int32 = pa.Field(nullable=True, description="cycle as the hospital counts it")
    drug: pl.Categorical = pa.Field(isin=codes.DRUG, description="drug")
    admin_date: pl.Date = pa.Field(description="day of the dose")
    dose_mg: Decimal = pa.Field(gt=0, dtype_kwargs={"precision": 8, "scale": 2}, description="dose given, mg")
    weight_kg: Decimal = pa.Field(
        nullable=True, dtype_kwargs={"precision": 5, "scale": 1}, description="body weight, kg"
    )
    bsa_recorded_m2: Decimal = pa.Field(
        nullable=True, dtype_kwargs={"precision": 4, "scale": 2}, description="body surface as recorded, m2"
    )
    is_interrupted: bool = pa.Field(nullable=True, description="an infusion was interrupted")
    cycle_start_date: pl.Date = pa.Field(nullable=True, description="first dose of any drug in the cycle")
    day_no: pl.Int32 = pa.Field(nullable=True, description="day of the cycle, 1 its first dose")

    class Config:
        """Columns as written, no other; one row a key."""

        strict = True
        unique = ["course_id", "drug", "admin_date", "dose_mg"]
