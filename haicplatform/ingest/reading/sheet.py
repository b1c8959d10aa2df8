"""What a file becomes once it is read: sheets of text cells, and how a site file says to read it.

Belongs here: the two shapes every reader and every consumer share, and the count of a sheet's lines.
Does not belong here: reading itself (text.py, excel.py, parquet.py) and what a column means (mapping.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

ROW = "source_row"
REJECTED_SCHEMA = {ROW: pl.Int64, "reason": pl.String}
OUTSIDE_SCHEMA = {"source_sheet": pl.String, ROW: pl.Int64, "text": pl.String}


@dataclass(frozen=True)
class LineCount:
    """Where the physical lines of a sheet went; for a workbook or Parquet a line is a row."""

    title: int = 0
    header: int = 0
    read: int = 0
    rejected: int = 0
    skipped: int = 0
    blank: int = 0

    @property
    def total(self) -> int:
        return self.title + self.header + self.read + self.rejected + self.skipped + self.blank


def _empty(schema: dict) -> pl.DataFrame:
    return pl.DataFrame(schema=schema)


@dataclass(frozen=True, repr=False)
class Sheet:
    """One sheet of one delivered file, every cell as text.

    file, sheet     name in the delivery (NFC, '/' between folders) and worksheet name ('' for text)
    header          NFC, trimmed, inner white space one blank; duplicates (without regard to case) get '.1', '.2'
    rows            source_row Int64, then one String column a header; null only where the cell is empty
    rejected        source_row, reason: records that could not be read as a row, one by one
    physical_lines  counted in the file independently of the records; equals lines.total
    skipped         source_row of the totals rows that the layout told to skip
    outside         text that is in the file but in no row (titles, totals, rejected records, sheets not read):
                    only for the identifier scan, never written anywhere
    """

    file: str
    sheet: str
    header: list[str]
    rows: pl.DataFrame
    rejected: pl.DataFrame = field(default_factory=lambda: _empty(REJECTED_SCHEMA))
    physical_lines: int = 0
    lines: LineCount = LineCount()
    skipped: pl.DataFrame = field(default_factory=lambda: _empty({ROW: pl.Int64}))
    outside: pl.DataFrame = field(default_factory=lambda: _empty(OUTSIDE_SCHEMA))

    def __repr__(self) -> str:
        """Counts only: a cell may name a person."""
        return f"Sheet({self.file!r}, {self.sheet!r}, {len(self.header)} columns, {self.rows.height} rows)"
