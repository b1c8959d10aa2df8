"""harmonised.death_report, checked. Belongs here: its columns and keys. Does not: how they are made
(sql/harmonised/death_report.sql).
"""

import pandera.polars as pa
import polars as pl

from schemas import codes


class DeathReport(pa.DataFrameModel):
    """Every recorded death with the first and last day it can mean; one row a record."""

    usubjid: str = pa.Field(description="the person, over all hospitals")
    site_id: str = pa.Field(description="hospital")
    source: str = pa.Field(isin=codes.EVENT_SOURCE, description="source of the record")
    source_rank: pl.Int32 = pa.Field(nullable=True, description="preference between sources, 1 first")
    event_date: str = pa.Field(nullable=True, description="date as recorded")
    date_precision: str = pa.Field(
        nullable=True, isin=codes.DATE_PRECISION, description="day, month or year as recorded"
    )
    low_date: pl.Date = pa.Field(nullable=True, description="first day it can mean")
    cause: str = pa.Field(nullable=True, description="cause as recorded")
    row_id: str = pa.Field(description="the validated row")
    high_date: pl.Date = pa.Field(nullable=True, description="last day it can mean")

    class Config:
        """Columns as written, no other; one row a key."""

        strict = True
        unique = ["row_id"]
