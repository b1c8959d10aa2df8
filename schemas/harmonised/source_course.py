"""harmonised.source_course, checked. Belongs here: its columns and keys. Does not: how they are made
(sql/harmonised/source_course.sql).
"""

import pandera.polars as pa
import polars as pl

from schemas import codes


class SourceCourse(pa.DataFrameModel):
    """Each course as a hospital recorded it, and the person's course it belongs to."""

    usubjid: str = pa.Field(description="the person, over all hospitals")
    site_id: str = pa.Field(description="hospital")
    patient_id: str = pa.Field(description="patient number of the hospital")
    source_course_no: pl.Int32 = pa.Field(description="course number of the hospital")
    regimen: str = pa.Field(isin=codes.REGIMEN, description="regimen of the contract")
    kind: str = pa.Field(isin=("HAIC", "SYSTEMIC", "LOCAL", "OTHER"), description="kind of treatment")
    has_response: bool = pa.Field(nullable=True, description="responses and stages are derived")
    recorded_start_date: pl.Date = pa.Field(nullable=True, description="start as recorded")
    start_date: pl.Date = pa.Field(description="start of the course")
    end_date: pl.Date = pa.Field(nullable=True, description="last administration as recorded")
    last_dose_date: pl.Date = pa.Field(nullable=True, description="last dose, null: unknown")
    stop_reason: str = pa.Field(nullable=True, isin=codes.STOP_REASON, description="why it stopped")
    is_open: bool = pa.Field(description="ongoing without an end")
    row_id: str = pa.Field(description="the validated row")
    course_no: pl.Int32 = pa.Field(description="the person's course, by start over all hospitals")
    course_id: pl.Int32 = pa.Field(ge=1, description="number of the course among those of all persons")

    class Config:
        """Columns as written, no other; one row a key."""

        strict = True
        unique = ["site_id", "patient_id", "source_course_no"]
