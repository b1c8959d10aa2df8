"""A report as a document without a format: what stands where, and which estimates each number is.

Belongs here: the parts a document has. Does not belong here: what they say (compose.py and its sections), how a
number is written (number_format.py), any file format (html.py, word.py, excel.py, pdf.py).

Rules that every composer keeps and a checker may rely on:
- a number that is a result stands in a run with the ids of the rows of analysis.estimate it shows, in that order;
- a digit in a run without ids belongs to a name, a date, a reference or the study file, never to a result;
- in a table of kind "results" every cell after the first that has a digit has ids;
- a picture shows only what its `data` holds: a row a mark or printed text, with the ids behind it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import polars as pl

# what a picture shows, a row a mark: `series` the group or line, `item` what is drawn (a statistic's name), x and y
# where, y_low and y_high the interval, `shown` the text printed for it (empty where only a mark is drawn)
FIGURE_DATA = {
    "series": pl.String,
    "item": pl.String,
    "x": pl.Float64,
    "y": pl.Float64,
    "y_low": pl.Float64,
    "y_high": pl.Float64,
    "shown": pl.String,
    "estimate_ids": pl.String,
}

# rows of a table that one page holds under whatever stands above it
SHORT = 14


@dataclass(frozen=True)
class Run:
    """A piece of text of one look. style: '', strong, code, raised, aside (lighter), why (no value, and why not),
    masked (a count too small to be shown; its id is that of the count)."""

    text: str
    estimate_ids: tuple[str, ...] = ()
    style: str = ""


Text = tuple[Run, ...]


@dataclass(frozen=True)
class Heading:
    """level 1 is a section of the report; `anchor` is unique in the document."""

    level: int
    anchor: str
    text: str


@dataclass(frozen=True)
class Paragraph:
    """style: '' or small (a remark under what it belongs to)."""

    text: Text
    style: str = ""


@dataclass(frozen=True)
class Listing:
    """Items one under another; a term before each where `terms` are given."""

    items: tuple[Text, ...]
    terms: tuple[str, ...] = ()


@dataclass(frozen=True)
class Row:
    """One line of a table; the first cell is its name. kind: '', heading, level (of a heading), total.

    A row with a single cell spans the table.
    """

    cells: tuple[Text, ...]
    kind: str = ""


@dataclass(frozen=True)
class Table:
    """head: a Text a column; `groups` a line above it as (text, columns) pairs; kind: results, or text.

    `name` is unique in the document and the same in every language; `number` is None where tables go unnumbered.
    """

    name: str
    title: str
    head: tuple[Text, ...]
    rows: tuple[Row, ...]
    notes: tuple[Text, ...] = ()
    groups: tuple[tuple[str, int], ...] = ()
    number: int | None = None
    kind: str = "results"

    @property
    def is_short(self) -> bool:
        """Whether it stands on one page, never broken over two."""
        return len(self.rows) <= SHORT


@dataclass(frozen=True)
class Figure:
    """A picture, drawn once: `svg` for pages, `png` for word processors; `data` is what is drawn (FIGURE_DATA).

    `name` is unique in the document, the same in every language, and the file's name under figures/.
    """

    name: str
    title: str
    caption: Text
    svg: str
    png: bytes
    data: pl.DataFrame
    number: int | None = None


Part = Heading | Paragraph | Listing | Table | Figure


@dataclass(frozen=True)
class Document:
    """A report in one language. `facts`: where it comes from, as (label, text) pairs."""

    study_id: str
    snapshot_id: str
    language: str
    title: str
    is_synthetic: bool
    facts: tuple[tuple[str, Text], ...]
    parts: tuple[Part, ...] = field(default=())

    @property
    def tables(self) -> tuple[Table, ...]:
        """Every table, in order."""
        return tuple(part for part in self.parts if isinstance(part, Table))

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Every figure, in order."""
        return tuple(part for part in self.parts if isinstance(part, Figure))

    def runs(self) -> Iterator[tuple[str, Run]]:
        """(where, run) of every run of text: the part's name or the heading above it, in reading order."""
        place = "facts"
        for _, text in self.facts:
            yield from ((place, run) for run in text)
        for part in self.parts:
            if isinstance(part, Heading):
                place = part.anchor
            for text in texts_of(part):
                yield from ((getattr(part, "name", place), run) for run in text)


def texts_of(part: Part) -> Iterator[Text]:
    """Every text of a part, in reading order."""
    if isinstance(part, Heading):
        yield (Run(part.text),)
    elif isinstance(part, Paragraph):
        yield part.text
    elif isinstance(part, Listing):
        yield from part.items
    elif isinstance(part, Figure):
        yield (Run(part.title),)
        yield part.caption
    else:
        yield (Run(part.title),)
        yield from part.head
        for row in part.rows:
            yield from row.cells
        yield from part.notes


def plain(text: Text) -> str:
    """The text without looks or ids."""
    return "".join(run.text for run in text)


def ids_of(text: Text) -> tuple[str, ...]:
    """The ids of all its runs, each once, in order."""
    return tuple(dict.fromkeys(estimate_id for run in text for estimate_id in run.estimate_ids))


def concat(*pieces: str | Run | Text) -> Text:
    """One text of words, runs and texts put together; empty pieces fall out."""
    runs: list[Run] = []
    for piece in pieces:
        if isinstance(piece, str):
            runs += [Run(piece)] if piece else []
        else:
            runs += [piece] if isinstance(piece, Run) else piece
    return tuple(runs)
