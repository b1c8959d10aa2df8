"""A synthetic patient's story in one row, and the reproducible random numbers it is drawn with. SYNTHETIC.

Belongs here: the columns of a story, named random streams, and what every hospital's stories share.
Does not belong here: how a story becomes rows of the contract (records/), a hospital's file format (dialects/).
"""

from __future__ import annotations

import hashlib
from datetime import date

import numpy as np
import polars as pl

CUTOFF = date(2024, 7, 31)
EXTRACTED = date(2024, 8, 15)

# One row a patient. Times are days from t0, the first day of the index course: HAIC, or the systemic therapy that a
# patient had first (of a patient without either: a day on which HAIC could have begun). Sizes in mm. `pd` says that a
# scan on day `pfs_days` shows progression; otherwise `pfs_days` equals `os_days`.
STORY: dict[str, pl.DataType] = {
    "patient_id": pl.String(),
    "link_key": pl.String(),
    "scenario": pl.String(),
    "sex": pl.String(),
    "birth_date": pl.Date(),
    "etiology": pl.String(),
    "cirrhosis": pl.String(),
    "height_cm": pl.Float64(),
    "weight_kg": pl.Float64(),
    "t0": pl.Date(),
    "index_regimen": pl.String(),  # HAIC_FP, or a first systemic therapy; null: none of them
    "os_days": pl.Int64(),
    "death": pl.Boolean(),
    "death_precision": pl.String(),  # day | month
    "pfs_days": pl.Int64(),
    "pd": pl.Boolean(),
    "pd_kind": pl.String(),  # growth | nontarget | new | backdated
    "best": pl.String(),  # CR | PR | SD | PD | NE, by visit
    "pr_kind": pl.String(),  # steady | wavers: SD between two PR | exact: a sum of exactly 70 % of the baseline
    "first_scan_days": pl.Int64(),  # null: never scanned again
    "has_unreadable": pl.Boolean(),  # now and then a scan without arterial phase
    "reader2": pl.String(),  # agree | differs: the second reader sees PR where the first sees SD
    "ecog": pl.Int64(),
    "bili": pl.Float64(),
    "alb": pl.Float64(),
    "inr": pl.Float64(),
    "ascites": pl.String(),
    "encephalopathy": pl.String(),
    "child_pugh_score": pl.Int64(),
    "child_pugh_class": pl.String(),
    "bclc": pl.String(),
    "size_mm": pl.Float64(),
    "n_nodules": pl.Int64(),
    "vp": pl.Int64(),
    "ehs": pl.Boolean(),
    "afp": pl.String(),
    "prior_tace": pl.Boolean(),
    "prior_rt": pl.Boolean(),
    "prior_regimen": pl.String(),  # systemic therapy before the index course, or null
    "prior_doses": pl.Int64(),
    "prior_gap_days": pl.Int64(),  # last dose to t0; 0 or less: concurrent
    "prior_stop": pl.String(),
    "prior_pd_days": pl.Int64(),  # last dose to the scan that shows progression; null: none does
    "prior_pd_kind": pl.String(),
    "post_regimen": pl.String(),  # systemic therapy after progression on the index course, or null
    "post_gap_days": pl.Int64(),
}


def stream(*names: object) -> np.random.Generator:
    """A generator of its own for each purpose, so that a new draw somewhere moves no other number."""
    digest = hashlib.sha256("/".join(map(str, names)).encode()).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest[:16], "big")))


def link_keys(people: list[str]) -> list[str]:
    """Invented link keys, 32 hex characters; the same person name gives the same key at every hospital."""
    return [hashlib.sha256(f"SYNTHETIC person {name}".encode()).hexdigest()[:32] for name in people]


def finish(story: pl.DataFrame) -> pl.DataFrame:
    """The story with exactly the columns of STORY, sorted by patient."""
    return story.select(pl.col(name).cast(kind) for name, kind in STORY.items()).sort("patient_id")
