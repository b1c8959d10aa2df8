"""harmonised.lesion_sum, checked. Belongs here: its columns and keys. Does not: how they are made
(sql/harmonised/lesion_sum.sql).
"""

import pandera.polars as pa
import polars as pl

from schemas import codes
from schemas.harmonised._parts import TargetSums


class LesionSum(TargetSums):
    """Sums of the target lesions, and what was seen of the others, on every exam after a course's start; one
    row a course, series (site, patient number, reader) and exam. No threshold of a definition enters
    here.
    """

    course_exam_no: pl.Int32 = pa.Field(description="the exam of the series (harmonised.course_exam)")
    series_no: pl.Int32 = pa.Field(description="the series (harmonised.series)")
    n_measured: pl.Int32 = pa.Field(nullable=True, description="baseline targets measured")
    all_gone: bool = pa.Field(description="every target gone")
    usubjid: str = pa.Field(description="the person, over all hospitals")
    course_no: pl.Int32 = pa.Field(description="the person's course, by start over all hospitals")
    site_id: str = pa.Field(description="hospital")
    patient_id: str = pa.Field(description="patient number of the hospital")
    reader_id: str = pa.Field(isin=codes.READER, description="reader")
    exam_no: str = pa.Field(description="examination number")
    start_date: pl.Date = pa.Field(description="start of the course")
    row_ids: pl.List = pa.Field(dtype_kwargs={"inner": pl.String}, description="validated rows it is made of")
    baseline_date: pl.Date = pa.Field(nullable=True, description="day of the baseline exam")
    baseline_exam_no: str = pa.Field(nullable=True, description="number of the baseline exam")
    baseline_row_ids: pl.List = pa.Field(
        nullable=True, dtype_kwargs={"inner": pl.String}, description="validated rows of the baseline"
    )

    class Config:
        """Columns as written, no other; one row a key."""

        strict = True
        unique = ["usubjid", "course_no", "site_id", "patient_id", "reader_id", "exam_no"]
