"""analysis.cohort: every person that a study looked at, in or out, with the reason.

Belongs here: what the relation must look like. Does not belong here: who is in (sql/analysis/cohort.sql).
"""

from __future__ import annotations

import pandera.polars as pa
import polars as pl


class Cohort(pa.DataFrameModel):
    """Key: study_id, usubjid."""

    study_id: str = pa.Field(description="the study file's name")
    usubjid: str = pa.Field(unique=True, description="the person over all hospitals")
    siteid: str = pa.Field(description="hospital of the index course; without one, the person's first hospital")
    index_date: pl.Date = pa.Field(nullable=True, description="start of the index course")
    exposure_group: str = pa.Field(nullable=True, description="the first group of the study file that holds")
    exclusion_reason: str = pa.Field(nullable=True, description="the first exclusion that holds; empty: included")
    is_included: bool = pa.Field()
    srcdom: str = pa.Field(description="table of the row behind it")
    srcrow: str = pa.Field(description="row_id of the row behind it")

    class Config:
        strict = True

    @pa.dataframe_check
    @classmethod
    def out_with_a_reason_in_with_a_group(cls, data: pa.PolarsData) -> pl.LazyFrame:
        """A person is in, with a date and a group, or out, with a reason."""
        has_reason = pl.col("exclusion_reason").is_not_null()
        complete = pl.col("exposure_group").is_not_null() & pl.col("index_date").is_not_null()
        return data.lazyframe.select((pl.col("is_included") != has_reason) & (has_reason | complete))
