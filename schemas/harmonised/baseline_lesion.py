"""harmonised.baseline_lesion, checked. Belongs here: its columns and keys. Does not: how they are made
(sql/harmonised/baseline_lesion.sql).
"""

import pandera.polars as pa
import polars as pl

from schemas import codes


class BaselineLesion(pa.DataFrameModel):
    """The lesions a course began with, by series; one row a lesion."""

    usubjid: str = pa.Field(description="the person, over all hospitals")
    course_no: pl.Int32 = pa.Field(description="the person's course, by start over all hospitals")
    site_id: str = pa.Field(description="hospital")
    patient_id: str = pa.Field(description="patient number of the hospital")
    reader_id: str = pa.Field(isin=codes.READER, description="reader")
    lesion_id: str = pa.Field(description="lesion")
    role: str = pa.Field(isin=("TARGET", "NONTARGET", "PRESENT"), description="role")
    is_node: bool = pa.Field(nullable=True, description="a lymph node")
    row_ids: pl.List = pa.Field(dtype_kwargs={"inner": pl.String}, description="validated rows it is made of")
    series_no: pl.Int32 = pa.Field(description="the series (harmonised.series)")

    class Config:
        """Columns as written, no other; one row a key."""

        strict = True
        unique = ["usubjid", "course_no", "site_id", "patient_id", "reader_id", "lesion_id"]
