"""The yardsticks of whole-batch expectations: the stability index by hand, and its chance in small samples."""

import math

import pytest
from scipy.stats import chi2

from haicplatform.ingest.validation.drift import chi_square_999, stability_index
from schemas.batches import Item, check_delivery, thresholds
from schemas.rules import RULES


def test_the_stability_index_by_hand():
    """(50, 50) to (70, 30) with half a count added: p = 50.5/101 each, q = 70.5/101 and 30.5/101."""
    p, q = 50.5 / 101, (70.5 / 101, 30.5 / 101)
    expected = (q[0] - p) * math.log(q[0] / p) + (q[1] - p) * math.log(q[1] / p)
    assert stability_index([50, 50], [70, 30]) == pytest.approx(expected, rel=1e-12) == pytest.approx(0.1659, abs=1e-4)
    assert stability_index([40, 60], [40, 60]) == 0


@pytest.mark.parametrize("df", [1, 2, 3, 5, 9, 20])
def test_the_point_of_chi_square_is_close_and_never_low(df):
    assert 0 <= chi_square_999(df) / chi2.ppf(0.999, df) - 1 < 0.035


def test_every_threshold_has_words_and_is_a_warning():
    assert {RULES[rule].severity for rule in thresholds()} == {"warning"}


def test_a_margin_that_is_no_number_has_not_passed():
    item = Item("delivery.ratio", math.nan, "0", "1", "lab")
    (result,) = check_delivery({}, None, min_volume_percent=50, further=[item])
    assert (result.status, result.is_broken) == ("not_run", True)


def test_items_pass_and_fail_by_their_margin():
    items = [
        Item("delivery.ratio", margin, "2.00", "3.00", "lab", None, part)
        for part, margin in (("a", 0.0), ("b", -0.01), ("c", 1.0))
    ]
    results = check_delivery({"lab": 5}, {"lab": 5}, min_volume_percent=50, further=items)
    assert [(each.part, each.status) for each in results if each.rule_id == "delivery.ratio"] == [
        ("a", "passed"), ("b", "failed"), ("c", "passed"),
    ]  # fmt: skip
