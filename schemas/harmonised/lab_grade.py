"""harmonised.lab_grade, checked. Belongs here: its columns and keys. Does not: how they are made
(sql/harmonised/lab_grade.sql).
"""

import pandera.polars as pa
import polars as pl
from pandera.engines.polars_engine import Decimal

from schemas import codes

_NUMBER = {"precision": 18, "scale": 6}


class LabGrade(pa.DataFrameModel):
    """The CTCAE grade that a laboratory result has by its value alone; one row a result after the start of a
    systemic or HAIC course.
    """

    course_id: pl.Int32 = pa.Field(description="the course (harmonised.treatment_course)")
    test_code: str = pa.Field(description="laboratory test")
    term: str = pa.Field(description="CTCAE v5 term")
    collect_date: pl.Date = pa.Field(description="day of collection")
    days_from_start: pl.Int32 = pa.Field(gt=0, description="days after the start of the course")
    value_op: str = pa.Field(nullable=True, isin=codes.VALUE_OP, description="=, < or >")
    value_num: Decimal = pa.Field(dtype_kwargs=_NUMBER, description="value, standard unit")
    unit_std: str = pa.Field(nullable=True, description="standard unit")
    normal_limit_num: Decimal = pa.Field(dtype_kwargs=_NUMBER, description="limit of normal that counts")
    baseline_num: Decimal = pa.Field(
        nullable=True, dtype_kwargs=_NUMBER, description="value before the course, standard unit"
    )
    is_baseline_abnormal: bool = pa.Field(description="the value before the course is beyond a limit of normal")
    grade: pl.Int32 = pa.Field(ge=0, le=4, description="CTCAE v5 grade, 0 for none")
    baseline_grade: pl.Int32 = pa.Field(nullable=True, ge=0, le=4, description="grade before the course")
    is_dose_day: bool = pa.Field(description="a drug of the course was given on that day")
    site_id: str = pa.Field(description="hospital")
    row_id: str = pa.Field(description="the validated row")
    baseline_row_id: str = pa.Field(nullable=True, description="the validated row of the value before")

    class Config:
        """Columns as written, no other; one row a key."""

        strict = True
        unique = ["site_id", "row_id"]
