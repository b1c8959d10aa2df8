"""What is said beside a ratio of hazards that was estimated.

Belongs here: how far a ratio is printed, and which statuses that gives. Does not belong here: estimating it
(haicplatform.survival), its text (haicplatform.report).
"""

from __future__ import annotations

# a ratio is printed as it is between these, and as less or more beyond
LEAST, MOST = 0.01, 1000.0
# what rounds to 1.00 is nearer to 1 than this
_NEAR_ONE = 0.005


def of_ratio(value: float, low: float | None, high: float | None, term: str) -> str | None:
    """The status with which to read the ratio of `term`, if any: `wide`, or `fine_unit` of a term without a level."""
    if low is None or high is None:
        return None
    if low < LEAST and high >= MOST:
        return "wide"
    is_number = bool(term) and "=" not in term
    if is_number and all(abs(part - 1) < _NEAR_ONE for part in (value, low, high)):
        return f"fine_unit: {term}"
    return None
