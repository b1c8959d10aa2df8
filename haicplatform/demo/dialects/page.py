"""A page of a delivery, as a person sees it in a spreadsheet, and its bytes. SYNTHETIC.

Belongs here: text files in any encoding, workbooks with titles and merged headers, Parquet; always the same bytes.
Does not belong here: what stands in the cells (the hospitals' modules), planted defects (defects/).
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

import polars as pl
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

_MADE = datetime(2024, 8, 15, 6, 0, 0)


@dataclass(frozen=True)
class Page:
    """One text file, one Parquet file or one sheet of a workbook.

    frame: text cells; its column names are the header as the platform reads it ('top_bottom' for two rows).
    titles: rows above the header. tops: the upper header row, one text a column, for two-row headers.
    totals: a row below the data. numbers: columns that a workbook holds as numbers or dates, not as text.
    """

    file: str
    frame: pl.DataFrame
    sheet: str = ""
    kind: Literal["text", "xlsx", "parquet"] = "text"
    encoding: str = "utf-8"
    delimiter: str = ","
    is_nfd: bool = False
    titles: tuple[tuple[str, ...], ...] = ()
    tops: tuple[str, ...] | None = None
    totals: tuple[str, ...] | None = None
    is_hidden: bool = False
    numbers: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    broken: tuple[tuple[int, str], ...] = field(default=())  # data row -> line written instead of its cells

    @property
    def first_row(self) -> int:
        """The row of the first data row, as a person counts."""
        return len(self.titles) + (1 if self.tops is None else 2) + 1

    def bottoms(self) -> list[str]:
        """The lower header row of a two-row header, the only one of a plain header."""
        if self.tops is None:
            return self.frame.columns
        return [
            name.removeprefix(f"{top}_") if name != top else ""
            for name, top in zip(self.frame.columns, self.tops, strict=True)
        ]


def write(pages: Iterable[Page]) -> dict[str, bytes]:
    """File name -> bytes; the sheets of a workbook stand in the order of the pages."""
    files: dict[str, list[Page]] = {}
    for page in pages:
        files.setdefault(page.file, []).append(page)
    return {name: _bytes(parts) for name, parts in files.items()}


def _bytes(parts: list[Page]) -> bytes:
    first = parts[0]
    if first.kind == "xlsx":
        return _workbook(parts)
    if first.kind == "parquet":
        target = io.BytesIO()
        first.frame.write_parquet(target, compression="zstd", statistics=False)
        return target.getvalue()
    return _text(first)


def _text(page: Page) -> bytes:
    target = io.StringIO(newline="")
    writer = csv.writer(target, delimiter=page.delimiter, lineterminator="\r\n")
    writer.writerows(page.titles)
    if page.tops is not None:
        writer.writerow(page.tops)
    writer.writerow(page.bottoms())
    broken = dict(page.broken)
    for index, row in enumerate(page.frame.iter_rows()):
        if index in broken:
            target.write(broken[index] + "\r\n")
        else:
            writer.writerow(["" if cell is None else cell for cell in row])
    if page.totals is not None:
        writer.writerow(page.totals)
    text = target.getvalue()
    return (unicodedata.normalize("NFD", text) if page.is_nfd else text).encode(page.encoding)


def _workbook(pages: list[Page]) -> bytes:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    book.set_properties({"title": "SYNTHETIC", "comments": "SYNTHETIC: invented patients", "created": _MADE})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    bold = book.add_format({"bold": True, "align": "center"})
    for page in pages:
        sheet = book.add_worksheet(page.sheet)
        for row, title in enumerate(page.titles):
            sheet.write_row(row, 0, title)
        _header(sheet, page, len(page.titles), bold)
        for column, name in enumerate(page.frame.columns):
            for offset, cell in enumerate(page.frame[name].to_list()):
                _cell(sheet, page.first_row - 1 + offset, column, cell, name, page, day)
        if page.totals is not None:
            sheet.write_row(page.first_row - 1 + len(page.frame), 0, page.totals)
        if page.is_hidden:
            sheet.hide()
    book.close()
    return target.getvalue()


def _header(sheet: Worksheet, page: Page, row: int, bold: Format) -> None:
    """A plain header, or two rows: a group merged to the right, a single name merged downwards."""
    if page.tops is None:
        sheet.write_row(row, 0, page.frame.columns, bold)
        return
    bottoms, start = page.bottoms(), 0
    while start < len(page.tops):
        end = start
        while bottoms[start] and end + 1 < len(page.tops) and page.tops[end + 1] == page.tops[start]:
            end += 1
        if not bottoms[start]:
            sheet.merge_range(row, start, row + 1, start, page.tops[start], bold)
        else:
            if end > start:
                sheet.merge_range(row, start, row, end, page.tops[start], bold)
            else:
                sheet.write(row, start, page.tops[start], bold)
            sheet.write_row(row + 1, start, bottoms[start : end + 1], bold)
        start = end + 1


def _cell(sheet: Worksheet, row: int, column: int, cell: str | None, name: str, page: Page, day: Format) -> None:
    if cell is None:
        return
    if name in page.dates:
        try:
            sheet.write_datetime(row, column, datetime.strptime(cell, "%Y-%m-%d"), day)
            return
        except ValueError:
            pass  # a planted defect, or a date without a day: text, as a person would have typed it
    if name in page.numbers:
        try:
            sheet.write_number(row, column, float(cell))
            return
        except ValueError:
            pass
    sheet.write_string(row, column, cell)
