"""The worked values: AFP and ECOG as a hospital writes them, MELD, mUICC, body surface and the REFLECT criteria."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from harness import Rows, baseline, csv_cases, harmonise

from haicplatform.ingest.reading.sheet import Sheet
from haicplatform.ingest.staging.parsing.stage import Staged, stage
from haicplatform.sites.loading import site_from_text
from haicplatform.sites.plan import plan_delivery

START = date(2023, 3, 1)
CASES = {case["id"]: case for case in csv_cases("values")}


# Karnofsky to ECOG is an approximation that a site file declares; the cell stands beside it in ecog_raw.
SITE_FILE = """
hospital: {name_en: Test, name_ko: 시험}
patient_ids: study
tables:
  lab: {file: lab.csv, columns: {test: test_code, result: value_raw, unit: unit}}
  baseline_status:
    file: status.csv
    columns: {ecog: ecog}
    codes:
      ecog: {KPS 100: "0", KPS 90: "0", KPS 80: "1", KPS 70: "1", KPS 60: "2", KPS 50: "2", KPS 40: "3", KPS 30: "3",
             KPS 20: "4", KPS 10: "4"}
"""


def as_written(file: str, cells: dict[str, str]) -> Staged:
    """One row of a hospital's file, mapped and parsed."""
    rows = pl.DataFrame({"source_row": [2]} | {name: [cell or None] for name, cell in cells.items()})
    sheet = Sheet(file, "", list(cells), rows.cast({name: pl.String for name in cells}))
    (staged,) = stage(plan_delivery(site_from_text(SITE_FILE, "S01"), [sheet]), "d1", [sheet]).values()
    return staged


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
        elif case["kind"] == "afp":
            cells = {"test": "AFP", "result": case["raw"], "unit": case["unit"]}
            read = as_written("lab.csv", cells).frame.row(0, named=True)
            baseline(rows, who, START)
            parsed = {name: read[name] for name in ("value_raw", "unit", "value_num", "value_op", "unit_std")}
            rows.lab(who, START, "AFP", 0, **parsed)
        else:
            read = as_written("status.csv", {"ecog": case["raw"]}).frame.row(0, named=True)
            baseline(rows, who, START, status={"ecog": read["ecog"], "ecog_raw": read["ecog_raw"]})
    for who, tumour in SPREAD.items():
        baseline(rows, who, START, tumour=tumour)
    return harmonise(rows)


SPREAD = {
    "NODES": {"ehs": "Y", "nodal": "Y"},
    "NODES_NAMED": {"ehs": "Y", "nodal": "Y", "ehs_sites": "LN, 림프절"},
    "NODES_AND_LUNG": {"ehs": "Y", "nodal": "Y", "ehs_sites": "LN, 폐"},
    "LUNG": {"ehs": "Y", "nodal": "N"},
}


RESULT = {
    "afp": (
        "course_lab JOIN harmonised.treatment_course USING (course_id)",
        "CASE WHEN test_code = 'AFP' THEN value_op || ' ' || value_num::DOUBLE END",
    ),
    "ecog": ("course_status", "ecog"),
    "meld": ("meld", "meld"),
    "muicc": ("muicc_stage", "derived"),
    "beyond_reflect": ("course_tumour", "CASE WHEN is_beyond_reflect THEN 'Y' ELSE 'N' END"),
    "bsa_mosteller": ("administration_cycle", "printf('%.4f', bsa_m2)"),
}


@pytest.mark.parametrize("case_id", CASES)
def test_worked_case(con, case_id):
    case = CASES[case_id]
    relation, column = RESULT[case["kind"]]
    found = con.execute(
        f"SELECT {column} FROM harmonised.{relation} JOIN harmonised.person USING (usubjid) WHERE patient_id = ?",
        [case_id],
    ).fetchall()
    expected = case["expect_value"]
    if case["kind"] == "afp":
        expected = f"{case['expect_op']} {float(expected)}"
    assert [str(value if value is not None else "") for (value,) in found] == [expected]


@pytest.mark.parametrize("case_id", [key for key, case in CASES.items() if not case["expect_value"]])
def test_an_ambiguous_value_is_asked_about(case_id):
    found = as_written("status.csv", {"ecog": CASES[case_id]["raw"]}).findings
    assert found["rule_id"].to_list() == ["baseline_status.ecog.type"]


@pytest.mark.parametrize(
    ("who", "stage"), [("NODES", "IVA"), ("NODES_NAMED", "IVA"), ("NODES_AND_LUNG", "IVB"), ("LUNG", "IVB")]
)
def test_nodes_are_n1_and_other_spread_is_m1(con, who, stage):
    found = con.execute(
        "SELECT derived FROM harmonised.muicc_stage JOIN harmonised.person USING (usubjid) WHERE patient_id = ?", [who]
    ).fetchone()
    assert found[0] == stage
