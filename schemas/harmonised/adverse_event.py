"""harmonised.adverse_event, checked. Belongs here: its columns and keys. Does not: how they are made
(sql/harmonised/adverse_event.sql).
"""

import pandera.polars as pa
import polars as pl

from schemas import codes


class AdverseEvent(pa.DataFrameModel):
    """Recorded adverse events of a person over all hospitals; one row a record."""

    usubjid: str = pa.Field(description="the person, over all hospitals")
    course_no: pl.Int32 = pa.Field(nullable=True, description="last systemic or HAIC course before it")
    regimen: str = pa.Field(nullable=True, isin=codes.REGIMEN, description="regimen of that course")
    term: str = pa.Field(nullable=True, description="CTCAE term")
    grade: pl.Int32 = pa.Field(nullable=True, description="grade, 1 to 5")
    start_date: pl.Date = pa.Field(description="onset")
    end_date: pl.Date = pa.Field(nullable=True, description="end")
    days_from_start: pl.Int32 = pa.Field(nullable=True, description="days after the start of the course")
    related: str = pa.Field(nullable=True, description="related to treatment")
    action: str = pa.Field(nullable=True, description="action taken")
    site_id: str = pa.Field(description="hospital")
    row_id: str = pa.Field(description="the validated row")

    class Config:
        """Columns as written, no other; one row a key."""

        strict = True
        unique = ["site_id", "row_id"]
