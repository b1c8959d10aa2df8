"""harmonised.series, checked. Belongs here: its columns and keys. Does not: how they are made
(sql/harmonised/series.sql).
"""

import pandera.polars as pa
import polars as pl

from schemas import codes


class Series(pa.DataFrameModel):
    """The readings of one reader of a hospital's patient number, for each course that has responses; one row a
    course, site, patient number and reader.
    """

    series_no: pl.Int32 = pa.Field(ge=1, unique=True, description="number of the series")
    usubjid: str = pa.Field(description="the person, over all hospitals")
    course_no: pl.Int32 = pa.Field(description="the person's course, by start over all hospitals")
    site_id: str = pa.Field(description="hospital")
    patient_id: str = pa.Field(description="patient number of the hospital")
    reader_id: str = pa.Field(isin=codes.READER, description="reader")
    start_date: pl.Date = pa.Field(description="start of the course")
    course_id: pl.Int32 = pa.Field(ge=1, description="number of the course among those of all persons")

    class Config:
        """Columns as written, no other; one row a key."""

        strict = True
        unique = ["usubjid", "course_no", "site_id", "patient_id", "reader_id"]
