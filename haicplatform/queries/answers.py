"""Taking a hospital's answered workbook back: all of it, or nothing and the list of what is wrong.

Belongs here: reading the workbook and holding it against what was sent and against the queries of now. Does not
belong here: the columns (workbook.py), what an answer does (actions.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from haicplatform.errors import DataRefused, FileRefused, UsageError
from haicplatform.identity import kinds_in
from haicplatform.ledger.store import Ledger
from haicplatform.queries import actions
from haicplatform.queries import workbook as book_of
from haicplatform.queries.actions import Person, Request
from haicplatform.settings import Home

_SHOWN = 20


@dataclass(frozen=True)
class Imported:
    """answered: queries that took an answer; unanswered: rows of the workbook without one."""

    answered: int
    unanswered: int


def import_answers(home: Home, person: Person, path: Path) -> Imported:
    """Take the answers of one workbook. Raises UsageError or FileRefused where it is no such workbook, and
    DataRefused with every problem (row, query, what) where any row cannot be taken: then nothing was changed.
    """
    rows, sent, site_id = _read(home, person, path)
    key, problems, requests, seen = home.identity_key(), [], [], {}
    with Ledger(home) as ledger:
        now = {query.number: query for query in actions.listed(ledger, person, site_id=site_id)}
        for place, row in rows:
            number = _number(row["number"])
            where = f"row {place}" + (f" (query {number})" if number is not None else "")
            if number not in sent or number not in now:
                problems.append(f"{where}: no query of this number was sent in this workbook")
                continue
            if number in seen:
                problems.append(f"{where}: the query stands twice, in row {seen[number]} too")
                continue
            seen[number] = place
            state, seal = sent[number]
            if book_of.seal(key, site_id, [row[name] for name in book_of.LOCKED_NAMES]) != seal:
                problems.append(f"{where}: a locked cell was edited; the answer cannot be told from another one's")
                continue
            if not any(row[name] for name in ("answer", "corrected", "comment")):
                continue
            problem = _problem(row, state, now[number].state)
            if problem:
                problems.append(f"{where}: {problem}")
                continue
            note = row["answer"] + (f" — {row['comment']}" if row["comment"] else "")
            requests.append(Request(number, "answer", note, row["corrected"] or None, now[number].state))
        if problems:
            more = f"; and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
            raise DataRefused(
                "The workbook was not taken; nothing was changed", file=path.name,
                found=f"{len(problems)} problem{'s' * (len(problems) > 1)}: " + "; ".join(problems[:_SHOWN]) + more,
                expected="each query once, locked cells as they were sent, an answer from the list",
                todo="correct these rows, or export the queries again and answer there",
            )  # fmt: skip
        actions.act(ledger, person, requests)
    return Imported(len(requests), len(rows) - len(requests))


def _problem(row: dict, state_sent: str, state_now: str) -> str | None:
    if row["answer"] not in book_of.ANSWERS:
        return "an answer from the list is missing" if not row["answer"] else "the answer is none of the list"
    if state_now != state_sent:
        return f"the query is {state_now} by now; it was {state_sent} when the workbook was made"
    if kinds_in(row["corrected"]) or kinds_in(row["comment"]):
        return "the text holds a resident registration number or a telephone number"
    if max(len(row["corrected"]), len(row["comment"])) > actions.LONGEST_NOTE // 2:
        return f"the text is longer than {actions.LONGEST_NOTE // 2} characters"
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
                          todo="save it again from Excel as .xlsx", reason="type") from None  # fmt: skip
    if not {book_of.QUERIES, book_of.SEAL} <= set(book.sheetnames):
        raise FileRefused("The workbook is not one of ours", file=path.name, found=", ".join(book.sheetnames),
                          expected=f"a sheet called {book_of.QUERIES}", reason="type",
                          todo="answer in the workbook that `haic queries export` made")  # fmt: skip
    sealed = [row for row in book[book_of.SEAL].iter_rows(values_only=True) if row and row[0] is not None]
    site_id = str(sealed[0][3]) if sealed and len(sealed[0]) > 3 else ""
    sent = {int(row[0]): (str(row[1]), str(row[2])) for row in sealed if str(row[0]).isdecimal()}
    if not person.may_see(site_id):
        raise UsageError("This workbook is of a hospital that you do not answer for", file=path.name)
    head = [cell.value for cell in book[book_of.QUERIES][book_of.HEADER_ROW]]
    places = {name: _place(head, ko, en) for name, ko, en, _ in book_of.COLUMNS}
    missing = [name for name, place in places.items() if place is None]
    if missing:
        raise FileRefused("Columns of the workbook were removed or renamed", file=path.name,
                          row=book_of.HEADER_ROW, found=f"missing: {', '.join(missing)}", reason="columns",
                          todo="export the queries again and answer there")  # fmt: skip
    rows = []
    listed = book[book_of.QUERIES].iter_rows(min_row=book_of.HEADER_ROW + 1, values_only=True)
    for place, cells in enumerate(listed, start=book_of.HEADER_ROW + 1):
        if any(cell is not None and str(cell).strip() for cell in cells):
            row = {name: book_of.plain(cells[at] if at < len(cells) else None) for name, at in places.items()}
            rows.append((place, row))
    return rows, sent, site_id


def _place(head: list, ko: str, en: str) -> int | None:
    return next((at for at, cell in enumerate(head) if str(cell or "").split("\n") == [ko, en]), None)


def _number(cell: str) -> int | None:
    return int(cell) if cell.isdecimal() else None
