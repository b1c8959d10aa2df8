"""Excel workbooks: which sheets, which rows, and what a typed cell is as text.

Belongs here: headers over merged cells, hidden sheets, totals, dates and numbers as text.
Does not belong here: the container (workbook.py: encrypted, cut off, not a workbook) and meanings of cells.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

import polars as pl

from haicplatform.core.errors import FileRefused
from haicplatform.ingest.reading import cells
from haicplatform.ingest.reading.numbers import plain_number
from haicplatform.ingest.reading.sheet import ROW, LineCount, Sheet
from haicplatform.ingest.reading.text import check, empty_file, no_header, skip_totals
from haicplatform.ingest.reading.workbook import Workbook, Worksheet, open_workbook
from haicplatform.sites.layout import FileLayout

# days between the two epochs a workbook may count from, 1899-12-30 and 1904-01-01
_EPOCHS_APART = 1462


def read_excel(data: bytes, name: str, layouts: Sequence[FileLayout]) -> list[Sheet]:
    """Read the sheets of a workbook that a layout names, every visible one where it names none.

    Each sheet is read by the first layout that wants it. Raises FileRefused: encrypted, truncated, type, empty,
    missing (no such sheet), header, unreadable_rows (formulas that were saved without their results).
    """
    book = open_workbook(data, name)
    chosen = [(sheet, next((each for each in layouts if _is_wanted(sheet, each.sheet)), None)) for sheet in book.sheets]
    if not any(layout for _, layout in chosen):
        raise _no_sheet(name, book, layouts)
    sheets, aside, bare = [], list(book.notes), []
    for sheet, layout in chosen:
        rows = sheet.cells()
        if layout and len(rows) >= max(layout.header_rows) and any(map(any, _header_rows(rows, layout))):
            sheets.append(_sheet(sheet, rows, name, layout, _shift(book, layout)))
            continue
        aside += _text_of(sheet.name, rows)
        if layout and rows:
            bare.append((layout, len(rows)))
    for layout, height in bare:
        if layout.sheet or not sheets:
            raise no_header(name, max(layout.header_rows), height)
    if not sheets:
        raise empty_file(name, "The workbook is empty")
    if aside:
        sheets[0] = replace(sheets[0], outside=pl.concat([sheets[0].outside, cells.outside(aside)]))
    return sheets


def _no_sheet(name: str, book: Workbook, layouts: Sequence[FileLayout]) -> FileRefused:
    return FileRefused(
        "The workbook has no such sheet",
        file=name,
        found=", ".join(f"'{cells.nfc(sheet.name)}'" for sheet in book.sheets) or "no sheet",
        expected=" or ".join(f"a visible sheet '{layout.sheet or '*'}'" for layout in layouts),
        todo="correct the workbook, or `sheet` in the site file",
        reason="missing",
    )


def _is_wanted(sheet: Worksheet, pattern: str | None) -> bool:
    """A glob finds visible sheets; a hidden one must be named letter by letter."""
    name = cells.nfc(sheet.name).strip()
    if pattern is None:
        return sheet.visible
    pattern = cells.nfc(pattern)
    return name == pattern or (sheet.visible and fnmatchcase(name, pattern))


def _shift(book: Workbook, layout: FileLayout) -> dt.timedelta:
    """How far to move dates where the layout says that the workbook names the wrong date system."""
    if layout.date_system is None or layout.date_system == book.date_system:
        return dt.timedelta(0)
    return dt.timedelta(days=_EPOCHS_APART if layout.date_system == 1904 else -_EPOCHS_APART)


def _header_rows(rows: list[list], layout: FileLayout) -> list[list[str]]:
    none = dt.timedelta(0)
    return [[cells.clean_header(_text(cell, none)) for cell in rows[i - 1]] for i in layout.header_rows]


def _header(sheet: Worksheet, rows: list[list], layout: FileLayout) -> list[str]:
    found = _header_rows(rows, layout)
    merged = False
    for top, left, bottom, right in sheet.merged():
        for position, number in enumerate(layout.header_rows):
            if top <= number - 1 <= bottom:
                merged = True
                text = cells.clean_header(_text(rows[top][left], dt.timedelta(0))) if top < len(rows) else ""
                for column in range(left, min(right, len(found[position]) - 1) + 1):
                    found[position][column] = text
    return cells.join_header(found, fill=not merged)


def _sheet(sheet: Worksheet, rows: list[list], name: str, layout: FileLayout, shift: dt.timedelta) -> Sheet:
    last_header = max(layout.header_rows)
    header = _header(sheet, rows, layout)
    body = [(number, row) for number, row in enumerate(rows[last_header:], start=last_header + 1)]
    filled = [(number, row) for number, row in body if any(cell is not None and cell != "" for cell in row)]
    names = cells.unique_header(header)
    columns = {ROW: pl.Series(ROW, [number for number, _ in filled], dtype=pl.Int64)}
    for position, column in enumerate(names):
        values = [_text(row[position], shift) or None for _, row in filled]
        columns[column] = pl.Series(column, values, dtype=pl.String)
    frame = cells.drop_nameless(pl.DataFrame(columns), header, names)
    frame = cells.to_nfc(frame)
    frame, skipped, total_text = skip_totals(frame, layout.skip_rows, cells.nfc(sheet.name))
    titles = [(i, rows[i - 1]) for i in range(1, last_header) if i not in layout.header_rows]
    aside = [(cells.nfc(sheet.name), i, _joined(row)) for i, row in titles if _joined(row)]
    return check(
        Sheet(
            file=name,
            sheet=cells.nfc(sheet.name),
            header=frame.columns[1:],
            rows=frame,
            physical_lines=len(rows),
            lines=LineCount(
                title=len(titles),
                header=len(layout.header_rows),
                read=frame.height,
                skipped=len(skipped),
                blank=len(body) - len(filled),
            ),
            skipped=pl.DataFrame({ROW: skipped}, schema={ROW: pl.Int64}),
            outside=cells.outside(aside + total_text),
        )
    )


def _text_of(sheet: str, rows: list[list]) -> list[tuple[str, int | None, str]]:
    """What a sheet that is not read says: its name, then its rows."""
    name = cells.nfc(sheet)
    joined = ((number, _joined(row)) for number, row in enumerate(rows, start=1))
    return [(name, None, name), *((name, number, text) for number, text in joined if text)]


def _joined(row: list) -> str:
    none = dt.timedelta(0)
    return cells.nfc(" | ".join(text for text in (_text(cell, none) for cell in row) if text))


def _text(value: object, shift: dt.timedelta) -> str:
    """A typed cell as text: ISO dates, numbers without exponent, a time alone as HH:MM:SS."""
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return plain_number(value)
    if isinstance(value, dt.datetime):
        # a spreadsheet's fraction of a day misses whole seconds by microseconds
        value = (value + shift + dt.timedelta(microseconds=500_000)).replace(microsecond=0)
        if value.time() == dt.time(0):
            return value.date().isoformat()
        return value.strftime("%Y-%m-%d %H:%M:%S" if value.second else "%Y-%m-%d %H:%M")
    if isinstance(value, dt.date):
        return (value + shift).isoformat()
    if isinstance(value, dt.timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}"
    if isinstance(value, dt.time):
        return value.strftime("%H:%M:%S")
    return str(value)
