"""Laboratory results of synthetic patients. SYNTHETIC.

Belongs here: the values before each course and cycle, in the standard unit of each test.
Does not belong here: the units and words a hospital uses (dialects/).
"""

from __future__ import annotations

import numpy as np
import polars as pl

from haicplatform.demo.records.courses import cycles
from haicplatform.demo.story import stream

# test, unit, decimals, median and spread (natural log) of what a story does not say
_TESTS = (
    ("BILI_T", "mg/dL", 1, 1.1, 0.30),
    ("ALB", "g/dL", 1, 3.6, 0.08),
    ("INR", None, 2, 1.15, 0.06),
    ("CREAT", "mg/dL", 2, 0.85, 0.20),
    ("NA", "mmol/L", 0, 138.0, 0.015),
    ("PLT", "10^3/uL", 0, 128.0, 0.35),
    ("WBC", "10^3/uL", 1, 5.4, 0.25),
    ("HB", "g/dL", 1, 12.0, 0.10),
    ("AST", "U/L", 0, 58.0, 0.45),
    ("ALT", "U/L", 0, 38.0, 0.45),
    ("AFP", "ng/mL", 1, 60.0, 1.2),
    ("PIVKA", "mAU/mL", 0, 900.0, 1.3),
)
_SAID = {"BILI_T": "bili", "ALB": "alb", "INR": "inr", "AFP": "afp"}


def lab(site: str, planned: pl.DataFrame) -> pl.DataFrame:
    """One row a result. The results before HAIC are the story's own; those of other days lie around them."""
    draws = _draws(site, planned)
    results = pl.concat([_results(site, draws, *test) for test in _TESTS])
    return results.sort("patient_id", "collect_datetime", "test_code")


def _draws(site: str, planned: pl.DataFrame) -> pl.DataFrame:
    """One row a blood sample: the story's values, `occasion` (haic, prior, cycle), time, specimen."""
    rng = stream(site, "draws")
    n = len(planned)
    before = pl.duration(days=pl.lit(pl.Series(rng.integers(1, 6, n))))
    haic = planned.with_columns(occasion=pl.lit("haic"), day=pl.col("t0") - before)
    prior = planned.filter(pl.col("prior_regimen").is_not_null()).with_columns(
        occasion=pl.lit("prior"), day=pl.col("prior_start") - pl.duration(days=2)
    )
    later = (
        cycles(planned)
        .filter(pl.col("cycle_no") > 1)
        .join(planned, on="patient_id")
        .with_columns(occasion=pl.lit("cycle"), day=pl.col("cycle_start") - pl.duration(days=1))
        .select(*planned.columns, "occasion", "day")
    )
    samples = pl.concat([haic, prior, later]).sort("patient_id", "day")
    minute = pl.lit(pl.Series(rng.integers(6 * 60 + 30, 10 * 60, len(samples))))
    return samples.with_columns(
        collect_datetime=pl.col("day").cast(pl.Datetime("us")) + pl.duration(minutes=minute),
        collect_datetime_precision=pl.lit("minute"),
        specimen_no=pl.lit("1"),
    )


def _results(
    site: str, draws: pl.DataFrame, test: str, unit: str | None, decimals: int, median: float, spread: float
) -> pl.DataFrame:
    rng = stream(site, "lab", test)
    drawn = pl.Series("drawn", median * np.exp(spread * rng.standard_normal(len(draws))))
    elsewhere: pl.Expr | pl.Series = drawn
    said = _SAID.get(test)
    if said == "afp":
        number = pl.col("afp").str.strip_chars("<>").cast(pl.Float64)
        moved = pl.when(pl.col("afp").str.starts_with(">")).then(number * 0.6).otherwise(number)
        elsewhere = (moved * (drawn / median)).clip(0.9, 60_000)
    elif said:
        elsewhere = pl.col(said) * (drawn / median)
    text = _text(elsewhere.round(decimals), decimals)
    if said:
        own = pl.col("afp") if said == "afp" else _text(pl.col(said), decimals)
        text = pl.when(pl.col("occasion") == "haic").then(own).otherwise(text)
    return draws.select(
        "patient_id",
        "collect_datetime",
        "collect_datetime_precision",
        "specimen_no",
        test_code=pl.lit(test),
        value_raw=text,
        unit=pl.lit(unit, dtype=pl.String),
        value_num=text.str.strip_chars("<>").cast(pl.Decimal(18, 6)),
        value_op=pl.when(text.str.contains(r"^[<>]")).then(text.str.slice(0, 1)).otherwise(pl.lit("=")),
        unit_std=pl.lit(unit, dtype=pl.String),
    )


def _text(value: pl.Expr | pl.Series, decimals: int) -> pl.Expr:
    """A number with a fixed number of decimals, as a laboratory prints it."""
    number = value if isinstance(value, pl.Expr) else pl.lit(value)
    return number.cast(pl.Decimal(18, decimals)).cast(pl.String)
