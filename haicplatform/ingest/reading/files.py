"""Which reader a file gets, by what it is and not only by what it is called.

Belongs here: signatures of file kinds, and the refusal of a file that is not what its name says.
Does not belong here: reading the cells (text.py, excel.py, parquet.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from haicplatform.core.errors import FileRefused
from haicplatform.ingest.reading.cells import nfc
from haicplatform.ingest.reading.excel import read_excel
from haicplatform.ingest.reading.parquet import read_parquet
from haicplatform.ingest.reading.sheet import Sheet
from haicplatform.ingest.reading.text import empty_file, read_text
from haicplatform.sites.layout import FileLayout

_SIGNATURES = (
    (b"PK\x03\x04", "a zip container"),
    (b"PK\x05\x06", "an empty zip container"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office container"),
    (b"PAR1", "Parquet"),
    (b"%PDF", "PDF"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"SQLite format 3", "a SQLite database"),
)
_ZIPS = ("a zip container", "an empty zip container")
_MARKUP = (b"<!doctype", b"<html", b"<table", b"<?xml", b"<head", b"<meta", b"<style")
# by the end of the name: what it should be, which signatures that has, which reader takes it
_WORKBOOK = "an Excel workbook"
_KINDS = {
    ".xlsx": (_WORKBOOK, (_ZIPS[0], "an old Office container"), read_excel),
    ".xlsm": (_WORKBOOK, (_ZIPS[0], "an old Office container"), read_excel),
    ".xlsb": (_WORKBOOK, (_ZIPS[0], "an old Office container"), read_excel),
    ".xls": (_WORKBOOK, ("an old Office container",), read_excel),
    ".parquet": ("Parquet", ("Parquet",), read_parquet),
    ".pq": ("Parquet", ("Parquet",), read_parquet),
}


def read_file(path: Path, name: str, layout: FileLayout | Sequence[FileLayout] = FileLayout()) -> list[Sheet]:
    """Read a delivered file into its sheets (one for a text file or Parquet).

    `name` is the file's name in the delivery. Of several layouts each worksheet is read by the first that
    names it; any other file has one. Raises FileRefused (reason: empty, truncated, encrypted,
    encoding, type, header, unreadable_rows) and, for a wrong layout, UsageError.
    """
    name, layouts = nfc(name), [layout] if isinstance(layout, FileLayout) else list(layout)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise FileRefused(
            "The file cannot be opened",
            file=name,
            found=error.strerror or type(error).__name__,
            expected="a file that this account may read",
            todo="correct its permissions and ingest again",
            reason="unreadable_rows",
        ) from None
    if not data:
        raise empty_file(name)
    content = _content(data)
    expected, signatures, reader = _KINDS.get(PurePosixPath(name).suffix.lower(), ("text", ("text",), None))
    if content not in signatures:
        if _is_start_of(data, signatures):
            raise truncated(name, len(data), expected)
        raise _wrong_type(name, content, expected)
    if reader is read_excel:
        return read_excel(data, name, layouts)
    return [read_parquet(data, name, layouts[0]) if reader is read_parquet else read_text(data, name, layouts[0])]


def _content(data: bytes) -> str:
    found = next((kind for signature, kind in _SIGNATURES if data.startswith(signature)), None)
    if found:
        return found
    head = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return "a web page or XML" if head.startswith(_MARKUP) else "text"


def _is_start_of(data: bytes, kinds: tuple[str, ...]) -> bool:
    return any(signature.startswith(data) for signature, kind in _SIGNATURES if kind in kinds)


def truncated(name: str, size: int, expected: str) -> FileRefused:
    return FileRefused(
        "The file is cut off or damaged",
        file=name,
        found=f"{size:,} bytes",
        expected=f"{expected}, complete",
        todo="export it again and copy it completely",
        reason="truncated",
    )


def _wrong_type(name: str, content: str, expected: str) -> FileRefused:
    return FileRefused(
        "The file is not what its name says",
        file=name,
        found=content,
        expected=expected,
        todo="save it as a real .xlsx, .csv or .parquet file with the matching name ending",
        reason="type",
    )
