"""How a column of the extract contract is written down in a model.

Belongs here: one small function a kind of column, each returning a pandera field whose metadata carry what
the contract says (title and description in both languages, unit, codes, bands, key position …).
Does not belong here: any particular column, and the rules made from the metadata (schemas/rules.py).
`en` and `ko` are "Title: description" or only a title. Bands are inclusive, in the column's unit.
"""

from __future__ import annotations

import decimal as decimals
from typing import Any

import pandera.polars as pa
import polars as pl
from pandera.engines.polars_engine import DateTime, Decimal

from schemas.codes import FLAG

__all__ = ["DateTime", "Decimal"]

METADATA = "contract"
ALWAYS = "always"

When = tuple[str, str, pl.Expr]
"""A condition in words, English and Korean, and as an expression over the table's columns, never null."""


def text(**contract: Any) -> Any:
    return _field("text", **contract)


def code(codes: tuple[str, ...], **contract: Any) -> Any:
    return _field("code", codes=codes, **contract)


def flag(**contract: Any) -> Any:
    return _field("flag", codes=FLAG, **contract)


def integer(**contract: Any) -> Any:
    return _field("integer", **contract)


def decimal(precision: int, scale: int, **contract: Any) -> Any:
    kwargs = {"precision": precision, "scale": scale}
    return _field("decimal", dtype_kwargs=kwargs, precision=precision, scale=scale, **contract)


def date(**contract: Any) -> Any:
    return _field("date", **contract)


def partial_date(**contract: Any) -> Any:
    """Text YYYY, YYYY-MM or YYYY-MM-DD; `<name>_precision` (day, month, year) stands beside it."""
    return _field("partial_date", **contract)


def datetime(**contract: Any) -> Any:
    """Microseconds, no time zone; `<name>_precision` (minute, day) stands beside it."""
    return _field("datetime", dtype_kwargs={"time_unit": "us"}, **contract)


def _field(
    kind: str,
    *,
    en: str,
    ko: str,
    column: bool = True,
    required: str | When = "",
    key: int | None = None,
    codes: tuple[str, ...] = (),
    unit: str | None = None,
    identifying: bool = False,
    derived: bool = False,
    hard: tuple | None = None,
    soft: tuple | None = None,
    empty_means: str | None = None,
    default: str | None = None,
    precision: int | None = None,
    scale: int | None = None,
    dtype_kwargs: dict[str, Any] | None = None,
) -> Any:
    """`column`: the column must be there. `required`: its value must be, always or under a condition.

    `empty_means`: an empty cell is read as this value and noted. `default`: written into an empty cell.
    """
    when_text, when_ko, when = (required, "", None) if isinstance(required, str) else required
    title, _, description = en.partition(": ")
    title_ko, _, description_ko = ko.partition(": ")
    contract = {
        "kind": kind,
        "title_en": title,
        "title_ko": title_ko,
        "en": description or title,
        "ko": description_ko or title_ko,
        "column_required": column,
        "value_required_when": when_text,
        "value_required_when_ko": when_ko,
        "when": when,
        "key_position": key,
        "codes": codes,
        "unit": unit,
        "identifying": identifying,
        "derived": derived,
        "hard": _band(kind, hard),
        "soft": _band(kind, soft),
        "empty_means": empty_means,
        "default": default,
        "precision": precision,
        "scale": scale,
    }
    return pa.Field(
        nullable=True,
        title=title,
        description=description or title,
        metadata={METADATA: contract},
        dtype_kwargs=dtype_kwargs,
    )


def _band(kind: str, band: tuple | None) -> tuple | None:
    if band is None:
        return None
    cast = int if kind == "integer" else lambda bound: decimals.Decimal(str(bound))
    return tuple(None if bound is None else cast(bound) for bound in band)
