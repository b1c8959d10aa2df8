"""The worked Kaplan-Meier cases of the clinical definitions (tests/data/cases/km.yaml)."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from haicplatform.survival import follow_up, kaplan_meier

CASES = yaml.safe_load((Path(__file__).parents[1] / "data" / "cases" / "km.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_worked_case(case) -> None:
    time, event = zip(*case["data"], strict=True)
    expected = case["expect"]
    curve = kaplan_meier(time, event)
    at = curve.at([case["tau"]]).row(0, named=True)
    assert curve.median().value == expected["median"]
    told = (expected["s"], expected["lo"], expected["hi"])
    assert (at["survival"], at["ci_low"], at["ci_high"]) == pytest.approx(told, abs=1e-6)
    assert follow_up(time, event).reverse.value == expected["fu_median"]
