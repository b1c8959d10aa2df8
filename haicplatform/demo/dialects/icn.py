"""The contract's own layout: one Parquet file a table, contract columns, typed. SYNTHETIC."""

from __future__ import annotations

import polars as pl

from haicplatform.demo.dialects import cells
from haicplatform.demo.dialects.korean import Tables
from haicplatform.demo.dialects.page import Page
from schemas.contract import TABLES


def pages(tables: Tables) -> list[Page]:
    """Twelve files called after the tables; every column but the derived ones."""
    found = []
    for name, table in TABLES.items():
        frame = cells.text(name, tables[name], {})
        kept = [column.name for column in table.columns if not column.derived]
        found.append(
            Page(f"20240815_SYNTHETIC/{name}.parquet", frame.select(pl.col(column) for column in kept), kind="parquet")
        )
    return found
