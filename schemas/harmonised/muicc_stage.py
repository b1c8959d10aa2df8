"""harmonised.muicc_stage, checked. Belongs here: its columns and keys. Does not: how they are made
(sql/harmonised/muicc_stage.sql).
"""

import pandera.polars as pa
import polars as pl

from schemas import codes


class MuiccStage(pa.DataFrameModel):
    """Modified UICC stage before every systemic or HAIC course; one row a course."""

    usubjid: str = pa.Field(description="the person, over all hospitals")
    course_no: pl.Int32 = pa.Field(description="the person's course, by start over all hospitals")
    ref_date: pl.Date = pa.Field(description="start of the course")
    t_stage: pl.Int32 = pa.Field(nullable=True, description="T")
    is_n1: bool = pa.Field(nullable=True, description="nodes invaded")
    is_m1: bool = pa.Field(nullable=True, description="spread other than to nodes")
    derived: str = pa.Field(nullable=True, isin=codes.MUICC, description="derived stage")
    recorded: str = pa.Field(nullable=True, isin=codes.MUICC, description="stage as the hospital recorded it")
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
