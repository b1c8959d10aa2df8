"""harmonised.course_status, checked. Belongs here: its columns and keys. Does not: how they are made
(sql/harmonised/course_status.sql).
"""

import pandera.polars as pa
import polars as pl
from pandera.engines.polars_engine import Decimal

from schemas import codes


class CourseStatus(pa.DataFrameModel):
    """The general condition a person began a systemic or HAIC course with; one row a course."""

    usubjid: str = pa.Field(description="the person, over all hospitals")
    course_no: pl.Int32 = pa.Field(description="the person's course, by start over all hospitals")
    ref_date: pl.Date = pa.Field(description="start of the course")
    assess_date: pl.Date = pa.Field(nullable=True, description="day of the assessment")
    ecog: pl.Int32 = pa.Field(nullable=True, ge=0, le=4, description="ECOG performance status")
    ecog_raw: str = pa.Field(nullable=True, description="as the hospital wrote it")
    ascites: str = pa.Field(nullable=True, isin=codes.ASCITES, description="ascites")
    encephalopathy: str = pa.Field(nullable=True, isin=codes.ENCEPHALOPATHY, description="encephalopathy")
    weight_kg: Decimal = pa.Field(
        nullable=True, dtype_kwargs={"precision": 5, "scale": 1}, description="body weight, kg"
    )
    height_cm: Decimal = pa.Field(nullable=True, dtype_kwargs={"precision": 5, "scale": 1}, description="height, cm")
    bclc_recorded: str = pa.Field(nullable=True, isin=codes.BCLC, description="BCLC as recorded")
    child_pugh_score_recorded: pl.Int32 = pa.Field(nullable=True, description="score as recorded")
    child_pugh_class_recorded: str = pa.Field(nullable=True, description="class as recorded")
    muicc_recorded: str = pa.Field(nullable=True, description="mUICC as recorded")
    lt_candidate: str = pa.Field(nullable=True, description="candidate for transplantation")
    is_lt_candidate_assumed: bool = pa.Field(nullable=True, description="not recorded, counted as N")
    status_site_id: str = pa.Field(nullable=True, description="hospital of the assessment")
    status_row_id: str = pa.Field(nullable=True, description="validated row of baseline_status")

    class Config:
        """Columns as written, no other; one row a key."""

        strict = True
        unique = ["usubjid", "course_no"]
