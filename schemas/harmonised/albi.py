"""harmonised.albi, checked. Belongs here: its columns and keys. Does not: how they are made
(sql/harmonised/albi.sql).
"""

import pandera.polars as pa
import polars as pl
from pandera.engines.polars_engine import Decimal


class Albi(pa.DataFrameModel):
    """Albumin-bilirubin score and grades before every systemic or HAIC course; one row a course."""

    usubjid: str = pa.Field(description="the person, over all hospitals")
    course_no: pl.Int32 = pa.Field(description="the person's course, by start over all hospitals")
    ref_date: pl.Date = pa.Field(description="start of the course")
    bili_mg_dl: Decimal = pa.Field(
        nullable=True, dtype_kwargs={"precision": 18, "scale": 6}, description="total bilirubin, mg/dL"
    )
    alb_g_dl: Decimal = pa.Field(nullable=True, dtype_kwargs={"precision": 18, "scale": 6}, description="albumin, g/dL")
    albi: float = pa.Field(nullable=True, description="ALBI score, unrounded")
    row_ids: pl.List = pa.Field(dtype_kwargs={"inner": pl.String}, description="validated rows it is made of")
    grade: str = pa.Field(nullable=True, isin=("1", "2", "3"), description="grade")
    malbi: str = pa.Field(nullable=True, isin=("1", "2a", "2b", "3"), description="modified ALBI grade")

    class Config:
        """Columns as written, no other; one row a key."""

        strict = True
        unique = ["usubjid", "course_no"]
