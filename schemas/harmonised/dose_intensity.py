"""harmonised.dose_intensity, checked. Belongs here: its columns and keys. Does not: how they are made
(sql/harmonised/dose_intensity.sql).
"""

import pandera.polars as pa
import polars as pl

from schemas import codes


class DoseIntensity(pa.DataFrameModel):
    """Relative dose intensity of each drug of a HAIC course; one row a course and drug."""

    usubjid: str = pa.Field(description="the person, over all hospitals")
    course_no: pl.Int32 = pa.Field(description="the person's course, by start over all hospitals")
    drug: str = pa.Field(isin=codes.DRUG, description="drug")
    n_cycles: pl.Int32 = pa.Field(nullable=True, description="cycles with the drug")
    n_off_plan: pl.Int32 = pa.Field(nullable=True, description="cycles off the plan")
    n_interval_off: pl.Int32 = pa.Field(nullable=True, description="intervals under 25 or over 49 days")
    n_interrupted: pl.Int32 = pa.Field(nullable=True, description="cycles interrupted")
    given_mg_m2: float = pa.Field(nullable=True, description="given, mg/m2")
    planned_mg_m2: float = pa.Field(nullable=True, description="planned, mg/m2")
    span_days: pl.Int32 = pa.Field(nullable=True, description="first to last cycle's start, days")
    rdi: float = pa.Field(nullable=True, description="relative dose intensity, interval 28 days")
    rdi_42: float = pa.Field(nullable=True, description="relative dose intensity, interval 42 days")

    class Config:
        """Columns as written, no other; one row a key."""

        strict = True
        unique = ["usubjid", "course_no", "drug"]
