"""harmonised.bclc_stage, checked. Belongs here: its columns and keys. Does not: how they are made
(sql/harmonised/bclc_stage.sql).
"""

import pandera.polars as pa
import polars as pl

from schemas import codes


class BclcStage(pa.DataFrameModel):
    """BCLC stage before every systemic or HAIC course, derived beside recorded; one row a course."""

    usubjid: str = pa.Field(description="the person, over all hospitals")
    course_no: pl.Int32 = pa.Field(description="the person's course, by start over all hospitals")
    ref_date: pl.Date = pa.Field(description="start of the course")
    derived: str = pa.Field(nullable=True, isin=codes.BCLC, description="derived stage")
    recorded: str = pa.Field(nullable=True, isin=codes.BCLC, description="stage as the hospital recorded it")
    agreement: str = pa.Field(
        nullable=True,
        isin=("MATCH", "MISMATCH", "RECORDED_ONLY", "DERIVED_ONLY"),
        description="derived against recorded",
    )
    substage: str = pa.Field(nullable=True, isin=("B1", "B2", "B3"), description="2022 substage of B")
    is_liver_not_preserved: bool = pa.Field(nullable=True, description="Child-Pugh B7 or worse")
    has_bile_duct_invasion: bool = pa.Field(nullable=True, description="bile duct invasion")
    decompensated: str = pa.Field(nullable=True, isin=codes.BCLC, description="stage when decompensation means D")
    row_ids: pl.List = pa.Field(dtype_kwargs={"inner": pl.String}, description="validated rows it is made of")

    class Config:
        """Columns as written, no other; one row a key."""

        strict = True
        unique = ["usubjid", "course_no"]
