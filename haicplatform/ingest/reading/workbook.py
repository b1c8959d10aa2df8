"""The container of a workbook: is it one, whole, open, and what its sheets hold.

Belongs here: zip and OLE containers, passwords, error cells and formula results that calamine leaves out.
Does not belong here: headers, rows and text of cells (excel.py).
"""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import openpyxl
from python_calamine import CalamineSheet, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from haicplatform.core.errors import FileRefused

_OLE = b"\xd0\xcf\x11\xe0"
_OLE_HEADER, _NO_SECTOR, _FREE = 512, 0xFFFFFFFA, 0xFFFFFFFF
# a workbook's first record (its globals) and the record that tells of a password
_BIFF_START, _FILEPASS, _FIRST_RECORDS = re.compile(rb"\x09\x08[\x08\x10]\x00\x00[\x05\x06]\x05\x00"), 0x2F, 8
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_BOOKS = ("Workbook".encode("utf-16-le"), "B\0o\0o\0k\0".encode("ascii"))
_ERROR_CELL = re.compile(rb'<c [^>]*t="e"')
# a formula without a stored result; an empty text result is written with t="str"
_NO_RESULT = re.compile(rb'<c (?![^>]*t="str")[^>]*>\s*<f[^>]*(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>')
_NOTES = re.compile(r"(?:^|/)(?:comments|threadedComments?|drawing|vmlDrawing)[^/]*$|^docProps/|/headerFooter")
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True)
class Worksheet:
    """One sheet; cells() are the values from A1 on, each row as wide as the widest."""

    name: str
    visible: bool
    _sheet: CalamineSheet = field(repr=False)
    _errors: dict = field(default_factory=dict, repr=False)

    def cells(self) -> list[list]:
        return self._rows

    @cached_property
    def _rows(self) -> list[list]:
        rows = self._sheet.to_python(skip_empty_area=False)
        for (row, column), text in self._errors.items():
            if row < len(rows) and column < len(rows[row]):
                rows[row][column] = text
        return rows

    def merged(self) -> list[tuple[int, int, int, int]]:
        """Merged ranges as (top, left, bottom, right), counted from 0."""
        ranges = self._sheet.merged_cell_ranges or []
        return [(top, left, bottom, right) for (top, left), (bottom, right) in ranges]


@dataclass(frozen=True)
class Workbook:
    """Sheets in order; date_system 1900 or 1904; notes: text beside the cells, for the identifier scan."""

    sheets: list[Worksheet]
    date_system: int
    notes: list[tuple[str, int | None, str]]


def open_workbook(data: bytes, name: str) -> Workbook:
    """Open a workbook's bytes. Raises FileRefused: encrypted, truncated, type, unreadable_rows."""
    date_system, errors = 1900, {}
    notes: list[tuple[str, int | None, str]] = []
    if data.startswith(_OLE):
        _check_ole(data, name)
    else:
        date_system, notes, has_errors = _check_zip(data, name)
        errors = _error_cells(data, name) if has_errors else {}
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = [
            Worksheet(
                meta.name,
                meta.visible == SheetVisibleEnum.Visible,
                book.get_sheet_by_name(meta.name),
                errors.get(meta.name, {}),
            )
            for meta in book.sheets_metadata
            if meta.typ == SheetTypeEnum.WorkSheet
        ]
        for sheet in sheets:
            sheet.cells()
    except PasswordError:
        raise _encrypted(name) from None
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException:  # the reader is Rust: a panic on a damaged file is no Exception
        raise _damaged(name, len(data)) from None
    return Workbook(sheets, date_system, notes)


def _check_ole(data: bytes, name: str) -> None:
    if len(data) < _ole_size(data):
        raise _damaged(name, len(data))
    if _ENCRYPTED in data or _has_password(data):
        raise _encrypted(name)
    if not name.lower().endswith(".xls"):
        raise _not_a_workbook(name, "an old Office container")
    if not any(book in data for book in _BOOKS):
        raise _not_a_workbook(name, "an Office file without a workbook")


def _has_password(data: bytes) -> bool:
    """An old workbook says so in a record near its start, before anything that is encrypted."""
    start = _BIFF_START.search(data)
    position = start.start() if start else 0
    for _ in range(_FIRST_RECORDS if start else 0):
        kind, length = (int.from_bytes(data[position + i : position + i + 2], "little") for i in (0, 2))
        if kind == _FILEPASS:
            return True
        position += 4 + length
    return False


def _ole_size(data: bytes) -> int:
    """Bytes an OLE container needs to hold its last used sector, as its allocation table says."""
    if len(data) < _OLE_HEADER:
        return _OLE_HEADER
    sector = 1 << int.from_bytes(data[30:32], "little")
    tables = np.frombuffer(data, "<u4", 109, 76)
    tables = tables[tables < _NO_SECTOR].astype(np.int64)
    needed = max([int.from_bytes(data[48:52], "little"), *tables.tolist()]) + 2
    for position, table in enumerate(tables.tolist()):
        entries = data[(table + 1) * sector : (table + 2) * sector]
        used = np.flatnonzero(np.frombuffer(entries[: len(entries) // 4 * 4], "<u4") != _FREE)
        if len(used):
            needed = max(needed, position * (sector // 4) + int(used[-1]) + 2)
    return needed * sector


def _check_zip(data: bytes, name: str) -> tuple[int, list, bool]:
    """(date system, notes, whether error cells exist) of a whole and open .xlsx container."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as container:
            members = container.namelist()
            if any(info.flag_bits & 1 for info in container.infolist()):
                raise _encrypted(name)
            if not any(member.startswith("xl/workbook.") for member in members):
                raise _not_a_workbook(name, "a zip container without a workbook")
            if container.testzip():
                raise _damaged(name, len(data))
            sheets = [m for m in members if m.startswith("xl/worksheets/") and m.endswith(".xml")]
            has_errors = False
            for member in sheets:
                xml = container.read(member)
                has_errors |= _ERROR_CELL.search(xml) is not None
                if b"<f" in xml and _NO_RESULT.search(xml):
                    raise _no_results(name)
            book = container.read("xl/workbook.xml") if "xl/workbook.xml" in members else b""
            system = 1904 if re.search(rb'date1904="(?:1|true)"', book) else 1900
            notes = [
                ("", None, _TAG.sub(" ", container.read(member).decode("utf-8", errors="ignore")))
                for member in members
                if _NOTES.search(member) and member.endswith((".xml", ".vml"))
            ]
            return system, notes, has_errors
    except FileRefused:
        raise
    except Exception:  # zipfile raises half a dozen kinds on damaged bytes, all of one meaning here
        raise _damaged(name, len(data)) from None


def _error_cells(data: bytes, name: str) -> dict[str, dict[tuple[int, int], str]]:
    """Error values (#N/A, #REF! ...) by sheet and position: calamine reads them as empty."""
    found: dict[str, dict[tuple[int, int], str]] = {}
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        for sheet in book.worksheets:
            for row in sheet.iter_rows():
                for cell in row:
                    if cell.value is not None and cell.data_type == "e":
                        found.setdefault(sheet.title, {})[cell.row - 1, cell.column - 1] = str(cell.value)
    except Exception:  # openpyxl raises many kinds on damaged XML
        raise _damaged(name, len(data)) from None
    return found


def _encrypted(name: str) -> FileRefused:
    return FileRefused(
        "The workbook is protected by a password",
        file=name,
        expected="a workbook that opens without a password",
        todo="save it without a password and deliver it again",
        reason="encrypted",
    )


def _damaged(name: str, size: int) -> FileRefused:
    return FileRefused(
        "The workbook is cut off or damaged",
        file=name,
        found=f"{size:,} bytes",
        expected="a complete Excel workbook",
        todo="open it in Excel, save it again and copy it completely",
        reason="truncated",
    )


def _not_a_workbook(name: str, found: str) -> FileRefused:
    return FileRefused(
        "The file is not what its name says",
        file=name,
        found=found,
        expected="an Excel workbook of the kind its name says",
        todo="save it as .xlsx in Excel and deliver it again",
        reason="type",
    )


def _no_results(name: str) -> FileRefused:
    return FileRefused(
        "The workbook holds formulas without their results",
        file=name,
        expected="a workbook whose formulas were calculated",
        todo="open it in Excel, save it and deliver it again",
        reason="unreadable_rows",
    )
