"""harmonised.first_progression, checked. Belongs here: its columns and keys. Does not: how they are made
(sql/harmonised/first_progression.sql).
"""

import pandera.polars as pa
import polars as pl

from schemas.harmonised._parts import ProgressionDay


class FirstProgression(ProgressionDay):
    """The first progression of a course by definition and reader; one row where there is one."""

    course_id: pl.Int32 = pa.Field(description="the course over all persons (harmonised.treatment_course)")
    series_no: pl.Int32 = pa.Field(description="the series (harmonised.series)")
    course_exam_no: pl.Int32 = pa.Field(
        nullable=True, description="the exam of the series (harmonised.course_exam); null: a recorded response"
    )
    is_new_pd: bool = pa.Field(nullable=True, description="a PD by an accepted new lesion; null: a recorded response")
    row_id: str = pa.Field(nullable=True, description="the validated row of a recorded response")

    class Config:
        """Columns as written, no other; one row a key."""

        strict = True
        unique = ["course_id", "definition", "reader_id"]
