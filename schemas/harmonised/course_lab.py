"""harmonised.course_lab, checked. Belongs here: its columns and keys. Does not: how they are made
(sql/harmonised/course_lab.sql).
"""

import pandera.polars as pa
import polars as pl
from pandera.engines.polars_engine import DateTime, Decimal

from schemas import codes


class CourseLab(pa.DataFrameModel):
    """The last result of every laboratory test before a systemic or HAIC course; one row a course and test."""

    course_id: pl.Int32 = pa.Field(description="the course (harmonised.treatment_course)")
    test_code: str = pa.Field(description="laboratory test")
    collect_datetime: DateTime = pa.Field(
        nullable=True, dtype_kwargs={"time_unit": "us"}, description="time of collection"
    )
    value_op: str = pa.Field(nullable=True, isin=codes.VALUE_OP, description="=, < or >")
    value_num: Decimal = pa.Field(
        dtype_kwargs={"precision": 18, "scale": 6},
        description="value in the standard unit; the limit for < and >",
    )
    unit_std: str = pa.Field(nullable=True, description="standard unit")
    site_id: str = pa.Field(description="hospital")
    row_id: str = pa.Field(description="the validated row")

    class Config:
        """Columns as written, no other; one row a key."""

        strict = True
        unique = ["course_id", "test_code"]
