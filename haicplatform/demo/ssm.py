"""The stories and contract-level truth of the hospital with the published cohort's reconstruction. SYNTHETIC.

Belongs here: reading data/seoul_cohort.csv (100 invented rows, see the paper named in its README) as stories.
Does not belong here: how stories become rows (records/), the hospital's export format (dialects/).

What the cohort file says (group, response, survival times) enters no table: it is only found again from
courses, lesions and dates.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from haicplatform.demo import story
from haicplatform.demo.records import write_out

SITE = "SSM"
_COHORT = Path(__file__).resolve().parent / "data" / "seoul_cohort.csv"
_FIRST_T0 = date(2022, 3, 2)
_LAST_T0 = date(2024, 6, 28)


def stories() -> pl.DataFrame:
    """One story a row of the cohort file, 100 rows."""
    cohort = pl.read_csv(_COHORT, infer_schema_length=None)
    n = len(cohort)
    rng = story.stream(SITE, "stories")
    numbers = 10_200_000 + rng.choice(80_000_000, n, replace=False)
    # some of this hospital's numbers begin with zeros
    numbers = np.where(np.arange(n) % 7 == 0, numbers % 900_000 + 40_000, numbers)
    return story.finish(
        cohort.with_columns(
            patient_id=pl.Series([f"{number:08d}" for number in numbers]),
            link_key=pl.Series(story.link_keys([f"{SITE}-{i}" for i in cohort["id"]])),
            scenario=pl.when(pl.col("group") == "post_ate_beva")
            .then(pl.lit("POST_AB"))
            .otherwise(pl.lit("FIRST_LINE")),
            **_outcome(),
        )
        .with_columns(_index_dates(rng, n))
        .with_columns(_births(rng, n))
        .with_columns(_baseline(rng, n))
        .with_columns(_before_and_after(rng, n))
    )


def tables() -> dict[str, pl.DataFrame]:
    """The twelve contract tables that a correct pipeline must arrive at from this hospital's files."""
    return write_out.tables(SITE, stories())


def _outcome() -> dict[str, pl.Expr]:
    """Times in whole days = round(months * 30.4375), as the cohort's README says."""

    def days(column: str) -> pl.Expr:
        return (pl.col(column) * 30.4375).round().cast(pl.Int64)

    dies_unprogressed = (pl.col("death") == 1) & (pl.col("pfs_months") == pl.col("os_months"))
    return {
        "index_regimen": pl.lit("HAIC_FP"),
        "has_unreadable": pl.lit(False),
        "os_days": days("os_months"),
        "death": pl.col("death") == 1,
        "death_precision": pl.lit("day"),
        "pfs_days": days("pfs_months"),
        "pd": (pl.col("pfs_event") == 1) & ~dies_unprogressed,
        "best": pl.col("best_response"),
        "first_scan_days": days("first_scan_months"),
    }


def _index_dates(rng: np.random.Generator, n: int) -> pl.Expr:
    """t0 such that the whole follow-up lies before the study's cut-off."""
    latest = pl.min_horizontal(pl.lit(_LAST_T0), pl.lit(story.CUTOFF) - pl.duration(days=pl.col("os_days") + 1))
    room = (latest - pl.lit(_FIRST_T0)).dt.total_days()
    share = pl.Series(rng.random(n))
    return (pl.lit(_FIRST_T0) + pl.duration(days=(room * share).floor().cast(pl.Int64))).alias("t0")


def _births(rng: np.random.Generator, n: int) -> pl.Expr:
    month, day = pl.lit(pl.Series(rng.integers(1, 13, n))), pl.lit(pl.Series(rng.integers(1, 29, n)))
    return pl.date(pl.col("t0").dt.year() - pl.col("age"), month, day).alias("birth_date")


def _baseline(rng: np.random.Generator, n: int) -> list[pl.Expr | pl.Series]:
    return [
        pl.Series("cirrhosis", rng.choice(["Y", "N"], n, p=[0.85, 0.15])),
        pl.col("bilirubin_mg_dl").alias("bili"),
        pl.col("albumin_g_dl").alias("alb"),
        (pl.col("tumor_size_cm") * 10).round(1).alias("size_mm"),
        (pl.col("extrahepatic_metastasis") == 1).alias("ehs"),
        pl.col("afp_ng_ml").cast(pl.String).alias("afp"),
    ]


def _before_and_after(rng: np.random.Generator, n: int) -> list[pl.Expr]:
    """Ate-beva with progression before HAIC for one group; a few get another drug after progression."""
    is_post = pl.col("group") == "post_ate_beva"
    post_gap = pl.Series(rng.integers(9, 22, n))
    survives = (pl.col("os_days") - pl.col("pfs_days") >= 60) & pl.col("pd")
    kinds = pl.Series(rng.choice(["growth", "new", "nontarget"], n, p=[0.55, 0.25, 0.2]))
    return [
        pl.col("prior_tace") == 1,
        pl.col("prior_rt") == 1,
        pl.when(is_post).then(pl.lit("ATE_BEVA")).alias("prior_regimen"),
        pl.when(is_post).then(pl.Series(rng.integers(3, 11, n))).alias("prior_doses"),
        pl.when(is_post).then(pl.Series(rng.integers(34, 56, n))).alias("prior_gap_days"),
        pl.when(is_post).then(pl.lit("PD")).alias("prior_stop"),
        pl.when(is_post).then(pl.Series(rng.integers(8, 22, n))).alias("prior_pd_days"),
        pl.when(is_post).then(pl.lit("growth")).alias("prior_pd_kind"),
        pl.when(survives & (pl.col("id") % 3 == 0)).then(pl.lit("SORAFENIB")).alias("post_regimen"),
        pl.when(survives & (pl.col("id") % 3 == 0)).then(post_gap).alias("post_gap_days"),
        pl.when((kinds == "nontarget") & (pl.col("vp") == 0) & (pl.col("extrahepatic_metastasis") == 0))
        .then(pl.lit("growth"))
        .otherwise(kinds)
        .alias("pd_kind"),
        pl.when((pl.col("best_response") == "SD") & (pl.col("id") % 9 == 0))
        .then(pl.lit("differs"))
        .otherwise(pl.lit("agree"))
        .alias("reader2"),
        pl.lit("steady").alias("pr_kind"),
    ]
