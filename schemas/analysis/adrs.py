"""analysis.adrs: responses of the persons of a study.

Belongs here: what the relation must look like. Does not belong here: how a response is made (sql/analysis).
"""

from __future__ import annotations

import pandera.polars as pa
import polars as pl

from schemas.analysis.exported import ADT, ADY, SITEID, SRCDOM, SRCROW, STUDYID, USUBJID, exported

PARAMETERS = {
    "OVR": "Overall response by visit",
    "BOR": "Best overall response, unconfirmed",
    "CBOR": "Best overall response, confirmed",
    "RSP": "First CR or PR, unconfirmed",
    "CRSP": "First CR or PR, confirmed",
}
RESPONSES = ("CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE", "MISSING")


class Adrs(pa.DataFrameModel):
    """Key: study_id, usubjid, paramcd, adt."""

    study_id: str = pa.Field(description="the study file's name", metadata=STUDYID)
    usubjid: str = pa.Field(description="the person over all hospitals", metadata=USUBJID)
    siteid: str = pa.Field(description="hospital of the index course", metadata=SITEID)
    paramcd: str = pa.Field(
        isin=tuple(PARAMETERS),
        description="OVR by day; BOR, CBOR best; RSP, CRSP first response",
        metadata=exported("PARAMCD", "Parameter Code", params=PARAMETERS),
    )
    definition: str = pa.Field(
        description="row of harmonised.definition", metadata=exported("RESPDEF", "Response Definition")
    )
    reader_id: str = pa.Field(
        nullable=True,
        description="the reader chosen for the person's course",
        metadata=exported("RSEVALID", "Evaluator Identifier"),
    )
    adt: pl.Date = pa.Field(nullable=True, description="empty where no assessment counts (MISSING)", metadata=ADT)
    ady: int = pa.Field(nullable=True, ge=1, coerce=True, description="days after the index date", metadata=ADY)
    avalc: str = pa.Field(isin=RESPONSES, metadata=exported("AVALC", "Analysis Value (C)"))
    is_analysed: bool = pa.Field(
        description="counts for the best response: up to the first PD",
        metadata=exported("ANL01FL", "Analysis Flag 01 - up to First PD", false=""),
    )
    srcdom: str = pa.Field(nullable=True, description="table of the row behind it", metadata=SRCDOM)
    srcrow: str = pa.Field(nullable=True, description="row_id of the row behind it", metadata=SRCROW)

    class Config:
        strict = True
        unique = ["study_id", "usubjid", "paramcd", "adt"]

    @pa.dataframe_check
    @classmethod
    def dated_rows_have_a_source(cls, data: pa.PolarsData) -> pl.LazyFrame:
        """Only MISSING has neither date nor source."""
        is_missing = pl.col("avalc") == "MISSING"
        return data.lazyframe.select(
            (is_missing == pl.col("adt").is_null()) & (is_missing == pl.col("srcrow").is_null())
        )
