"""Taking a hospital's answered workbook back: all of it, or nothing and the list of what is wrong.

Belongs here: reading the workbook and holding it against what was sent and against the queries of now. Does not
belong here: the columns (workbook.py), what an answer does (actions.py).
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

from haicplatform.core.errors import DataRefused, FileRefused, UsageError
from haicplatform.core.identifiers import kinds_in
from haicplatform.core.people import LONGEST_NOTE, Person
from haicplatform.core.settings import Home
from haicplatform.ledger.store import Ledger
from haicplatform.queries import actions
from haicplatform.queries import workbook as book_of
from haicplatform.queries.actions import Request

_SHOWN, _DIGITS = 20, 12
_GIVEN = tuple(name for name, *_ in book_of.OPEN)
_FORMULA = re.compile(rb"<(\w+:)?f[\s/>]")
# under this name a row says which of its open cells hold a formula that was never calculated
_UNCOMPUTED = "uncomputed"


@dataclass(frozen=True)
class Imported:
    """answered: queries that took an answer; unanswered: rows of the workbook without one."""

    site_id: str
    answered: int
    unanswered: int


@dataclass(frozen=True)
class Problem:
    """Why a row cannot be taken: row as Excel counts, the query if it has one, the reason in both languages."""

    row: int
    query: int | None
    en: str
    ko: str

    def __str__(self) -> str:
        return f"row {self.row}" + (f" (query {self.query})" if self.query is not None else "") + f": {self.en}"


@dataclass
class AnswersRefused(DataRefused):
    """A workbook with rows that cannot be taken; problems: every one of them."""

    problems: tuple[Problem, ...] = ()


def import_answers(home: Home, person: Person, path: Path) -> Imported:
    """Take the answers of one workbook. Raises UsageError or FileRefused where it is no such workbook, and
    AnswersRefused with every problem where any row cannot be taken: then nothing was changed.
    """
    rows, sent, site_id = _read(home, person, path)
    key, problems, requests = home.identity_key(), [], []
    seen: dict[int, int] = {}
    with Ledger(home) as ledger:
        now = {query.number: query for query in actions.listed(ledger, person, site_id=site_id)}
        for place, row in rows:
            number = _number(row["number"])
            problem = _of_row(row, number, site_id, key, sent, now, seen)
            if number is not None:
                seen.setdefault(number, place)
            if problem:
                problems.append(Problem(place, number, *problem))
            elif number is not None and any(row[name] for name in _GIVEN):
                note = row["answer"] + (f" — {row['comment']}" if row["comment"] else "")
                requests.append(Request(number, "answer", note, row["corrected"] or None, now[number].state))
        if problems:
            raise _refused(path.name, problems)
        actions.act(ledger, person, requests)
    return Imported(site_id, len(requests), len(rows) - len(requests))


def _refused(name: str, problems: list[Problem]) -> AnswersRefused:
    more = f"; and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
    return AnswersRefused(
        "The workbook was not taken; nothing was changed", file=name,
        found=f"{len(problems)} problem{'s' * (len(problems) > 1)}: " + "; ".join(map(str, problems[:_SHOWN])) + more,
        expected="each query once, locked cells as they were sent, an answer from the list",
        todo="correct these rows, or export the queries again and answer there",
        ko=f"파일을 반영하지 않았습니다. 문제가 {len(problems)}건 있으며 바뀐 것은 없습니다."
        " 아래 행을 고치거나 질의서를 다시 내려받아 답해 주십시오.",
        problems=tuple(problems),
    )  # fmt: skip


def _of_row(
    row: dict, number: int | None, site_id: str, key: bytes, sent: dict, now: dict, seen: dict
) -> tuple[str, str] | None:
    """What is wrong with a row, (English, Korean); None where nothing is."""
    if number is None or number not in sent or number not in now:
        return "no query of this number was sent in this workbook", "이 파일로 보낸 질의 번호가 아닙니다"
    if number in seen:
        return (
            f"the query stands twice, in row {seen[number]} too",
            f"같은 질의가 {seen[number]}행에도 있습니다",
        )
    if cells := row[_UNCOMPUTED]:
        ko, en = (", ".join(f"'{cell[place]}'" for cell in cells) for place in (0, 1))
        return (
            f"the cell {en} holds a formula without a result; type the value itself, or save the file in Excel again",
            f"{ko} 칸의 수식에 계산된 값이 없습니다. 값을 직접 적거나 엑셀에서 다시 저장해 올려 주십시오",
        )
    state, seal = sent[number]
    if book_of.seal(key, site_id, [row[name] for name in book_of.LOCKED_NAMES]) != seal:
        return (
            "a locked cell was edited; the answer cannot be told from another one's",
            "잠긴 칸의 내용이 바뀌어 어느 질의의 답변인지 확인할 수 없습니다",
        )
    return _problem(row, state, now[number].state) if any(row[name] for name in _GIVEN) else None


def _problem(row: dict, state_sent: str, state_now: str) -> tuple[str, str] | None:
    if row["answer"] not in book_of.ANSWERS:
        if not row["answer"]:
            return "an answer from the list is missing", "답변이 비어 있습니다. 목록에서 골라 주십시오"
        return "the answer is none of the list", "목록에 없는 답변입니다"
    if state_now != state_sent:
        return (
            f"the query is {state_now} by now; it was {state_sent} when the workbook was made",
            "파일을 내려받은 뒤 질의의 상태가 바뀌었습니다",
        )
    if kinds_in(row["corrected"]) or kinds_in(row["comment"]):
        return (
            "the text holds a resident registration number or a telephone number",
            "주민등록번호나 전화번호가 적혀 있습니다",
        )
    if max(len(row["corrected"]), len(row["comment"])) > LONGEST_NOTE // 2:
        longest = LONGEST_NOTE // 2
        return f"the text is longer than {longest} characters", f"글이 {longest}자를 넘습니다"
    return None


def _read(home: Home, person: Person, path: Path) -> tuple[list[tuple[int, dict]], dict[int, tuple[str, str]], str]:
    """(rows with their place in Excel, number → (state, seal) as sent, hospital)."""
    from openpyxl import load_workbook

    try:
        book = load_workbook(path, data_only=True)
    except FileNotFoundError:
        raise UsageError("There is no such file", file=str(path)) from None
    except Exception:
        raise FileRefused("The file is no Excel workbook that can be read", file=path.name,
                          expected="the workbook of `haic queries export`, saved as .xlsx",
                          todo="save it again from Excel as .xlsx", reason="type",
                          ko="엑셀 파일로 읽을 수 없습니다."
                             " 내려받은 질의서를 .xlsx로 다시 저장해 주십시오.") from None  # fmt: skip
    if not {book_of.QUERIES, book_of.SEAL} <= set(book.sheetnames):
        raise FileRefused("The workbook is not one of ours", file=path.name, found=", ".join(book.sheetnames),
                          expected=f"a sheet called {book_of.QUERIES}", reason="type",
                          todo="answer in the workbook that `haic queries export` made",
                          ko="이 플랫폼에서 내려받은 질의서가 아닙니다."
                             " 질의서를 내려받아 그 파일에 답해 주십시오.")  # fmt: skip
    sealed = [row for row in book[book_of.SEAL].iter_rows(max_col=4, values_only=True) if row[0] is not None]
    site_id = str(sealed[0][3]) if sealed else ""
    sent = {number: (str(row[1]), str(row[2])) for row in sealed if (number := _number(str(row[0]))) is not None}
    if not person.may_see(site_id):
        raise UsageError("This workbook is of a hospital that you do not answer for", file=path.name,
                         ko="담당하시는 병원의 질의서가 아닙니다. 반영하지 않았습니다.")  # fmt: skip
    head = [cell.value for cell in book[book_of.QUERIES][book_of.HEADER_ROW]]
    found = {name: _place(head, ko, en) for name, ko, en, _ in book_of.COLUMNS}
    places = {name: place for name, place in found.items() if place is not None}
    missing = [name for name in found if name not in places]
    if missing:
        raise FileRefused("Columns of the workbook were removed or renamed", file=path.name,
                          row=book_of.HEADER_ROW, found=f"missing: {', '.join(missing)}", reason="columns",
                          todo="export the queries again and answer there",
                          ko="질의서의 열이 지워졌거나 이름이 바뀌었습니다. 다시 내려받아 답해 주십시오.")  # fmt: skip
    rows: list[tuple[int, dict]] = []
    formulas = _formulas(path)
    listed = book[book_of.QUERIES].iter_rows(min_row=book_of.HEADER_ROW + 1, values_only=True)
    for place, cells in enumerate(listed, start=book_of.HEADER_ROW + 1):
        if any(cell is not None and str(cell).strip() for cell in cells):
            row = {name: book_of.plain(cells[at] if at < len(cells) else None) for name, at in places.items()}
            left = [(ko, en) for name, ko, en, _ in book_of.OPEN if not row[name] and (place, places[name]) in formulas]
            rows.append((place, {**row, _UNCOMPUTED: left}))
    return rows, sent, site_id


def _formulas(path: Path) -> set[tuple[int, int]]:
    """(row as Excel counts, column from 0) of the formulas among the queries; the file is read again only for them."""
    from openpyxl import load_workbook

    with zipfile.ZipFile(path) as parts:
        sheets = [name for name in parts.namelist() if name.startswith("xl/worksheets/")]
        if not any(_FORMULA.search(parts.read(name)) for name in sheets):
            return set()
    cells = load_workbook(path)[book_of.QUERIES].iter_rows(min_row=book_of.HEADER_ROW + 1)
    return {(cell.row, at) for row in cells for at, cell in enumerate(row) if cell.row and cell.data_type == "f"}


def _place(head: list, ko: str, en: str) -> int | None:
    return next((at for at, cell in enumerate(head) if str(cell or "").split("\n") == [ko, en]), None)


def _number(cell: str) -> int | None:
    """A query's number; None for any other cell. Python refuses to read endless digits, which a cell can hold."""
    return int(cell) if cell.isdecimal() and len(cell) <= _DIGITS else None
