"""harmonised.treatment_line, checked. Belongs here: its columns and keys. Does not: how they are made
(sql/harmonised/treatment_line.sql).
"""

import pandera.polars as pa
import polars as pl

from schemas import codes


class TreatmentLine(pa.DataFrameModel):
    """Each course of a person with what came before it and what went on beside it."""

    usubjid: str = pa.Field(description="the person, over all hospitals")
    course_no: pl.Int32 = pa.Field(description="the person's course, by start over all hospitals")
    regimen: str = pa.Field(isin=codes.REGIMEN, description="regimen of the contract")
    kind: str = pa.Field(isin=("HAIC", "SYSTEMIC", "LOCAL", "OTHER"), description="kind of treatment")
    start_date: pl.Date = pa.Field(description="start of the course")
    last_dose_date: pl.Date = pa.Field(nullable=True, description="last dose, null: unknown")
    end_date: pl.Date = pa.Field(nullable=True, description="last administration as recorded")
    is_open: bool = pa.Field(description="ongoing without an end")
    stop_reason: str = pa.Field(nullable=True, isin=codes.STOP_REASON, description="why it stopped")
    site_id: str = pa.Field(description="hospital")
    site_ids: pl.List = pa.Field(dtype_kwargs={"inner": pl.String}, description="hospitals")
    systemic_line_no: pl.Int32 = pa.Field(description="systemic courses up to this one")
    haic_no: pl.Int32 = pa.Field(description="HAIC courses up to this one")
    prior_systemic: pl.List = pa.Field(dtype_kwargs={"inner": pl.String}, description="systemic regimens begun before")
    prior_systemic_course_nos: pl.List = pa.Field(
        dtype_kwargs={"inner": pl.Int32}, description="their courses by start"
    )
    prior_systemic_last_dose_date: pl.Date = pa.Field(nullable=True, description="last dose of any of them")
    prior_local: pl.List = pa.Field(dtype_kwargs={"inner": pl.String}, description="local treatments begun before")
    overlap: pl.List = pa.Field(dtype_kwargs={"inner": pl.String}, description="regimens still given at the start")
    overlap_course_nos: pl.List = pa.Field(dtype_kwargs={"inner": pl.Int32}, description="their courses")
    row_ids: pl.List = pa.Field(dtype_kwargs={"inner": pl.String}, description="validated rows it is made of")

    class Config:
        """Columns as written, no other; one row a key."""

        strict = True
        unique = ["usubjid", "course_no"]
