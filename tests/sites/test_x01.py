"""The foreign hospital X01 (SYNTHETIC): mapped by its site file alone, every parse-level defect at its place."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from haicplatform.ingest.reading.cells import nfc
from haicplatform.ingest.reading.files import read_file
from haicplatform.ingest.staging.columns import refuse_columns, require_supplied
from haicplatform.ingest.staging.parsing.stage import stage
from haicplatform.onboarding.check import check
from haicplatform.sites.loading import site_from_text
from haicplatform.sites.plan import plan_delivery, plan_file

HERE = Path(__file__).parent / "X01"
DATA = Path(__file__).parents[1] / "data" / "X01"

# what staging itself must find; the other defects of the key are readable and left to validation
READ_AT = {
    "X01-D01": "imaging_visit.exam_date.date",
    "X01-D02": "lab.collect_datetime.date",
    "X01-D03": "followup_event.event_date.date",
    "X01-D09": "lab.value_raw.type",
    "X01-D10": "lab.value_raw.missing",
    "X01-D11": "treatment_course.regimen.code",
    "X01-D20": "baseline_status.ecog.type",
    "X01-D22": "tumour_baseline.max_diam_mm.type",
    "X01-D23": "lesion_measurement.viable_mm.type",
    "X01-D26": "administration.dose.unit",
    "X01-D30": "tumour_baseline.vp.code",
}


def key(name: str) -> list[dict[str, str]]:
    with (DATA / "key" / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def x01():
    site = site_from_text((HERE / "site.yaml").read_text("utf-8"), "X01", HERE)
    sheets = [
        sheet
        for path in sorted((DATA / "inbox").iterdir())
        for sheet in read_file(path, nfc(path.name), plan_file(site, nfc(path.name)).layouts)
    ]
    return site, sheets, stage(plan_delivery(site, sheets), "0" * 16, sheets)


def test_every_delivered_row_is_staged(x01):
    _, _, staged = x01
    expected = {row["table"]: int(row["contract_rows_delivered"]) for row in key("expected_counts")}
    assert {name: each.frame.height for name, each in staged.items()} == expected


def test_every_unreadable_cell_of_the_key_is_found_at_its_place(x01):
    _, _, staged = x01
    found = {
        (file, row, column, rule, value)
        for each in staged.values()
        for file, row, column, rule, value in each.findings.select(
            "source_file", "source_row", "source_column", "rule_id", "value"
        ).rows()
    }
    defects = {row["defect_id"]: row for row in key("defects")}
    expected = {
        (nfc(d["file"]), int(d["row"]), d["column"], rule, d["raw_value"])
        for id_, rule in READ_AT.items()
        for d in [defects[id_]]
    }
    assert expected <= found
    # the same unreadable examination date also stands in the two readers' assessments, and nothing else is told
    (file, row, column, _, value) = next(each for each in expected if each[3] == "imaging_visit.exam_date.date")
    assert found - expected == {(file, row, column, "response_assessment.assess_date.date", value)}


def test_the_site_file_fits_the_delivery(x01):
    site, sheets, _ = x01
    require_supplied(plan_delivery(site, sheets))
    refuse_columns(site, sheets)
    problems = check(site, sheets)
    assert {problem.severity for problem in problems} == {"warning", "info"}
    assert {p.kind for p in problems if p.severity == "warning"} == {"unknown code", "unreadable"}
    assert [p.header for p in problems if p.kind == "unknown code"] == ["문맥침범", "치료명"]


def test_values_in_the_contract_s_terms(x01):
    _, _, staged = x01
    lab = staged["lab"].frame
    above = lab.filter(pl.col("value_raw") == ">50000", pl.col("unit") == "IU/mL")
    assert above.select("value_op", "value_num", "unit_std").unique().rows() == [(">", Decimal(60500), "ng/mL")]
    assert set(staged["followup_event"].frame["event_date_precision"].drop_nulls()) == {"day", "month"}
    lesions = staged["lesion_measurement"].frame
    gone = lesions.filter(pl.col("status") == "ABSENT", pl.col("role") == "TARGET")
    assert gone["viable_mm"].unique().to_list() == [Decimal(0)]
    assert lesions["row_id"].is_unique().all()
