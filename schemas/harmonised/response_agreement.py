"""harmonised.response_agreement, checked. Belongs here: its columns and keys. Does not: how they are made
(sql/harmonised/response_agreement.sql).
"""

import pandera.polars as pa
import polars as pl

from schemas import codes


class ResponseAgreement(pa.DataFrameModel):
    """The derived response beside the hospital's own readings, by definition; one row a course, definition, series
    (site, patient number, reader), exam and criterion of a recorded reading, or one where nothing was recorded.
    """

    usubjid: str = pa.Field(description="the person, over all hospitals")
    course_no: pl.Int32 = pa.Field(description="the person's course, by start over all hospitals")
    definition: str = pa.Field(description="definition of response")
    site_id: str = pa.Field(description="hospital")
    patient_id: str = pa.Field(description="patient number of the hospital")
    reader_id: str = pa.Field(isin=codes.READER, description="reader")
    exam_no: str = pa.Field(description="examination number")
    exam_date: pl.Date = pa.Field(nullable=True, description="day of the examination")
    criterion: str = pa.Field(
        nullable=True, isin=codes.CRITERION, description="of the recorded reading; empty where there is none"
    )
    is_across_criteria: bool = pa.Field(
        nullable=True, description="recorded by another criterion than the derived one, mRECIST"
    )
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
    is_named_otherwise: bool = pa.Field(description="the two differ by a word that the hospital does not have")
    is_pd_mismatch: bool = pa.Field(description="the two differ on whether it is a progression")
    recorded_row_id: str = pa.Field(nullable=True, description="validated row of the recorded one")

    class Config:
        """Columns as written, no other; one row a key."""

        strict = True
        unique = ["usubjid", "course_no", "definition", "site_id", "patient_id", "reader_id", "exam_no", "criterion"]
