"""The all-text copy of a delivery: each sheet as Parquet, patient numbers already replaced.

Belongs here: writing and reading raw/. Does not belong here: identity (scan.py: scan, mask and hash first).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import polars as pl

from haicplatform.core.atomic_files import write_json
from haicplatform.ingest.reading.sheet import ROW, Sheet

LISTING = "sheets.json"
_PROVENANCE = ("source_file", "source_sheet")


def write_raw(sheets: Iterable[Sheet], folder: Path) -> list[dict]:
    """Write each sheet's rows as text with source_row first and source_file, source_sheet last.

    `sheets` must be scanned and their patient numbers hashed; text outside the rows is not written. Returns
    and writes as sheets.json one entry a sheet: file, sheet, parquet (file name in `folder`), header, rows,
    rejected (source_row, reason), lines (where each physical line went).
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    listing = []
    for number, sheet in enumerate(sheets, start=1):
        parquet = f"{number:03d}.parquet"
        sheet.rows.with_columns(
            pl.lit(sheet.file).alias("source_file"), pl.lit(sheet.sheet).alias("source_sheet")
        ).write_parquet(folder / parquet, compression="lz4", statistics=False)
        listing.append(
            {
                "file": sheet.file,
                "sheet": sheet.sheet,
                "parquet": parquet,
                "header": sheet.header,
                "rows": sheet.rows.height,
                "rejected": sheet.rejected.rows(),
                "lines": vars(sheet.lines) | {"physical": sheet.physical_lines},
            }
        )
    write_json(folder / LISTING, listing)
    return listing


def read_raw(folder: Path) -> list[Sheet]:
    """The sheets of a raw/ folder as they were written."""
    listing = json.loads((folder / LISTING).read_text(encoding="utf-8"))
    return [
        Sheet(
            file=entry["file"],
            sheet=entry["sheet"],
            header=entry["header"],
            rows=pl.read_parquet(folder / entry["parquet"], columns=[ROW, *entry["header"]]),
            physical_lines=entry["lines"]["physical"],
        )
        for entry in listing
    ]
