"""The estimates of a study as they may leave the coordinating centre.

Belongs here: the order of the steps, and what a suppressed row looks like. Does not belong here: any one step.
"""

from __future__ import annotations

import re

import polars as pl

from haicplatform.release.breakdown import pooled_only
from haicplatform.release.curves import coarsen
from haicplatform.release.derived_statistics import dependents, single_patients, undeclared, weighted_at_risk
from haicplatform.release.printed_counts import SUPPRESSED, read_cells
from haicplatform.release.sum_constraints import relate
from haicplatform.release.suppression import hide

_MISSING = r"\b([1-9]\d*)()(?= missing\b)"


def suppress(estimates: pl.DataFrame, min_count: int) -> pl.DataFrame:
    """The estimates with no count from 1 to below `min_count`, nor any number that gives one away.

    What stands by hospital, and sensitivity analyses of nearly the same patients, fall out (breakdown.py): beside them
    pooled counts could not stay. A suppressed row keeps its key and id, without value, interval and note; its status
    is `suppressed`. Hidden are small counts of patients and readings, as many others as it takes that no sum of
    printed counts gives one (suppression.py), what is computed from them, numbers of single patients, and what the
    registry of estimates does not declare. Zeros stay.
    Rows a patient of the plots by patient fall out; curves keep whole months (curves.py). Notes that count fewer say
    so.
    """
    frame = pooled_only(estimates, min_count)
    frame = frame.filter(~single_patients(frame))
    return hide_small(coarsen(frame, max(min_count, 1)), min_count)


def hide_small(frame: pl.DataFrame, min_count: int) -> pl.DataFrame:
    """The same rows, with small counts, counts that give one away, and what is computed from either suppressed."""
    cells = relate(read_cells(frame), min_count)
    hidden = hide(cells, min_count)
    hidden_rows = {row for cell in hidden for row in cells.rows[cell]}
    small = {row for cell in hidden if cells.values[cell] < min_count for row in cells.rows[cell]}
    gone = hidden_rows | {*dependents(frame, hidden_rows, small), *weighted_at_risk(frame), *undeclared(frame)}
    return _without(frame, gone, min_count)


def _without(frame: pl.DataFrame, gone: set[int], min_count: int) -> pl.DataFrame:
    is_gone = pl.Series("is_gone", [row in gone for row in range(frame.height)], dtype=pl.Boolean)
    words = [
        pl.Series("note", [_fewer(text, min_count, f"fewer than {min_count}") for text in frame["note"]]),
        # a status is worded in the language of the report
        pl.Series("status", [_fewer(text, min_count, f"<{min_count}") for text in frame["status"]]),
    ]
    empty = {name: pl.lit(None, dtype=pl.Float64) for name in ("value", "ci_low", "ci_high")}
    empty |= {"note": pl.lit(""), "status": pl.lit(SUPPRESSED)}
    return (
        frame.with_columns(*words)
        .with_columns(is_gone)
        .with_columns(pl.when("is_gone").then(new).otherwise(pl.col(name)).alias(name) for name, new in empty.items())
        .drop("is_gone")
    )


def _fewer(text: str, min_count: int, few: str) -> str:
    """A note or status that counts a few patients or events, with `few` for the number."""

    def said(found: re.Match) -> str:
        if int(found[1]) >= min_count:
            return found[0]
        return few + (f" {found[2].removesuffix('s')}s" if found[2] else "")

    # a status may be a count alone
    text = re.sub(r"(?<=^missing_values: )([1-9]\d*)()$", said, text)
    return re.sub(r"\b([1-9]\d*) (patients?|events?|persons?|values?)\b", said, re.sub(_MISSING, said, text))
