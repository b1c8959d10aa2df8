"""harmonised.recorded_response, checked. Belongs here: its columns and keys. Does not: how they are made
(sql/harmonised/recorded_response.sql).
"""

import pandera.polars as pa
import polars as pl

from schemas import codes
from schemas.harmonised.exam_record import ExamRecord


class RecordedResponse(ExamRecord):
    """A hospital's own overall response of an exam after a course's start, as recorded; one row a course,
    site, patient number, reader, criterion and exam. Kept beside the derived response, never instead.
    """

    usubjid: str = pa.Field(description="the person, over all hospitals")
    course_no: pl.Int32 = pa.Field(description="the person's course, by start over all hospitals")
    definition: str = pa.Field(description="definition of response")
    site_id: str = pa.Field(description="hospital")
    patient_id: str = pa.Field(description="patient number of the hospital")
    reader_id: str = pa.Field(isin=codes.READER, description="reader")
    target_response: str = pa.Field(
        nullable=True, isin=codes.TARGET_RESPONSE, description="response of the targets; null: none"
    )
    nontarget_response: str = pa.Field(
        nullable=True, isin=codes.NONTARGET_STATUS, description="response of the non-targets; null: none"
    )
    new_lesion: str = pa.Field(nullable=True, isin=codes.FLAG, description="an accepted new lesion")

    class Config:
        """Columns as written, no other; one row a key."""

        strict = True
        unique = ["course_no", "row_id"]
