"""Numbers as a person would type them.

Belongs here: floats to text without exponent and without a spurious '.0'. Does not belong here: parsing text.
"""

from __future__ import annotations

import math
from decimal import Decimal

import polars as pl


def plain_number(value: float) -> str:
    """The shortest decimal text that is this number: 12300000.0 is '12300000', 1e-05 is '0.00001'."""
    if not math.isfinite(value):
        return "" if math.isnan(value) else str(value)
    if value == int(value):
        return str(int(value))
    text = repr(value)
    return format(Decimal(text), "f") if "e" in text else text


def plain_numbers(column: pl.Series) -> pl.Series:
    """The same for a whole column; unique values only, since clinical numbers repeat."""
    unique = column.drop_nulls().unique()
    text = [plain_number(value) or None for value in unique.to_list()]
    return column.replace_strict(unique, pl.Series(text, dtype=pl.String), default=None, return_dtype=pl.String)
