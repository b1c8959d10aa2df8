"""analysis.adtte: times to event of the persons of a study.

Belongs here: what the relation must look like. Does not belong here: what an endpoint is (the study file).
"""

from __future__ import annotations

import pandera.polars as pa
import polars as pl

from schemas.analysis.exported import ADT, SITEID, SRCDOM, SRCROW, STUDYID, USUBJID, exported


class Adtte(pa.DataFrameModel):
    """Key: study_id, usubjid, paramcd."""

    study_id: str = pa.Field(description="the study file's name", metadata=STUDYID)
    usubjid: str = pa.Field(description="the person over all hospitals", metadata=USUBJID)
    siteid: str = pa.Field(description="hospital of the index course", metadata=SITEID)
    paramcd: str = pa.Field(
        description="endpoint of the study file", metadata=exported("PARAMCD", "Parameter Code", params="endpoints")
    )
    startdt: pl.Date = pa.Field(
        description="day 0", metadata=exported("STARTDT", "Time-to-Event Origin Date for Subject")
    )
    adt: pl.Date = pa.Field(description="date of the event or of censoring", metadata=ADT)
    aval_days: int = pa.Field(
        ge=0, coerce=True, description="adt - startdt", metadata=exported("AVAL", "Analysis Value (Days)")
    )
    aval_months: float = pa.Field(
        ge=0,
        description="aval_days in mean months, see sql/analysis/adtte.sql",
        metadata=exported("AVALM", "Analysis Value (Months)"),
    )
    cnsr: int = pa.Field(
        isin=(0, 1), coerce=True, description="0: event, 1: censored", metadata=exported("CNSR", "Censor")
    )
    evntdesc: str = pa.Field(
        description="why: the event, or what censored",
        metadata=exported("EVNTDESC", "Event or Censoring Description"),
    )
    srcdom: str = pa.Field(description="table of the row behind adt", metadata=SRCDOM)
    srcrow: str = pa.Field(description="row_id of the row behind adt", metadata=SRCROW)

    class Config:
        strict = True
        unique = ["study_id", "usubjid", "paramcd"]

    @pa.dataframe_check
    @classmethod
    def days_are_the_dates(cls, data: pa.PolarsData) -> pl.LazyFrame:
        """aval_days counts from startdt to adt."""
        days = (pl.col("adt") - pl.col("startdt")).dt.total_days()
        return data.lazyframe.select(days == pl.col("aval_days"))
