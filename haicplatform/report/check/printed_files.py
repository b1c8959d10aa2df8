"""The numbers of a report's files with the ids they carry: read back from the page, the Word file and the workbook.

Belongs here: where each format keeps a number and its ids. Does not belong here: what must hold of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree
from zipfile import ZipFile

from openpyxl import load_workbook

from haicplatform.report.check.printed import Printed

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
MARK = "e_"
DIGIT = re.compile(r"\d")
IDS = "ids: "
# the columns of a figure's sheet, see report.document.model.FIGURE_DATA
MARKS = ("series", "item", "x", "y", "y_low", "y_high", "shown", "estimate_ids")
HEAD_ROW = 4


class _Page(HTMLParser):
    """Texts inside elements with data-estimate, and the last id of a part before each."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name, self.part = name, ""
        self.numbers: list[Printed] = []
        self._open: list[tuple[str, tuple[str, ...] | None]] = []
        self._text: list[str] = []
        self._is_result, self._cells, self._bare = False, 0, ""
        self.bare: list[Printed] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.part = named.get("id") or self.part
        if tag == "table":
            self._is_result = "results" in (named.get("class") or "").split()
        elif tag == "tr":
            self._cells = 0
        elif tag == "td":
            self._cells, self._bare = self._cells + 1, ""
        if tag == "span":
            ids = named.get("data-estimate")
            self._open.append((tag, tuple(ids.split()) if ids else None))
            if ids:
                self._text = []

    def handle_data(self, data: str) -> None:
        self._text.append(data)
        if not any(ids for _, ids in self._open):
            self._bare += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "td" and self._is_result and self._cells > 1 and DIGIT.search(self._bare):
            self.bare.append(Printed(f"{self.name}, {self.part}", self._bare.strip(), ()))
        if tag == "span" and self._open:
            _, ids = self._open.pop()
            if ids:
                self.numbers.append(Printed(f"{self.name}, {self.part}", "".join(self._text).strip(), ids))


def page_numbers(path: Path) -> list[Printed]:
    """The numbers of an HTML page, and numbers in cells of results that name no estimate, without ids."""
    page = _Page(path.name)
    page.feed(path.read_text(encoding="utf-8"))
    return page.numbers + page.bare


def word_numbers(path: Path) -> list[Printed]:
    """The numbers of a Word file: a text between bookmarks named e_<id>_<count>."""
    with ZipFile(path) as archive:
        body = ElementTree.fromstring(archive.read("word/document.xml"))
    numbers: list[Printed] = []
    ids: list[str] = []
    text: list[str] = []
    place = ""
    for paragraph in body.iter(f"{W}p"):
        words = "".join(node.text or "" for node in paragraph.iter(f"{W}t"))
        marks = [node for node in paragraph.iter(f"{W}bookmarkStart") if node.get(f"{W}name", "").startswith(MARK)]
        if not marks and len(words) > 3 and not words[0].isdigit():
            place = words[:60]
        for node in paragraph.iter():
            if node.tag == f"{W}bookmarkStart" and node.get(f"{W}name", "").startswith(MARK):
                if text:
                    ids, text = [], []
                ids.append(node.get(f"{W}name", "").split("_")[1])
            elif node.tag == f"{W}t" and ids:
                text.append(node.text or "")
            elif node.tag == f"{W}bookmarkEnd" and ids and text:
                numbers.append(Printed(f"{path.name}, {place}", "".join(text), tuple(ids)))
                ids, text = [], []
    return numbers


def sheet_numbers(path: Path) -> Iterator[Printed | tuple[str, dict]]:
    """The numbers of a workbook: cells with the ids beside them, and (where, row) of each row of a figure's data."""
    book = load_workbook(path, read_only=True)
    for sheet in book.worksheets:
        lines = [list(line) for line in sheet.iter_rows(values_only=True)]
        heads = [place for place, line in enumerate(lines) if any(str(cell or "").startswith(IDS) for cell in line)]
        if heads:
            first = next(n for n, cell in enumerate(lines[heads[0]]) if str(cell or "").startswith(IDS))
            for number, line in enumerate(lines[heads[0] + 1 :], heads[0] + 2):
                for column, ids in enumerate(line[first:]):
                    if ids and line[column] is not None:
                        where = f"{path.name}, {sheet.title}, row {number}, column {column + 1}"
                        yield Printed(where, str(line[column]), tuple(str(ids).split()))
        elif len(lines) > HEAD_ROW and len([cell for cell in lines[HEAD_ROW - 1] if cell]) == len(MARKS):
            for number, line in enumerate(lines[HEAD_ROW:], HEAD_ROW + 1):
                mark = dict(zip(MARKS, [*line, *[None] * len(MARKS)], strict=False))
                if mark["item"]:
                    mark |= {name: str(mark[name] or "") for name in ("series", "item", "shown", "estimate_ids")}
                    yield f"{path.name}, {sheet.title}, row {number}", mark
    book.close()
