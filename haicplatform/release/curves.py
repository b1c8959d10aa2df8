"""Curves without steps of single patients.

Belongs here: which points of a curve may be released. Does not belong here: counts (suppression.py), drawing.

A survival curve steps down at every event, and its height, the times and the number at risk give each patient's time.
Released are its heights at whole months, and of these only as many as leave `smallest` events between one and the
next and as many patients at risk at each. How many had an event or were censored by a month falls out with them.
Rates at fixed months are heights of the same curve: one with fewer events since the last one that is shown is hidden,
and the other heights keep the distance to those that are shown.
"""

from __future__ import annotations

import hashlib
import json
import math
from bisect import bisect_right

import polars as pl

from haicplatform.estimation.rows import KEY, SCHEMA
from haicplatform.release.printed_counts import SUPPRESSED, disclosures

CURVE = ("study_id", "snapshot_id", "analysis", "variant", "population", "endpoint", "grp", "term")


def coarsen(frame: pl.DataFrame, smallest: int) -> pl.DataFrame:
    """The estimates with every curve at whole months, its counts at single times left out (at_risk stays), and the
    rates hidden that a few events part, with the comparisons of groups at these months."""
    tells = disclosures(frame)
    rest = frame.filter(~tells.is_in(["of_curve", "at_single_time"]).fill_null(False))
    fixed = frame.filter(tells.eq_missing("of_curve_month"))
    kept, hidden = [], []
    for key, points in frame.filter(tells.eq_missing("of_curve")).group_by(*CURVE, "statistic", maintain_order=True):
        where = dict(zip((*CURVE, "statistic"), key, strict=True))
        is_here = pl.all_horizontal(pl.col(name) == where[name] for name in CURVE)
        steps = _Steps(points, frame.filter(is_here))
        rates = fixed.filter(is_here).sort("at")
        shown = _far_apart(rates["at"].to_list(), steps, smallest)
        hidden += rates.filter(~pl.col("at").is_in(shown)).to_dicts()
        kept.append(_thin(points.sort("at"), steps, shown, smallest))
    whole = pl.concat([part for part in kept if part.height] or [rest.clear()])
    whole = pl.concat([_without_rates(rest, hidden), whole])
    order = frame.select("estimate_id").with_row_index("place")
    return (
        whole.join(order, on="estimate_id", how="left", maintain_order="left")
        .sort("place", nulls_last=True, maintain_order=True)
        .drop("place")
        .select(list(SCHEMA))
    )


class _Steps:
    """Events and patients at risk of one curve at its times: as estimated; of a curve without them at least one event
    a step, and all patients."""

    def __init__(self, points: pl.DataFrame, counts: pl.DataFrame) -> None:
        found = {
            name: dict(counts.filter(pl.col("statistic") == name).select("at", "value").iter_rows())
            for name in ("n_event", "n_risk")
        }
        if not all(found.values()):
            at, heights = points.sort("at")["at"].to_list(), points.sort("at")["value"].to_list()
            moved = (a != b for a, b in zip(heights, [None, *heights], strict=False))
            found = {"n_event": {t: float(is_new) for t, is_new in zip(at, moved, strict=True)}, "n_risk": {}}
        self.at = sorted(found["n_event"])
        self.at_risk = [found["n_risk"].get(time, math.inf) for time in self.at]
        self._before = [0.0]
        for time in self.at:
            self._before.append(self._before[-1] + found["n_event"][time])

    def between(self, start: float, end: float) -> float:
        """How many had an event after `start` and until `end`."""
        return self._before[bisect_right(self.at, end)] - self._before[bisect_right(self.at, start)]

    def left(self, time: float) -> float:
        """How many are at risk after `time`."""
        place = bisect_right(self.at, time)
        return self.at_risk[place] if place < len(self.at) else 0


def _far_apart(months: list[float], steps: _Steps, smallest: int) -> list[float]:
    """The months of rates between which nobody or enough had an event."""
    shown, last = [], -math.inf
    for month in months:
        if not 0 < steps.between(last, month) < smallest:
            shown.append(month)
            last = month
    return shown


def _thin(points: pl.DataFrame, steps: _Steps, rates: list[float], smallest: int) -> pl.DataFrame:
    """The points at whole months with enough events since the last one, until the next rate, and patients at risk."""
    rows, last = [], -math.inf
    for month in range(1, math.ceil(max(steps.at, default=0.0)) + 1):
        last = max([last, *(rate for rate in rates if rate < month)])
        ahead = [steps.between(month, rate) for rate in rates if rate > month][:1]
        is_far = steps.between(last, month) >= smallest and not any(0 < events < smallest for events in ahead)
        if (is_far or month in rates) and steps.left(month) >= smallest:
            row = points.filter(pl.col("at") <= month).tail(1).to_dicts()
            rows += [_moved(one, float(month)) for one in row]
            last = month
    return pl.DataFrame(rows, schema=SCHEMA)


def _without_rates(frame: pl.DataFrame, hidden: list[dict]) -> pl.DataFrame:
    """The rows, those of the hidden rates and of comparisons of groups at their months without their numbers."""
    ids = [row["estimate_id"] for row in hidden]
    places = {(row["variant"], row["population"], row["endpoint"], row["at"]) for row in hidden}
    compared = frame.filter(pl.col("analysis") == "fixed_time")
    names = ("variant", "population", "endpoint", "at")
    ids += [row["estimate_id"] for row in compared.iter_rows(named=True) if tuple(row[n] for n in names) in places]
    is_gone = pl.col("estimate_id").is_in(ids) & pl.col("value").is_not_null()
    empty = {name: pl.lit(None, dtype=pl.Float64) for name in ("value", "ci_low", "ci_high")}
    empty |= {"note": pl.lit(""), "status": pl.lit(SUPPRESSED)}
    return frame.with_columns(
        pl.when(is_gone).then(new).otherwise(pl.col(name)).alias(name) for name, new in empty.items()
    )


def _moved(row: dict, month: float) -> dict:
    """The height of the curve at that month, a row of its own."""
    moved = row | {"at": month, "note": ""}
    key = json.dumps([moved[name] for name in KEY], ensure_ascii=False)
    return moved | {"estimate_id": hashlib.sha256(key.encode()).hexdigest()[:16]}
