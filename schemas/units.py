"""Units of measure: the one declared table of conversions (units.csv) and how a unit's spelling is matched.

Belongs here: the conversion of a quantity from a source unit to the contract's. A quantity is a test code
(lab) or the contract column's own unit (mm, cm, kg, mg, m2, %). Does not belong here: guessing a unit that a
file does not state. A pair that is not in the table is not converted: it is a finding.
A conversion is exact: standard = source * multiply / divide, both decimals (1/17.1 has no finite decimal).
"""

from __future__ import annotations

import csv
import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path


@dataclass(frozen=True)
class Conversion:
    """standard = source * multiply / divide."""

    quantity: str
    source_unit: str
    standard_unit: str
    multiply: Decimal
    divide: Decimal
    note: str

    @property
    def unit_key(self) -> str:
        """The source unit as it is matched; see normalise_unit."""
        return normalise_unit(self.source_unit)


_COUNT_SPELLINGS = (
    (re.compile(r"^[x*]?10[\^*]?([3469])(?=/)"), r"10^\1"),  # x10^3/uL, 10*3/uL, and 10 superscript 3
    (re.compile(r"^k(?=/(ul|mm3|mm\^3)$)"), "10^3"),
    (re.compile(r"mm\^3$"), "mm3"),
    (re.compile(r"^10\^([34])/mm3$"), r"10^\1/ul"),
    (re.compile(r"^(cells|개)?/(ul|mm3)$"), r"/\2"),
)


def normalise_unit(text: str) -> str:
    """A unit's spelling reduced to what is compared: NFKC, no blanks, lower case, micro sign as `u`."""
    key = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).lower()
    key = key.replace("μ", "u").replace("㎕", "ul").replace("×", "x").replace("⁄", "/")
    for pattern, replacement in _COUNT_SPELLINGS:
        key = pattern.sub(replacement, key)
    return key


@cache
def conversions() -> tuple[Conversion, ...]:
    """Every declared conversion, in the order of units.csv."""
    with (Path(__file__).parent / "units.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Conversion(
                quantity=row["quantity"],
                source_unit=row["source_unit"],
                standard_unit=row["standard_unit"],
                multiply=Decimal(row["multiply"]),
                divide=Decimal(row["divide"]),
                note=row["note"],
            )
            for row in csv.DictReader(file)
        )


def conversion(quantity: str, source_unit: str) -> Conversion | None:
    """The conversion of `quantity` from `source_unit`, or None where none is declared."""
    return _by_key().get((quantity, normalise_unit(source_unit)))


def accepted_units(quantity: str) -> tuple[str, ...]:
    """The source units from which `quantity` can be converted, for a message."""
    return tuple(each.source_unit for each in conversions() if each.quantity == quantity)


@cache
def _by_key() -> dict[tuple[str, str], Conversion]:
    return {(each.quantity, each.unit_key): each for each in conversions()}
