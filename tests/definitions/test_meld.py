"""harmonised.meld at its limits: values under 1, the cap of creatinine, and scores that lie beside a half."""

from __future__ import annotations

from datetime import date

import pytest
from harness import Rows, baseline, harmonise

START = date(2023, 3, 1)
# bilirubin mg/dL, INR, creatinine mg/dL: MELD; beside each the score before rounding, by hand calculator
CASES = {
    ("1.0", "1.0", "1.0"): 6,  # 6.430
    ("0.4", "0.9", "0.5"): 6,  # each counts as 1
    ("1.0", "1.0", "1.01"): 7,  # 6.525
    ("1.0", "1.0", "4.0"): 20,  # 19.697
    ("1.0", "1.0", "6.0"): 20,  # creatinine counts as 4
    ("39.3", "1.5", "2.0"): 31,  # 31.482
    ("38.3", "1.2", "5.0"): 36,  # 35.519
    ("31.3", "2.5", "1.2"): 31,  # 31.454
    ("14.5", "2.5", "1.2"): 29,  # 28.546
    ("29.2", "1.2", "5.0"): 34,  # 34.493
    ("13.4", "1.0", "5.0"): 30,  # 29.507
    ("22.7", "2.5", "1.0"): 28,  # 28.495
    ("36.0", "2.5", "5.0"): 44,  # 43.505
}
TESTS = ("BILI_T", "INR", "CREAT")


@pytest.fixture(scope="module")
def scores():
    rows = Rows()
    for values in CASES:
        labs = [(test, value, None if test == "INR" else "mg/dL") for test, value in zip(TESTS, values, strict=True)]
        baseline(rows, "-".join(values), START, labs=labs)
    for missing in TESTS:
        labs = [(test, "1.0", None if test == "INR" else "mg/dL") for test in TESTS if test != missing]
        baseline(rows, f"NO_{missing}", START, labs=labs)
    con = harmonise(rows)
    found = con.execute("SELECT usubjid, meld, row_ids FROM harmonised.meld").fetchall()
    tests = dict(con.execute("SELECT row_id, test_code FROM validated.lab").fetchall())
    assert {tuple(tests[row_id] for row_id in row_ids) for *_, row_ids in found} == {TESTS}
    return {usubjid: meld for usubjid, meld, _ in found}


@pytest.mark.parametrize("values", CASES, ids="-".join)
def test_meld(scores, values):
    assert scores["S01-" + "-".join(values)] == CASES[values]


@pytest.mark.parametrize("missing", TESTS)
def test_without_one_of_the_three_there_is_no_meld(scores, missing):
    assert f"S01-NO_{missing}" not in scores
