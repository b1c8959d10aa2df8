"""MELD, mUICC, body surface and the REFLECT criteria: the worked values that come out of harmonised relations."""

from __future__ import annotations

from datetime import date

import pytest
from harness import Rows, baseline, csv_cases, harmonise

START = date(2023, 3, 1)
CASES = {case["id"]: case for case in csv_cases("values")}


def given(case) -> dict[str, str]:
    return dict(part.split("=") for part in case["raw"].split(";"))


@pytest.fixture(scope="module")
def con():
    rows = Rows()
    for who, case in CASES.items():
        if case["kind"] == "meld":
            raw = given(case)
            labs = [("BILI_T", raw["bili"], "mg/dL"), ("INR", raw["inr"], None), ("CREAT", raw["creat"], "mg/dL")]
            baseline(rows, who, START, labs=labs)
        elif case["kind"] == "muicc":
            raw = given(case)
            spread = {"nodal": "Y" if raw["N"] == "1" else "N", "ehs": "Y" if raw["M"] == "1" else "N"}
            tumour = {"n_nodules": raw["n"], "max_diam_mm": raw["max"], "vp": 2 if raw["inv"] == "Y" else 0} | spread
            baseline(rows, who, START, tumour=tumour)
        elif case["kind"] == "beyond_reflect":
            raw = given(case)
            tumour = {"liver_involvement_pct": raw["pct"], "vp": raw["vp"], "bile_duct": raw["bd"]}
            baseline(rows, who, START, tumour=tumour)
        elif case["kind"] == "bsa_mosteller":
            raw = given(case)
            baseline(rows, who, START, status={"height_cm": raw["h"], "weight_kg": raw["w"]})
            rows.add("administration", who, course_no=1, admin_date=START, drug="CISPLATIN", cycle_no=1, dose=105)
    for who, tumour in SPREAD.items():
        baseline(rows, who, START, tumour=tumour)
    return harmonise(rows)


SPREAD = {
    "NODES": {"ehs": "Y", "nodal": "Y"},
    "NODES_NAMED": {"ehs": "Y", "nodal": "Y", "ehs_sites": "LN, 림프절"},
    "NODES_AND_LUNG": {"ehs": "Y", "nodal": "Y", "ehs_sites": "LN, 폐"},
    "LUNG": {"ehs": "Y", "nodal": "N"},
}


@pytest.mark.parametrize(
    "case_id", [k for k, case in CASES.items() if case["kind"] in ("meld", "muicc", "beyond_reflect", "bsa_mosteller")]
)
def test_worked_value(con, case_id):
    case = CASES[case_id]
    relation, column = {
        "meld": ("meld", "meld"),
        "muicc": ("muicc_stage", "derived"),
        "beyond_reflect": ("course_tumour", "CASE WHEN is_beyond_reflect THEN 'Y' ELSE 'N' END"),
        "bsa_mosteller": ("administration_cycle", "printf('%.4f', bsa_m2)"),
    }[case["kind"]]
    value = con.execute(
        f"SELECT {column} FROM harmonised.{relation} JOIN harmonised.person USING (usubjid) WHERE patient_id = ?",
        [case_id],
    ).fetchone()[0]
    assert str(value) == case["expect_value"]


@pytest.mark.parametrize(
    ("who", "stage"), [("NODES", "IVA"), ("NODES_NAMED", "IVA"), ("NODES_AND_LUNG", "IVB"), ("LUNG", "IVB")]
)
def test_nodes_are_n1_and_other_spread_is_m1(con, who, stage):
    found = con.execute(
        "SELECT derived FROM harmonised.muicc_stage JOIN harmonised.person USING (usubjid) WHERE patient_id = ?", [who]
    ).fetchone()
    assert found[0] == stage
