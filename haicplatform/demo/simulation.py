"""Stories drawn at random: who the patients are, how they fare under HAIC. SYNTHETIC.

Belongs here: distributions and hazards of invented patients, the scenarios of earlier therapy.
Does not belong here: which hospital has how many of which scenario (others.py). Nothing here is evidence: the
hazard ratios are choices of about the size that published series of HAIC report.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from haicplatform.demo import story

_FIRST_T0 = date(2021, 7, 1)
_LAST_T0 = date(2024, 5, 31)
# log hazards: of death, of progression
_EFFECTS = {
    "ecog": (0.60, 0.45),
    "child_pugh": (0.55, 0.40),
    "size": (0.35, 0.20),
    "vein": (0.30, 0.15),
    "afp": (0.25, 0.15),
    "ehs": (0.25, 0.35),
    "post_ab": (-0.45, -0.40),
}


def patients(site: str, scenarios: list[str], effect: float) -> pl.DataFrame:
    """One story a scenario. `effect` is the hospital's own log hazard of death."""
    n = len(scenarios)
    rng = story.stream(site, "patients")
    frame = pl.DataFrame({"scenario": scenarios}).with_columns(_person(site, rng, n))
    frame = frame.with_columns(_liver(rng, n)).with_columns(_tumour(rng, n))
    frame = frame.with_columns(child_pugh_score()).with_columns(child_pugh_class()).with_columns(bclc())
    frame = _times(frame, rng, n, effect)
    kinds = story.stream(site, "pr_kind").choice(["steady", "wavers", "exact"], n, p=[0.7, 0.15, 0.15])
    frame = frame.with_columns(pl.Series("pr_kind", kinds))
    return _therapies(frame, rng, n)


def _person(site: str, rng: np.random.Generator, n: int) -> list[pl.Series | pl.Expr]:
    sex = rng.choice(["M", "F"], n, p=[0.78, 0.22])
    height = np.where(sex == "M", rng.normal(169, 6, n), rng.normal(156, 5, n)).round(1)
    t0 = pl.date_range(_FIRST_T0, _LAST_T0, eager=True).gather(rng.integers(0, 1066, n))
    age, month, day = rng.normal(63, 10, n).clip(34, 88).astype(int), rng.integers(1, 13, n), rng.integers(1, 29, n)
    return [
        pl.Series("link_key", story.link_keys([f"{site}-{i}" for i in range(n)])),
        pl.Series("sex", sex),
        pl.Series("height_cm", height),
        pl.Series("weight_kg", (rng.normal(23.5, 2.8, n).clip(17, 33) * (height / 100) ** 2).round(1)),
        pl.Series(
            "etiology",
            rng.choice(
                ["HBV", "HCV", "ALCOHOL", "MASLD", "OTHER", "HBV_HCV"], n, p=[0.68, 0.08, 0.14, 0.05, 0.04, 0.01]
            ),
        ),
        pl.Series("cirrhosis", rng.choice(["Y", "N"], n, p=[0.82, 0.18])),
        t0.alias("t0"),
        pl.date(*map(pl.lit, (t0.dt.year() - pl.Series(age), pl.Series(month), pl.Series(day)))).alias("birth_date"),
    ]


def _liver(rng: np.random.Generator, n: int) -> list[pl.Series]:
    return [
        pl.Series("ecog", rng.choice([0, 1, 2, 3], n, p=[0.62, 0.31, 0.06, 0.01])),
        pl.Series("bili", np.exp(rng.normal(0.05, 0.55, n)).clip(0.3, 9.0).round(1)),
        pl.Series("alb", rng.normal(3.7, 0.45, n).clip(2.1, 4.8).round(1)),
        pl.Series("inr", np.exp(rng.normal(0.14, 0.11, n)).clip(0.9, 2.6).round(2)),
        pl.Series("ascites", rng.choice(["NONE", "MILD", "MODERATE", "SEVERE"], n, p=[0.74, 0.19, 0.05, 0.02])),
        pl.Series("encephalopathy", rng.choice(["NONE", "G1", "G2"], n, p=[0.95, 0.04, 0.01])),
    ]


def _tumour(rng: np.random.Generator, n: int) -> list[pl.Series]:
    afp = np.exp(rng.normal(5.0, 2.6, n)).clip(1.3, 400_000).round(1)
    return [
        pl.Series("size_mm", np.exp(rng.normal(4.4, 0.45, n)).clip(25, 195).round(0)),
        pl.Series(
            "n_nodules", rng.choice([1, 2, 3, 4, 5, 8, 12, 99], n, p=[0.3, 0.16, 0.15, 0.12, 0.1, 0.1, 0.04, 0.03])
        ),
        pl.Series("vp", rng.choice([0, 1, 2, 3, 4], n, p=[0.30, 0.06, 0.12, 0.28, 0.24])),
        pl.Series("ehs", rng.random(n) < 0.35),
        pl.Series("afp", [">60500" if value > 60500 else f"{value:.1f}" for value in afp]),
    ]


def child_pugh_score() -> pl.Expr:
    """The score the hospital records; the platform derives its own."""

    def points(value: pl.Expr, one: pl.Expr, three: pl.Expr) -> pl.Expr:
        return pl.when(one).then(1).when(three).then(3).otherwise(2)

    b, a, i = pl.col("bili"), pl.col("alb"), pl.col("inr")
    ascites, brain = pl.col("ascites"), pl.col("encephalopathy")
    return (
        points(b, b < 2, b > 3)
        + points(a, a > 3.5, a < 2.8)
        + points(i, i < 1.7, i > 2.3)
        + points(ascites, ascites == "NONE", ascites.is_in(["MODERATE", "SEVERE"]))
        + points(brain, brain == "NONE", brain.is_in(["G3", "G4"]))
    ).alias("child_pugh_score")


def child_pugh_class() -> pl.Expr:
    score = pl.col("child_pugh_score")
    grade = pl.when(score <= 6).then(pl.lit("A")).when(score <= 9).then(pl.lit("B")).otherwise(pl.lit("C"))
    return grade.alias("child_pugh_class")


def bclc() -> pl.Expr:
    """The stage the hospital records; the platform derives its own."""
    few_small = (pl.col("n_nodules") <= 3) & (pl.col("size_mm") <= 30)
    return (
        pl.when((pl.col("ecog") >= 3) | (pl.col("child_pugh_class") == "C"))
        .then(pl.lit("D"))
        .when((pl.col("vp") > 0) | pl.col("ehs") | (pl.col("ecog") > 0))
        .then(pl.lit("C"))
        .when((pl.col("n_nodules") == 1) | few_small)
        .then(pl.lit("A"))
        .otherwise(pl.lit("B"))
        .alias("bclc")
    )


def _risk(which: int) -> pl.Expr:
    is_true = {
        "ecog": pl.col("ecog") > 0,
        "child_pugh": pl.col("child_pugh_class") != "A",
        "size": pl.col("size_mm") > 100,
        "vein": pl.col("vp") >= 3,
        "afp": pl.col("afp").str.strip_chars(">").cast(pl.Float64) >= 400,
        "ehs": pl.col("ehs"),
        "post_ab": pl.col("scenario") == "POST_AB",
    }
    return pl.sum_horizontal(is_true[name].cast(pl.Float64) * effect[which] for name, effect in _EFFECTS.items())


def _times(frame: pl.DataFrame, rng: np.random.Generator, n: int, effect: float) -> pl.DataFrame:
    """Death, progression and last contact in days from t0; scans that agree with them."""

    def weibull(scale: float, shape: float, risk: pl.Expr) -> pl.Expr:
        drawn = pl.Series(-np.log(rng.random(n)))
        return (scale * (drawn / risk.exp()) ** (1 / shape)).ceil().cast(pl.Int64)

    lost = pl.Series(rng.random(n) < 0.12)
    last_seen = pl.Series(rng.integers(1, 75, n))
    until = (pl.lit(story.EXTRACTED) - pl.col("t0")).dt.total_days() - last_seen
    frame = frame.with_columns(
        _td=weibull(620, 1.1, _risk(0) + effect).clip(4),
        _tp=weibull(300, 1.15, _risk(1) + effect / 2).clip(20),
        _tc=pl.when(lost).then((until * pl.Series(rng.uniform(0.3, 0.9, n))).cast(pl.Int64)).otherwise(until).clip(30),
        _scan=pl.Series(rng.integers(42, 72, n)),
        _draw=pl.Series(rng.random(n)),
    )
    end = pl.min_horizontal("_td", "_tc")
    frame = frame.with_columns(os_days=end, death=pl.col("_td") <= pl.col("_tc"), pd=pl.col("_tp") < end)
    pfs = pl.when("pd").then("_tp").otherwise("os_days")
    p_cr, p_pr = 0.04, pl.when(pl.col("scenario") == "POST_AB").then(0.44).otherwise(0.32)
    early_pd = pl.col("pd") & (pl.col("_tp") <= pl.col("_scan"))
    frame = frame.with_columns(
        pfs_days=pfs,
        best=pl.when(early_pd)
        .then(pl.lit("PD"))
        .when(pfs <= pl.col("_scan"))
        .then(pl.lit("NE"))
        .when(pl.col("_draw") < p_cr)
        .then(pl.lit("CR"))
        .when(pl.col("_draw") < p_pr)
        .then(pl.lit("PR"))
        .otherwise(pl.lit("SD")),
    )
    frame = frame.with_columns(
        first_scan_days=pl.when(pl.col("best") == "PD").then("pfs_days").when(pl.col("best") != "NE").then("_scan"),
        death_precision=pl.when(pl.col("death") & pl.Series(rng.random(n) < 0.06))
        .then(pl.lit("month"))
        .otherwise(pl.lit("day")),
        has_unreadable=pl.Series(rng.random(n) < 0.4),
        reader2=pl.when((pl.col("best") == "SD") & pl.Series(rng.random(n) < 0.12))
        .then(pl.lit("differs"))
        .otherwise(pl.lit("agree")),
    )
    kind = pl.Series(rng.choice(["growth", "nontarget", "new", "backdated"], n, p=[0.5, 0.15, 0.2, 0.15]))
    seen_again = pl.col("os_days") - pl.col("pfs_days") > 58
    return frame.with_columns(
        pd_kind=pl.when((kind == "nontarget") & (pl.col("vp") == 0) & ~pl.col("ehs"))
        .then(pl.lit("growth"))
        .when((kind == "backdated") & ~seen_again)
        .then(pl.lit("new"))
        .otherwise(kind)
    )


def _therapies(frame: pl.DataFrame, rng: np.random.Generator, n: int) -> pl.DataFrame:
    """What came before HAIC, by scenario, and what after progression."""
    gap = pl.Series(rng.integers(0, 20, n))
    overlap = pl.min_horizontal(10 + 2 * gap, pl.col("os_days"))
    is_ab = pl.col("scenario").is_in(["POST_AB", "CONCURRENT", "AB_STOP_NOT_PD", "AB_PD_LATE"])
    doses = pl.Series(rng.integers(3, 12, n))
    survives = (pl.col("os_days") - pl.col("pfs_days") >= 70) & pl.col("pd")
    after = pl.Series(["ATE_BEVA", "LENVATINIB", "SORAFENIB", None]).gather(rng.choice(4, n, p=[0.2, 0.15, 0.1, 0.55]))

    def by_scenario(**values: pl.Expr | pl.Series | int | str | None) -> pl.Expr:
        cases = [
            pl.when(pl.col("scenario") == name).then(value if isinstance(value, pl.Expr) else pl.lit(value))
            for name, value in values.items()
        ]
        return pl.coalesce(cases)

    return frame.with_columns(
        index_regimen=by_scenario(FIRST_LENVATINIB="LENVATINIB", FIRST_ATE_BEVA="ATE_BEVA", NO_HAIC=None).fill_null(
            pl.when(pl.col("scenario") != "NO_HAIC").then(pl.lit("HAIC_FP"))
        ),
        prior_tace=pl.Series(rng.random(n) < 0.45),
        prior_rt=pl.Series(rng.random(n) < 0.22),
        prior_regimen=pl.when(is_ab)
        .then(pl.lit("ATE_BEVA"))
        .otherwise(
            by_scenario(OTHER_SYSTEMIC=pl.Series(rng.choice(["LENVATINIB", "SORAFENIB"], n)), NO_HAIC="LENVATINIB")
        ),
        prior_doses=pl.when(is_ab | pl.col("scenario").is_in(["OTHER_SYSTEMIC", "NO_HAIC"])).then(doses),
        prior_gap_days=by_scenario(
            POST_AB=34 + gap,
            CONCURRENT=-overlap,
            AB_STOP_NOT_PD=30 + 2 * gap,
            AB_PD_LATE=76 + gap,
            OTHER_SYSTEMIC=25 + gap,
            NO_HAIC=20 + gap,
        ),
        prior_stop=by_scenario(
            POST_AB=pl.Series(rng.choice(["PD", "TOXICITY"], n, p=[0.9, 0.1])),
            CONCURRENT="ONGOING",
            AB_STOP_NOT_PD=pl.Series(rng.choice(["TOXICITY", "REFUSAL", "PD"], n)),
            AB_PD_LATE="TOXICITY",
            OTHER_SYSTEMIC="PD",
            NO_HAIC="REFUSAL",
        ),
        prior_pd_days=by_scenario(
            POST_AB=pl.Series(rng.integers(6, 24, n)),
            CONCURRENT=-overlap - 10,
            AB_PD_LATE=pl.Series(rng.integers(49, 60, n)),
            OTHER_SYSTEMIC=pl.Series(rng.integers(6, 14, n)),
        ),
        prior_pd_kind=pl.Series(rng.choice(["growth", "new"], n, p=[0.7, 0.3])),
        post_regimen=pl.when(survives & ~pl.col("scenario").is_in(["CONCURRENT", "NO_HAIC"])).then(after),
        post_gap_days=7 + gap,
    ).with_columns(
        # what has failed before is not given again: within 90 days it would be the same course going on
        post_regimen=pl.when(
            (pl.col("post_regimen") != pl.col("prior_regimen").fill_null("none"))
            & (pl.col("post_regimen") != pl.col("index_regimen").fill_null("none"))
        ).then("post_regimen"),
    )
