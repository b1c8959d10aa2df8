"""A file of published numbers as entries.

Belongs here: the columns of the file and of a mapping file, and what is wrong with them. Does not belong here: what a
statistic's words mean (grammar.py), relations. Any column that is not named here is not read.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from haicplatform.core.errors import UsageError
from haicplatform.report.paper_check.grammar import Meaning, grammar, normal
from haicplatform.report.paper_check.printed_number import Number, is_no_number, read, read_with_spread

COLUMNS = ("id", "group", "statistic", "value", "ci_low", "ci_high", "where_in_paper")
MAPPED = ("id", "group", "statistic")
# the number of a line and its cells
Line = tuple[int, dict[str, str]]


@dataclass(frozen=True)
class Entry:
    """One published number.

    row: the line a person counts, the header is 1. number: its value; spread: the SD of a mean; low, high: its
    interval. problem: why the value or a bound is not a number, else empty.
    """

    id: str
    row: int
    group: str
    statistic: str
    text: str
    where: str
    meaning: Meaning
    number: Number | None = None
    spread: Number | None = None
    low: Number | None = None
    high: Number | None = None
    problem: str = ""

    @property
    def numeric(self) -> Number:
        """Its number; ValueError of an entry that has none, which no relation is asked about."""
        if self.number is None:
            raise ValueError(f"{self.id} prints no number")
        return self.number

    @property
    def printed(self) -> str:
        """The number as it was printed, its interval behind it."""
        ends = [end.text if end else "NR" for end in (self.low, self.high)]
        return f"{self.text} ({ends[0]} to {ends[1]})" if self.low or self.high else self.text


def read_entries(path: Path, mapping: Path | None = None) -> list[Entry]:
    """The entries of a CSV file in its order, pairing words replaced by those of `mapping` (id, group, statistic).

    Raises UsageError for a file that is missing, no UTF-8 CSV, without a column or a row, with an id twice, or with an
    empty id, statistic or value; and for a mapping of an id that is not in the file.
    """
    rows = _rows(path, COLUMNS)
    words = {row["id"]: row for _, row in _rows(mapping, MAPPED)} if mapping else {}
    unknown = sorted(words.keys() - {row["id"] for _, row in rows})
    if unknown:
        raise UsageError(
            "The mapping names a number that the file does not hold",
            file=str(mapping), column="id", found=", ".join(unknown), todo="correct the id, or leave the line out",
        )  # fmt: skip
    return [_entry(line, row, words.get(row["id"], row)) for line, row in rows]


def _rows(path: Path, columns: tuple[str, ...]) -> list[Line]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (FileNotFoundError, IsADirectoryError):
        raise UsageError("There is no such file", file=str(path), todo="check the name") from None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            "The file cannot be read", file=str(path), found=type(error).__name__, expected="a CSV file in UTF-8"
        ) from None
    try:
        reader = csv.DictReader(io.StringIO(text, newline=""), strict=True, restval="")
        header = list(reader.fieldnames or [])
        missing = [name for name in columns if name not in header]
        if missing:
            raise UsageError(
                f"The file has no column {', '.join(missing)}",
                file=str(path), row=1, found=", ".join(filter(None, header)) or "nothing", expected=", ".join(columns),
            )  # fmt: skip
        rows = []
        for row in reader:
            if None in row:
                raise UsageError(
                    "A line has more cells than the header", file=str(path), row=reader.line_num,
                    expected=f"{len(header)} cells", todo="put quotes around a cell that holds a comma",
                )  # fmt: skip
            rows.append((reader.line_num, {name: row[name].strip() for name in columns}))
    except csv.Error:
        raise UsageError(
            "The file is no CSV", file=str(path), row=reader.line_num, expected="cells with commas between them"
        ) from None
    return _complete(path, [(line, row) for line, row in rows if any(row.values())], columns)


def _complete(
    path: Path, rows: list[tuple[int, dict[str, str]]], columns: tuple[str, ...]
) -> list[tuple[int, dict[str, str]]]:
    if not rows:
        raise UsageError("The file holds no numbers", file=str(path), expected="one line a number below the header")
    seen: dict[str, int] = {}
    for line, row in rows:
        for name in ("id", "statistic", *(("value",) if "value" in columns else ())):
            if not row[name]:
                raise UsageError("A cell is empty", file=str(path), row=line, column=name, todo=f"fill in the {name}")
        if row["id"] in seen:
            raise UsageError(
                "Two lines have one id", file=str(path), row=line, column="id",
                found=f"{row['id']}, also in row {seen[row['id']]}", todo="give each number its own id",
            )  # fmt: skip
        seen[row["id"]] = line
    return rows


def _entry(line: int, row: dict[str, str], words: dict[str, str]) -> Entry:
    known = grammar()
    group = normal(words["group"])
    meaning = Meaning("constant", needs="it says how the study was done, it is no result")
    if group not in known.method:
        meaning = known.meaning(words["statistic"])
    problems = []
    number, spread = read(row["value"]), None
    if meaning.kind == "mean":
        both = read_with_spread(row["value"])
        number, spread = both if both else (number, None)
    elif number is None and meaning.kind not in ("period", "constant", "other"):
        problems.append(f"its value {row['value']!r} is not a number")
    ends: dict[str, Number | None] = {}
    for name in ("ci_low", "ci_high"):
        ends[name] = None if is_no_number(row[name]) else read(row[name])
        if ends[name] is None and not is_no_number(row[name]):
            problems.append(f"its {name} {row[name]!r} is not a number")
    return Entry(
        row["id"], line, group, normal(words["statistic"]), row["value"], row["where_in_paper"], meaning,
        number, spread, ends["ci_low"], ends["ci_high"], "; ".join(problems),
    )  # fmt: skip
