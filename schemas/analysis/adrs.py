"""analysis.adrs: responses of the persons of a study.

Belongs here: what the relation must look like. Does not belong here: how a response is made (sql/analysis).
"""

from __future__ import annotations

import pandera.polars as pa
import polars as pl

PARAMETERS = ("OVR", "BOR", "CBOR", "RSP", "CRSP")
RESPONSES = ("CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE", "MISSING")


class Adrs(pa.DataFrameModel):
    """Key: study_id, usubjid, paramcd, adt."""

    study_id: str = pa.Field(description="the study file's name")
    usubjid: str = pa.Field(description="the person over all hospitals")
    siteid: str = pa.Field(description="hospital of the index course")
    paramcd: str = pa.Field(isin=PARAMETERS, description="OVR by day; BOR, CBOR best; RSP, CRSP first response")
    definition: str = pa.Field(description="row of harmonised.definition")
    reader_id: str = pa.Field(nullable=True, description="the reader chosen for the person's course")
    adt: pl.Date = pa.Field(nullable=True, description="empty where no assessment counts (MISSING)")
    ady: int = pa.Field(nullable=True, ge=1, coerce=True, description="days after the index date")
    avalc: str = pa.Field(isin=RESPONSES)
    is_analysed: bool = pa.Field(description="counts for the best response: up to the first PD")
    srcdom: str = pa.Field(nullable=True, description="table of the row behind it")
    srcrow: str = pa.Field(nullable=True, description="row_id of the row behind it")

    class Config:
        strict = True
        unique = ["study_id", "usubjid", "paramcd", "adt"]

    @pa.dataframe_check
    def dated_rows_have_a_source(cls, data: pa.PolarsData) -> pl.LazyFrame:
        """Only MISSING has neither date nor source."""
        is_missing = pl.col("avalc") == "MISSING"
        return data.lazyframe.select(
            (is_missing == pl.col("adt").is_null()) & (is_missing == pl.col("srcrow").is_null())
        )
