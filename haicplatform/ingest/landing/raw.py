"""The all-text copy of a delivery: each sheet as Parquet, patient numbers already replaced.

Belongs here: writing raw/. Does not belong here: identity (scan.py: scan, mask and hash first).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import polars as pl

from haicplatform.core.atomic_files import write_json
from haicplatform.ingest.reading.sheet import Sheet

LISTING = "sheets.json"


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
