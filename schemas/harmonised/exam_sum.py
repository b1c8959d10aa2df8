"""harmonised.exam_sum, checked. Belongs here: its columns and keys. Does not: how they are made
(sql/harmonised/exam_sum.sql).
"""

import pandera.polars as pa
import polars as pl
from pandera.engines.polars_engine import Decimal

from schemas import codes


class ExamSum(pa.DataFrameModel):
    """Sums of the target lesions, and what was seen of the others, on every exam after a course's start; one row
    a series and exam. No threshold of a definition enters here.
    """

    course_exam_no: pl.Int32 = pa.Field(description="the exam of the series (harmonised.course_exam)")
    series_no: pl.Int32 = pa.Field(description="the series (harmonised.series)")
    exam_date: pl.Date = pa.Field(description="day of the examination")
    n_measured: pl.Int32 = pa.Field(nullable=True, description="baseline targets measured")
    measured_sum_mm: Decimal = pa.Field(
        nullable=True, dtype_kwargs={"precision": 12, "scale": 2}, description="sum of those measured, mm"
    )
    baseline_days_before: pl.Int32 = pa.Field(nullable=True, description="days from it to the start")
    n_target: pl.Int32 = pa.Field(nullable=True, ge=0, description="target lesions at the baseline")
    baseline_sum_mm: Decimal = pa.Field(
        nullable=True,
        ge=0,
        dtype_kwargs={"precision": 12, "scale": 2},
        description="sum of the targets at the baseline, mm",
    )
    n_nontarget: pl.Int32 = pa.Field(nullable=True, description="non-target lesions present at the baseline")
    sum_mm: Decimal = pa.Field(
        nullable=True,
        ge=0,
        dtype_kwargs={"precision": 12, "scale": 2},
        description="sum when all were measured, mm",
    )
    all_gone: bool = pa.Field(description="every target gone")
    nadir_mm: Decimal = pa.Field(
        nullable=True,
        ge=0,
        dtype_kwargs={"precision": 12, "scale": 2},
        description="smallest complete sum before, mm",
    )
    nontarget_response: str = pa.Field(
        nullable=True, isin=codes.NONTARGET_STATUS, description="response of the non-targets; null: none"
    )

    class Config:
        """Columns as written, no other; one row a key."""

        strict = True
        unique = ["course_exam_no"]
