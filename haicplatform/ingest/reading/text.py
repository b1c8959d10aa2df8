"""Delimited text files: CSV, tab-separated, Excel's "Unicode text".

Belongs here: delimiter, header, rows, rejected records, and the sum of lines that must come out.
Does not belong here: encodings (encoding.py), record boundaries (records.py), meanings of cells.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter

import numpy as np
import polars as pl
import pyarrow as pa
from pyarrow import csv as arrow_csv

from haicplatform.core.errors import FileRefused, UsageError
from haicplatform.ingest.reading import cells
from haicplatform.ingest.reading.encoding import decode
from haicplatform.ingest.reading.records import Records, count_lines, find_records, leading
from haicplatform.ingest.reading.sheet import REJECTED_SCHEMA, ROW, LineCount, Sheet
from haicplatform.sites.layout import FileLayout

_DELIMITERS = (",", "\t", ";", "|")
_SNIFFED_RECORDS = 30
_BLOCK = 1 << 22


def read_text(data: bytes, name: str, layout: FileLayout) -> Sheet:
    """Read one delimited text file.

    Records with another number of cells than the header, or with a quote that does not close, are rejected
    one by one; empty cells beyond the header's last column are dropped; empty records are counted as blank.
    Raises FileRefused: encoding, truncated, empty, header, unreadable_rows, type.
    """
    decoded = decode(data, name, layout.encoding)
    text = decoded.utf8
    if not text or text.isspace():
        raise empty_file(name)
    delimiter = (layout.delimiter or _sniff(text, layout)).encode()
    if len(delimiter) != 1:
        raise UsageError(
            "A delimiter is one character",
            found=repr(layout.delimiter),
            expected="one of , ; | or a tab",
            todo="correct `delimiter` in the site file",
        )
    header = _header(text, name, delimiter, layout)
    records = find_records(text, delimiter, len(header))
    return _sheet(text, name, header, records, delimiter, layout, decoded.is_nfc)


def empty_file(name: str, what: str = "The file is empty") -> FileRefused:
    return FileRefused(
        what,
        file=name,
        expected="a header and rows",
        todo="export it again",
        reason="empty",
    )


def _sniff(text: bytes, layout: FileLayout) -> str:
    """The delimiter that gives the most records the header's number of cells, then the most cells."""
    best, score = ",", (0, 0)
    for candidate in _DELIMITERS:
        found = leading(text[: 1 << 20], candidate.encode(), max(layout.header_rows) + _SNIFFED_RECORDS)
        widths = [len(_split(record, candidate)) for record in found[max(layout.header_rows) - 1 :]]
        if widths and widths[0] > 1:
            alike = sum(width == widths[0] for width in widths)
            score, best = max((score, best), ((alike, widths[0]), candidate))
    return best


def _split(record: bytes, delimiter: str) -> list[str]:
    text = record.decode("utf-8", errors="replace")
    return next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])


def _header(text: bytes, name: str, delimiter: bytes, layout: FileLayout) -> list[str]:
    """The header's cells, clean; one row of them, joined where the layout names two."""
    last = max(layout.header_rows)
    found = leading(text, delimiter, last)
    if len(found) < last:
        raise no_header(name, last, len(found))
    rows = [[cells.clean_header(c) for c in _split(found[i - 1], delimiter.decode())] for i in layout.header_rows]
    joined = cells.join_header([row or [""] for row in rows])
    if not any(joined):
        raise no_header(name, last, len(found))
    return joined


def no_header(name: str, row: int, found: int) -> FileRefused:
    return FileRefused(
        "The header row is missing or empty",
        file=name,
        row=row,
        found=f"a file of {found:,} rows" if found < row else "a row without any name",
        expected=f"column names in row {row}",
        todo="export it again with its header, or correct `header_rows` in the site file",
        reason="header",
    )


def _sheet(
    text: bytes, name: str, header: list[str], records: Records, delimiter: bytes, layout: FileLayout, is_nfc: bool
) -> Sheet:
    width, last_header = len(header), max(layout.header_rows)
    number = np.arange(1, len(records) + 1)
    body = number > last_header
    blank = body & (records.end == records.start)
    good = body & ~blank & (records.cells == width)
    end = records.end.copy()
    rejected, skipped, aside = [], [], []
    totals = _pattern(layout.skip_rows)
    for i in np.flatnonzero(body & ~blank & ~good).tolist():
        record = text[records.start[i] : records.end[i]]
        if not record.strip(b" " + delimiter):
            blank[i] = True
            continue
        extra = int(records.cells[i]) - width
        if extra > 0 and record.endswith(delimiter * extra):
            good[i], end[i] = True, records.end[i] - extra
            continue
        aside.append(("", i + 1, cells.nfc(record.decode("utf-8"))))
        first = _split(record, delimiter.decode())
        if totals and first and totals.search(cells.nfc(first[0])):
            skipped.append(i + 1)
        else:
            rejected.append((i + 1, _reason(int(records.cells[i]), width)))
    names = cells.unique_header(header)
    frame = _parse(text, records, good, end, names, delimiter, name)
    rows = frame.insert_column(0, pl.Series(ROW, number[good]))
    rows = rows if is_nfc else cells.to_nfc(rows)
    empty = rows.select(e=pl.all_horizontal(pl.exclude(ROW).is_null()))["e"]
    blank[rows.filter(empty)[ROW].to_numpy() - 1] = True
    rows = rows.filter(~empty) if empty.any() else rows
    rows = cells.drop_nameless(rows, header, names)
    rows, total_rows, total_text = skip_totals(rows, layout.skip_rows)
    skipped += total_rows
    for i in np.flatnonzero(~body & ~np.isin(number, layout.header_rows)).tolist():
        aside.append(("", i + 1, cells.nfc(text[records.start[i] : records.end[i]].decode("utf-8"))))
    is_header = np.isin(number, layout.header_rows)
    spans = records.lines

    def lines_of(rows_: list[int]) -> int:
        return int(spans[np.asarray(rows_, np.int64) - 1].sum())

    lines = LineCount(
        title=int(spans[~body & ~is_header].sum()),
        header=int(spans[is_header].sum()),
        read=int(spans[rows[ROW].to_numpy() - 1].sum()),
        rejected=lines_of([row for row, _ in rejected]),
        skipped=lines_of(skipped),
        blank=int(spans[blank].sum()),
    )
    sheet = Sheet(
        file=name,
        sheet="",
        header=rows.columns[1:],
        rows=rows,
        rejected=pl.DataFrame(rejected, schema=REJECTED_SCHEMA, orient="row"),
        physical_lines=count_lines(text),
        lines=lines,
        skipped=pl.DataFrame({ROW: sorted(skipped)}, schema={ROW: pl.Int64}),
        outside=cells.outside(aside + total_text),
    )
    return check(sheet)


def _reason(found: int, width: int) -> str:
    if found == 0:
        return "a quotation mark is not closed, or text follows a closing one"
    return f"{found} cell{'s' * (found != 1)} where the header has {width}"


def _pattern(skip_rows: str | None) -> re.Pattern | None:
    try:
        return re.compile(skip_rows) if skip_rows else None
    except re.error as error:
        raise UsageError(
            "The pattern of totals rows is no regular expression",
            found=f"{skip_rows} ({error.msg})",
            todo="correct `skip_rows` in the site file",
        ) from None


def skip_totals(
    rows: pl.DataFrame, skip_rows: str | None, sheet: str = ""
) -> tuple[pl.DataFrame, list[int], list[tuple[str, int, str]]]:
    """Take the rows whose first cell matches out: (rows left, their numbers, their text for the scan)."""
    pattern = _pattern(skip_rows)
    if pattern is None or rows.width < 2:
        return rows, [], []
    first = rows.to_series(1)
    values = [value for value in first.unique().drop_nulls().to_list() if pattern.search(value)]
    hit = first.is_in(values).fill_null(False)
    taken = rows.filter(hit)
    text = [(sheet, row[0], " ".join(c for c in row[1:] if c)) for row in taken.iter_rows()]
    return rows.filter(~hit), taken[ROW].to_list(), text


def _parse(
    text: bytes, records: Records, good: np.ndarray, end: np.ndarray, header: list[str], delimiter: bytes, name: str
) -> pl.DataFrame:
    """The cells of the records marked good, as text; '' is null."""
    schema = {column: pl.String for column in header}
    count = int(good.sum())
    if count == 0:
        return pl.DataFrame(schema=schema)
    longest = int((records.next_start - records.start).max())
    keys = [str(i) for i in range(len(header))]
    table = arrow_csv.read_csv(
        pa.BufferReader(_only(text, records, good, end)),
        read_options=arrow_csv.ReadOptions(column_names=keys, block_size=max(_BLOCK, 2 * longest)),
        parse_options=arrow_csv.ParseOptions(
            delimiter=delimiter.decode(),
            newlines_in_values=bool((records.lines[good] > 1).any()),
            ignore_empty_lines=False,
        ),
        convert_options=arrow_csv.ConvertOptions(
            column_types={key: pa.string() for key in keys},
            null_values=[""],
            strings_can_be_null=True,
            check_utf8=False,
        ),
    )
    frame = pl.DataFrame(table)
    if frame.height != count:
        raise _miscounted(name, count, frame.height)
    return frame.rename(dict(zip(keys, header, strict=True)))


def _only(text: bytes, records: Records, good: np.ndarray, end: np.ndarray) -> bytes | memoryview:
    """The good records' bytes, in runs; a record whose end was moved gets a line's end of its own."""
    moved = end != records.end
    index = np.flatnonzero(good)
    breaks = (np.diff(index) > 1) | moved[index[:-1]] | moved[index[1:]]
    first = index[np.concatenate(([True], breaks))]
    last = index[np.concatenate((breaks, [True]))]
    view = memoryview(text)
    parts: list[bytes | memoryview] = []
    for a, b in zip(first.tolist(), last.tolist(), strict=True):
        stop = end[b] if moved[b] else records.next_start[b]
        parts.append(view[records.start[a] : stop])
        if moved[b]:
            parts.append(b"\n")
    return b"".join(parts) if len(parts) > 1 else parts[0]


def _miscounted(name: str, expected: int, found: int) -> FileRefused:
    return FileRefused(
        "The file's lines do not add up",
        file=name,
        found=f"{found:,} accounted for",
        expected=f"{expected:,}",
        todo="export it again; if it happens again, send the file's layout to the coordinating centre",
        reason="unreadable_rows",
    )


def check(sheet: Sheet) -> Sheet:
    """Refuse a sheet whose lines do not add up, or of which no record could be read as a row."""
    if sheet.lines.total != sheet.physical_lines:
        raise _miscounted(sheet.file, sheet.physical_lines, sheet.lines.total)
    if sheet.rejected.height and not sheet.rows.height:
        reason, number = Counter(sheet.rejected["reason"]).most_common(1)[0]
        raise FileRefused(
            "None of the file's rows can be read",
            file=sheet.file,
            row=sheet.rejected[ROW][0],
            found=f"{number:,} rows: {reason}",
            expected=f"{len(sheet.header)} cells in a row, as in the header",
            todo="export it again, or correct `delimiter` and `header_rows` in the site file",
            reason="unreadable_rows",
        )
    return sheet
