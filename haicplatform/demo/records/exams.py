"""The scans of synthetic patients: when, for which course, and what a reader should conclude. SYNTHETIC.

Belongs here: one row an exam, with the factor by which the viable tumour differs from the scan before HAIC.
Does not belong here: the lesions measured on it (lesions.py).

The factors stay well clear of the thresholds of 20 and 30 %, so that definitions which differ in "at least" or "more
than" agree on these patients; but for the stories `exact`, whose sum is 70 % of the baseline, and `wavers`, who are SD
on every second scan between two PR.
"""

from __future__ import annotations

import polars as pl

from haicplatform.demo.story import stream

_BACKDATED_AFTER = 56


def exams(site: str, planned: pl.DataFrame) -> pl.DataFrame:
    """patient_id, exam_no, exam_date, modality, phase_complete, slot, role, expected, factor, new_mm, new_typical.

    slot: haic or prior, the course that the exam serves. role: base, on, pd, after. expected: the overall
    response of the exam, null for a scan before a course. factor: viable tumour against the scan before HAIC.
    """
    frame = pl.concat([_prior(site, planned), _haic(site, planned)], how="diagonal")
    frame = frame.unique(["patient_id", "exam_date"], keep="last").sort("exam_date", "patient_id")
    n = len(frame)
    rng = stream(site, "modality")
    return frame.with_columns(
        pl.format("E{}", pl.int_range(1, n + 1).cast(pl.String).str.zfill(5)).alias("exam_no"),
        pl.Series("modality", rng.choice(["CT", "MRI"], n, p=[0.8, 0.2])),
        pl.when(pl.col("expected") == "NE").then(pl.lit("N")).otherwise(pl.lit("Y")).alias("phase_complete"),
    )


def _prior(site: str, planned: pl.DataFrame) -> pl.DataFrame:
    """Before, during and, where there is progression, at the end of the systemic course before HAIC."""
    rng = stream(site, "prior_exams")
    treated = planned.filter(pl.col("prior_regimen").is_not_null())
    n = len(treated)
    treated = treated.with_columns(
        _before=pl.Series(rng.integers(2, 20, n)),
        _pd_date=pl.col("prior_end") + pl.duration(days="prior_pd_days"),
        _is_new=pl.col("prior_pd_kind") == "new",
    )
    progresses = pl.col("prior_pd_days").is_not_null()
    level = pl.when(progresses & ~pl.col("_is_new")).then(0.65).otherwise(0.97)
    base = treated.select(
        "patient_id",
        exam_date=pl.col("prior_start") - pl.duration(days="_before"),
        role=pl.lit("base"),
        factor=level,
    )
    middle_day = pl.col("prior_start") + pl.duration(days=44)
    middle = treated.filter(
        (middle_day < pl.coalesce("_pd_date", "prior_end")) & (middle_day < pl.col("t0") - pl.duration(days=10))
    ).select("patient_id", exam_date=middle_day, role=pl.lit("on"), expected=pl.lit("SD"), factor=level * 0.96)
    progressed = treated.filter(progresses).select(
        "patient_id",
        exam_date="_pd_date",
        role=pl.lit("pd"),
        expected=pl.lit("PD"),
        factor=pl.when("_is_new").then(0.97).otherwise(0.93),
        new_mm=pl.when("_is_new").then(18.0),
    )
    return pl.concat([base, middle, progressed], how="diagonal").with_columns(slot=pl.lit("prior"))


def _haic(site: str, planned: pl.DataFrame) -> pl.DataFrame:
    """The scan before HAIC, the regular ones while nothing progresses, and the one that shows progression."""
    rng = stream(site, "haic_exams")
    treated = planned.filter(pl.col("index_regimen").is_not_null())
    n = len(treated)
    base = treated.select(
        "patient_id",
        exam_date=pl.col("t0") - pl.duration(days=pl.lit(pl.Series(rng.integers(1, 9, n)))),
        role=pl.lit("base"),
        factor=pl.lit(1.0),
    )
    every = pl.Series(rng.integers(56, 64, n))
    stop = pl.when("pd").then(pl.col("pfs_days") - 20).otherwise(pl.col("os_days") + 1)
    count = (stop - pl.col("first_scan_days") + every - 1) // every
    # the first scan is there even where progression follows it within days
    count = (
        pl.when(pl.col("pd") & (pl.col("first_scan_days") < pl.col("pfs_days"))).then(count.clip(1)).otherwise(count)
    )
    regular = (
        treated.with_columns(every.alias("_every"))
        .with_columns(pl.int_ranges(0, count.clip(0)).alias("_k"))
        .filter(pl.col("first_scan_days").is_not_null() & (pl.col("best") != "PD"))
        .explode("_k", empty_as_null=False)
        .with_columns(day=pl.col("first_scan_days") + pl.col("_k") * pl.col("_every"))
    )
    wobble = pl.Series(rng.uniform(-0.03, 0.03, len(regular)))
    is_pr = pl.col("best") == "PR"
    between = is_pr & (pl.col("pr_kind") == "wavers") & (pl.col("_k") % 2 == 1)
    level = (
        pl.when(pl.col("best") == "CR")
        .then(0.0)
        .when(between)
        .then(0.745)
        .when(is_pr & (pl.col("pr_kind") == "wavers"))
        .then(0.665)
        .when(is_pr & (pl.col("pr_kind") == "exact"))
        .then(0.7)
        .when(is_pr)
        .then(0.55 + wobble)
        .otherwise(0.97 + wobble)
    )
    unreadable = pl.Series(rng.random(len(regular)) < 0.08) & (pl.col("_k") > 0) & pl.col("has_unreadable")
    regular = regular.select(
        "patient_id",
        exam_date=pl.col("t0") + pl.duration(days="day"),
        role=pl.lit("on"),
        expected=pl.when(unreadable).then(pl.lit("NE")).when(between).then(pl.lit("SD")).otherwise("best"),
        factor=level,
    )
    grows = pl.when(pl.col("best") == "PR").then(0.88).when(pl.col("best") == "CR").then(0.45).otherwise(1.45)
    low = pl.col("pr_kind").replace_strict({"steady": 0.55, "wavers": 0.665, "exact": 0.7})
    stays = pl.when(pl.col("best") == "PR").then(low).when(pl.col("best") == "CR").then(0.0).otherwise(0.97)
    with_pd = treated.filter("pd").with_columns(
        _factor=pl.when(pl.col("pd_kind") == "growth").then(grows).otherwise(stays)
    )
    progressed = with_pd.select(
        "patient_id",
        exam_date=pl.col("t0") + pl.duration(days="pfs_days"),
        role=pl.lit("pd"),
        expected=pl.lit("PD"),
        factor="_factor",
        new_mm=pl.when(pl.col("pd_kind") == "new").then(19.0).when(pl.col("pd_kind") == "backdated").then(7.0),
        nontarget_pd=pl.col("pd_kind") == "nontarget",
    )
    later = with_pd.filter(pl.col("pd_kind") == "backdated").select(
        "patient_id",
        exam_date=pl.col("t0") + pl.duration(days=pl.col("pfs_days") + _BACKDATED_AFTER),
        role=pl.lit("after"),
        expected=pl.lit("PD"),
        factor="_factor",
        new_mm=pl.lit(17.0),
    )
    return pl.concat([base, regular, progressed, later], how="diagonal").with_columns(slot=pl.lit("haic"))
