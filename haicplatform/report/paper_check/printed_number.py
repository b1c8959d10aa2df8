"""A printed number: its text, and every number that would be printed like this.

Belongs here: reading a number's text and its rounding. Does not belong here: what the number means.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

PRINTED = re.compile(r"(?P<sign>[<>≤≥])?\s*(?P<number>[-−+]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?)\s*%?")
# a bound that a paper leaves out because it was not reached, or could not be estimated
NO_NUMBER = frozenset({"", "na", "n/a", "nr", "ne", "-", "–", "—"})
# doubles of decimal fractions: 35.25 is a little more or less than itself
SLACK = 1e-9


@dataclass(frozen=True)
class Number:
    """A number as printed. low, high: the closed range of the numbers that are rounded to this text."""

    text: str
    value: float
    low: float
    high: float
    unit: float  # one of the last printed digit

    def can_be(self, low: float, high: float | None = None) -> bool:
        """Whether some number of [low, high] is printed like this; both ways of rounding a half are."""
        high = low if high is None else high
        slack = SLACK * max(1.0, abs(self.value))
        return not (math.isnan(low) or math.isnan(high)) and low <= self.high + slack and high >= self.low - slack

    def is_truncation_of(self, exact: float) -> bool:
        """Whether `exact` gives this text when its digits are cut off instead of rounded."""
        return not self.can_be(exact) and 0 <= math.copysign(1, exact) * (exact - self.value) < self.unit - SLACK

    @property
    def ends(self) -> tuple[float, float]:
        return self.low, self.high


def read(text: str) -> Number | None:
    """The number of a text such as `0.031`, `<0.001`, `35.3%` or `1,204`; None where it is none."""
    stripped = text.strip()
    found = PRINTED.fullmatch(stripped)
    if not found or not re.search(r"\d", found["number"]):
        return None
    digits = found["number"].replace(",", "").replace("−", "-")
    value, unit = float(digits), 10.0 ** -len(digits.partition(".")[2])
    match found["sign"]:
        case "<" | "≤":
            low, high = (0.0 if value >= 0 else -math.inf), value
        case ">" | "≥":
            low, high = value, math.inf
        case _:
            low, high = value - unit / 2, value + unit / 2
    return Number(stripped, value, low, high, unit)


def read_with_spread(text: str) -> tuple[Number, Number] | None:
    """The two numbers of `65.79 (11.19)` or `65.79 ± 11.19`."""
    found = re.fullmatch(r"(?P<mean>[^(±]+?)\s*(?:\((?P<spread>[^()]+)\)|±\s*(?P<other>.+))", text.strip())
    if not found:
        return None
    mean, spread = read(found["mean"]), read(found["spread"] or found["other"])
    return None if mean is None or spread is None else (mean, spread)


def is_no_number(text: str) -> bool:
    """Whether a bound was left out on purpose."""
    return text.strip().lower() in NO_NUMBER


def plain(value: float) -> str:
    """A recomputed number with enough digits to compare: 0.0577, 35.29, <0.0001."""
    if math.isnan(value) or math.isinf(value):
        return "–"
    if 0 < abs(value) < 0.0001:
        return "<0.0001"
    digits = 4 if abs(value) < 10 else 2
    return f"{value:.{digits}f}"


def span(low: float, high: float) -> str:
    """A range that comes from the rounding of its inputs, as one number where its ends read alike."""
    first, last = plain(low), plain(high)
    return first if first == last else f"{first} to {last}"
