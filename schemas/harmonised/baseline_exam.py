"""harmonised.baseline_exam, checked. Belongs here: its columns and keys. Does not: how they are made
(sql/harmonised/baseline_exam.sql).
"""

import pandera.polars as pa
import polars as pl

from schemas import codes
from schemas.harmonised._parts import BaselineAmounts


class BaselineExam(BaselineAmounts):
    """The exam a course's responses are measured against; one row a course and series (site, patient number,
    reader).
    """

    usubjid: str = pa.Field(description="the person, over all hospitals")
    course_no: pl.Int32 = pa.Field(description="the person's course, by start over all hospitals")
    site_id: str = pa.Field(description="hospital")
    patient_id: str = pa.Field(description="patient number of the hospital")
    reader_id: str = pa.Field(isin=codes.READER, description="reader")
    exam_no: str = pa.Field(description="examination number")
    row_ids: pl.List = pa.Field(dtype_kwargs={"inner": pl.String}, description="validated rows it is made of")
    series_no: pl.Int32 = pa.Field(description="the series (harmonised.series)")

    class Config:
        """Columns as written, no other; one row a key."""

        strict = True
        unique = ["usubjid", "course_no", "site_id", "patient_id", "reader_id"]
