"""harmonised.exam_response, checked. Belongs here: its columns and keys. Does not: how they are made
(sql/harmonised/exam_response.sql).
"""

import pandera.polars as pa
import polars as pl

from schemas import codes

OVERALL = ("CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE")


class ExamResponse(pa.DataFrameModel):
    """The response on every exam after a course's start, by definition; one row a series, exam and definition."""

    course_exam_no: pl.Int32 = pa.Field(description="the exam of the series (harmonised.course_exam)")
    definition: pl.Categorical = pa.Field(description="definition of response")
    baseline_status: pl.Categorical = pa.Field(isin=("OK", "STALE", "NONE"), description="OK, STALE or NONE")
    target_response: pl.Categorical = pa.Field(
        nullable=True, isin=codes.TARGET_RESPONSE, description="response of the targets; null: none"
    )
    overall_without_new: pl.Categorical = pa.Field(isin=OVERALL, description="overall had no new lesion been accepted")
    is_new_pd: bool = pa.Field(description="an accepted new lesion")
    overall_response: pl.Categorical = pa.Field(isin=OVERALL, description="overall response")
    pd_known_date: pl.Date = pa.Field(nullable=True, description="scan on which a PD was known")

    class Config:
        """Columns as written, no other; one row a key."""

        strict = True
        unique = ["course_exam_no", "definition"]
        metadata = {"few": "definition"}
