"""What a release leaves out whole, so that its pooled tables can stay whole.

Belongs here: which hospitals and sensitivity analyses a released report shows. Does not belong here: hiding single
counts (suppression.py).

A hospital's tables are full of small counts, and each of them takes pooled counts with it, because hospitals add up.
A released report therefore shows of hospitals only their patients, events and hazard ratios side by side, and the
hospitals with few of them not singly. A sensitivity analysis of nearly the same patients gives the difference away;
of the others stand the results that are compared with the main analysis, not their tables.
"""

from __future__ import annotations

import polars as pl

from haicplatform.release.printed_counts import ALL, GROUP, SITE

BY_HOSPITAL = "by_hospital"
LEAVE_OUT = "leave_out:"
MAIN = "main"
# what the table of sensitivity analyses shows of each; nothing else of them is released
OF_VARIANTS = (
    (pl.col("analysis") == "flow") & (pl.col("term") == "included"),
    (pl.col("analysis") == "response") & pl.col("term").is_in(["ORR", "patients"]),
    (pl.col("analysis") == "km") & (pl.col("statistic") == "events") & (pl.col("grp") == ALL),
    (pl.col("analysis") == "logrank") & (pl.col("statistic") == "p"),
    (pl.col("analysis") == "cox_multivariable") & pl.col("term").str.starts_with(f"{GROUP}="),
    pl.col("analysis") == "definition_change",
)


def pooled_only(frame: pl.DataFrame, smallest: int) -> pl.DataFrame:
    """The estimates without tables by hospital, without hospitals of few patients or events, and without sensitivity
    analyses of nearly the same patients. `smallest`: the least count that is shown."""
    by_hospital = pl.col("analysis") == BY_HOSPITAL
    of_one = pl.col("population").str.starts_with(SITE) | pl.col("population").str.starts_with(LEAVE_OUT)
    kept = frame.filter(~of_one & (~by_hospital | pl.col("grp").is_in(["", *_large(frame, smallest)])))
    kept = kept.filter((pl.col("variant") == MAIN) | pl.any_horizontal(OF_VARIANTS))
    return kept.filter(~pl.col("variant").is_in(_nearly_the_same(kept, smallest)))


def _large(frame: pl.DataFrame, smallest: int) -> list[str]:
    """Hospitals that are shown singly: enough patients, events and others in each group, of every endpoint; and as
    many are left out beside them that what is left of the pooled counts is not small and not one hospital's."""
    counts = _counts(frame)
    if counts.is_empty():
        return []
    least = counts.group_by("site").agg(pl.min_horizontal("n", "events", "rest").min().alias("least")).sort("site")
    order = least.sort("least", "site", descending=[True, False])["site"].to_list()
    large = least.filter(pl.col("least") >= smallest)["site"].to_list()
    shown = [site for site in order if site in large]
    while shown and not _is_hidden_well(counts.filter(~pl.col("site").is_in(shown)), smallest):
        shown.pop()
    return shown


def _counts(frame: pl.DataFrame) -> pl.DataFrame:
    """site, endpoint, grp, n, events, rest (without an event): the groups of every hospital, of every variant."""
    rows = frame.filter(
        (pl.col("analysis") == "km")
        & pl.col("population").str.starts_with(SITE)
        & pl.col("statistic").is_in(["n", "events"])
        & ~pl.col("grp").is_in(["", ALL])
        & pl.col("at").is_null()
    )
    site = pl.col("population").str.strip_prefix(SITE).alias("site")
    wide = rows.select(site, "variant", "endpoint", "grp", "statistic", pl.col("value").fill_null(0.0)).pivot(
        "statistic", index=["site", "variant", "endpoint", "grp"], values="value"
    )
    if not {"n", "events"} <= set(wide.columns):
        return wide.clear()
    return wide.with_columns(pl.col("n", "events").fill_null(0.0)).with_columns(rest=pl.col("n") - pl.col("events"))


def _is_hidden_well(others: pl.DataFrame, smallest: int) -> bool:
    """Whether the hospitals not shown are none, or several with no small count together."""
    if others.is_empty():
        return True
    together = others.group_by("variant", "endpoint").agg(pl.col("n", "events", "rest").sum())
    small = pl.any_horizontal(pl.col("n", "events", "rest").is_between(1, smallest, closed="left"))
    return others["site"].n_unique() > 1 and together.filter(small).is_empty()


def _nearly_the_same(frame: pl.DataFrame, smallest: int) -> list[str]:
    """Sensitivity analyses with a group that has a few patients more or fewer than in an analysis that is shown."""
    included = frame.filter((pl.col("analysis") == "flow") & (pl.col("term") == "included") & (pl.col("grp") != ""))
    sizes: dict[str, dict[str, float]] = {}
    for variant, grp, n in included.select("variant", "grp", "value").drop_nulls().iter_rows():
        sizes.setdefault(variant, {})[grp] = n
    shown, left = {MAIN: sizes.pop(MAIN, {})}, []
    for variant, of in sizes.items():
        apart = (abs(n - other[grp]) for other in shown.values() for grp, n in of.items() if grp in other)
        if any(0 < difference < smallest for difference in apart):
            left.append(variant)
        else:
            shown[variant] = of
    return left
