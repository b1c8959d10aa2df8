"""Patients of the seven hospitals whose first treatment was systemic: what HAIC is compared with. SYNTHETIC.

Belongs here: how many begin with lenvatinib or with ate-beva, and how they differ from those who begin with HAIC.
Does not belong here: how a patient fares (simulation.py), the patients with HAIC (others.py).

They are drawn and written apart from the others, so that no other patient changes with their number.
"""

from __future__ import annotations

import polars as pl

from haicplatform.demo import simulation, story
from haicplatform.demo.records import write_out

# hospital: its number format, its log hazard of death, patients who begin with lenvatinib and with ate-beva
HOSPITALS: dict[str, tuple[str, float, int, int]] = {
    "YSM": ("{:08d}", -0.10, 18, 13),
    "UJB": ("UJB-{:04d}", 0.10, 16, 12),
    "BCN": ("{:07d}", 0.05, 20, 15),
    "EPM": ("{:08d}", -0.15, 14, 11),
    "ICN": ("I{:07d}", 0.00, 18, 13),
    "SVH": ("V{:06d}", 0.15, 15, 12),
    "DJN": ("{:08d}", -0.05, 15, 12),
}


def stories(site: str) -> pl.DataFrame:
    """One row a patient. Lenvatinib is begun by smaller tumours, ate-beva often with thrombosis of the main vein."""
    form, effect, lenvatinib, ate_beva = HOSPITALS[site]
    apart = f"{site}/systemic"
    drawn = simulation.patients(apart, ["FIRST_LENVATINIB"] * lenvatinib + ["FIRST_ATE_BEVA"] * ate_beva, effect)
    is_lenvatinib = pl.col("scenario") == "FIRST_LENVATINIB"
    changes = pl.Series(story.stream(apart, "vein").random(len(drawn)) < 0.8)
    vein = (
        pl.when(is_lenvatinib & (pl.col("vp") == 4) & changes)
        .then(3)
        .when(~is_lenvatinib & (pl.col("vp") > 0) & changes)
        .then(4)
        .otherwise("vp")
    )
    size = pl.when(is_lenvatinib).then((pl.col("size_mm") * 0.85).round(0).clip(25)).otherwise("size_mm")
    rng = story.stream(apart, "numbers")
    width = int(form.split(":")[1][:2])
    first, last = (1_001, 1_900) if width == 4 else (10**width // 7, 10**width // 6)
    numbers = first + rng.choice(last - first, len(drawn), replace=False)
    return story.finish(
        drawn.with_columns(vp=vein, size_mm=size).with_columns(
            simulation.bclc(), pl.Series("patient_id", [form.format(int(number)) for number in numbers])
        )
    )


def added_to(tables: dict[str, pl.DataFrame], site: str) -> dict[str, pl.DataFrame]:
    """The hospital's tables with the rows of these patients; their exams have numbers of their own."""
    more = write_out.tables(f"{site}/systemic", stories(site))
    own_numbers = {
        name: frame.with_columns(pl.col("exam_no").str.replace("^E", "E5")) if "exam_no" in frame.columns else frame
        for name, frame in more.items()
    }
    return {name: write_out.sorted_by_key(name, pl.concat([tables[name], own_numbers[name]])) for name in tables}
