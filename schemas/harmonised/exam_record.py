"""harmonised.exam_record, checked. Belongs here: its columns and keys. Does not: how they are made
(sql/harmonised/exam_record.sql).
"""

import pandera.polars as pa
import polars as pl

from schemas import codes


class ExamRecord(pa.DataFrameModel):
    """A hospital's own overall response of an exam after a course's start, as recorded; one row a series,
    criterion and exam. Kept beside the derived response, never instead.
    """

    series_no: pl.Int32 = pa.Field(description="the series (harmonised.series)")
    course_exam_no: pl.Int32 = pa.Field(
        nullable=True, description="the exam of the series (harmonised.course_exam); null: no lesion serves"
    )
    criterion: pl.Categorical = pa.Field(isin=codes.CRITERION, description="criterion")
    exam_no: str = pa.Field(description="examination number")
    exam_date: pl.Date = pa.Field(description="day of the examination")
    overall_response: pl.Categorical = pa.Field(
        isin=("CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE"), description="overall response"
    )
    pd_known_date: pl.Date = pa.Field(nullable=True, description="scan on which a PD was known")
    row_id: str = pa.Field(description="the validated row")

    class Config:
        """Columns as written, no other; one row a key."""

        strict = True
        unique = ["series_no", "row_id"]
