"""Writing a hospital's waiting queries as an Excel workbook, Korean and English.

Belongs here: the sheets, drop-downs and protection. Does not belong here: the columns (workbook.py), reading back.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from haicplatform.core.clock import now
from haicplatform.core.errors import UsageError
from haicplatform.core.people import READER, Person
from haicplatform.core.settings import Home
from haicplatform.ledger.models import Query
from haicplatform.ledger.store import Ledger
from haicplatform.queries import workbook as book_of
from haicplatform.queries.actions import listed
from haicplatform.queries.patient_numbers import own_numbers
from haicplatform.queries.transitions import WAITING
from haicplatform.sites.loading import load_site
from haicplatform.sites.site import Site

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

_HINT = (
    "노란 칸에만 답해 주십시오. 다른 칸은 잠겨 있습니다. 고친 값은 다음 추출에도 반영해 주십시오. · "
    "Please answer in the yellow cells only; the others are locked. Correct the record for the next extract too."
)
_OLD_DAYS = (7, 30)


def export_queries(home: Home, person: Person, site_id: str, path: Path) -> int:
    """Write the open and answered queries of a hospital to `path` (.xlsx); returns how many.

    The workbook is for the hospital itself: it shows the hospital's own patient numbers, so the file is made with
    mode 600. Raises UsageError for an unknown hospital, one the person may not see, or a file that cannot be written.
    """
    import xlsxwriter
    from xlsxwriter.exceptions import FileCreateError

    if person.role == READER or not person.may_see(site_id):
        raise UsageError(f"You may not take the queries of {site_id} out", todo="ask the data manager")
    site = load_site(site_id, home)
    with Ledger(home) as ledger:
        found = [q for q in listed(ledger, person, site_id=site_id) if q.state in WAITING]
    patients = {q.patient_id for q in found if q.patient_id}
    files = {(q.delivery_id, q.source_file) for q in found if q.delivery_id and q.source_file}
    numbers = own_numbers(home, site, patients, files)
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
        path.chmod(0o600)  # a file that was there keeps its mode otherwise
        with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
            _queries(book, home, site, found, numbers)
            _summary(book, site, found)
            _rules(book, found)
    except (FileCreateError, OSError) as error:
        raise UsageError(
            "The workbook cannot be written", file=str(path), found=str(error),
            expected="a folder that can be written to, and no program that has the file open",
            todo="name another place with --to",
        ) from None  # fmt: skip
    return len(found)


def _queries(book: Workbook, home: Home, site: Site, found: list[Query], numbers: dict[str, str]) -> None:
    sheet = book.add_worksheet(book_of.QUERIES)
    locked = book.add_format({"text_wrap": True, "valign": "top", "border": 1, "border_color": "#D0D0D0"})
    text = {"locked": False, "num_format": "@", "text_wrap": True, "valign": "top", "bg_color": "#FFF9DB", "border": 1}
    free = book.add_format(text | {"border_color": "#D0D0D0"})
    _title(book, sheet, f"{_name(site)} 질의서 · Data queries")
    _head(book, sheet, [(f"{ko}\n{en}", width) for _, ko, en, width in book_of.COLUMNS])
    sheet.set_row(book_of.HEADER_ROW - 1, 32)
    hidden = book.add_worksheet(book_of.SEAL)
    key, first, wide = home.identity_key(), book_of.HEADER_ROW, len(book_of.LOCKED)
    for place, query in enumerate(found):
        cells = _cells(query, numbers)
        sheet.write_row(first + place, 0, cells, locked)
        for column in range(wide, len(book_of.COLUMNS)):
            sheet.write_blank(first + place, column, None, free)
        hidden.write_row(place, 0, [query.number, query.state, book_of.seal(key, site.site_id, cells), site.site_id])
    hidden.very_hidden()
    last = first + max(len(found) - 1, 0)
    sheet.data_validation(first, wide, last, wide, {
        "validate": "list", "source": list(book_of.ANSWERS), "error_type": "stop",
        "error_title": "답변", "error_message": "목록에서 골라 주십시오. Please choose from the list.",
    })  # fmt: skip
    sheet.freeze_panes(first, 2)
    sheet.autofilter(first - 1, 0, last, len(book_of.COLUMNS) - 1)
    sheet.protect(options={"autofilter": True, "sort": True, "format_columns": True, "format_rows": True})
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(first - 1)


def _cells(query: Query, numbers: dict[str, str]) -> list[object]:
    """The locked cells of a row, in the order of the columns."""
    from schemas.contract import TABLES

    table = TABLES.get(query.table_name or "")
    row = "" if query.source_row is None else query.source_row
    texts = (
        numbers.get(query.patient_id or "", ""),
        f"{table.ko} {query.table_name}" if table else "",
        query.source_file,
        query.source_sheet,
        query.source_column,
        query.value,
        query.message_ko,
        query.message_en,
    )
    patient, name, file, sheet, column, value, ko, en = map(book_of.plain, texts)
    return [query.number, patient, name, file, sheet, row, column, value, ko, en, (now() - query.opened_at).days]


def _summary(book: Workbook, site: Site, found: list[Query]) -> None:
    sheet = book.add_worksheet(book_of.SUMMARY)
    _title(book, sheet, f"{_name(site)} 요약 · Summary")
    _head(book, sheet, [("표\nTable", 28), ("오류\nErrors", 12), ("경고\nWarnings", 12), ("7일 초과\n> 7 days", 12),
                        ("30일 초과\n> 30 days", 12)])  # fmt: skip
    age = {query.number: (now() - query.opened_at).days for query in found}
    tables = sorted({query.table_name or "" for query in found})
    for place, name in enumerate([*tables, None]):
        own = [query for query in found if name is None or (query.table_name or "") == name]
        severities = Counter(query.severity for query in own)
        older = [sum(age[query.number] > days for query in own) for days in _OLD_DAYS]
        label = "합계 Total" if name is None else _table(name)
        row = [label, severities["error"], severities["warning"], *older]
        sheet.write_row(book_of.HEADER_ROW + place, 0, row)


def _rules(book: Workbook, found: list[Query]) -> None:
    from schemas.rules import RULES as CATALOGUE

    sheet = book.add_worksheet(book_of.RULES)
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    _title(book, sheet, "이 질의에 쓰인 규칙 · The rules of these queries")
    _head(book, sheet, [("규칙\nRule", 40), ("질의 수\nQueries", 10), ("뜻\nMeaning (Korean)", 70), ("Meaning", 70)])
    counts = Counter(query.rule_id for query in found)
    for place, (rule_id, count) in enumerate(counts.most_common()):
        rule = CATALOGUE.get(rule_id)
        fill = {"column": "…", "value": "…", "expected": (rule.expected if rule else None) or "…"}
        words = [rule.message_ko.format(**fill), rule.message_en.format(**fill)] if rule else ["", ""]
        sheet.write_row(book_of.HEADER_ROW + place, 0, [rule_id, count, *words], wrap)


def _title(book: Workbook, sheet: Worksheet, text: str) -> None:
    sheet.write_string(0, 0, text, book.add_format({"bold": True, "font_size": 14}))
    if sheet.name == book_of.QUERIES:
        sheet.write_string(1, 0, _HINT, book.add_format({"font_color": "#7A4B00"}))


def _head(book: Workbook, sheet: Worksheet, columns: list[tuple[str, int]]) -> None:
    style = {"bold": True, "bg_color": "#1F4E78", "font_color": "#FFFFFF", "text_wrap": True, "valign": "vcenter"}
    for place, (text, width) in enumerate(columns):
        sheet.set_column(place, place, width)
        sheet.write_string(book_of.HEADER_ROW - 1, place, text, book.add_format(style | {"border": 1}))


def _table(name: str) -> str:
    from schemas.contract import TABLES

    return f"{TABLES[name].ko} {name}" if name in TABLES else "파일 files"


def _name(site: Site) -> str:
    label = " (SYNTHETIC)" if site.synthetic else ""
    return f"{site.site_id} {site.hospital.name_ko}{label}"
