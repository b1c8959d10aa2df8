"""The worked Kaplan-Meier cases of the clinical definitions."""

from __future__ import annotations

import pytest

from haicplatform.survival import follow_up, kaplan_meier

CASES = [
    ([(2, 1), (3, 0), (5, 1), (7, 1), (9, 0), (12, 1), (14, 0), (15, 0)], 10, 12, 0.583333, 0.312713, 1.0, 14),
    ([(1, 1), (4, 0), (6, 0), (8, 0), (9, 0), (12, 0)], 6, None, 0.833333, 0.582655, 1.0, 8),
]


@pytest.mark.parametrize(("data", "tau", "median", "s", "low", "high", "follow"), CASES)
def test_case(data, tau, median, s, low, high, follow) -> None:
    time, event = zip(*data, strict=True)
    curve = kaplan_meier(time, event)
    at = curve.at([tau]).row(0, named=True)
    assert curve.median().value == median
    assert (at["survival"], at["ci_low"], at["ci_high"]) == pytest.approx((s, low, high), abs=1e-6)
    assert follow_up(time, event).reverse.value == follow
