"""Rows of one delivery with the same key: which one counts, and what is said about the others.

Belongs here: finding them and choosing. Does not belong here: the same key in two deliveries (site_state.py) and
the same person at two hospitals (sql/checks/snapshot).
"""

from __future__ import annotations

import polars as pl

from schemas.contract import Table

FOUND: dict[str, pl.DataType] = {
    "index": pl.UInt32(),
    "column_name": pl.String(),
    "severity": pl.String(),
}
_ORDER = ("source_file", "source_sheet", "source_row", "branch", "index")


def duplicates(rows: pl.DataFrame, table: Table, lost: pl.Series) -> pl.DataFrame:
    """The rows to set aside: index, the column at which to say it, severity. `lost`: rows set aside already.

    `rows`: contract columns and provenance, `index` (UInt32, its position), optional `changed_at` (Datetime) and
    `op`. Identical rows: the first in the file counts (info on the others). Different values: the latest
    change counts where it is known and unique (warning on the others), else none (error on all).
    A death is never wholly lost: of several that cannot be told apart the first in the file stays.
    """
    key = list(table.key)
    keys = rows.select("index", pl.struct(key).hash().alias("key")).filter(~pl.col("index").is_in(lost.implode()))
    if keys["key"].n_unique() == keys.height:
        return pl.DataFrame(schema=FOUND)
    repeated = rows[keys.filter(pl.col("key").is_duplicated())["index"]]
    order = [name for name in _ORDER if name in rows.columns]
    if "changed_at" not in repeated.columns:
        repeated = repeated.with_columns(pl.lit(None, dtype=pl.Datetime("us")).alias("changed_at"))
    companions = [f"{column.name}_precision" for column in table.columns if column.has_precision]
    content = [name for name in (*table.names, *companions, "op") if name in repeated.columns]
    repeated = repeated.sort(order).with_columns(
        pl.col("index").first().over(content).alias("_first"),
        pl.col("changed_at").max().over(content).alias("_changed"),
    )
    identical = repeated.filter(pl.col("index") != pl.col("_first"))
    distinct = repeated.filter(pl.col("index") == pl.col("_first")).filter(pl.len().over(key) > 1)
    parts = [
        identical.select("index", pl.lit(table.key[0]).alias("column_name"), pl.lit("info").alias("severity")),
        _different(distinct, table, [name for name in content if name not in key]),
    ]
    return pl.concat(each.select(pl.col(n).cast(t) for n, t in FOUND.items()) for each in parts)


def _different(rows: pl.DataFrame, table: Table, content: list[str]) -> pl.DataFrame:
    """Rows with the same key and different values: the superseded ones, or all of them."""
    key = list(table.key)
    latest = pl.col("_changed").max().over(key)
    one_latest = (pl.col("_changed") == latest).sum().over(key) == 1
    told_apart = pl.col("_changed").is_not_null().all().over(key) & one_latest
    other = pl.lit(False)
    if table.name == "followup_event":
        is_first = pl.col("index") == pl.col("index").first().over(key)
        other = pl.when(pl.col("event_type") == "DEATH").then(is_first).otherwise(False)
    stays = pl.when(told_apart).then(pl.col("_changed") == latest).otherwise(other)
    marked = rows.with_columns(stays.alias("_stays"), told_apart.alias("_told_apart"))
    kept = pl.when("_stays").then("index").max().over(key)
    against = marked.with_columns(pl.coalesce(kept, pl.col("index").first().over(key)).alias("_against"))
    others = (pl.col(name).alias(f"{name}__other") for name in content)
    compared = against.join(rows.select(pl.col("index").alias("_against"), *others), on="_against", how="left")
    differing = pl.coalesce(
        *(pl.when(pl.col(name).ne_missing(pl.col(f"{name}__other"))).then(pl.lit(name)) for name in content),
    )
    severity = pl.when("_told_apart").then(pl.lit("warning")).otherwise(pl.lit("error"))
    found = compared.filter(~pl.col("_stays")).with_columns(differing.alias("column_name"), severity.alias("severity"))
    # A row compared with itself (nothing stays) differs where the next one of its key does.
    fallback = pl.coalesce(pl.col("column_name").drop_nulls().first().over(key), pl.lit(table.key[0]))
    return found.with_columns(pl.coalesce("column_name", fallback).alias("column_name")).with_columns(
        pl.col("column_name").str.replace(r"_precision$", "")
    )
