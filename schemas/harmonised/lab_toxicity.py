"""harmonised.lab_toxicity, checked. Belongs here: its columns and keys. Does not: how they are made
(sql/harmonised/lab_toxicity.sql).
"""

import pandera.polars as pa
import polars as pl
from pandera.engines.polars_engine import Decimal

from schemas import codes


class LabToxicity(pa.DataFrameModel):
    """The worst CTCAE grade that the laboratory results of a course show, by term; one row a course and test."""

    usubjid: str = pa.Field(description="the person, over all hospitals")
    course_no: pl.Int32 = pa.Field(description="the person's course, by start over all hospitals")
    regimen: str = pa.Field(isin=codes.REGIMEN, description="regimen of that course")
    test_code: str = pa.Field(description="laboratory test")
    term: str = pa.Field(description="CTCAE v5 term")
    grade: pl.Int32 = pa.Field(ge=0, le=4, description="worst CTCAE v5 grade, 0 for none")
    is_worse: bool = pa.Field(description="higher than the grade before the course")
    baseline_grade: pl.Int32 = pa.Field(nullable=True, ge=0, le=4, description="grade before the course")
    worst_date: pl.Date = pa.Field(description="first day of the worst grade")
    days_from_start: pl.Int32 = pa.Field(gt=0, description="days after the start of the course")
    value_op: str = pa.Field(nullable=True, isin=codes.VALUE_OP, description="=, < or >")
    value_num: Decimal = pa.Field(
        dtype_kwargs={"precision": 18, "scale": 6}, description="value of that day, standard unit"
    )
    unit_std: str = pa.Field(nullable=True, description="standard unit")
    is_dose_day: bool = pa.Field(description="a drug of the course was given on that day")
    n_results: pl.Int32 = pa.Field(gt=0, description="results after the start")
    row_ids: pl.List = pa.Field(
        dtype_kwargs={"inner": pl.String}, description="validated rows: the worst result and the one before the course"
    )

    class Config:
        """Columns as written, no other; one row a key."""

        strict = True
        unique = ["usubjid", "course_no", "test_code"]
