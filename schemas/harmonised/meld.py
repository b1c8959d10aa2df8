"""harmonised.meld, checked. Belongs here: its columns and keys. Does not: how they are made
(sql/harmonised/meld.sql).
"""

import pandera.polars as pa
import polars as pl


class Meld(pa.DataFrameModel):
    """MELD before every systemic or HAIC course; one row a course."""

    usubjid: str = pa.Field(description="the person, over all hospitals")
    course_no: pl.Int32 = pa.Field(description="the person's course, by start over all hospitals")
    ref_date: pl.Date = pa.Field(description="start of the course")
    meld: pl.Int32 = pa.Field(nullable=True, description="MELD")
    row_ids: pl.List = pa.Field(dtype_kwargs={"inner": pl.String}, description="validated rows it is made of")

    class Config:
        """Columns as written, no other; one row a key."""

        strict = True
        unique = ["usubjid", "course_no"]
