"""harmonised.course_reading, checked. Belongs here: its columns and keys. Does not: how they are made
(sql/harmonised/course_reading.sql).
"""

import pandera.polars as pa
import polars as pl
from pandera.engines.polars_engine import Decimal

from schemas import codes


class CourseReading(pa.DataFrameModel):
    """Every lesion reading that serves a course, with its measurement; one row a course, exam, reader and
    lesion.
    """

    usubjid: str = pa.Field(description="the person, over all hospitals")
    course_no: pl.Int32 = pa.Field(description="the person's course, by start over all hospitals")
    site_id: str = pa.Field(description="hospital")
    patient_id: str = pa.Field(description="patient number of the hospital")
    reader_id: str = pa.Field(isin=codes.READER, description="reader")
    exam_no: str = pa.Field(description="examination number")
    exam_date: pl.Date = pa.Field(description="day of the examination")
    start_date: pl.Date = pa.Field(description="start of the course")
    is_after_start: bool = pa.Field(description="after the start of the course")
    lesion_id: str = pa.Field(description="lesion")
    role: str = pa.Field(isin=codes.LESION_ROLE, description="role")
    organ: str = pa.Field(nullable=True, isin=codes.ORGAN, description="organ")
    is_node: bool = pa.Field(nullable=True, description="a lymph node")
    measure_mm: Decimal = pa.Field(
        nullable=True,
        dtype_kwargs={"precision": 9, "scale": 2},
        description="what enters a sum, mm; null: not evaluable",
    )
    size_mm: Decimal = pa.Field(
        nullable=True, dtype_kwargs={"precision": 9, "scale": 2}, description="size of a new lesion, mm"
    )
    is_seen: bool = pa.Field(nullable=True, description="the lesion is there")
    nontarget_status: str = pa.Field(
        nullable=True, isin=codes.NONTARGET_STATUS, description="status of a non-target lesion"
    )
    aphe: str = pa.Field(nullable=True, description="arterial phase hyperenhancement")
    washout: str = pa.Field(nullable=True, description="washout")
    cytology: str = pa.Field(nullable=True, description="cytology of an effusion")
    row_id: str = pa.Field(description="the validated row")
    series_no: pl.Int32 = pa.Field(description="the series (harmonised.series)")
    course_exam_no: pl.Int32 = pa.Field(description="the exam of the series (harmonised.course_exam)")

    class Config:
        """Columns as written, no other; one row a key."""

        strict = True
        unique = ["course_no", "row_id"]
