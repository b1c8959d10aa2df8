"""Any table, written by any CSV writer, reads back equal; any damage is refused or counted, never lost."""

import codecs
import datetime as dt
import io
import unicodedata
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from haicplatform.core.errors import FileRefused
from haicplatform.ingest.reading.files import read_file
from haicplatform.ingest.reading.records import count_lines
from haicplatform.ingest.reading.text import read_text
from haicplatform.sites.layout import FileLayout

FAST = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
SPECIAL = list(",;\t|\"'\r\n 가힣漢Aé0９.-=()\u3000\u00a0")
CELL = st.one_of(
    st.text(st.sampled_from(SPECIAL), max_size=6),
    st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=5),
)
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16-le", "utf-16-be", "cp949"]
MARKS = {"utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}


@st.composite
def tables(draw):
    width = draw(st.integers(1, 5))
    row = st.lists(CELL, min_size=width, max_size=width)
    return draw(st.lists(row, min_size=1, max_size=6))


def expected_rows(table):
    """(row number, cells) as Excel counts them; rows without any cell are blank."""
    rows = [(number, *[unicodedata.normalize("NFC", c) or None for c in row]) for number, row in enumerate(table, 2)]
    return [row for row in rows if any(row[1:])]


def written(cell, delimiter, quote_all):
    """A cell as any careful writer does; one that starts with a quote or holds a line's end must be quoted."""
    if quote_all or any(mark in cell for mark in (delimiter, '"', "\r", "\n")):
        return '"' + cell.replace('"', '""') + '"'
    return cell


@FAST
@given(
    table=tables(),
    delimiter=st.sampled_from(",;\t|"),
    quote_all=st.booleans(),
    newline=st.sampled_from(["\n", "\r\n", "\r"]),
    encoding=st.sampled_from(ENCODINGS),
    last_newline=st.booleans(),
)
def test_a_table_reads_back_equal(table, delimiter, quote_all, newline, encoding, last_newline):
    header = [f"c{i}" for i in range(len(table[0]))]
    lines = [delimiter.join(written(cell, delimiter, quote_all) for cell in row) for row in [header, *table]]
    text = newline.join(lines) + (newline if last_newline else "")
    try:
        data = MARKS.get(encoding, b"") + text.encode(encoding)
    except UnicodeEncodeError:
        return
    sheet = read_text(data, "t.csv", FileLayout(encoding.removesuffix("-sig"), delimiter))
    assert sheet.header == header
    assert sheet.rows.rows() == expected_rows(table)
    assert sheet.rejected.height == 0
    assert sheet.lines.total == sheet.physical_lines == count_lines(text.encode())


@FAST
@given(text=st.text(st.sampled_from(',"\n\rab '), max_size=60), width=st.integers(1, 4))
def test_the_lines_of_any_text_add_up(text, width):
    data = ("c" * width).replace("c", "c,").rstrip(",") + "\n" + text
    try:
        sheet = read_text(data.encode(), "t.csv", FileLayout(delimiter=","))
    except FileRefused as refusal:
        assert refusal.reason == "unreadable_rows"
        assert "add up" not in refusal.what
        return
    assert sheet.lines.total == sheet.physical_lines == len(io.StringIO(data, newline=None).read().splitlines())
    numbers = [*sheet.rows["source_row"], *sheet.rejected["source_row"]]
    assert len(set(numbers)) == len(numbers)


WHOLE = '환자번호,일자,결과\r\n00123,2023-03-07,"첫 줄\r\n둘째"\r\n00124,2023-03-08,정상\r\n'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp949"])
def test_a_text_cut_anywhere_is_refused_or_counted(encoding):
    data = WHOLE.encode(encoding)
    for size in range(len(data)):
        try:
            sheet = read_text(data[:size], "t.csv", FileLayout())
        except FileRefused as refusal:
            assert refusal.reason in ("empty", "truncated", "encoding", "unreadable_rows", "header")
            continue
        assert sheet.lines.total == sheet.physical_lines


def workbook() -> bytes:
    data = io.BytesIO()
    with xlsxwriter.Workbook(data) as book:
        book.set_properties({"created": dt.datetime(2024, 1, 1)})  # the same bytes at every call
        book.add_worksheet().write_row(0, 0, ["a", "b"])
    return data.getvalue()


def parquet() -> bytes:
    data = io.BytesIO()
    pl.DataFrame({"a": ["1"], "b": [2]}).write_parquet(data)
    return data.getvalue()


@pytest.mark.parametrize(("name", "make"), [("t.xlsx", workbook), ("t.parquet", parquet)])
def test_a_binary_file_cut_anywhere_is_refused(tmp_path: Path, name, make):
    data = make()
    path = tmp_path / "cut"
    for size in range(0, len(data), max(1, len(data) // 150)):
        path.write_bytes(data[:size])
        with pytest.raises(FileRefused) as caught:
            read_file(path, name)
        assert caught.value.reason == ("truncated" if size else "empty")


@FAST
@given(data=st.data())
def test_a_workbook_with_changed_bytes_is_refused_or_read(tmp_path_factory, data):
    whole = bytearray(workbook())
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.getbasetemp() / "changed"
    path.write_bytes(bytes(whole))
    try:
        read_file(path, "t.xlsx")
    except FileRefused as refusal:
        assert refusal.reason in ("truncated", "type", "encrypted", "empty", "header")
