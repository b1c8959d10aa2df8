"""The workbook that goes to a hospital and comes back: what its columns are, in one place for both ways.

Belongs here: columns, the words of the drop-down, the seal of a row. Does not belong here: writing (export.py) and
reading it back (answers.py).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from collections.abc import Sequence

# (name, Korean, English, width); what stands in these is not to be changed
LOCKED = (
    ("number", "질의 번호", "Query", 9),
    ("patient", "환자번호", "Patient", 13),
    ("table", "표", "Table", 16),
    ("file", "파일", "File", 30),
    ("sheet", "시트", "Sheet", 12),
    ("row", "행", "Row", 7),
    ("column", "열", "Column", 16),
    ("value", "현재 값", "Value", 16),
    ("question_ko", "확인할 내용", "Question (Korean)", 52),
    ("question_en", "확인할 내용(영문)", "Question", 52),
    ("days_open", "경과일", "Days open", 9),
)
OPEN = (
    ("answer", "답변", "Answer", 30),
    ("corrected", "고친 값", "Corrected value", 18),
    ("comment", "설명", "Comment", 40),
)
COLUMNS = (*LOCKED, *OPEN)
LOCKED_NAMES = tuple(name for name, *_ in LOCKED)
QUERIES, SUMMARY, RULES, SEAL = "질의 Queries", "요약 Summary", "규칙 Rules", "_haic"
HEADER_ROW = 3  # as Excel counts; the title and the hint stand above

ANSWERS = (
    "고쳤음, 다음 추출에 반영 · corrected, comes with the next extract",
    "값이 맞음 · the value is right as it is",
    "확인할 수 없음 · cannot be found out",
    "해당 없음 · does not apply",
)


def seal(key: bytes, site_id: str, cells: Sequence[object]) -> str:
    """A keyed hash over a row's locked cells: whether one was edited on the way."""
    content = "\x1f".join([site_id, *(plain(cell) for cell in cells)])
    return hmac.digest(key, content.encode(), hashlib.sha256).hex()[:32]


def plain(cell: object) -> str:
    """A cell as text that survives a workbook: blanks collapsed, no control characters, 3.0 as 3, a day as a day."""
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        cell = cell.date()
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = "" if cell is None else str(cell)
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
