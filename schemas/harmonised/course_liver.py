"""harmonised.course_liver, checked. Belongs here: its columns and keys. Does not: how they are made
(sql/harmonised/course_liver.sql).
"""

import pandera.polars as pa
import polars as pl
from pandera.engines.polars_engine import Decimal


class CourseLiver(pa.DataFrameModel):
    """The liver function tests before a systemic or HAIC course side by side; one row a course."""

    usubjid: str = pa.Field(description="the person, over all hospitals")
    course_no: pl.Int32 = pa.Field(description="the person's course, by start over all hospitals")
    ref_date: pl.Date = pa.Field(description="start of the course")
    bili_mg_dl: Decimal = pa.Field(
        nullable=True, dtype_kwargs={"precision": 18, "scale": 6}, description="total bilirubin, mg/dL"
    )
    alb_g_dl: Decimal = pa.Field(nullable=True, dtype_kwargs={"precision": 18, "scale": 6}, description="albumin, g/dL")
    inr: Decimal = pa.Field(nullable=True, dtype_kwargs={"precision": 18, "scale": 6}, description="INR")
    creat_mg_dl: Decimal = pa.Field(
        nullable=True, dtype_kwargs={"precision": 18, "scale": 6}, description="creatinine, mg/dL"
    )
    bili_row_id: str = pa.Field(nullable=True, description="validated row of bilirubin")
    alb_row_id: str = pa.Field(nullable=True, description="validated row of albumin")
    inr_row_id: str = pa.Field(nullable=True, description="validated row of INR")
    creat_row_id: str = pa.Field(nullable=True, description="validated row of creatinine")

    class Config:
        """Columns as written, no other; one row a key."""

        strict = True
        unique = ["usubjid", "course_no"]
