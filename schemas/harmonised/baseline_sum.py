"""harmonised.baseline_sum, checked. Belongs here: its columns and keys. Does not: how they are made
(sql/harmonised/baseline_sum.sql).
"""

import pandera.polars as pa
import polars as pl

from schemas.harmonised._parts import BaselineAmounts


class BaselineSum(BaselineAmounts):
    """The exam a course's responses are measured against, in numbers; one row a series."""

    series_no: pl.Int32 = pa.Field(unique=True, description="the series (harmonised.series)")
    course_exam_no: pl.Int32 = pa.Field(description="the exam of the series (harmonised.course_exam)")

    class Config:
        """Columns as written, no other; one row a key."""

        strict = True
