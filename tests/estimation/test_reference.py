"""The published cohort, through haicplatform.estimation: R's values on all 98 reference numbers."""

from __future__ import annotations

import pytest

from haicplatform.estimation.study_estimates import estimate
from tests.estimation.reference import Finder, agrees, reference
from tests.estimation.seoul import datasets, study


@pytest.fixture(scope="module")
def finder() -> Finder:
    return Finder(estimate(study("haic_after_ate_beva_ssm"), **datasets(), snapshot_id="0" * 16))


def test_every_reference_number_comes_out(finder: Finder, capsys: pytest.CaptureFixture) -> None:
    items = reference()
    wrong = []
    for item in items:
        ours = finder.value(item["item"])
        if not agrees(item["item"], ours, float(item["r_value"])):
            wrong.append((item["item"], item["r_value"], ours))
    with capsys.disabled():
        print(f"\npublished cohort: {len(items) - len(wrong)} of {len(items)} equal R", end="")
    assert len(items) == 98
    assert not wrong, wrong


def test_the_models_are_the_papers(finder: Finder) -> None:
    entered = {
        endpoint: {
            key[3]
            for key, row in finder.rows.items()
            if key[0] == "cox_multivariable" and key[1] == endpoint and key[4] == "included" and row["value"] == 1
        }
        for endpoint in ("OS", "PFS")
    }
    assert entered["OS"] == {"group", "ecog", "child_pugh_class", "tumour_size", "afp"}
    assert entered["PFS"] == {"group", "ecog", "child_pugh_class", "metastasis"}
