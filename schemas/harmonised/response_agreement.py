"""harmonised.response_agreement, checked. Belongs here: its columns and keys. Does not: how they are made
(sql/harmonised/response_agreement.sql).
"""

import pandera.polars as pa
import polars as pl

from schemas import codes


class ResponseAgreement(pa.DataFrameModel):
    """The derived response beside the hospital's own mRECIST reading, by definition; one row a course,
    definition, series (site, patient number, reader) and exam that has either.
    """

    usubjid: str = pa.Field(description="the person, over all hospitals")
    course_no: pl.Int32 = pa.Field(description="the person's course, by start over all hospitals")
    definition: str = pa.Field(description="definition of response")
    site_id: str = pa.Field(description="hospital")
    patient_id: str = pa.Field(description="patient number of the hospital")
    reader_id: str = pa.Field(isin=codes.READER, description="reader")
    exam_no: str = pa.Field(description="examination number")
    exam_date: pl.Date = pa.Field(nullable=True, description="day of the examination")
    derived_response: str = pa.Field(
        nullable=True, isin=("CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE"), description="derived overall"
    )
    recorded_response: str = pa.Field(
        nullable=True, isin=("CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE"), description="recorded overall"
    )
    agreement: str = pa.Field(
        nullable=True,
        isin=("MATCH", "MISMATCH", "RECORDED_ONLY", "DERIVED_ONLY"),
        description="derived against recorded",
    )
    recorded_row_id: str = pa.Field(nullable=True, description="validated row of the recorded one")

    class Config:
        """Columns as written, no other; one row a key."""

        strict = True
        unique = ["usubjid", "course_no", "definition", "site_id", "patient_id", "reader_id", "exam_no"]
