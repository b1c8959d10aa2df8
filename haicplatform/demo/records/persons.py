"""Patients, diagnoses, statuses and tumours at the start of a course. SYNTHETIC.

Belongs here: what is recorded once a patient or once a course start.
Does not belong here: laboratory results (labs.py), scans (exams.py, lesions.py).
"""

from __future__ import annotations

import polars as pl

from haicplatform.demo.story import stream


def patient(planned: pl.DataFrame) -> pl.DataFrame:
    return planned.with_columns(birth_year=pl.col("birth_date").dt.year())


def diagnosis(site: str, planned: pl.DataFrame) -> pl.DataFrame:
    """The month alone where an old diagnosis was made elsewhere (one in eight)."""
    rng = stream(site, "diagnosis")
    n = len(planned)
    month_only = pl.Series(rng.random(n) < 0.12)
    return planned.with_columns(
        hcc_dx_date=pl.when(month_only)
        .then(pl.col("dx_date").dt.strftime("%Y-%m"))
        .otherwise(pl.col("dx_date").dt.strftime("%Y-%m-%d")),
        hcc_dx_date_precision=pl.when(month_only).then(pl.lit("month")).otherwise(pl.lit("day")),
        dx_basis=pl.Series(rng.choice(["IMAGING", "PATHOLOGY", "BOTH"], n, p=[0.7, 0.1, 0.2])),
        icd10=pl.lit("C22.0"),
    )


def _starts(site: str, what: str, planned: pl.DataFrame) -> pl.DataFrame:
    """The day before each start that is assessed: `slot` haic or prior, `day`."""
    rng = stream(site, "starts", what)
    n = len(planned)
    haic = planned.with_columns(
        slot=pl.lit("haic"), day=pl.col("t0") - pl.duration(days=pl.lit(pl.Series(rng.integers(1, 7, n))))
    )
    prior = planned.with_columns(
        slot=pl.lit("prior"), day=pl.col("prior_start") - pl.duration(days=pl.lit(pl.Series(rng.integers(1, 15, n))))
    ).filter(pl.col("prior_regimen").is_not_null())
    return pl.concat([haic, prior]).sort("patient_id", "day")


def baseline_status(site: str, planned: pl.DataFrame) -> pl.DataFrame:
    """The recorded stage and Child-Pugh belong to HAIC; earlier statuses record none."""
    is_haic = pl.col("slot") == "haic"
    return _starts(site, "status", planned).with_columns(
        assess_date=pl.col("day"),
        ecog_raw=pl.col("ecog").cast(pl.String),
        bclc_recorded=pl.when(is_haic).then("bclc"),
        child_pugh_score_recorded=pl.when(is_haic).then("child_pugh_score"),
        child_pugh_class_recorded=pl.when(is_haic).then("child_pugh_class"),
        lt_candidate=pl.lit("N"),
    )


def tumour_baseline(site: str, planned: pl.DataFrame) -> pl.DataFrame:
    """Before an earlier course the largest tumour was smaller by a quarter."""
    starts = _starts(site, "tumour", planned)
    rng = stream(site, "ehs_sites")
    place = pl.Series(rng.choice(["lung", "bone", "lymph node", "adrenal"], len(starts)))
    smaller = pl.when(pl.col("slot") == "prior").then(0.75).otherwise(1.0)
    # a larger tumour takes more of the liver; a half and more is one in eight or so
    share = pl.col("size_mm") * smaller * 0.2 + pl.Series(stream(site, "share").gamma(2.0, 6.0, len(starts)))
    return starts.with_columns(
        img_date=pl.col("day"),
        max_diam_mm=pl.max_horizontal((pl.col("size_mm") * smaller).round(1), pl.lit(15.0)),
        infiltrative=pl.lit("N"),
        vv=pl.lit(0),
        bile_duct=pl.lit(0),
        ehs=pl.when("ehs").then(pl.lit("Y")).otherwise(pl.lit("N")),
        nodal=pl.when(pl.col("ehs") & (place == "lymph node")).then(pl.lit("Y")).otherwise(pl.lit("N")),
        ehs_sites=pl.when("ehs").then(place),
        liver_involvement_pct=share.clip(1, 95).round(0),
    )
