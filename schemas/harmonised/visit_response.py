"""harmonised.visit_response, checked. Belongs here: its columns and keys. Does not: how they are made
(sql/harmonised/visit_response.sql).
"""

import pandera.polars as pa
import polars as pl

from schemas import codes
from schemas.harmonised._parts import TargetSums


class VisitResponse(TargetSums):
    """The response on every exam after a course's start, by definition and reader; one row a course,
    definition, series (site, patient number, reader) and exam.
    """

    usubjid: str = pa.Field(description="the person, over all hospitals")
    course_no: pl.Int32 = pa.Field(description="the person's course, by start over all hospitals")
    site_id: str = pa.Field(description="hospital")
    patient_id: str = pa.Field(description="patient number of the hospital")
    reader_id: str = pa.Field(isin=codes.READER, description="reader")
    exam_no: str = pa.Field(description="examination number")
    start_date: pl.Date = pa.Field(description="start of the course")
    baseline_date: pl.Date = pa.Field(nullable=True, description="day of the baseline exam")
    definition: str = pa.Field(description="definition of response")
    baseline_status: str = pa.Field(isin=("OK", "STALE", "NONE"), description="OK, STALE or NONE")
    target_response: str = pa.Field(
        nullable=True, isin=codes.TARGET_RESPONSE, description="response of the targets; null: none"
    )
    overall_without_new: str = pa.Field(
        isin=("CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE"),
        description="overall had no new lesion been accepted",
    )
    new_lesion: str = pa.Field(isin=codes.FLAG, description="an accepted new lesion")
    overall_response: str = pa.Field(
        isin=("CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE"), description="overall response"
    )
    pd_known_date: pl.Date = pa.Field(nullable=True, description="scan on which a PD was known")
    row_ids: pl.List = pa.Field(dtype_kwargs={"inner": pl.String}, description="validated rows it is made of")
    new_lesion_row_ids: pl.List = pa.Field(
        nullable=True, dtype_kwargs={"inner": pl.String}, description="validated rows of the new lesions"
    )

    class Config:
        """Columns as written, no other; one row a key."""

        strict = True
        unique = ["usubjid", "course_no", "definition", "site_id", "patient_id", "reader_id", "exam_no"]
