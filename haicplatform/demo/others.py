"""The seven hospitals beside the published cohort's: how many patients of which scenario. SYNTHETIC.

Belongs here: each hospital's size and mix of scenarios, and the persons treated at two hospitals.
Does not belong here: how a patient of a scenario fares (simulation.py), the file formats (dialects/).
"""

from __future__ import annotations

from datetime import date
from functools import cache

import polars as pl

from haicplatform.demo import simulation, story, systemic
from haicplatform.demo.records import write_out

SCENARIOS = (
    "FIRST_LINE", "POST_AB", "OTHER_SYSTEMIC", "CONCURRENT", "AB_STOP_NOT_PD", "AB_PD_LATE", "NO_HAIC", "AFTER_CUTOFF",
)  # fmt: skip
# hospital: its number format, its log hazard of death, patients by scenario in the order above
HOSPITALS: dict[str, tuple[str, float, tuple[int, ...]]] = {
    "YSM": ("{:08d}", -0.10, (40, 24, 4, 3, 4, 2, 3, 2)),
    "UJB": ("UJB-{:04d}", 0.10, (38, 19, 5, 2, 3, 1, 2, 2)),
    "BCN": ("{:07d}", 0.05, (50, 26, 5, 3, 4, 2, 3, 2)),
    "EPM": ("{:08d}", -0.15, (34, 18, 4, 2, 2, 1, 2, 1)),
    "ICN": ("I{:07d}", 0.00, (42, 20, 4, 3, 4, 2, 2, 1)),
    "SVH": ("V{:06d}", 0.15, (36, 18, 4, 2, 3, 1, 2, 2)),
    "DJN": ("{:08d}", -0.05, (37, 20, 4, 2, 3, 2, 2, 2)),
}
# HAIC here; there: ate-beva and its progression before, or contacts and perhaps the death after
SHARED = (
    ("YSM", "BCN", "ate_beva_there"),
    ("YSM", "EPM", "dies_there"),
    ("UJB", "EPM", "ate_beva_there"),
    ("BCN", "ICN", "seen_there"),
    ("BCN", "YSM", "ate_beva_there"),
    ("EPM", "YSM", "seen_there"),
    ("ICN", "BCN", "dies_there"),
    ("ICN", "SVH", "ate_beva_there"),
    ("SVH", "DJN", "dies_there"),
    ("DJN", "SVH", "ate_beva_there"),
)


@cache
def stories() -> dict[str, pl.DataFrame]:
    """The stories of the seven hospitals, persons seen at two of them included at both."""
    own = {site: _own(site) for site in HOSPITALS}
    lent: dict[str, list[pl.DataFrame]] = {site: [] for site in HOSPITALS}
    taken: dict[str, int] = {}
    for here, there, what in SHARED:
        taken[here] = taken.get(here, -1) + 1
        lent[there].append(_elsewhere(own[here], taken[here], what))
    everyone = {site: pl.concat([own[site], *lent[site]], how="diagonal_relaxed") for site in HOSPITALS}
    return {site: story.finish(_numbered(site, frame)) for site, frame in everyone.items()}


def tables(site: str) -> dict[str, pl.DataFrame]:
    """The twelve contract tables that a correct pipeline must arrive at from this hospital's clean rows."""
    return systemic.added_to(write_out.tables(site, stories()[site]), site)


def _own(site: str) -> pl.DataFrame:
    _, effect, counts = HOSPITALS[site]
    scenarios = [name for name, count in zip(SCENARIOS, counts, strict=True) for _ in range(count)]
    drawn = simulation.patients(site, scenarios, effect)
    n = len(drawn)
    # t0 after the study's cut-off: treated days before the extract, not scanned again yet
    late = pl.col("scenario") == "AFTER_CUTOFF"
    day = pl.lit(pl.Series(story.stream(site, "late").integers(1, 9, n)))
    return drawn.with_columns(
        t0=pl.when(late).then(pl.lit(date(2024, 8, 1)) + pl.duration(days=day)).otherwise("t0"),
        os_days=pl.when(late).then(4).otherwise("os_days"),
        pfs_days=pl.when(late).then(4).otherwise("pfs_days"),
        first_scan_days=pl.when(~late).then("first_scan_days"),
        best=pl.when(late).then(pl.lit("NE")).otherwise("best"),
        **{name: pl.col(name) & ~late for name in ("death", "pd")},
        post_regimen=pl.when(~late).then("post_regimen"),
    )


def _elsewhere(own: pl.DataFrame, which: int, what: str) -> pl.DataFrame:
    """What another hospital holds of one person: the same link key, no HAIC there."""
    fits = own.filter(
        (pl.col("scenario") == "FIRST_LINE") & (~pl.col("death") if what == "dies_there" else pl.lit(True))
    ).filter(pl.col("os_days") > 120)
    person = fits.slice(which * 3, 1)
    room = (pl.lit(story.EXTRACTED) - pl.col("t0")).dt.total_days() - 2
    later = {
        "ate_beva_there": pl.lit(1),
        "seen_there": pl.col("os_days") - 10,
        "dies_there": pl.min_horizontal(pl.col("os_days") + 45, room),
    }[what]
    is_ab = what == "ate_beva_there"
    return person.with_columns(
        scenario=pl.lit("NO_HAIC"),
        index_regimen=pl.lit(None, dtype=pl.String),
        os_days=later,
        pfs_days=later,
        pd=pl.lit(False),
        death=pl.lit(what == "dies_there"),
        best=pl.lit("NE"),
        first_scan_days=pl.lit(None, dtype=pl.Int64),
        post_regimen=pl.lit(None, dtype=pl.String),
        prior_tace=pl.lit(not is_ab),
        prior_regimen=pl.lit("ATE_BEVA" if is_ab else None, dtype=pl.String),
        prior_doses=pl.lit(5 if is_ab else None, dtype=pl.Int64),
        prior_gap_days=pl.lit(38 if is_ab else None, dtype=pl.Int64),
        prior_stop=pl.lit("PD" if is_ab else None, dtype=pl.String),
        prior_pd_days=pl.lit(14 if is_ab else None, dtype=pl.Int64),
        prior_pd_kind=pl.lit("growth"),
    )


def _numbered(site: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Patient numbers in the hospital's format, some with leading zeros, the patients shuffled."""
    rng = story.stream(site, "numbers")
    n = len(frame)
    form = HOSPITALS[site][0]
    width = int(form.split(":")[1][:2])
    high = 10**width - 1 if width > 4 else 900
    numbers = rng.choice(range(101, 901), n, replace=False) if width == 4 else rng.choice(high // 7, n, replace=False)
    return frame.with_columns(pl.Series("patient_id", [form.format(int(number)) for number in numbers]))
