"""harmonised.child_pugh, checked. Belongs here: its columns and keys. Does not: how they are made
(sql/harmonised/child_pugh.sql).
"""

import pandera.polars as pa
import polars as pl

from schemas import codes


class ChildPugh(pa.DataFrameModel):
    """Child-Pugh points, score and class before every systemic or HAIC course; one row a course."""

    usubjid: str = pa.Field(description="the person, over all hospitals")
    course_no: pl.Int32 = pa.Field(description="the person's course, by start over all hospitals")
    ref_date: pl.Date = pa.Field(description="start of the course")
    bili_points: pl.Int32 = pa.Field(nullable=True, ge=1, le=3, description="points for bilirubin")
    alb_points: pl.Int32 = pa.Field(nullable=True, ge=1, le=3, description="points for albumin")
    inr_points: pl.Int32 = pa.Field(nullable=True, ge=1, le=3, description="points for INR")
    ascites_points: pl.Int32 = pa.Field(nullable=True, ge=1, le=3, description="points for ascites")
    encephalopathy_points: pl.Int32 = pa.Field(nullable=True, ge=1, le=3, description="points for encephalopathy")
    score: pl.Int32 = pa.Field(nullable=True, ge=5, le=15, description="Child-Pugh score")
    class_: str = pa.Field(alias="class", nullable=True, isin=codes.CHILD_PUGH_CLASS, description="Child-Pugh class")
    score_recorded: pl.Int32 = pa.Field(nullable=True, description="score as recorded")
    class_recorded: str = pa.Field(nullable=True, isin=codes.CHILD_PUGH_CLASS, description="class as recorded")
    agreement: str = pa.Field(
        nullable=True,
        isin=("MATCH", "MISMATCH", "RECORDED_ONLY", "DERIVED_ONLY"),
        description="derived against recorded",
    )
    row_ids: pl.List = pa.Field(dtype_kwargs={"inner": pl.String}, description="validated rows it is made of")

    class Config:
        """Columns as written, no other; one row a key."""

        strict = True
        unique = ["usubjid", "course_no"]
