"""harmonised.baseline_lesion, checked. Belongs here: its columns and keys. Does not: how they are made
(sql/harmonised/baseline_lesion.sql).
"""

import pandera.polars as pa
import polars as pl


class BaselineLesion(pa.DataFrameModel):
    """The lesions a course began with, by series; one row a lesion."""

    series_no: pl.Int32 = pa.Field(description="the series (harmonised.series)")
    lesion_id: str = pa.Field(description="lesion")
    role: str = pa.Field(isin=("TARGET", "NONTARGET", "PRESENT"), description="role")
    is_node: bool = pa.Field(nullable=True, description="a lymph node")

    class Config:
        """Columns as written, no other; one row a key."""

        strict = True
        unique = ["series_no", "lesion_id"]
