"""harmonised.death, checked. Belongs here: its columns and keys. Does not: how they are made
(sql/harmonised/death.sql).
"""

import pandera.polars as pa
import polars as pl

from schemas import codes


class Death(pa.DataFrameModel):
    """When a person died, or why that cannot be resolved; one row a person with a death at any hospital."""

    usubjid: str = pa.Field(description="the person, over all hospitals")
    is_resolved: bool = pa.Field(description="the date stands")
    death_date: pl.Date = pa.Field(nullable=True, description="day of death; null: unresolved")
    date_precision: str = pa.Field(
        nullable=True, isin=codes.DATE_PRECISION, description="day, month or year as recorded"
    )
    unresolved_reason: str = pa.Field(
        nullable=True,
        isin=("UNREADABLE", "YEAR_ONLY", "CONFLICTING_DATES", "EVIDENCE_AFTER_DEATH"),
        description="why it does not stand",
    )
    earliest_date: pl.Date = pa.Field(nullable=True, description="earliest possible day")
    latest_date: pl.Date = pa.Field(nullable=True, description="latest possible day; null: no bound")
    last_evidence_date: pl.Date = pa.Field(nullable=True, description="latest evidence of life")
    days_evidence_after: pl.Int32 = pa.Field(nullable=True, description="days from the stated death to it")
    source: str = pa.Field(isin=codes.EVENT_SOURCE, description="source of the record")
    site_id: str = pa.Field(description="hospital")
    cause: str = pa.Field(nullable=True, description="cause as recorded")
    row_id: str = pa.Field(description="the validated row")
    row_ids: pl.List = pa.Field(dtype_kwargs={"inner": pl.String}, description="validated rows it is made of")

    class Config:
        """Columns as written, no other; one row a key."""

        strict = True
        unique = ["usubjid"]
