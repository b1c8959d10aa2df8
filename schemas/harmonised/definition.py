"""harmonised.definition, checked. Belongs here: its columns and keys. Does not: how they are made
(sql/harmonised/definition.sql).
"""

import pandera.polars as pa
import polars as pl
from pandera.engines.polars_engine import Decimal


class Definition(pa.DataFrameModel):
    """One row a variant of the definitions, with every threshold a reader may want to change."""

    definition: pl.Categorical = pa.Field(description="definition of response")
    is_default: bool = pa.Field(description="gives the windows of relations without a definition")
    is_derived: bool = pa.Field(description="responses are derived by it")
    pr_pct: Decimal = pa.Field(
        nullable=True, dtype_kwargs={"precision": 5, "scale": 2}, description="shrinkage for PR, %"
    )
    pr_inclusive: bool = pa.Field(nullable=True, description="exactly pr_pct is PR")
    pd_pct: Decimal = pa.Field(nullable=True, dtype_kwargs={"precision": 5, "scale": 2}, description="growth for PD, %")
    pd_inclusive: bool = pa.Field(nullable=True, description="exactly pd_pct is PD")
    pd_abs_mm: Decimal = pa.Field(
        nullable=True, dtype_kwargs={"precision": 9, "scale": 2}, description="least growth for PD, mm"
    )
    backdate: bool = pa.Field(nullable=True, description="a new lesion counts from its first detection")
    sd_min_days: pl.Int32 = pa.Field(nullable=True, description="least days for SD")
    confirm_days: pl.Int32 = pa.Field(nullable=True, description="least days to confirm")
    max_ne: pl.Int32 = pa.Field(nullable=True, description="NE allowed in between")
    accept_sd_between: bool = pa.Field(nullable=True, description="one SD allowed in between")
    baseline_window_days: pl.Int32 = pa.Field(nullable=True, description="window of the baseline exam")
    baseline_fallback_days: pl.Int32 = pa.Field(nullable=True, description="window of a stale baseline exam")
    labs_days: pl.Int32 = pa.Field(nullable=True, description="window of labs")
    baseline_status_days: pl.Int32 = pa.Field(
        nullable=True, description="window of baseline_status and tumour_baseline"
    )
    weight_days: pl.Int32 = pa.Field(nullable=True, description="window of a weight")
    restart_gap_days: pl.Int32 = pa.Field(nullable=True, description="longest gap inside a course")
    death_tolerance_days: pl.Int32 = pa.Field(nullable=True, description="days that dates of death may differ")
    max_gap_days: pl.Int32 = pa.Field(nullable=True, description="longest gap between assessments")
    toxicity_days: pl.Int32 = pa.Field(
        nullable=True, description="days after the last dose in which a laboratory result belongs to the course"
    )

    class Config:
        """Columns as written, no other; one row a key."""

        strict = True
        unique = ["definition"]
