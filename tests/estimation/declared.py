"""Which estimates the registry does not know. Belongs here: asking it. Does not belong here: expectations."""

from __future__ import annotations

import polars as pl

from haicplatform.estimation.registry import FILE, disclosure_of


def undeclared(estimates: pl.DataFrame) -> list[str]:
    """A sentence for each analysis and statistic that registry.yaml does not declare, or declares in another unit."""
    keys = estimates.select("analysis", "population", "term", "statistic", "unit").unique(maintain_order=True)
    missing: dict[str, str] = {}
    for row in keys.iter_rows(named=True):
        if disclosure_of(row) is None:
            what = f"`{row['statistic']}` of `{row['analysis']}` (unit {row['unit'] or '-'})"
            missing[f"add {what} to {FILE.parent.name}/{FILE.name}"] = row["term"]
    return [f"{sentence}, for the term {term!r}" for sentence, term in missing.items()]
