"""A document as a workbook: an index, a sheet a table, a sheet with the data of each figure.

Belongs here: sheets. Does not belong here: what the document says.
"""

from __future__ import annotations

import io
import re
from datetime import datetime

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from haicplatform.report.document.messages import Words
from haicplatform.report.document.model import FIGURE_DATA, Document, Figure, Row, Table, ids_of, plain
from haicplatform.report.formats.html import widths

_COUNT = re.compile(r"^(0|[1-9]\d{0,2}(,\d{3})*)$")
# a date for a file that must not have one
_EPOCH = datetime(2000, 1, 1)
_HEAD_ROW = 3
_WIDEST = 60
# how a row of each kind looks
_KINDS: dict[str, dict[str, object]] = {
    "": {},
    "heading": {"bold": True},
    "level": {},
    "total": {"bold": True, "top": 4},
}


def xlsx(document: Document) -> bytes:
    """The whole workbook. The ids of a cell's estimates stand in folded columns to the right of each table."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": document.title, "created": _EPOCH})
    words, sheets = Words(document.language), _Sheets(book)
    index = book.add_worksheet(words("sheet.index"))
    entries = []
    for number, table in enumerate(document.tables, 1):
        label = words("label.table", number=table.number) if table.number else ""
        name = sheets.name(label or table.title)
        _table(sheets, book.add_worksheet(name), document, table, label, words)
        entries.append((name, label, table.title or str(number)))
    for figure in document.figures:
        label = words("label.figure", number=figure.number)
        name = sheets.name(label)
        _figure(sheets, book.add_worksheet(name), document, figure, label, words)
        entries.append((name, words("sheet.data", label=label), figure.title))
    _index(sheets, index, document, entries, words)
    book.close()
    return buffer.getvalue()


class _Sheets:
    """The looks of a workbook and the names of its sheets."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        font = {"font_name": "Arial", "font_size": 10, "valign": "top"}
        make = lambda **more: book.add_format(font | more)  # noqa: E731
        self.title = make(bold=True, font_size=12)
        self.soft = make(font_color="#5c5c5c")
        self.warn = make(bold=True, font_color="#8a3b12")
        self.head = make(bold=True, text_wrap=True, top=2, bottom=1, valign="bottom")
        self.over = make(bold=True, align="center", bottom=1)
        self.link = make(font_color="#1d4e89", underline=1)
        self.note = make(font_color="#5c5c5c", text_wrap=False)
        self.wrapped = make(text_wrap=True)
        self.ids = make(font_color="#8a8a8a", font_size=8)
        self.number = make(num_format="0.0000000000")
        self.looks = {
            (kind, align): make(**look, align=align) for kind, look in _KINDS.items() for align in ("left", "right")
        }
        self.indent = make(indent=1)
        self._used: set[str] = set()

    def name(self, wanted: str) -> str:
        """A name of a sheet: 31 letters, none that Excel forbids, not one of another sheet."""
        name = re.sub(r"[\[\]:*?/\\']", " ", wanted)[:28]
        made, count = name, 1
        while made.lower() in self._used:
            count += 1
            made = f"{name} {count}"
        self._used.add(made.lower())
        return made


def _heading(sheets: _Sheets, sheet: Worksheet, document: Document, label: str, title: str, words: Words) -> None:
    sheet.write_string(0, 0, f"{label}  {title}".strip(), sheets.title)
    if document.is_synthetic:
        sheet.write_string(1, 0, words("synthetic.short"), sheets.warn)
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)


def _table(sheets: _Sheets, sheet: Worksheet, document: Document, table: Table, label: str, words: Words) -> None:
    _heading(sheets, sheet, document, label, table.title, words)
    columns = len(table.head)
    row = _HEAD_ROW
    if table.groups:
        at = 0
        for group, span in table.groups:
            if group and span > 1:
                sheet.merge_range(row, at, row, at + span - 1, group, sheets.over)
            elif group:
                sheet.write_string(row, at, group, sheets.over)
            at += span
        row += 1
    for column, text in enumerate(table.head):
        sheet.write_string(row, column, plain(text), sheets.head)
        sheet.write_string(row, columns + 1 + column, f"ids: {plain(text)}", sheets.ids)
    sheet.freeze_panes(row + 1, 1)
    for line in table.rows:
        row += 1
        _line(sheets, sheet, row, line, columns)
    for note in table.notes:
        if note:
            row += 1
            sheet.write_string(row, 0, plain(note), sheets.note)
            sheet.write_string(row, columns + 1, "\n".join(ids_of(note)), sheets.ids)
    for column, letters in enumerate(widths(table)):
        sheet.set_column(column, column, min(_WIDEST, max(9, letters + (6 if column == 0 else 1))))
    sheet.set_column(columns, columns, 3, None, {"collapsed": False})
    sheet.set_column(columns + 1, 2 * columns, 19, None, {"level": 1, "hidden": True})
    sheet.set_column(2 * columns + 1, 2 * columns + 1, 3, None, {"collapsed": True})
    sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{row + 1}"})
    sheet.repeat_rows(_HEAD_ROW, _HEAD_ROW + bool(table.groups))


def _line(sheets: _Sheets, sheet: Worksheet, row: int, line: Row, columns: int) -> None:
    for column, cell in enumerate(line.cells):
        text, is_name = plain(cell), column == 0
        look = (
            sheets.indent
            if is_name and line.kind == "level"
            else sheets.looks[(line.kind, "left" if is_name else "right")]
        )
        if not is_name and _COUNT.match(text):
            sheet.write_number(row, column, int(text.replace(",", "")), look)
        elif text:
            sheet.write_string(row, column, text, look)
        else:
            sheet.write_blank(row, column, None, look)
        if ids_of(cell):
            sheet.write_string(row, columns + 1 + column, "\n".join(ids_of(cell)), sheets.ids)


def _figure(sheets: _Sheets, sheet: Worksheet, document: Document, figure: Figure, label: str, words: Words) -> None:
    _heading(sheets, sheet, document, label, figure.title, words)
    for column, name in enumerate(FIGURE_DATA):
        sheet.write_string(_HEAD_ROW, column, words(f"column.{name}"), sheets.head)
    for place, values in enumerate(figure.data.iter_rows(), _HEAD_ROW + 1):
        for column, value in enumerate(values):
            if isinstance(value, float):
                sheet.write_number(place, column, value)
            elif value:
                sheet.write_string(place, column, value, sheets.ids if column == len(FIGURE_DATA) - 1 else None)
    end = _HEAD_ROW + figure.data.height
    sheet.write_string(end + 2, 0, plain(figure.caption), sheets.note)
    sheet.freeze_panes(_HEAD_ROW + 1, 0)
    sheet.repeat_rows(_HEAD_ROW)
    sheet.autofilter(_HEAD_ROW, 0, max(end, _HEAD_ROW + 1), len(FIGURE_DATA) - 1)
    for column, letters in enumerate((34, 18, 12, 12, 12, 12, 24, 24)):
        sheet.set_column(column, column, letters)


def _index(sheets: _Sheets, sheet: Worksheet, document: Document, entries: list[tuple], words: Words) -> None:
    _heading(sheets, sheet, document, "", document.title, words)
    row = _HEAD_ROW
    for label, text in document.facts:
        sheet.write_string(row, 0, label, sheets.soft)
        sheet.write_string(row, 1, plain(text), sheets.wrapped)
        row += 1
    row += 1
    for column, key in enumerate(("sheet.name", "sheet.title")):
        sheet.write_string(row, column, words(key), sheets.head)
    for name, label, title in entries:
        row += 1
        sheet.write_url(row, 0, f"internal:'{name}'!A1", sheets.link, label or name)
        sheet.write_string(row, 1, title)
    sheet.write_string(row + 2, 0, words("footer"), sheets.note)
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 80)
