"""Follow-up events and adverse events of synthetic patients. SYNTHETIC."""

from __future__ import annotations

import polars as pl

from haicplatform.demo.records.courses import HAIC, cycles
from haicplatform.demo.story import stream


def followup_event(site: str, planned: pl.DataFrame) -> pl.DataFrame:
    """The death, where there is one, and the last contact."""
    rng = stream(site, "followup")
    n = len(planned)
    end = pl.col("t0") + pl.duration(days="os_days")
    earlier = pl.min_horizontal(pl.Series(rng.integers(0, 25, n)), "os_days")
    deaths = planned.with_columns(
        pl.Series("source", rng.choice(["MOIS_DEATH_REGISTRY", "EMR"], n, p=[0.7, 0.3]))
    ).filter("death")
    is_month = pl.col("death_precision") == "month"
    dead = deaths.select(
        "patient_id",
        "source",
        event_type=pl.lit("DEATH"),
        event_date=pl.when(is_month).then(end.dt.strftime("%Y-%m")).otherwise(end.dt.strftime("%Y-%m-%d")),
        event_date_precision="death_precision",
        cause=pl.lit("hepatocellular carcinoma"),
    )
    seen = planned.with_columns(
        day=pl.when("death").then(end - pl.duration(days=earlier)).otherwise(end),
        source=pl.Series(rng.choice(["EMR", "PHONE"], n, p=[0.85, 0.15])),
    )
    contacts = seen.select(
        "patient_id",
        "source",
        event_type=pl.lit("LAST_CONTACT"),
        event_date=pl.col("day").dt.strftime("%Y-%m-%d"),
        event_date_precision=pl.lit("day"),
        cause=pl.lit(None, dtype=pl.String),
    )
    return pl.concat([contacts, dead], how="diagonal").sort("patient_id", "event_type")


_TERMS = (
    "Nausea",
    "Fatigue",
    "Neutrophil count decreased",
    "Platelet count decreased",
    "AST increased",
    "Fever",
)
# what a systemic therapy does instead of what HAIC does
_SYSTEMIC_TERMS = {
    "Nausea": "Decreased appetite",
    "Neutrophil count decreased": "Hypertension",
    "Platelet count decreased": "Proteinuria",
    "Fever": "Diarrhea",
}


def adverse_event(site: str, planned: pl.DataFrame) -> pl.DataFrame:
    """Something on the second day of about one cycle in four."""
    rng = stream(site, "adverse")
    happened = cycles(planned).join(planned.select("patient_id", "t0", "os_days", "index_regimen"), on="patient_id")
    n = len(happened)
    hit = pl.Series(rng.random(n) < 0.25)
    start = pl.col("cycle_start") + pl.duration(days=1)
    return (
        happened.with_columns(
            pl.Series("term", rng.choice(_TERMS, n)),
            pl.Series("grade", rng.choice([1, 2, 3], n, p=[0.45, 0.4, 0.15])),
            pl.Series("related", rng.choice(["Y", "N", "UNKNOWN"], n, p=[0.7, 0.15, 0.15])),
            pl.Series("action", rng.choice(["NONE", "INTERRUPTED", "REDUCED"], n, p=[0.8, 0.1, 0.1])),
            start_date=start,
            end_date=pl.min_horizontal(
                start + pl.duration(days=pl.lit(pl.Series(rng.integers(1, 9, n)))),
                pl.col("t0") + pl.duration(days="os_days"),
            ),
        )
        .with_columns(
            pl.when(pl.col("index_regimen") == HAIC)
            .then("term")
            .otherwise(pl.col("term").replace(_SYSTEMIC_TERMS))
            .alias("term")
        )
        .filter(hit & (start <= pl.col("t0") + pl.duration(days="os_days")))
        .sort("patient_id", "start_date", "term")
    )
