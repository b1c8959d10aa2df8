"""harmonised.response_agreement_rate, checked. Belongs here: its columns and keys. Does not: how they are made
(sql/harmonised/response_agreement_rate.sql).
"""

import pandera.polars as pa
import polars as pl

from schemas import codes


class ResponseAgreementRate(pa.DataFrameModel):
    """How often the hospitals' own readings and the derived response agree; one row a definition, hospital, reader
    and criterion by which that reader recorded.
    """

    definition: str = pa.Field(description="definition of response")
    site_id: str = pa.Field(description="hospital")
    reader_id: str = pa.Field(isin=codes.READER, description="reader")
    criterion: str = pa.Field(isin=codes.CRITERION, description="criterion of the recorded readings")
    is_across_criteria: bool = pa.Field(
        description="recorded by another criterion than the derived one, mRECIST: both may be right"
    )
    n_both: pl.Int32 = pa.Field(ge=0, description="readings that are recorded and derived")
    n_match: pl.Int32 = pa.Field(ge=0, description="of those: the same")
    n_named_otherwise: pl.Int32 = pa.Field(ge=0, description="of those: NON-CR/NON-PD recorded as SD")
    n_pd_mismatch: pl.Int32 = pa.Field(ge=0, description="of those: one says progression, the other does not")
    n_recorded_only: pl.Int32 = pa.Field(ge=0, description="readings without a derived response")
    n_derived_only: pl.Int32 = pa.Field(ge=0, description="derived readings without one recorded by this criterion")
    n_mismatch: pl.Int32 = pa.Field(ge=0, description="of those that are both: different")
    mismatch_pct: float = pa.Field(nullable=True, ge=0, le=100, description="different, % of those that are both")

    class Config:
        """Columns as written, no other; one row a key."""

        strict = True
        unique = ["definition", "site_id", "reader_id", "criterion"]
