"""harmonised.administration, checked. Belongs here: its columns and keys. Does not: how they are made
(sql/harmonised/administration.sql).
"""

import pandera.polars as pa
import polars as pl
from pandera.engines.polars_engine import Decimal

from schemas import codes


class Administration(pa.DataFrameModel):
    """Every dose of a course over all hospitals; one row a course, cycle, drug, day and amount."""

    usubjid: str = pa.Field(description="the person, over all hospitals")
    course_no: pl.Int32 = pa.Field(description="the person's course, by start over all hospitals")
    regimen: str = pa.Field(isin=codes.REGIMEN, description="regimen of the contract")
    site_id: str = pa.Field(description="hospital")
    cycle_no: pl.Int32 = pa.Field(nullable=True, description="cycle as the hospital counts it")
    drug: str = pa.Field(isin=codes.DRUG, description="drug")
    admin_date: pl.Date = pa.Field(description="day of the dose")
    dose_mg: Decimal = pa.Field(gt=0, dtype_kwargs={"precision": 8, "scale": 2}, description="dose given, mg")
    weight_kg: Decimal = pa.Field(
        nullable=True, dtype_kwargs={"precision": 5, "scale": 1}, description="body weight, kg"
    )
    bsa_recorded_m2: Decimal = pa.Field(
        nullable=True, dtype_kwargs={"precision": 4, "scale": 2}, description="body surface as recorded, m2"
    )
    is_interrupted: bool = pa.Field(nullable=True, description="an infusion was interrupted")
    row_ids: pl.List = pa.Field(dtype_kwargs={"inner": pl.String}, description="validated rows it is made of")
    cycle_start_date: pl.Date = pa.Field(nullable=True, description="first dose of any drug in the cycle")
    day_no: pl.Int32 = pa.Field(nullable=True, description="day of the cycle, 1 its first dose")

    class Config:
        """Columns as written, no other; one row a key."""

        strict = True
        unique = ["usubjid", "course_no", "drug", "admin_date", "dose_mg"]
