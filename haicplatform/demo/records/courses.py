"""Treatment courses and administrations of synthetic patients. SYNTHETIC.

Belongs here: when a course begins and ends in a story, and the doses given. Plan of the doses: 5-FU 500 mg/m2 on
days 1-3, cisplatin 60 mg/m2 on day 2; atezolizumab 1200 mg and bevacizumab 15 mg/kg every 21 days.
Does not belong here: what the scans of a course show (exams.py, lesions.py).
"""

from __future__ import annotations

import polars as pl

from haicplatform.demo.story import CUTOFF, stream

HAIC = "HAIC_FP"
_DOSE_DAYS = 21
_HAIC_PLAN = pl.DataFrame(
    {
        "drug": ["5FU", "5FU", "5FU", "CISPLATIN"],
        "day": [0, 1, 2, 1],
        "per_m2": [500.0, 500.0, 500.0, 60.0],
        "step": [10, 10, 10, 1],  # mg the pharmacy rounds to
    }
)


def plan(site: str, stories: pl.DataFrame) -> pl.DataFrame:
    """The stories with the dates that follow from them: cycles, prior course, local therapies, diagnosis."""
    n = len(stories)
    rng = stream(site, "plan")
    active = pl.when("pd").then("pfs_days").otherwise("os_days")
    last_prior = pl.col("t0") - pl.duration(days="prior_gap_days")
    planned = stories.with_columns(
        pl.Series("interval", rng.integers(28, 43, n)),
        pl.Series("max_cycles", rng.integers(3, 9, n)),
        last_prior.alias("prior_end"),
        (last_prior - pl.duration(days=_DOSE_DAYS * (pl.col("prior_doses") - 1))).alias("prior_start"),
    ).with_columns(
        pl.min_horizontal(1 + (active - 3).clip(0) // pl.col("interval"), "max_cycles").alias("cycles"),
        pl.min_horizontal("t0", "prior_start").alias("_first_drug"),
    )
    planned = planned.with_columns(
        pl.when("prior_tace")
        .then(pl.col("_first_drug") - pl.duration(days=pl.lit(pl.Series(rng.integers(60, 420, n)))))
        .alias("tace_date"),
        pl.when("prior_rt")
        .then(pl.col("_first_drug") - pl.duration(days=pl.lit(pl.Series(rng.integers(50, 300, n)))))
        .alias("rt_date"),
    )
    first = pl.min_horizontal("_first_drug", "tace_date", "rt_date")
    return planned.with_columns(
        (first - pl.duration(days=pl.lit(pl.Series(rng.integers(32, 75, n))))).alias("dx_date"),
        pl.when(pl.col("post_regimen").is_not_null())
        .then(pl.col("t0") + pl.duration(days=pl.col("pfs_days") + pl.col("post_gap_days")))
        .alias("post_start"),
    ).drop("_first_drug")


def treatment_course(planned: pl.DataFrame) -> pl.DataFrame:
    """One row a course, numbered by start within the patient; `slot` says which part of the story it is."""
    p = planned.with_columns((pl.col("t0") + pl.duration(days="os_days")).alias("_end"))
    last_haic = pl.col("t0") + pl.duration(
        days=pl.min_horizontal(pl.col("interval") * (pl.col("cycles") - 1) + 2, "os_days")
    )
    near_cutoff = pl.col("_end") > pl.lit(CUTOFF) - pl.duration(days=60)
    haic_stop = (
        pl.when("pd")
        .then(pl.lit("PD"))
        .when(pl.col("death") & ((pl.col("_end") - last_haic).dt.total_days() < 45))
        .then(pl.lit("DEATH"))
        .when(~pl.col("death") & near_cutoff)
        .then(pl.lit("ONGOING"))
        .otherwise(pl.lit("COMPLETED"))
    )
    local = [
        p.filter(pl.col(f"prior_{name}")).select(
            "patient_id",
            slot=pl.lit(name),
            regimen=pl.lit(name.upper()),
            start_date=pl.col(f"{name}_date"),
            end_date=pl.col(f"{name}_date") + pl.duration(days=extra),
            stop_reason=pl.lit("COMPLETED"),
        )
        for name, extra in (("tace", 0), ("rt", 14))
    ]
    prior = p.filter(pl.col("prior_regimen").is_not_null()).select(
        "patient_id",
        slot=pl.lit("prior"),
        regimen="prior_regimen",
        start_date="prior_start",
        end_date=pl.when(pl.col("prior_stop") != "ONGOING").then("prior_end"),
        stop_reason="prior_stop",
    )
    haic = p.filter(pl.col("index_regimen") == HAIC).select(
        "patient_id",
        slot=pl.lit("haic"),
        regimen="index_regimen",
        start_date="t0",
        end_date=pl.when(haic_stop != "ONGOING").then(last_haic),
        stop_reason=haic_stop,
    )
    until = pl.col("t0") + pl.duration(days=pl.when("pd").then("pfs_days").otherwise("os_days"))
    is_open = ~pl.col("death") & ~pl.col("pd") & near_cutoff
    systemic = p.filter(pl.col("index_regimen") != HAIC).select(
        "patient_id",
        slot=pl.lit("haic"),
        regimen="index_regimen",
        start_date="t0",
        end_date=pl.when(~is_open).then(until),
        stop_reason=pl.when("pd")
        .then(pl.lit("PD"))
        .when(pl.col("death"))
        .then(pl.lit("DEATH"))
        .when(is_open)
        .then(pl.lit("ONGOING"))
        .otherwise(pl.lit("TOXICITY")),
    )
    post_end = pl.min_horizontal(pl.col("post_start") + pl.duration(days=84), "_end")
    post = p.filter(pl.col("post_start").is_not_null()).select(
        "patient_id",
        slot=pl.lit("post"),
        regimen="post_regimen",
        start_date="post_start",
        end_date=post_end,
        stop_reason=pl.when(pl.col("death") & (post_end == pl.col("_end")))
        .then(pl.lit("DEATH"))
        .otherwise(pl.lit("UNKNOWN")),
    )
    return (
        pl.concat([*local, prior, haic, systemic, post])
        .sort("patient_id", "start_date", "slot")
        .with_columns(pl.int_range(1, pl.len() + 1).over("patient_id").alias("course_no"))
    )


def cycles(planned: pl.DataFrame) -> pl.DataFrame:
    """One row a cycle of the index course (of a systemic one: a visit): patient_id, cycle_no, cycle_start."""
    return (
        planned.filter(pl.col("index_regimen").is_not_null())
        .select("patient_id", "t0", "interval", pl.int_ranges(1, pl.col("cycles") + 1).alias("cycle_no"))
        .explode("cycle_no")
        .select(
            "patient_id",
            "cycle_no",
            (pl.col("t0") + pl.duration(days=pl.col("interval") * (pl.col("cycle_no") - 1))).alias("cycle_start"),
        )
    )


def administration(site: str, planned: pl.DataFrame, courses: pl.DataFrame) -> pl.DataFrame:
    """The doses of HAIC and of ate-beva, whole milligrams, none after the last day of follow-up."""
    body = planned.select(
        "patient_id",
        "os_days",
        "t0",
        bsa_m2=(pl.col("height_cm") * pl.col("weight_kg") / 3600).sqrt().round(2),
        weight_kg=pl.col("weight_kg"),
    )
    haic = (
        cycles(planned.filter(pl.col("index_regimen") == HAIC))
        .join(_HAIC_PLAN, how="cross")
        .join(body, on="patient_id")
        .with_columns(
            slot=pl.lit("haic"),
            admin_date=pl.col("cycle_start") + pl.duration(days="day"),
            dose=(pl.col("per_m2") * pl.col("bsa_m2") / pl.col("step")).round() * pl.col("step"),
            route=pl.lit("IA"),
        )
    )
    infusions = _infusions(planned, courses).join(body, on="patient_id")
    doses = pl.concat(
        [
            haic.with_columns(planned_dose=pl.col("dose"), bsa=pl.col("bsa_m2")),
            infusions.with_columns(dose=pl.lit(1200.0), drug=pl.lit("ATEZOLIZUMAB")),
            infusions.with_columns(dose=(15 * pl.col("weight_kg")).round(), drug=pl.lit("BEVACIZUMAB")),
        ],
        how="diagonal",
    ).filter(pl.col("admin_date") <= pl.col("t0") + pl.duration(days="os_days"))
    rng = stream(site, "doses")
    cut_short = pl.Series(rng.random(len(doses)) < 0.01) & (pl.col("drug") == "5FU") & (pl.col("cycle_no") > 1)
    return (
        doses.join(courses.select("patient_id", "slot", "course_no"), on=["patient_id", "slot"])
        .sort("patient_id", "course_no", "admin_date", "drug")
        .with_columns(
            pl.when(cut_short).then((pl.col("dose") * 0.93).round()).otherwise("dose").alias("dose"),
            pl.when(cut_short).then(pl.lit("Y")).otherwise(pl.lit("N")).alias("interrupted"),
            pl.when(cut_short).then(pl.lit("nausea")).alias("interruption_reason"),
            pl.col("planned_dose").fill_null(pl.col("dose")),
            pl.col("route").fill_null("IV"),
            pl.col("bsa").alias("bsa_m2"),
        )
    )


def _infusions(planned: pl.DataFrame, courses: pl.DataFrame) -> pl.DataFrame:
    """One row an ate-beva infusion: patient_id, slot, cycle_no, admin_date."""
    given = courses.filter(pl.col("regimen") == "ATE_BEVA").join(
        planned.select("patient_id", "prior_end", "t0", "os_days"), on="patient_id"
    )
    last_day = pl.col("t0") + pl.duration(days="os_days")
    last = pl.coalesce("end_date", pl.when(pl.col("slot") == "prior").then("prior_end").otherwise(last_day))
    count = (last - pl.col("start_date")).dt.total_days() // _DOSE_DAYS
    return (
        given.select("patient_id", "slot", "start_date", pl.int_ranges(0, count + 1).alias("_dose"))
        .explode("_dose")
        .select(
            "patient_id",
            "slot",
            (pl.col("_dose") + 1).alias("cycle_no"),
            (pl.col("start_date") + pl.duration(days=pl.col("_dose") * _DOSE_DAYS)).alias("admin_date"),
        )
    )
