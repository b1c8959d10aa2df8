"""harmonised.cycle_weight, checked. Belongs here: its columns and keys. Does not: how they are made
(sql/harmonised/cycle_weight.sql).
"""

import pandera.polars as pa
import polars as pl
from pandera.engines.polars_engine import Decimal


class CycleWeight(pa.DataFrameModel):
    """The baseline weight to use for a cycle that has none of its own; one row a course and day."""

    course_id: pl.Int32 = pa.Field(description="the course (harmonised.treatment_course)")
    cycle_start_date: pl.Date = pa.Field(description="first dose of any drug in the cycle")
    weight_kg: Decimal = pa.Field(
        nullable=True, dtype_kwargs={"precision": 5, "scale": 1}, description="body weight, kg"
    )
    is_near: bool = pa.Field(nullable=True, description="within the window before the cycle")
    row_id: str = pa.Field(description="the validated row")

    class Config:
        """Columns as written, no other; one row a key."""

        strict = True
        unique = ["course_id", "cycle_start_date"]
