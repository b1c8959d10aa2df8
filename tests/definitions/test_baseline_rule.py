"""baseline_rule and cohort: groups and exclusions that ask for values before the index."""

from __future__ import annotations

from datetime import date

import pytest
from harness import Rows, baseline, harmonise
from tiny_study import run, tiny

START = date(2023, 3, 1)
# each exclusion by its levels, in order; a person leaves for the first that holds
RULES = {
    "UNDER": {"age": ["<40"]},
    "IS": {"age": ["45"]},
    "TO": {"age": ["<=50"]},
    "OVER": {"age": [">80"]},
    "FROM": {"age": [">=70"]},
    "STAGE": {"bclc": ["B|C"], "sex": ["M"]},
    "UNKNOWN_AFP": {"afp": ["missing"], "sex": ["F"]},
    "HIGH_AFP": {"afp": [">=400"], "etiology": ["HBV"]},
}
AGES = {39: "UNDER", 40: "TO", 45: "IS", 50: "TO", 51: None, 69: None, 70: "FROM", 80: "FROM", 81: "OVER"}
OTHERS = {
    # who: record, stage, AFP; the reason
    "B": ({}, "B", 10, "STAGE"),
    "C": ({}, "C", 10, "STAGE"),
    "A": ({}, "A", 10, None),
    "NO_STAGE": ({}, None, 10, None),
    "B_WOMAN": ({"sex": "F"}, "B", 10, None),
    "NO_AFP": ({"sex": "F"}, None, None, "UNKNOWN_AFP"),
    "NO_AFP_HBV": ({"etiology": "HBV"}, None, None, None),
    "AFP_399": ({"etiology": "HBV"}, None, 399, None),
    "AFP_400": ({"etiology": "HBV"}, None, 400, "HIGH_AFP"),
    "AFP_400_HCV": ({"etiology": "HCV"}, None, 400, None),
}


@pytest.fixture(scope="module")
def reasons() -> dict[str, str | None]:
    rows = Rows()
    for age in AGES:
        baseline(rows, f"AGE_{age}", START, labs=[("AFP", 10, "ng/mL")])
        rows.tables["patient"][-1]["birth_year"] = START.year - age
    for who, (record, stage, afp, _) in OTHERS.items():
        labs = [] if afp is None else [("AFP", afp, "ng/mL")]
        baseline(rows, who, START, status={"bclc_recorded": stage}, labs=labs)
        rows.tables["patient"][-1].update(record)
    rows.patient("NO_INDEX", birth_year=1990)
    exclude = [{"reason": name, "when": {"baseline": levels}} for name, levels in RULES.items()]
    groups = {"YOUNGER": {"label": "y", "baseline": {"age": ["<=60"]}}, "OLDER": {"label": "o", "prior_systemic": []}}
    study = tiny(exclude=exclude, groups=groups, reference_group="OLDER")
    cohort = run(harmonise(rows), study)["cohort"]
    found = cohort.select("usubjid", "exclusion_reason", "exposure_group").rows()
    return {who.removeprefix("S01-"): said for who, *said in found}


@pytest.mark.parametrize("age", AGES)
def test_an_age_against_each_comparison(reasons, age):
    assert reasons[f"AGE_{age}"] == [AGES[age], "YOUNGER" if age <= 60 else "OLDER"]


@pytest.mark.parametrize("who", OTHERS)
def test_every_variable_of_a_rule_must_be_in_one_of_its_levels(reasons, who):
    assert reasons[who][0] == OTHERS[who][3]


def test_who_has_no_index_has_no_baseline(reasons):
    assert reasons["NO_INDEX"] == ["NO_GROUP", None]
