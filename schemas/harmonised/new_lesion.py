"""harmonised.new_lesion, checked. Belongs here: its columns and keys. Does not: how they are made
(sql/harmonised/new_lesion.sql).
"""

import pandera.polars as pa
import polars as pl

from schemas import codes


class NewLesion(pa.DataFrameModel):
    """Lesions that are new for a course and met the criteria of progression; one row a course, series (site,
    patient number, reader) and lesion, with the day it was first detected and the day it met them.
    """

    usubjid: str = pa.Field(description="the person, over all hospitals")
    course_no: pl.Int32 = pa.Field(description="the person's course, by start over all hospitals")
    site_id: str = pa.Field(description="hospital")
    patient_id: str = pa.Field(description="patient number of the hospital")
    reader_id: str = pa.Field(isin=codes.READER, description="reader")
    lesion_id: str = pa.Field(description="lesion")
    organ: str = pa.Field(nullable=True, isin=codes.ORGAN, description="organ")
    criterion: str = pa.Field(
        isin=("TYPICAL", "GROWTH", "ENHANCING_THROMBUS", "CYTOLOGY", "NODE_PORTA", "NODE_OTHER", "EXTRAHEPATIC"),
        description="criterion",
    )
    detected_date: pl.Date = pa.Field(description="first seen")
    met_date: pl.Date = pa.Field(description="criteria met")
    row_ids: pl.List = pa.Field(dtype_kwargs={"inner": pl.String}, description="validated rows it is made of")
    series_no: pl.Int32 = pa.Field(description="the series (harmonised.series)")

    class Config:
        """Columns as written, no other; one row a key."""

        strict = True
        unique = ["usubjid", "course_no", "site_id", "patient_id", "reader_id", "lesion_id"]
