"""harmonised.life_evidence, checked. Belongs here: its columns and keys. Does not: how they are made
(sql/harmonised/life_evidence.sql).
"""

import pandera.polars as pa
import polars as pl


class LifeEvidence(pa.DataFrameModel):
    """Every dated evidence that a person was alive, at any hospital; one row a record and date."""

    usubjid: str = pa.Field(description="the person, over all hospitals")
    evidence_date: pl.Date = pa.Field(description="day alive")
    source: str = pa.Field(description="table of the record")
    kind: str = pa.Field(nullable=True, description="what the record is")
    site_id: str = pa.Field(description="hospital")
    row_id: str = pa.Field(description="the validated row")

    class Config:
        """Columns as written, no other; one row a key."""

        strict = True
