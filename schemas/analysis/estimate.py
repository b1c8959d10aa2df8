"""analysis.estimate: one row a statistic; a report prints nothing else.

Belongs here: what the relation must look like. Does not belong here: making the rows (haicplatform.estimation).
"""

from __future__ import annotations

import pandera.polars as pa
import polars as pl


class Estimate(pa.DataFrameModel):
    """Key: study_id, snapshot_id, analysis, variant, population, endpoint, grp, term, statistic, at."""

    estimate_id: str = pa.Field(unique=True, str_length=16, description="first 16 hex of the key's sha256")
    study_id: str = pa.Field(description="the study file's name")
    snapshot_id: str = pa.Field(description="which deliveries counted")
    analysis: str = pa.Field(description="baseline, response, km, logrank, cox_univariable, ...")
    variant: str = pa.Field(description="main, or the sensitivity analysis")
    population: str = pa.Field(description="pooled, or site:<hospital>")
    endpoint: str = pa.Field(description="paramcd of ADTTE or ADRS; empty where it does not apply")
    grp: str = pa.Field(description="exposure group, all, or the hospital of by_hospital; empty: between groups")
    term: str = pa.Field(description="variable, variable=level, response, severity; empty where it does not apply")
    statistic: str = pa.Field(description="n, pct, median, survival, hr, p, ...")
    at: float = pa.Field(nullable=True, description="time in months; missing where it does not apply")
    value: float = pa.Field(nullable=True)
    ci_low: float = pa.Field(nullable=True, description="lower end of the 95 % interval")
    ci_high: float = pa.Field(nullable=True, description="upper end of the 95 % interval")
    unit: str = pa.Field(description="patients, %, months; empty for a ratio, a proportion or a test")
    method: str = pa.Field(description="the method by name")
    status: str = pa.Field(description="ok, or why there is no value or no more than this")
    note: str = pa.Field()

    class Config:
        strict = True
        ordered = True

    @pa.dataframe_check
    @classmethod
    def interval_holds_value(cls, data: pa.PolarsData) -> pl.LazyFrame:
        """A value lies inside its interval (within rounding)."""
        inside = (pl.col("ci_low") <= pl.col("value") + 1e-9) & (pl.col("value") - 1e-9 <= pl.col("ci_high"))
        return data.lazyframe.select(inside.fill_null(True))
