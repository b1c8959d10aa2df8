"""harmonised.normal_limit, checked. Belongs here: its columns and keys. Does not: how they are made
(sql/harmonised/normal_limit.sql).
"""

import pandera.polars as pa
from pandera.engines.polars_engine import Decimal

from schemas import codes

_NUMBER = {"precision": 18, "scale": 6}


class NormalLimit(pa.DataFrameModel):
    """The limits of normal that a laboratory grade is counted from; one row a test and sex."""

    test_code: str = pa.Field(description="laboratory test")
    sex: str = pa.Field(isin=codes.SEX, description="sex")
    lower_limit: Decimal = pa.Field(nullable=True, dtype_kwargs=_NUMBER, description="lower limit, standard unit")
    upper_limit: Decimal = pa.Field(nullable=True, dtype_kwargs=_NUMBER, description="upper limit, standard unit")
    unit_std: str = pa.Field(description="standard unit")
    term: str = pa.Field(description="CTCAE v5 term of a value beyond it")

    class Config:
        """Columns as written, no other; one row a key."""

        strict = True
        unique = ["test_code", "sex"]
