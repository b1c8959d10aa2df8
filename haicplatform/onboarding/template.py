"""The workbook that a hospital can fill by hand: a sheet a table, in the contract's own layout.

Belongs here: sheets, header notes, drop-downs and the page of instructions, all made from the models.
Does not belong here: reading a filled one (a site file with `layout: contract` reads it like any delivery).
Required columns are dark, columns that may be left out are light; the first sheet explains.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from haicplatform.core.errors import UsageError
from schemas.contract import TABLES, Column, Table
from schemas.lab_tests import LAB_TESTS
from schemas.rules import band_text

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from haicplatform.core.settings import Home
    from haicplatform.sites.site import Site

NOTES = "안내 Notes"
TESTS = "검사코드 Tests"
_ROWS = 5000
"""Rows of a sheet that have drop-downs."""
_LIST_LIMIT = 255
"""Characters that a drop-down's own list may have in Excel."""

_FORMS_KO = {
    "date": "날짜 YYYY-MM-DD",
    "datetime": "날짜 시각 YYYY-MM-DD HH:MM (시각을 모르면 날짜만)",
    "partial_date": "날짜 YYYY-MM-DD, 모르면 YYYY-MM 또는 YYYY",
    "integer": "정수",
    "decimal": "숫자",
    "text": "글자",
    "code": "목록에서 선택",
    "flag": "Y 또는 N",
}
_FORMS_EN = {
    "date": "date YYYY-MM-DD",
    "datetime": "date and time YYYY-MM-DD HH:MM (the date alone if need be)",
    "partial_date": "date YYYY-MM-DD, else YYYY-MM or YYYY",
    "integer": "whole number",
    "decimal": "number",
    "text": "text",
    "code": "choose from the list",
    "flag": "Y or N",
}
_INSTRUCTIONS = (
    ("시트 하나가 표 하나입니다. 시트 이름과 첫 행(열 이름)은 바꾸지 마십시오.",
     "One sheet is one table. Please do not change the names of sheets or the first row."),
    ("진한 색 열은 꼭 필요하고, 연한 색 열은 비워 두어도 됩니다. 열 이름의 메모에 뜻과 단위가 있습니다.",
     "Dark columns are required; light ones may stay empty. The note on a header says its meaning and unit."),
    ("주민등록번호와 전화번호는 어느 칸에도 쓰지 마십시오. 있으면 파일 전체를 받지 않습니다.",
     "Write no resident registration number and no telephone number anywhere: such a file is not taken."),
    ("모르는 값은 비워 두십시오. 0이나 9999로 채우지 마십시오.",
     "Leave a value empty where it is unknown. Do not fill in 0 or 9999."),
    ("날짜는 네 자리 연도로 씁니다(2023-03-07).", "Dates have a four-digit year (2023-03-07)."),
    ("다 채운 파일은 병원의 inbox 폴더에 넣습니다. 사이트 파일에는 layout: contract 한 줄이면 됩니다.",
     "Put the filled file into the hospital's inbox. Its site file needs no more than layout: contract."),
)  # fmt: skip


def write_template(site: str | Site | None, path: Path, *, home: Home | Path | None = None) -> None:
    """Write the workbook to `path` (.xlsx) for a hospital (its id or its site file), or for any.

    A hospital that is not known yet gets the general one under its id. UsageError where the file cannot be
    written.
    """
    import xlsxwriter
    from xlsxwriter.exceptions import FileCreateError

    title = _title(site, home)
    try:
        with xlsxwriter.Workbook(path) as book:
            _notes(book, title)
            for table in TABLES.values():
                _sheet(book, table)
            _tests(book)
    except FileCreateError as error:
        raise UsageError(
            "The workbook cannot be written",
            file=str(path),
            found=str(error),
            expected="a folder that can be written to",
            todo="name another place with --to",
        ) from None


def _title(site: str | Site | None, home: Home | Path | None) -> str:
    from haicplatform.sites.loading import load_site

    if isinstance(site, str):
        try:
            site = load_site(site, home)
        except UsageError:
            return str(site)
    return "" if site is None else f"{site.site_id} {site.hospital.name_ko} {site.hospital.name_en}"


def filled_by_hand(table: Table) -> list[Column]:
    """The columns of a table's sheet: all but the derived ones."""
    return [column for column in table.columns if not column.derived]


def _notes(book: Workbook, title: str) -> None:
    sheet = book.add_worksheet(NOTES)
    bold = book.add_format({"bold": True, "font_size": 14})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 20)
    sheet.set_column(1, 2, 60)
    sheet.write_string(0, 0, f"{title} 자료 입력 양식 · Data entry workbook".strip(), bold)
    row = 2
    for ko, en in _INSTRUCTIONS:
        sheet.write_string(row, 1, ko, wrap)
        sheet.write_string(row, 2, en, wrap)
        row += 1
    row += 1
    for table in TABLES.values():
        sheet.write_url(row, 0, f"internal:'{table.name}'!A2", string=table.name)
        sheet.write_string(row, 1, table.ko, wrap)
        sheet.write_string(row, 2, table.en, wrap)
        row += 1


def _sheet(book: Workbook, table: Table) -> None:
    sheet = book.add_worksheet(table.name)
    text, day = book.add_format({"num_format": "@"}), book.add_format({"num_format": "yyyy-mm-dd"})
    minute = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    number = book.add_format({"num_format": "General"})
    formats = {"date": day, "datetime": minute, "integer": number, "decimal": number}
    sheet.freeze_panes(1, 1)
    for position, column in enumerate(filled_by_hand(table)):
        sheet.write_string(0, position, column.name, _head(book, column))
        sheet.write_comment(0, position, note(column), {"x_scale": 2.2, "y_scale": 1.6, "font_size": 9})
        sheet.set_column(position, position, max(len(column.name) + 2, 12), formats.get(column.kind, text))
        _drop_down(sheet, position, column)


def _head(book: Workbook, column: Column) -> Format:
    if column.column_required:
        return book.add_format({"bold": True, "bg_color": "#1F4E78", "font_color": "#FFFFFF", "num_format": "@"})
    return book.add_format({"bold": True, "bg_color": "#DDEBF7", "num_format": "@"})


def note(column: Column) -> str:
    """What the note on a header says: title, meaning, form, unit, codes, when required; Korean first."""
    lines = [f"{column.title_ko} / {column.title_en}"]
    lines += [each for each in (column.ko, column.en) if each not in (column.title_ko, column.title_en)]
    lines.append(f"{_FORMS_KO[column.kind]} / {_FORMS_EN[column.kind]}")
    if column.unit:
        lines.append(f"단위 Unit: {column.unit}")
    if column.hard:
        lines.append(f"범위 Range: {band_text(column.hard)}")
    if column.codes:
        lines.append("코드 Codes: " + ", ".join(column.codes))
    if column.value_required:
        lines.append("필수 / required")
    elif column.value_required_when:
        lines.append(f"{column.value_required_when_ko} 필수 / required when {column.value_required_when}")
    return "\n".join(lines)


def _drop_down(sheet: Worksheet, position: int, column: Column) -> None:
    if not column.codes or len(",".join(column.codes)) > _LIST_LIMIT:
        return
    codes = [int(code) for code in column.codes] if column.kind == "integer" else list(column.codes)
    sheet.data_validation(
        1, position, _ROWS, position,
        {
            "validate": "list", "source": codes, "error_type": "stop", "error_title": column.title_ko[:32],
            "error_message": "목록의 값만 쓸 수 있습니다. Please choose from the list.",
        },
    )  # fmt: skip


def _tests(book: Workbook) -> None:
    sheet = book.add_worksheet(TESTS)
    bold = book.add_format({"bold": True})
    sheet.set_column(0, 3, 24)
    sheet.write_row(0, 0, ("test_code", "검사", "Test", "단위 Unit"), bold)
    for row, test in enumerate(LAB_TESTS.values(), start=1):
        sheet.write_row(row, 0, (test.code, test.ko, test.en, test.unit or ""))
