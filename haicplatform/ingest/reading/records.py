"""Where each record of a delimited text begins and ends, counted before anything is parsed.

Belongs here: physical lines, records, quotes, the number of cells of each record, as NumPy arrays.
Does not belong here: cell values; a CSV parser reads those from the records found whole here.

A line ends with LF, CRLF or CR. A record is one line, or several where a line break stands in quotes. A quote
opens only at the start of a cell and must be closed before a delimiter or a line's end; inside an unquoted
cell it is a character like any other. Where that fails, the line alone is bad and the next line starts anew:
one forgotten quote must not swallow the rows after it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

QUOTE, LF, CR = 34, 10, 13
_LINE = re.compile(rb"[^\r\n]*")
_BREAK = re.compile(rb"\r\n|\r|\n|")


@dataclass(frozen=True)
class Records:
    """One entry a record, in file order.

    start, end   byte range without the line's end; next_start: where the following record begins
    lines        physical lines it spans
    cells        number of cells; 0 where a quote is not closed or text follows a closing quote
    """

    start: np.ndarray
    end: np.ndarray
    next_start: np.ndarray
    lines: np.ndarray
    cells: np.ndarray

    def __len__(self) -> int:
        return len(self.start)


def count_lines(data: bytes) -> int:
    """Physical lines, counted without regard to quotes; a last line without a line's end counts."""
    ends, returns = data.count(b"\n"), data.count(b"\r")
    ends += returns - (data.count(b"\r\n") if returns else 0)
    return ends + (len(data) > 0 and data[-1] not in (LF, CR))


def find_records(data: bytes, delimiter: bytes, width: int) -> Records:
    """All records of a UTF-8 text. `width` is the header's number of cells, used to end a runaway quote."""
    array = np.frombuffer(data, np.uint8)
    line_end, line_next = _lines(array)
    delimiters = np.flatnonzero(array == delimiter[0])
    quotes = np.flatnonzero(array == QUOTE)
    line_start = np.concatenate(([0], line_next[:-1])) if len(line_next) else line_next
    if len(quotes) == 0:
        cells = _count(delimiters, line_end) + 1
        return Records(line_start, line_end, line_next, np.ones_like(cells), cells)
    if _well_quoted(array, quotes, delimiter[0]):
        found = _by_parity(line_start, line_end, line_next, delimiters, quotes)
        several = (found.lines > 1) & (found.cells != width)
        if not any(_swallows(data, found, int(i), delimiter, width) for i in np.flatnonzero(several)):
            return found
    return _one_by_one(data, line_start, line_end, line_next, delimiters, quotes, delimiter, width)


def _lines(array: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """End of each line's text, and start of the next line."""
    lf = np.flatnonzero(array == LF)
    cr = np.flatnonzero(array == CR)
    if len(cr):
        paired = np.zeros(len(cr), bool)
        inner = cr < len(array) - 1
        paired[inner] = array[cr[inner] + 1] == LF
        own_lf = lf[array[np.maximum(lf - 1, 0)] != CR] if len(lf) else lf
        end = np.concatenate((cr, own_lf))
        length = np.concatenate((np.where(paired, 2, 1), np.ones(len(own_lf), np.int64)))
        order = np.argsort(end, kind="stable")
        end, length = end[order], length[order]
    else:
        end, length = lf, np.ones(len(lf), np.int64)
    following = end + length
    if len(array) and (len(following) == 0 or following[-1] < len(array)):
        end = np.append(end, len(array))
        following = np.append(following, len(array))
    return end, following


def _count(positions: np.ndarray, end: np.ndarray) -> np.ndarray:
    """How many of the positions lie in each piece of the text; between two pieces there is none."""
    return np.diff(np.searchsorted(positions, end), prepend=0)


def _well_quoted(array: np.ndarray, quotes: np.ndarray, delimiter: int) -> bool:
    """Every opening quote starts a cell and every closing one ends it, taking quotes in turn."""
    if len(quotes) % 2:
        return False
    edge = np.zeros(256, bool)
    edge[[delimiter, LF, CR, QUOTE]] = True
    opening, closing = quotes[0::2], quotes[1::2]
    before = edge[array[opening[opening > 0] - 1]]
    after = edge[array[closing[closing < len(array) - 1] + 1]]
    return bool(before.all() and after.all())


def _by_parity(
    line_start: np.ndarray, line_end: np.ndarray, line_next: np.ndarray, delimiters: np.ndarray, quotes: np.ndarray
) -> Records:
    """A line's end or delimiter is real where an even number of quotes precedes it."""
    real_end = np.searchsorted(quotes, line_end) % 2 == 0
    real = delimiters[np.searchsorted(quotes, delimiters) % 2 == 0]
    last = np.flatnonzero(real_end)
    first = np.concatenate(([0], last[:-1] + 1))
    start, end = line_start[first], line_end[last]
    return Records(start, end, line_next[last], last - first + 1, _count(real, end) + 1)


def _piece(delimiter: bytes) -> re.Pattern[bytes]:
    """What a cell is made of: all of an unquoted one, or a quoted text up to the next quote; else nothing.

    One class of characters between two fixed ends, so that there is one way to match and its time is linear. Never
    a possessive quantifier or an atomic group over more than that: Python before 3.11.5 matches those wrongly.
    """
    mark = re.escape(delimiter)
    return re.compile(rb'"[^"]*"|[^"' + mark + rb"\r\n][^" + mark + rb"\r\n]*|")


def _end(pattern: re.Pattern[bytes], data: bytes, position: int) -> int:
    """Where a pattern that also matches nothing ends."""
    matched = pattern.match(data, position)
    return matched.end() if matched else position


def _record_at(data: bytes, position: int, piece: re.Pattern[bytes], delimiter: int) -> tuple[int, int] | None:
    """Where the record that begins here ends, and its number of cells; None where its quotes do not close."""
    size, cells = len(data), 1
    while True:
        end = _end(piece, data, position)
        if end == size or (following := data[end]) == LF or following == CR:
            return end, cells
        if following == delimiter:
            cells, position = cells + 1, end + 1
        elif following == QUOTE and end > position:  # doubled: the quoted cell goes on behind it
            position = end
        else:
            return None


def leading(data: bytes, delimiter: bytes, count: int) -> list[bytes]:
    """The first `count` records' bytes; fewer where the file ends before."""
    piece = _piece(delimiter)
    found: list[bytes] = []
    position = 0
    while position < len(data) and len(found) < count:
        record = _record_at(data, position, piece, delimiter[0])
        end = record[0] if record else _end(_LINE, data, position)
        found.append(data[position:end])
        position = _end(_BREAK, data, end)
    return found


def _swallows(data: bytes, found: Records, index: int, delimiter: bytes, width: int) -> bool:
    """A record over several lines with a wrong number of cells holds a line that is a whole row by itself."""
    text = data[found.start[index] : found.end[index]]
    return width > 1 and any(line.count(delimiter) == width - 1 for line in text.splitlines()[1:])


def _one_by_one(
    data: bytes,
    line_start: np.ndarray,
    line_end: np.ndarray,
    line_next: np.ndarray,
    delimiters: np.ndarray,
    quotes: np.ndarray,
    delimiter: bytes,
    width: int,
) -> Records:
    """Walk the lines that hold a quote; the others are whole records."""
    piece = _piece(delimiter)
    n = len(line_start)
    simple = _count(delimiters, line_end) + 1
    last = np.arange(n)
    cells = simple.copy()
    keep = np.ones(n, bool)
    position = 0
    for line in np.unique(np.searchsorted(line_next, quotes, side="right")).tolist():
        if line < position:
            continue
        record = _record_at(data, int(line_start[line]), piece, delimiter[0])
        if record is None:
            cells[line], position = 0, line + 1
            continue
        end, count = record
        stop = int(np.searchsorted(line_end, end))
        inner = range(line + 1, stop + 1)
        if count != width and width > 1 and any(simple[i] == width for i in inner):
            cells[line], position = 0, line + 1
            continue
        cells[line], last[line], position = count, stop, stop + 1
        keep[line + 1 : stop + 1] = False
    first = np.flatnonzero(keep)
    last = last[first]
    return Records(line_start[first], line_end[last], line_next[last], last - first + 1, cells[first])
