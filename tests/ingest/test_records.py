"""Record boundaries: those that a splitter finds which reads one character after another, and as evenly in time."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haicplatform.ingest.reading.records import find_records, leading

LINE_END = re.compile(r"\r\n|\r|\n|$")


def record_at(text: str, position: int, delimiter: str) -> tuple[int, int] | None:
    """End and number of cells of the record that begins here; None where a quote is not closed at a cell's end."""
    cells = 1
    while True:
        if text[position : position + 1] == '"':
            position += 1
            while text[position : position + 2] == '""' or text[position : position + 1] not in ('"', ""):
                position += 2 if text[position] == '"' else 1
            if position == len(text):
                return None
            position += 1
        else:
            while position < len(text) and text[position] not in delimiter + "\r\n":
                position += 1
        if position == len(text) or text[position] in "\r\n":
            return position, cells
        if text[position] != delimiter:
            return None
        cells, position = cells + 1, position + 1


def split(text: str, delimiter: str, width: int) -> list[tuple[str, int, int]]:
    """(text, physical lines, cells) of every record; a record that swallows a whole row is its first line alone."""
    found, position = [], 0
    while position < len(text):
        first = text[position : LINE_END.search(text, position).start()]
        end, cells = record_at(text, position, delimiter) or (position + len(first), 0)
        lines = re.split(r"\r\n|\r|\n", text[position:end])
        if cells != width > 1 and any(line.count(delimiter) == width - 1 for line in lines[1:]):
            end, cells, lines = position + len(first), 0, lines[:1]
        found.append((text[position:end], len(lines), cells))
        position = LINE_END.search(text, end).end()
    return found


def found(text: str, delimiter: str, width: int) -> list[tuple[str, int, int]]:
    records = find_records(text.encode(), delimiter.encode(), width)
    places = zip(records.start, records.end, records.lines, records.cells, strict=True)
    return [(text[start:end], lines, cells) for start, end, lines, cells in places]


@pytest.mark.parametrize("text", [',"', ',"\n1,2\n', '"",""\n,"\n1,2\n', 'a,"b""c\n1,2\n', '"a""b"c,d\n1,2\n'])
def test_a_quote_that_does_not_close_is_never_part_of_a_whole_record(text):
    """Python before 3.11.5 took `,"` for a whole record: it matches a possessive group wrongly."""
    assert found(text, ",", 2) == split(text, ",", 2)
    assert min(cells for _, _, cells in found(text, ",", 2)) == 0


@settings(max_examples=1500, deadline=None)
@given(text=st.text('",;\r\na', max_size=40), delimiter=st.sampled_from(",;"), width=st.integers(1, 4))
def test_records_are_those_of_the_plain_splitter(text, delimiter, width):
    assert found(text, delimiter, width) == split(text, delimiter, width)


@settings(max_examples=500, deadline=None)
@given(text=st.text('",;\r\na', max_size=40), count=st.integers(1, 5))
def test_the_leading_records_are_the_first_of_all(text, count):
    """With a width of 1 no record is held against its inner lines, as `leading` does before a header is known."""
    assert leading(text.encode(), b",", count) == [record.encode() for record, _, _ in split(text, ",", 1)][:count]


@pytest.mark.parametrize("part", ['"', '""', ',"', '"",', '"a""', 'a"', '"\n', '"a\n', '""\n', ',"\n"', "a"])
@pytest.mark.parametrize("start", ["", '"'])
def test_the_time_of_a_hostile_text_grows_evenly(start, part):
    """A splitter that went back over what it has read would take minutes."""
    data = (start + part * (300_000 // len(part))).encode()
    begun = time.perf_counter()
    records = find_records(data, b",", 3)
    leading(data, b",", 30)
    assert time.perf_counter() - begun < 10
    assert records.next_start[-1] == len(data)
