"""A small SYNTHETIC hospital that delivers the contract's own layout, for tests of the whole ingest path."""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb

from haicplatform.core.settings import Home
from schemas.contract import TABLES

SITE = """
hospital: {{name_en: Test hospital (SYNTHETIC), name_ko: 시험병원}}
synthetic: true
layout: contract
patient_ids: study
extract: {extract}
extracted_at: {{from: file_name, pattern: "delivery_%Y%m%d"}}
gates: {{max_quarantined_percent: 20, min_volume_percent: 60, never: [{never}]}}
unavailable: {{{unavailable}}}
{more}
"""
LABS = {"BILI_T": ("0.9", "mg/dL"), "ALB": ("4.0", "g/dL"), "INR": ("1.0", "")}
USED = (
    "patient", "diagnosis", "baseline_status", "tumour_baseline", "treatment_course", "administration", "lab",
    "imaging_visit", "lesion_measurement", "followup_event",
)  # fmt: skip


def make_site(home: Home, site_id: str = "AAA", extract: str = "full", never: str = "", more: str = "") -> None:
    folder = home.sites / site_id
    folder.mkdir(parents=True, exist_ok=True)
    unavailable = ", ".join(f"{name}: not kept" for name in TABLES if name not in USED)
    text = SITE.format(extract=extract, never=never, unavailable=unavailable, more=more)
    (folder / "site.yaml").write_text(text, encoding="utf-8")
    (home.inbox / site_id).mkdir(parents=True, exist_ok=True)


def records(patients: int, prefix: str = "P") -> dict[str, list[dict]]:
    """Clean records of so many patients, each with one HAIC course, two scans and a last contact."""
    rows: dict[str, list[dict]] = {name: [] for name in USED}
    for number in range(patients):
        one = {"patient_id": f"{prefix}{number:03d}"}
        rows["patient"].append(
            one | {"sex": "MF"[number % 2], "birth_year": 1950 + number % 30, "link_key": f"{prefix}-key-{number}",
                   "etiology": "HBV", "height_cm": 170}
        )  # fmt: skip
        rows["diagnosis"].append(one | {"hcc_dx_date": "2022-11", "dx_basis": "IMAGING"})
        rows["baseline_status"].append(
            one | {"assess_date": "2023-01-01", "ecog": 1, "ascites": "NONE", "encephalopathy": "NONE"}
        )
        rows["tumour_baseline"].append(
            one | {"img_date": "2023-01-01", "n_nodules": 2, "max_diam_mm": 60, "infiltrative": "N", "vp": 0,
                   "ehs": "N"}
        )  # fmt: skip
        rows["treatment_course"].append(
            one | {"course_no": 1, "regimen": "HAIC_FP", "start_date": "2023-01-02", "end_date": "2023-01-04",
                   "stop_reason": "COMPLETED"}
        )  # fmt: skip
        for day in (2, 3, 4):
            rows["administration"].append(
                one | {"course_no": 1, "admin_date": f"2023-01-0{day}", "drug": "5FU", "cycle_no": 1, "dose": 800,
                       "bsa_m2": 1.6}
            )  # fmt: skip
        for test, (value, unit) in LABS.items():
            rows["lab"].append(
                one | {"collect_datetime": "2023-01-01", "test_code": test, "value_raw": value, "unit": unit}
            )
        for exam, (date, size) in enumerate((("2023-01-01", 60), ("2023-03-01", 30 + number % 40)), 1):
            rows["imaging_visit"].append(one | {"exam_no": f"E{exam}", "exam_date": date, "modality": "CT"})
            rows["lesion_measurement"].append(
                one | {"exam_no": f"E{exam}", "reader_id": "R1", "lesion_id": "T1", "role": "TARGET",
                       "organ": "LIVER", "status": "EVALUABLE", "viable_mm": size}
            )  # fmt: skip
        rows["followup_event"].append(
            one | {"event_type": "LAST_CONTACT", "event_date": f"2023-0{4 + number % 5}-10", "source": "EMR"}
        )
    return rows


def deliver(home: Home, rows: dict[str, list[dict]], day: str, site_id: str = "AAA", only: set | None = None) -> Path:
    """Write one delivery, a CSV a table with every contract column, into the hospital's inbox. day: YYYYMMDD."""
    folder = home.inbox / site_id / f"delivery_{day}"
    folder.mkdir(parents=True)
    for name, listed in rows.items():
        if only is not None and name not in only:
            continue
        header = [column.name for column in TABLES[name].columns if not column.derived]
        if any("_op" in row for row in listed):
            header.append("_op")
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, header)
            writer.writeheader()
            writer.writerows(listed)
    return folder


def state_rows(home: Home, site_id: str, table: str, columns: str) -> list[tuple]:
    """Columns of a table of the hospital's state in force, sorted."""
    from haicplatform.ingest.state.site_state import folder_of
    from haicplatform.ledger.store import Ledger

    with Ledger(home) as ledger:
        state = ledger.current_state(site_id)
    folder = folder_of(home, site_id, state.state_hash)
    path = folder / ("findings.parquet" if table == "finding" else f"validated/{table}.parquet")
    return duckdb.sql(f"SELECT {columns} FROM read_parquet('{path}') ORDER BY ALL").fetchall()


def content(path: Path) -> dict[str, list[tuple]]:
    """Every relation of a warehouse with its rows, in an order of their own."""
    with duckdb.connect(str(path), read_only=True) as con:
        names = con.execute("SELECT schema_name, table_name FROM duckdb_tables() ORDER BY ALL").fetchall()
        found = {}
        for schema, name in names:
            relation = con.execute(f'SELECT * FROM "{schema}"."{name}"')
            header = [column[0] for column in relation.description]
            found[f"{schema}.{name}"] = [tuple(header), *sorted(map(repr, relation.fetchall()))]
        return found
