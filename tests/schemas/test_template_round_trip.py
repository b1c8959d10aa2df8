"""A filled workbook is a delivery: `layout: contract` and nothing else reads it back."""

from datetime import date, datetime
from decimal import Decimal

import openpyxl
import polars as pl
import pytest

from haicplatform.findings import findings
from haicplatform.ingest.reading.files import read_file
from haicplatform.ingest.staging.parsing.stage import stage
from haicplatform.ingest.validation.rows import validate
from haicplatform.onboarding.template import write_template
from haicplatform.sites.loading import site_from_text
from haicplatform.sites.plan import plan_delivery, plan_file
from schemas.contract import TABLES

SITE = """
hospital: {name_en: Test, name_ko: 시험}
layout: contract
patient_ids: study
extracted_at: {from: value, value: 2024-08-15}
"""
ROWS = {
    "patient": [{"patient_id": "00123", "sex": "M", "birth_year": 1960, "etiology": "HBV", "height_cm": 170.5}],
    "diagnosis": [{"patient_id": "00123", "hcc_dx_date": "2021-03", "dx_basis": "IMAGING", "cirrhosis": "Y"}],
    "lab": [
        {"patient_id": "00123", "collect_datetime": datetime(2022, 1, 5, 7, 40), "test_code": "ALB",
         "value_raw": "38", "unit": "g/L"},
        {"patient_id": "00123", "collect_datetime": "2022-01-06", "test_code": "AFP", "value_raw": ">50000",
         "unit": "IU/mL"},
        {"patient_id": "00123", "collect_datetime": date(2022, 1, 7), "test_code": "ALB", "value_raw": "38",
         "unit": "g/dL"},
    ],
    "treatment_course": [
        {"patient_id": "00123", "course_no": 1, "regimen": "HAIC_FP", "start_date": date(2022, 1, 10),
         "end_date": date(2022, 3, 1), "stop_reason": "PD"},
    ],
    "followup_event": [
        {"patient_id": "00123", "event_type": "DEATH", "event_date": "2023-05", "source": "EMR"},
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def read_back(tmp_path_factory):
    path = tmp_path_factory.mktemp("filled") / "filled.xlsx"
    write_template(None, path)
    book = openpyxl.load_workbook(path)
    for table, rows in ROWS.items():
        header = [cell.value for cell in book[table][1]]
        for number, row in enumerate(rows, start=2):
            for name, value in row.items():
                book[table].cell(number, header.index(name) + 1, value)
    book.save(path)
    site = site_from_text(SITE, "TST")
    sheets = read_file(path, path.name, plan_file(site, path.name).layouts)
    staged = stage(plan_delivery(site, sheets), "d1", sheets)
    return {name: validate(TABLES[name], staged[name], extracted_at=date(2024, 8, 15)) for name in staged}


def test_what_was_filled_in_comes_back(read_back):
    assert read_back["patient"].frame.select("patient_id", "birth_year", "height_cm").rows() == [
        ("00123", 1960, Decimal("170.5"))
    ]
    assert read_back["diagnosis"].frame.select("hcc_dx_date", "hcc_dx_date_precision").rows() == [("2021-03", "month")]
    assert read_back["lab"].frame.select("collect_datetime", "value_num", "value_op", "specimen_no").rows() == [
        (datetime(2022, 1, 5, 7, 40), Decimal("3.8"), "=", "1"),
        (datetime(2022, 1, 6), Decimal("60500"), ">", "1"),
    ]
    assert read_back["treatment_course"].frame.select("start_date", "end_date").rows() == [
        (date(2022, 1, 10), date(2022, 3, 1))
    ]
    assert read_back["followup_event"].frame["event_date"].to_list() == ["2023-05"]


def test_a_wrong_cell_is_told_with_its_sheet_row_and_column(read_back):
    done = findings.render_findings(pl.concat(each.findings for each in read_back.values()))
    assert done.select("source_sheet", "source_row", "source_column", "rule_id").rows() == [
        ("lab", 4, "value_raw", "lab.value_raw.range")
    ]


def test_empty_sheets_have_no_rows(read_back):
    assert all(read_back[name].frame.is_empty() for name in read_back if name not in ROWS)
