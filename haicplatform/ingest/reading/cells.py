"""Cells and headers, the same for every kind of file.

Belongs here: the clean spelling of a header, joined two-row headers, names for doubled ones, NFC of columns.
Does not belong here: the meaning of a value: a cell is text and stays as it was written.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import polars as pl

from haicplatform.ingest.reading.sheet import OUTSIDE_SCHEMA, ROW

_INVISIBLE = re.compile("[\ufeff\u200b\u200c\u200d\u2060\u00ad]")
_BLANKS = re.compile(r"\s+")
# columns that provenance needs; a hospital's header of that name is treated as the second of its kind
RESERVED = (ROW, "source_file", "source_sheet")


def nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def clean_header(text: str | None) -> str:
    """NFC, invisible marks gone, every run of white space (line breaks, NBSP, ideographic) one blank."""
    return _BLANKS.sub(" ", _INVISIBLE.sub("", nfc(text or ""))).strip()


def _fill_right(row: list[str], below: list[str]) -> list[str]:
    """Carry a header cell over the empty cells to its right, as a merged cell reads.

    A cell with nothing below it was merged downwards, not to the right: it is not carried.
    """
    filled, last = [], ""
    for cell, under in zip(row, below, strict=True):
        filled.append(cell or last)
        last = (cell if under else "") if cell else last
    return filled


def join_header(rows: list[list[str]], fill: bool = True) -> list[str]:
    """One header out of one or more header rows, from clean cells.

    With `fill` every row but the last is filled to the right. A column's parts are joined by '_', a
    repeated or empty part once ('AFP' over 'AFP' is 'AFP').
    """
    width = max(len(row) for row in rows)
    padded = [row + [""] * (width - len(row)) for row in rows]
    tops = [_fill_right(row, padded[-1]) for row in padded[:-1]] if fill else padded[:-1]
    joined = []
    for parts in zip(*tops, padded[-1], strict=True):
        kept: list[str] = []
        for part in parts:
            if part and part not in kept:
                kept.append(part)
        joined.append("_".join(kept))
    return joined


def unique_header(header: list[str]) -> list[str]:
    """Name every column: a doubled header gets '.1', '.2', an empty one 'column_<position>'.

    Doubled is decided without regard to case, because DuckDB does so.
    """
    taken = {name.casefold() for name in RESERVED}
    names = []
    for position, cell in enumerate(header, start=1):
        base = cell or f"column_{position}"
        name, copy = base, 0
        while name.casefold() in taken:
            copy += 1
            name = f"{base}.{copy}"
        taken.add(name.casefold())
        names.append(name)
    return names


def drop_nameless(rows: pl.DataFrame, header: list[str], names: list[str]) -> pl.DataFrame:
    """Drop the columns that have neither a header nor a single value."""
    nameless = [name for name, cell in zip(names, header, strict=True) if not cell]
    return rows.drop([name for name in nameless if rows[name].null_count() == rows.height])


def to_nfc(frame: pl.DataFrame) -> pl.DataFrame:
    """Every text column in NFC; a column that is already is left alone."""
    text = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    return frame.with_columns(pl.col(name).str.normalize("NFC") for name in text)


def outside(entries: Sequence[tuple[str, int | None, str]]) -> pl.DataFrame:
    """Text that is in no row, as (sheet, row, text), for the identifier scan."""
    return pl.DataFrame(entries, schema=OUTSIDE_SCHEMA, orient="row")
