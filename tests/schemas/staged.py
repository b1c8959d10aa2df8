"""Small staged tables for the tests: rows in the contract's terms, everything unsaid is valid."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

import polars as pl

from haicplatform.findings import findings
from haicplatform.ingest.validation.rows import Validated, validate
from schemas.contract import TABLES

EXTRACTED = date(2024, 8, 15)

VALID: dict[str, dict] = {
    "patient": {"patient_id": "P1", "sex": "M", "birth_year": 1960},
    "diagnosis": {"patient_id": "P1", "hcc_dx_date": "2021-03", "dx_basis": "IMAGING"},
    "baseline_status": {"patient_id": "P1", "assess_date": date(2022, 1, 1), "lt_candidate": "N"},
    "tumour_baseline": {"patient_id": "P1", "img_date": date(2022, 1, 1), "max_diam_mm": Decimal("50")},
    "treatment_course": {
        "patient_id": "P1",
        "course_no": 1,
        "regimen": "HAIC_FP",
        "start_date": date(2022, 1, 10),
        "end_date": date(2022, 3, 1),
        "stop_reason": "PD",
    },
    "administration": {
        "patient_id": "P1",
        "course_no": 1,
        "admin_date": date(2022, 1, 10),
        "drug": "5FU",
        "cycle_no": 1,
        "dose": Decimal("800"),
    },
    "lab": {
        "patient_id": "P1",
        "collect_datetime": datetime(2022, 1, 5, 7, 40),
        "test_code": "ALB",
        "specimen_no": "1",
        "value_raw": "3.8",
        "unit": "g/dL",
        "value_num": Decimal("3.8"),
        "value_op": "=",
        "unit_std": "g/dL",
    },
    "imaging_visit": {
        "patient_id": "P1",
        "exam_no": "E1",
        "exam_date": date(2022, 1, 5),
        "modality": "CT",
        "phase_complete": "Y",
    },
    "lesion_measurement": {
        "patient_id": "P1",
        "exam_no": "E1",
        "reader_id": "R1",
        "lesion_id": "T1",
        "role": "TARGET",
        "organ": "LIVER",
        "status": "EVALUABLE",
        "viable_mm": Decimal("40"),
    },
    "response_assessment": {
        "patient_id": "P1",
        "exam_no": "E1",
        "reader_id": "R1",
        "criterion": "MRECIST",
        "assess_date": date(2022, 1, 5),
        "overall": "SD",
    },
    "followup_event": {
        "patient_id": "P1",
        "event_type": "LAST_CONTACT",
        "event_date": "2024-01-05",
        "source": "EMR",
    },
    "adverse_event": {"patient_id": "P1", "term": "Fatigue", "start_date": date(2022, 2, 1), "grade": 2},
}


@dataclass
class Staged:
    frame: pl.DataFrame
    headers: pl.DataFrame
    findings: pl.DataFrame = field(default_factory=findings.draft_findings)


def stage(table: str, *rows: dict, told: list[dict] | None = None, **options: object) -> Staged:
    """Rows of one table, each VALID with the changes given; row n stands in line n + 1 of `<table>.csv`.

    `told`: findings of the staging step; `row` in them is the row's number from 1.
    """
    contract = TABLES[table]
    made = []
    for number, changes in enumerate(rows, start=1):
        place = {
            "site_id": "TST",
            "delivery_id": "d1",
            "source_file": f"{table}.csv",
            "source_sheet": "",
            "source_row": number + 1,
            "row_id": f"d1:{table}:{number + 1}",
            "branch": 0,
        }
        made.append(place | VALID[table] | changes)
    types = {column.name: column.dtype for column in contract.columns}
    types |= {f"{c.name}_precision": pl.String() for c in contract.columns if c.has_precision}
    types |= {"source_row": pl.Int64(), "branch": pl.Int32()}
    names = [*dict.fromkeys([*(name for row in made for name in row), *types])]
    frame = pl.DataFrame(
        {name: pl.Series(name, [row.get(name) for row in made], dtype=types.get(name)) for name in names}
    )
    headers = pl.DataFrame(
        {
            "table_name": [table] * len(contract.names),
            "branch": [0] * len(contract.names),
            "column_name": list(contract.names),
            "source_column": [f"<{c.title_ko}>" for c in contract.columns],
        }
    )
    said = [
        {k: v for k, v in each.items() if k != "row"} | {"row_id": f"d1:{table}:{each['row'] + 1}", "table_name": table}
        for each in told or []
    ]
    return Staged(frame, headers, findings.draft_findings(pl.DataFrame(said)) if said else findings.draft_findings())


def check(table: str, *rows: dict, extract: str = "full", told: list[dict] | None = None) -> Validated:
    """Stage rows and validate them."""
    return validate(TABLES[table], stage(table, *rows, told=told), extracted_at=EXTRACTED, extract=extract)


def said(result: Validated) -> list[tuple]:
    """(line, rule, severity, column) of every finding, in the order of lines."""
    done = findings.render_findings(result.findings).sort("source_row", "rule_id")
    return list(done.select("source_row", "rule_id", "severity", "column_name").iter_rows())


def lines(frame: pl.DataFrame) -> list[int]:
    return frame["source_row"].to_list()
