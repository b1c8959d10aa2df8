"""Parquet files: typed columns turned into the same text a person would type.

Belongs here: ISO dates, plain numbers, rows numbered as under a header line. Does not belong here: meanings.
"""

from __future__ import annotations

import io

import polars as pl
from polars.exceptions import PolarsError

from haicplatform.core.errors import FileRefused
from haicplatform.ingest.reading import cells
from haicplatform.ingest.reading.numbers import plain_numbers
from haicplatform.ingest.reading.sheet import ROW, LineCount, Sheet
from haicplatform.ingest.reading.text import check, no_header, skip_totals
from haicplatform.sites.layout import FileLayout


def read_parquet(data: bytes, name: str, layout: FileLayout) -> Sheet:
    """Read one Parquet file; its first row is row 2, as if the column names stood in row 1.

    Raises FileRefused: truncated, type (nested columns), header.
    """
    try:
        if data[-4:] != b"PAR1":
            raise _damaged(name, len(data))
        frame = pl.read_parquet(io.BytesIO(data))
    except (PolarsError, OSError, ValueError):
        raise _damaged(name, len(data)) from None
    nested = [column for column, dtype in frame.schema.items() if dtype.is_nested() or dtype == pl.Object]
    if nested:
        raise FileRefused(
            "A column holds lists or structures",
            file=name,
            column=cells.clean_header(nested[0]),
            expected="one value a cell",
            todo="export flat columns",
            reason="type",
        )
    if not frame.width:
        raise no_header(name, 1, 1)
    header = cells.unique_header([cells.clean_header(column) for column in frame.columns])
    height = frame.height
    rows = cells.to_nfc(_as_text(frame).rename(dict(zip(frame.columns, header, strict=True))))
    rows = rows.insert_column(0, pl.int_range(2, height + 2, dtype=pl.Int64, eager=True).alias(ROW))
    rows, skipped, text = skip_totals(rows, layout.skip_rows)
    sheet = Sheet(
        file=name,
        sheet="",
        header=header,
        rows=rows,
        physical_lines=height + 1,
        lines=LineCount(header=1, read=rows.height, skipped=len(skipped)),
        skipped=pl.DataFrame({ROW: skipped}, schema={ROW: pl.Int64}),
        outside=cells.outside(text),
    )
    return check(sheet)


def _as_text(frame: pl.DataFrame) -> pl.DataFrame:
    columns: list[pl.Series | pl.Expr] = []
    for column, dtype in frame.schema.items():
        cell = pl.col(column)
        if dtype.is_float():
            columns.append(plain_numbers(frame[column]))
            continue
        if isinstance(dtype, pl.Datetime):
            cell = _datetime_text(cell)
        elif dtype == pl.Boolean:
            cell = pl.when(cell).then(pl.lit("TRUE")).when(~cell).then(pl.lit("FALSE"))
        elif dtype == pl.Binary:
            cell = cell.cast(pl.String, strict=False)
        else:
            cell = cell.cast(pl.String)
        columns.append(pl.when(cell != "").then(cell).alias(column))
    return frame.select(columns)


def _datetime_text(cell: pl.Expr) -> pl.Expr:
    """Date alone at midnight, minutes where there are no seconds: what a spreadsheet would show."""
    midnight = (cell.dt.hour() == 0) & (cell.dt.minute() == 0) & (cell.dt.second() == 0)
    whole = cell.dt.second() == 0
    return (
        pl.when(midnight)
        .then(cell.dt.strftime("%Y-%m-%d"))
        .when(whole)
        .then(cell.dt.strftime("%Y-%m-%d %H:%M"))
        .otherwise(cell.dt.strftime("%Y-%m-%d %H:%M:%S"))
    )


def _damaged(name: str, size: int) -> FileRefused:
    return FileRefused(
        "The Parquet file is cut off or damaged",
        file=name,
        found=f"{size:,} bytes",
        expected="a complete Parquet file",
        todo="export it again and copy it completely",
        reason="truncated",
    )
