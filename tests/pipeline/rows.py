"""Small deliveries as a derivation leaves them on disk, for tests of what comes after. SYNTHETIC."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path

import polars as pl

from haicplatform.findings import findings
from haicplatform.ingest.state.merging import ProcessedDelivery
from schemas.contract import TABLES

PATIENT = {"sex": "M", "birth_year": 1960}
HEADER = {"patient_id": "환자번호", "dose": "용량", "event_date": "일자", "course_no": "차수", "admin_date": "투여일"}


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def frame(table_name: str, rows: list[dict], delivery_id: str, first_row: int = 2) -> pl.DataFrame:
    """A typed frame of one contract table with provenance; missing columns are null."""
    table = TABLES[table_name]
    schema = {}
    for column in table.columns:
        schema[column.name] = column.dtype
        if column.has_precision:
            schema[f"{column.name}_precision"] = pl.String()
    schema |= {"site_id": pl.String, "delivery_id": pl.String, "source_file": pl.String}
    schema |= {"source_sheet": pl.String, "source_row": pl.Int64, "row_id": pl.String, "branch": pl.Int32}
    whole = []
    for number, row in enumerate(rows, first_row):
        for column in table.columns:
            if column.kind == "partial_date" and row.get(column.name):
                row = {f"{column.name}_precision": {10: "day", 7: "month", 4: "year"}[len(row[column.name])]} | row
        whole.append(
            {
                "site_id": "AAA",
                "delivery_id": delivery_id,
                "source_file": f"{table_name}.csv",
                "source_sheet": "",
                "source_row": number,
                "row_id": f"{delivery_id}:{table_name}:0.0:{number}:0",
                "branch": 0,
            }
            | row
        )
    return pl.DataFrame(whole, schema=schema, orient="row")


def derived(
    place: Path,
    delivery_id: str,
    validated: dict[str, list[dict]],
    quarantined: dict[str, list[dict]] | None = None,
    deleted: dict[str, list[dict]] | None = None,
    found: list[tuple[str, str, str, int, str]] = (),
    whole: set[str] | None = None,
) -> ProcessedDelivery:
    """Write one derivation. found: (rule, table, column, source_row, severity); rows of quarantined start at 100."""
    folder = place / delivery_id / "m"
    parts = (("validated", validated, 2), ("quarantined", quarantined or {}, 100), ("deleted", deleted or {}, 200))
    for part, tables, first in parts:
        (folder / part).mkdir(parents=True)
        for name, rows in tables.items():
            frame(name, rows, delivery_id, first).write_parquet(folder / part / f"{name}.parquet")
    born = [
        {
            "rule_id": rule, "table_name": table, "column_name": column, "severity": severity, "site_id": "AAA",
            "delivery_id": delivery_id, "source_row": row, "row_id": f"{delivery_id}:{table}:0.0:{row}:0",
            "source_file": f"{table}.csv",
        }
        for rule, table, column, row, severity in found
    ]  # fmt: skip
    findings.render_findings(findings.draft_findings(pl.DataFrame(born) if born else None)).write_parquet(
        folder / "findings.parquet"
    )
    headers = [(name, 0, column, header) for name in TABLES for column, header in HEADER.items()]
    names = ["table_name", "branch", "column_name", "source_column"]
    pl.DataFrame(headers, schema=names, orient="row").write_parquet(folder / "headers.parquet")
    (folder / "raw").mkdir()
    (folder / "raw" / "sheets.json").write_text(json.dumps([]))
    return ProcessedDelivery(delivery_id, "m", folder, frozenset(TABLES) if whole is None else frozenset(whole))


def dose(patient: str, on: str, mg: str, drug: str = "5FU", course: int = 1, cycle: int = 1, bsa: str = "1.60") -> dict:
    return {
        "patient_id": patient, "course_no": course, "admin_date": day(on), "drug": drug, "cycle_no": cycle,
        "dose": Decimal(mg), "bsa_m2": Decimal(bsa),
    }  # fmt: skip


def course(patient: str, start: str, end: str | None = None, number: int = 1, regimen: str = "HAIC_FP") -> dict:
    return {
        "patient_id": patient, "course_no": number, "regimen": regimen, "start_date": day(start),
        "end_date": day(end) if end else None, "stop_reason": "PD" if end else "ONGOING",
    }  # fmt: skip
