"""Each limit of a rule within a row, and of a printed ratio, on both of its sides."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from haicplatform.estimation.missing import _limits
from haicplatform.estimation.ratios import of_ratio
from haicplatform.survival.ratios import ratios, status_with_ratios
from schemas.row_rules import ROW_RULES

DAY, NEXT = date(2024, 3, 1), date(2024, 3, 2)
RULE, SCORE, CLASS = (
    "baseline_status.child_pugh_class_off_score",
    "child_pugh_score_recorded",
    "child_pugh_class_recorded",
)
ROWS = [
    ("patient.birth_disagrees", {"birth_year": 1960, "birth_date": date(1960, 1, 1)}, False),
    ("patient.birth_disagrees", {"birth_year": 1961, "birth_date": date(1960, 1, 1)}, True),
    *[(RULE, {SCORE: score, CLASS: name}, False) for score, name in zip(range(5, 16), "AABBBCCCCCC", strict=True)],
    *[(RULE, {SCORE: score, CLASS: name}, True) for score, name in ((6, "B"), (7, "A"), (9, "C"), (10, "B"))],
    (RULE, {SCORE: 16, CLASS: "C"}, False),
    (RULE, {SCORE: 16, CLASS: "B"}, True),
    ("tumour_baseline.vp_level_unknown", {"pvtt": "Y", "vp": None}, True),
    ("tumour_baseline.vp_level_unknown", {"pvtt": "N", "vp": None}, False),
    ("tumour_baseline.vp_level_unknown", {"pvtt": "Y", "vp": 1}, False),
    *[("tumour_baseline.vp_off_pvtt", {"pvtt": "N", "vp": vp}, vp > 0) for vp in range(5)],
    *[("tumour_baseline.vp_off_pvtt", {"pvtt": "Y", "vp": vp}, vp == 0) for vp in range(5)],
    *[("tumour_baseline.nodal_without_spread", {"ehs": e, "nodal": n}, e + n == "NY") for e in "NY" for n in "NY"],
    ("tumour_baseline.unit_suspect", {"max_diam_mm": 300.0, "max_diam_mm__unit": "cm"}, False),
    ("tumour_baseline.unit_suspect", {"max_diam_mm": 300.1, "max_diam_mm__unit": "CM"}, True),
    ("tumour_baseline.unit_suspect", {"max_diam_mm": 300.1, "max_diam_mm__unit": "mm"}, False),
    *[("treatment_course.end_before_start", {"start_date": DAY, "end_date": end}, False) for end in (DAY, NEXT, None)],
    ("treatment_course.end_before_start", {"start_date": NEXT, "end_date": DAY}, True),
    ("lesion_measurement.viable_over_total", {"viable_mm": 10.0, "total_mm": 10.0}, False),
    ("lesion_measurement.viable_over_total", {"viable_mm": 10.1, "total_mm": 10.0}, True),
    ("lesion_measurement.absent_with_size", {"status": "ABSENT", "viable_mm": 0.0}, False),
    ("lesion_measurement.absent_with_size", {"status": "ABSENT", "viable_mm": 0.1}, True),
    ("lesion_measurement.absent_with_size", {"status": "PRESENT", "viable_mm": 0.1}, False),
]


@pytest.mark.parametrize(("rule", "row", "fails"), ROWS)
def test_a_rule_within_a_row_on_both_sides_of_its_limit(rule, row, fails):
    conditions = next(each.fails for each in ROW_RULES if each.id == rule and rule.startswith(f"{each.table}."))
    said = pl.DataFrame([row]).select(next(iter(conditions.values())).fill_null(False)).item()
    assert said == fails


@pytest.mark.parametrize(
    ("value", "low", "high", "term", "said"),
    [
        (1.0, 0.0099, 1000.0, "age", "wide"),
        (1.0, 0.01, 1000.0, "age", None),
        (1.0, 0.0099, 999.95, "age", None),
        (1.0, 0.9951, 1.0049, "afp", "fine_unit: afp"),
        (1.0, 0.9949, 1.0049, "afp", None),
        (1.0, 0.9951, 1.0051, "afp", None),
        (1.0, 0.9951, 1.0049, "sex=M", None),
        (1.0, None, 1.0, "afp", None),
    ],
)
def test_what_is_said_beside_a_ratio(value, low, high, term, said):
    assert of_ratio(value, low, high, term) == said


def test_a_ratio_is_written_up_to_a_hundred_million():
    furthest = np.log(1e8)
    coef = np.array([0.0, furthest, furthest + 0.1])
    made = ratios(coef, coef, np.array([np.nan, *coef[1:]]))
    assert np.isnan(made["hr"]).tolist() == [False, False, True]
    assert status_with_ratios("converged", ["a", "b", "c"], coef, made["hr"]).endswith(" c")
    assert status_with_ratios("separated", ["a", "b", "c"], coef, made["hr"]) == "separated"


def test_a_covariate_may_miss_two_values_of_five():
    """Jakobsen 2017: above 40 % missing, a result is no more than a hypothesis."""
    assert _limits() == {"max_missing_percent": 40}
