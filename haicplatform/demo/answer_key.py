"""The demonstration's answer key held against the findings.

Belongs here: which planted defects were found, and which error findings nobody planted.
Does not belong here: planting (defects/) and finding (rows.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from haicplatform.core.settings import Home
from haicplatform.warehouse import warehouse

# A planted defect is found when all of these agree; a file refused whole has neither row nor column.
MATCH = ["site", "file", "sheet", "row", "column", "rule_id"]


@dataclass(frozen=True)
class Comparison:
    """Counts and one line a difference; no patient's value in any of them."""

    planted: int
    found: int
    missed: list[str]
    unplanted: list[str]


def compare(home: Home, key: pl.DataFrame) -> Comparison:
    """Hold `key` (columns of MATCH and severity, all text) against `quality.finding` of the published copy."""
    with warehouse.published(home) as con:
        findings = con.execute(
            """SELECT site_id AS site, source_file AS file, source_sheet AS sheet, source_row::VARCHAR AS row,
                      source_column AS column, rule_id, severity FROM quality.finding"""
        ).pl()
    blank = [pl.col(name).fill_null("") for name in [*MATCH, "severity"]]
    findings = findings.select(blank)
    key = key.with_columns(blank)
    missed = key.join(findings, on=MATCH, how="anti")
    wrong = key.join(findings.unique(MATCH), on=MATCH).filter(pl.col("severity") != pl.col("severity_right"))
    unplanted = findings.filter(pl.col("severity") == "error").join(key, on=MATCH, how="anti")
    return Comparison(
        planted=key.height,
        found=key.height - missed.height - wrong.height,
        missed=[f"not found: {_where(r)}" for r in missed.iter_rows(named=True)]
        + [f"severity {r['severity_right']}: {_where(r)} {r['severity']}" for r in wrong.iter_rows(named=True)],
        unplanted=[f"not planted: {_where(r)}" for r in unplanted.iter_rows(named=True)],
    )


def _where(row: dict) -> str:
    return " ".join(row[name] for name in MATCH if row[name])
