"""harmonised.regimen, checked. Belongs here: its columns and keys. Does not: how they are made
(sql/harmonised/regimen.sql).
"""

import pandera.polars as pa

from schemas import codes


class Regimen(pa.DataFrameModel):
    """What kind of treatment each regimen of the contract is."""

    regimen: str = pa.Field(isin=codes.REGIMEN, description="regimen of the contract")
    kind: str = pa.Field(isin=("HAIC", "SYSTEMIC", "LOCAL", "OTHER"), description="kind of treatment")
    has_response: bool = pa.Field(nullable=True, description="responses and stages are derived")

    class Config:
        """Columns as written, no other; one row a key."""

        strict = True
        unique = ["regimen"]
