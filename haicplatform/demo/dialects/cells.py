"""Contract values as the text of cells. SYNTHETIC.

Belongs here: dates, decimals and codes as words, for any hospital. Does not belong here: a hospital's choices.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from schemas.contract import TABLES

Words = Mapping[str, Mapping[str, str]]


def plain(number: pl.Expr) -> pl.Expr:
    """A decimal without trailing zeros: 12.50 is 12.5, 7.00 is 7."""
    text = number.cast(pl.String)
    return text.str.replace(r"(\.\d*?)0+$", "$1").str.replace(r"\.$", "")


def text(
    table: str, frame: pl.DataFrame, words: Words, day: str = "%Y-%m-%d", minute: str = "%Y-%m-%d %H:%M"
) -> pl.DataFrame:
    """Every contract column of `frame` as text; codes in the hospital's words, dates in its forms."""
    return frame.select(
        _cell(column.kind, column.name, words.get(column.name), day, minute).alias(column.name)
        for column in TABLES[table].columns
    )


def _cell(kind: str, name: str, words: Mapping[str, str] | None, day: str, minute: str) -> pl.Expr:
    value = pl.col(name)
    match kind:
        case "date":
            cell = value.dt.strftime(day)
        case "datetime":
            cell = value.dt.strftime(minute)
        case "partial_date":
            separator = day.removeprefix("%Y").partition("%")[0]
            # a month alone needs a separator even where days are written without
            cell = value.str.replace_all("-", separator) if separator else value
        case "decimal":
            cell = plain(value)
        case _:
            cell = value.cast(pl.String)
    return cell.replace(dict(words)) if words else cell


def cm(mm: pl.Expr) -> pl.Expr:
    """Text of millimetres -> text of centimetres, exactly."""
    return plain(mm.cast(pl.Decimal(12, 4)) / pl.lit(10).cast(pl.Decimal(12, 4)))


def thousands(number: pl.Expr) -> pl.Expr:
    """'15720.2' -> '15,720.2'; a comparator stays in front."""
    return number.str.replace(r"^([<>]?\d{1,3})(\d{3})(\.\d+)?$", "$1,$2$3")
