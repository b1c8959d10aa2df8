"""harmonised.exam_sum, checked. Belongs here: its columns and keys. Does not: how they are made
(sql/harmonised/exam_sum.sql).
"""

import pandera.polars as pa
import polars as pl

from schemas.harmonised._parts import TargetSums


class ExamSum(TargetSums):
    """Sums of the target lesions, and what was seen of the others, on every exam after a course's start; one row
    a series and exam. No threshold of a definition enters here.
    """

    course_exam_no: pl.Int32 = pa.Field(description="the exam of the series (harmonised.course_exam)")
    series_no: pl.Int32 = pa.Field(description="the series (harmonised.series)")
    n_measured: pl.Int32 = pa.Field(nullable=True, description="baseline targets measured")
    all_gone: bool = pa.Field(description="every target gone")

    class Config:
        """Columns as written, no other; one row a key."""

        strict = True
        unique = ["course_exam_no"]
