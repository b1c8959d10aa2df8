"""harmonised.progression, checked. Belongs here: its columns and keys. Does not: how they are made
(sql/harmonised/progression.sql).
"""

import pandera.polars as pa
import polars as pl

from schemas.harmonised._parts import ProgressionDay


class Progression(ProgressionDay):
    """The first progression of a course by definition and reader; one row where there is one."""

    usubjid: str = pa.Field(description="the person, over all hospitals")
    course_no: pl.Int32 = pa.Field(description="the person's course, by start over all hospitals")
    row_ids: pl.List = pa.Field(dtype_kwargs={"inner": pl.String}, description="validated rows it is made of")

    class Config:
        """Columns as written, no other; one row a key."""

        strict = True
        unique = ["usubjid", "course_no", "definition", "reader_id"]
