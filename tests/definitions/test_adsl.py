"""adsl, through the real SQL: whose record counts for a person of two hospitals, and what stands at the index date."""

from datetime import date

import pytest
from harness import Rows, baseline, harmonise, labs_for_child_pugh
from tiny_study import run, tiny

START = date(2023, 3, 1)
LABS = (("AFP", "400", "ng/mL"), ("AST", "50", "U/L"), ("ALT", "60", "U/L"))


@pytest.fixture(scope="module")
def adsl() -> dict[str, dict]:
    rows = Rows()
    baseline(rows, "A", START, tumour={"vp": 1, "ehs": "Y"}, labs=[*LABS, *labs_for_child_pugh(5)])
    rows.course("A", 2, "TACE", date(2022, 3, 1), date(2022, 3, 1))
    baseline(rows, "B", START, tumour={"vp": None})
    rows.course("B", 2, "RT", date(2022, 3, 1), date(2022, 3, 1))
    baseline(rows, "E", START, labs=[("AST", "50", "U/L")])
    rows.lab("E", START, "AFP", "60500", "ng/mL", value_raw=">60500", value_op=">")
    baseline(rows, "BEYOND", START, tumour={"vp": 4})
    baseline(rows, "WITHIN", START, tumour={"liver_involvement_pct": 49})
    # two hospitals: HAIC began at the second, whose record of the person counts
    rows.patient("C", "S01", link_key="k", birth_year=1950, sex="F")
    rows.patient("D", "S02", link_key="k", birth_year=1960)
    rows.course("D", 1, "HAIC_FP", START, START, site_id="S02")
    found = run(harmonise(rows), tiny())
    joined = found["adsl"].join(found["baseline"].select("usubjid", "beyond_reflect"), on="usubjid", validate="1:1")
    return {row["usubjid"]: row for row in joined.iter_rows(named=True)}


def of(adsl, who, *names):
    return tuple(adsl[f"S01-{who}"][name] for name in names)


def test_results_at_the_index_date(adsl):
    assert tuple(map(float, of(adsl, "A", "afp_ng_ml", "ast", "alt"))) == (400, 50, 60)
    assert of(adsl, "A", "afp_op", "child_pugh_score", "child_pugh_class", "ecog") == ("=", 5, "A", 0)
    assert of(adsl, "E", "afp_op", "portal_invasion", "metastasis") == (">", "N", "N")
    assert of(adsl, "B", "afp_ng_ml", "afp_op", "ast", "alt") == (None, None, None, None)


def test_vessels_spread_and_earlier_treatment(adsl):
    names = "portal_invasion", "metastasis", "prior_tace", "prior_rt"
    assert of(adsl, "A", *names) == ("Y", "Y", "Y", "N")
    assert of(adsl, "B", *names) == (None, "N", "N", "Y")


def test_the_record_of_the_index_hospital_counts(adsl):
    assert of(adsl, "C", "siteid", "patient_id", "age", "sex") == ("S02", "D", 63, "M")


def test_beyond_the_reflect_criteria(adsl):
    assert [of(adsl, who, "beyond_reflect") for who in ("BEYOND", "WITHIN", "A")] == [("Y",), ("N",), (None,)]
