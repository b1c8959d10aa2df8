"""harmonised.course_exam, checked. Belongs here: its columns and keys. Does not: how they are made
(sql/harmonised/course_exam.sql).
"""

import pandera.polars as pa
import polars as pl

from schemas import codes


class CourseExam(pa.DataFrameModel):
    """The exams whose lesion readings serve a course; one row a series and exam."""

    course_exam_no: pl.Int32 = pa.Field(ge=1, unique=True, description="number of the exam of a series")
    series_no: pl.Int32 = pa.Field(description="the series (harmonised.series)")
    exam_no: str = pa.Field(description="examination number")
    exam_date: pl.Date = pa.Field(description="day of the examination")
    is_after_start: bool = pa.Field(description="after the start of the course")
    phase_complete: str = pa.Field(nullable=True, isin=codes.FLAG, description="every contrast phase is there")
    source_course_nos: pl.List = pa.Field(
        nullable=True,
        dtype_kwargs={"inner": pl.Int32},
        description="the hospital's numbers of the course that was read; null: rows without a course serve",
    )

    class Config:
        """Columns as written, no other; one row a key."""

        strict = True
        unique = ["series_no", "exam_no"]
