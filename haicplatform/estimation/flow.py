"""Who was assessed, left out and analysed; what the deliveries looked like; whom a sensitivity analysis changes.

Belongs here: counting cohort rows, deliveries, findings and changes. Does not belong here: deciding who is in (SQL).
"""

from __future__ import annotations

import polars as pl

from haicplatform.estimation.baseline import ALL
from haicplatform.estimation.rows import Rows


def flow(rows: Rows, cohort: pl.DataFrame, groups: tuple[str, ...], reasons: tuple[str, ...]) -> None:
    """assessed, excluded (a reason a term, in the study's order), included, by group: pooled and by hospital."""
    populations = [("pooled", cohort)]
    if "siteid" in cohort.columns:
        known = cohort.drop_nulls("siteid")
        populations += [(f"site:{site}", part) for (site,), part in _split(known, "siteid")]
    given = cohort.filter(~pl.col("is_included"))["exclusion_reason"].drop_nulls().unique().sort().to_list()
    order = [*reasons, *(reason for reason in given if reason not in reasons)]
    for population, part in populations:
        here = rows.for_(analysis="flow", population=population)
        included = part.filter("is_included")
        excluded = part.filter(~pl.col("is_included"))
        here.add("n", part.height, term="assessed", unit="patients")
        for reason in order:
            count = excluded.filter(pl.col("exclusion_reason") == reason).height
            here.add("n", count, term=f"excluded={reason}", unit="patients")
        here.add("n", excluded.height, term="excluded", unit="patients")
        here.for_(grp=ALL).add("n", included.height, term="included", unit="patients")
        for group in groups:
            count = included.filter(pl.col("exposure_group") == group).height
            here.for_(grp=group).add("n", count, term="included", unit="patients")


def quality(rows: Rows, deliveries: pl.DataFrame | None, findings: pl.DataFrame | None) -> None:
    """Deliveries by hospital and status; findings by hospital and severity, and by rule.

    `deliveries`: site_id, status, a row a delivery. `findings`: site_id, severity, rule_id, a row a finding.
    """
    here = rows.for_(analysis="quality")
    if deliveries is not None:
        _counts(here, deliveries, ["status"], "deliveries")
    if findings is not None:
        _counts(here, findings, ["severity"], "findings")
        _counts(here, findings, ["severity", "rule_id"], "findings_by_rule")


def changed_persons(rows: Rows, changed: pl.DataFrame | None) -> None:
    """Of how many patients a sensitivity analysis changes what: pooled, and by hospital where it changes any.

    `changed`: site_id, what, changed (persons with another result), a row a hospital and kind (see
    comparison.Comparison.by_hospital).
    """
    if changed is None or not changed.height:
        return
    anything = changed.group_by("what").agg(pl.col("changed").sum()).filter(pl.col("changed") > 0)
    pooled = changed.with_columns(population=pl.lit("pooled"))
    sites = changed.with_columns(population=pl.lit("site:") + pl.col("site_id")).drop_nulls("population")
    both = pl.concat([pooled, sites.join(anything, on="what", how="semi", maintain_order="left")])
    counted = both.group_by("population", "what", maintain_order=True).agg(pl.col("changed").sum())
    for row in counted.iter_rows(named=True):
        here = rows.for_(analysis="definition_change", population=row["population"])
        here.add("changed", row["changed"], term=row["what"], unit="patients")


def _counts(rows: Rows, frame: pl.DataFrame, by: list[str], statistic: str) -> None:
    pooled = frame.with_columns(population=pl.lit("pooled"))
    sites = frame.with_columns(population=pl.lit("site:") + pl.col("site_id")).drop_nulls("population")
    both = pl.concat([pooled, sites])
    term = pl.concat_str([pl.col(name).fill_null("-") for name in by], separator="=")
    counted = both.group_by("population", term.alias("term")).agg(n=pl.len()).sort("population", "term")
    for row in counted.iter_rows(named=True):
        rows.for_(population=row["population"]).add(statistic, row["n"], term=row["term"], unit=statistic)


def _split(frame: pl.DataFrame, column: str) -> list[tuple[tuple, pl.DataFrame]]:
    return sorted(frame.partition_by(column, as_dict=True).items())
