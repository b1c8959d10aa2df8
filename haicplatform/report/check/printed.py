"""A printed text against the estimates it names.

Belongs here: which numbers of a text must be which numbers of its estimates. Does not belong here: finding the texts
in a document (check_report.py) or a file (printed_files.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from haicplatform.estimation.ratios import LEAST, MOST
from haicplatform.estimation.rows import OK
from haicplatform.report.check.estimate_index import Contradiction, Rows
from haicplatform.report.paper_check.printed_number import Number, read

NUMBER = re.compile(r"[<>]?\s?[−-]?\d[\d,]*(?:\.\d+)?")
LETTER = re.compile(r"[^\W\d_]")
NOT_REACHED = "NR"
MASK = re.compile(r"<\d+")
WITHIN_A_WORD = re.compile(r"(?:[^\W\d_]\d+|\d+[^\W\d_])\w*")
WORD_NR = re.compile(rf"\b{NOT_REACHED}\b")


@dataclass(frozen=True)
class Printed:
    """A piece of text, where it stands, and the ids of the estimates it shows."""

    where: str
    text: str
    ids: tuple[str, ...]


def check(printed: Printed, rows: Rows) -> Iterator[Contradiction]:
    """Every estimate of the text is printed in it, rounded, and a text of numbers holds no other number."""
    unknown = next((name for name in printed.ids if name not in rows.by_id), None)
    if unknown is not None:
        yield Contradiction(printed.where, "a number is an estimate", printed.text, f"an estimate; none is {unknown}")
        return
    estimates = [rows.by_id[name] for name in printed.ids]
    numbers = numbers_of(printed.text)
    reasons = [number.value for row in estimates for number in numbers_of(row["status"])]
    if len(WORD_NR.findall(printed.text)) > sum(row[name] is None for row in estimates for name in _VALUES):
        yield _differs(printed, estimates)
        return
    has_reason = any(row["value"] is None or row["status"] != OK for row in estimates)
    if has_reason and LETTER.search(printed.text) and all(number.value in reasons for number in numbers):
        return  # words on estimates: why there is no value, or how to read it
    if len(estimates) == 1 and len(numbers) == 3 and not LETTER.search(printed.text.replace(NOT_REACHED, "")):
        shown = all(_is(number, estimates[0], name) for number, name in zip(numbers, _VALUES, strict=True))
        if not shown:
            yield _differs(printed, estimates)
        return
    # a number within a word is part of a name
    loose = [number.value for number in numbers_of(WITHIN_A_WORD.sub("", printed.text))]
    explained = all(
        number.value not in loose
        or number.value in reasons
        or any(_is(number, row, name) for row in estimates for name in (*_VALUES, "at"))
        for number in numbers
    )
    if not explained or not all(_shows(numbers, row) for row in estimates):
        yield _differs(printed, estimates)


def mask_of(printed: Printed, rows: Rows) -> str | None:
    """`<5` where that is printed instead of a count that there is."""
    row = rows.by_id.get(printed.ids[0]) if len(printed.ids) == 1 else None
    text = printed.text.strip()
    is_count = row is not None and row["unit"] == "patients" and row["value"] is not None
    return text if is_count and MASK.fullmatch(text) else None


_VALUES = ("value", "ci_low", "ci_high")
# how a number beyond what is printed is written: of p values, of ratios
_BOUNDS = {True: ("<0.001", ">0.999"), False: (f"<{LEAST}", f">{MOST:,.0f}")}
_RATIOS = ("hr", "shr", "prediction", "ratio", "ratio_lost")


def numbers_of(text: str) -> list[Number]:
    """The numbers of a text in their order."""
    return [number for match in NUMBER.findall(text) if (number := read(match.rstrip(",").replace(" ", "")))]


def _is(number: Number, row: dict, name: str) -> bool:
    """Whether a number is this value, rounded, or its percentage; a bound such as <5 is any value within it."""
    value = row[name]
    if value is None:
        return False
    is_p = row["statistic"] == "p" or row["statistic"].endswith("_p")
    if number.text[0] in "<>" and (is_p or row["statistic"] in _RATIOS) and number.text not in _BOUNDS[is_p]:
        return False
    return number.can_be(value) or number.can_be(100 * value) or (_by_size(row) and number.can_be(abs(value)))


def _by_size(row: dict) -> bool:
    """Whether an estimate is shown without its sign."""
    return row["statistic"].startswith("smd")


def _shows(numbers: list[Number], row: dict) -> bool:
    """Whether the value is among the numbers, or the interval where that is all that is shown; nothing is due of none.

    A suppressed or missing value shows no number of its own.
    """
    if row["value"] is None:
        return True
    if any(_is(number, row, "value") for number in numbers):
        return True
    ends = ("ci_low", "ci_high")
    has_ends = None not in [row[end] for end in ends]
    return has_ends and len(numbers) >= 2 and all(any(_is(n, row, end) for n in numbers) for end in ends)


def _differs(printed: Printed, estimates: list[dict]) -> Contradiction:
    expected = "; ".join(f"{_text(row)} ({row['analysis']} {row['statistic']})" for row in estimates)
    return Contradiction(printed.where, "a printed number is its estimate", repr(printed.text), expected)


def _text(row: dict) -> str:
    ends = "" if row["ci_low"] is None else f" ({row['ci_low']:.5g} to {row['ci_high']})"
    return (row["status"] if row["value"] is None else f"{row['value']:.6g}") + ends


def check_mark(place: str, mark: dict, rows: Rows) -> Iterator[Contradiction]:
    """A row of a figure's data: its height, interval and time are its estimates', and so is the text shown."""
    ids = tuple(mark["estimate_ids"].split())
    if any(name not in rows.by_id for name in ids):
        yield Contradiction(place, "a mark of a figure is an estimate", mark["estimate_ids"], "ids of estimates")
        return
    estimates = [rows.by_id[name] for name in ids]
    if mark["shown"] and ids:
        yield from check(Printed(place, mark["shown"], ids), rows)
    estimates += [row for row in map(rows.curve_of, estimates) if row is not None]
    known = [row[name] for row in estimates for name in (*_VALUES, "at") if row[name] is not None]
    known += [abs(row["value"]) for row in estimates if _by_size(row) and row["value"] is not None]
    # a median is drawn where its curve is a half, and the marks of a swimmer's line where the line is
    height = "x" if mark["item"] == "median" or any(row["analysis"] == "swimmer" for row in estimates) else "y"
    months = [row["at"] for row in estimates if row["at"] is not None]
    if months and mark["x"] is not None and height == "y" and not any(_near(mark["x"], month) for month in months):
        expected = "; ".join(f"{where_of(row)} at {row['at']}" for row in estimates)
        yield Contradiction(place, "the data of a figure are estimates (x)", f"{mark['x']:.6g}", expected)
    for name in (height, "y_low", "y_high") if ids else ():
        value = mark[name]
        if value is not None and known and not any(_near(value, y) or _near(value, 100 * y) for y in known):
            expected = "; ".join(f"{where_of(row)} {_text(row)}" for row in estimates)
            yield Contradiction(place, f"the data of a figure are estimates ({name})", f"{value:.6g}", expected)


def where_of(row: dict) -> str:
    return " ".join(part for part in (row["endpoint"], row["grp"], row["term"], row["statistic"]) if part)


def _near(a: float, b: float) -> bool:
    return abs(a - b) <= 1e-9 * max(1.0, abs(a), abs(b))
