"""Curves without steps of single patients.

Belongs here: which points of a curve may be released. Does not belong here: counts (hiding.py), drawing.

A survival curve steps down at every event, and its height, the times and the number at risk give each patient's time.
Released are its heights at whole months, and of these only as many as leave `smallest` events between one and the
next and as many patients at risk at each. How many had an event or were censored by a month falls out with them.
"""

from __future__ import annotations

import hashlib
import json
import math

import polars as pl

from haicplatform.estimation.rows import KEY, SCHEMA

CURVE = ("study_id", "snapshot_id", "analysis", "variant", "population", "endpoint", "grp", "term")
# rows of single times that are no heights
COUNTS_AT_TIMES = ("n_risk", "n_event", "n_censor", "events_before", "censored_before")
HEIGHTS = ("survival", "cif")


def coarsen(frame: pl.DataFrame, smallest: int) -> pl.DataFrame:
    """The estimates with every curve at whole months, its counts at single times left out (at_risk stays)."""
    is_point = pl.col("statistic").is_in(HEIGHTS)
    rest = frame.filter(~is_point & ~pl.col("statistic").is_in(COUNTS_AT_TIMES))
    kept = [rest]
    for key, points in frame.filter(is_point).group_by(*CURVE, "statistic", maintain_order=True):
        where = dict(zip((*CURVE, "statistic"), key, strict=True))
        counts = frame.filter(pl.all_horizontal(pl.col(name) == where[name] for name in CURVE))
        kept.append(_thin(points.sort("at"), _steps(points, counts, where), smallest))
    whole = pl.concat([part for part in kept if part.height] or [rest])
    order = frame.select("estimate_id").with_row_index("place")
    return (
        whole.join(order, on="estimate_id", how="left", maintain_order="left")
        .sort("place", nulls_last=True, maintain_order=True)
        .drop("place")
        .select(list(SCHEMA))
    )


def _steps(points: pl.DataFrame, counts: pl.DataFrame, where: dict[str, str]) -> pl.DataFrame:
    """at, events at that time, patients at risk: as estimated; for a curve without them, from its steps and n."""
    found = [
        counts.filter(pl.col("statistic") == name).select("at", pl.col("value").alias(name))
        for name in ("n_event", "n_risk")
    ]
    if all(part.height for part in found):
        return found[0].join(found[1], on="at", how="left").sort("at")
    size = counts.filter((pl.col("statistic") == "n") & pl.col("at").is_null())["value"].to_list()[:1]
    n, start = (size[0] if size and size[0] else 0.0), 1.0 if where["statistic"] == "survival" else 0.0
    heights = points.sort("at")
    step = (heights["value"] - heights["value"].shift(1, fill_value=start)).abs() * n
    return pl.DataFrame({"at": heights["at"], "n_event": step, "n_risk": pl.Series([float(n)] * heights.height)})


def _thin(points: pl.DataFrame, steps: pl.DataFrame, smallest: int) -> pl.DataFrame:
    """The points at whole months with enough events since the last one and enough patients at risk."""
    at, events, at_risk = steps["at"].to_list(), steps["n_event"].to_list(), steps["n_risk"].to_list()
    rows, since, place = [], 0.0, 0
    for month in range(1, math.ceil(max(at, default=0.0)) + 1):
        while place < len(at) and at[place] <= month:
            since += events[place]
            place += 1
        left = at_risk[place] if place < len(at) else 0
        if since >= smallest and left >= smallest:
            row = points.filter(pl.col("at") <= month).tail(1).to_dicts()[0]
            rows.append(_moved(row, float(month)))
            since = 0.0
    return pl.DataFrame(rows, schema=SCHEMA)


def _moved(row: dict, month: float) -> dict:
    """The height of the curve at that month, a row of its own."""
    moved = row | {"at": month, "note": ""}
    key = json.dumps([moved[name] for name in KEY], ensure_ascii=False)
    return moved | {"estimate_id": hashlib.sha256(key.encode()).hexdigest()[:16]}
