"""harmonised.treatment_course, checked. Belongs here: its columns and keys. Does not: how they are made
(sql/harmonised/treatment_course.sql).
"""

import pandera.polars as pa
import polars as pl

from schemas import codes


class TreatmentCourse(pa.DataFrameModel):
    """A person's courses over all hospitals, restarts merged (see source_course)."""

    usubjid: str = pa.Field(description="the person, over all hospitals")
    course_no: pl.Int32 = pa.Field(description="the person's course, by start over all hospitals")
    regimen: str = pa.Field(isin=codes.REGIMEN, description="regimen of the contract")
    kind: str = pa.Field(isin=("HAIC", "SYSTEMIC", "LOCAL", "OTHER"), description="kind of treatment")
    has_response: bool = pa.Field(nullable=True, description="responses and stages are derived")
    start_date: pl.Date = pa.Field(description="start of the course")
    recorded_start_date: pl.Date = pa.Field(nullable=True, description="start as recorded")
    last_dose_date: pl.Date = pa.Field(nullable=True, description="last dose, null: unknown")
    end_date: pl.Date = pa.Field(nullable=True, description="last administration as recorded")
    is_open: bool = pa.Field(description="ongoing without an end")
    stop_reason: str = pa.Field(nullable=True, isin=codes.STOP_REASON, description="why it stopped")
    site_id: str = pa.Field(description="hospital")
    site_ids: pl.List = pa.Field(dtype_kwargs={"inner": pl.String}, description="hospitals")
    n_parts: pl.Int32 = pa.Field(description="records merged")
    row_ids: pl.List = pa.Field(dtype_kwargs={"inner": pl.String}, description="validated rows it is made of")
    course_id: pl.Int32 = pa.Field(ge=1, description="number of the course among those of all persons")

    class Config:
        """Columns as written, no other; one row a key."""

        strict = True
        unique = ["usubjid", "course_no"]
