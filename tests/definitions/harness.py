"""Rows in, relations out: what the tests of SQL definitions share.

Belongs here: rows of the contract's tables from the worked cases (tests/data/cases), validated as a delivery is,
loaded as validated.* into a DuckDB in memory, and the SQL of a layer run over them. Does not belong here: any clinical
rule, or an expectation.
"""

from __future__ import annotations

import csv
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import yaml

from haicplatform.core.resources import sql_dir
from haicplatform.findings import findings
from haicplatform.ingest.staging.parsing.stage import Staged
from haicplatform.ingest.validation.rows import validate
from haicplatform.warehouse import linkage, warehouse
from schemas.contract import TABLES, Table
from schemas.units import conversion

CASES = Path(__file__).parents[1] / "data" / "cases"
SITE = "S01"
EXTRACTED = date(2025, 12, 31)
FINDING = (
    "delivery_id site_id table_name rule_id severity category patient_id column_name source_column value "
    "source_file source_sheet source_row row_id message_en message_ko fingerprint"
).split()
REGIMEN = {"HAIC": "HAIC_FP", "AB": "ATE_BEVA"}
STOP = {"DONE": "COMPLETED"}


class Rows:
    """Rows of the contract's tables, one patient after another; what a test does not say gets a plain value."""

    def __init__(self) -> None:
        self.tables: dict[str, list[dict[str, Any]]] = {name: [] for name in TABLES}
        self.findings: list[dict[str, Any]] = []
        self.links: list[tuple[str, str, str, str, str]] = []

    def add(self, table: str, patient_id: str, site_id: str = SITE, **values: Any) -> None:
        number = len(self.tables[table]) + 1
        row = {
            "patient_id": patient_id,
            "site_id": site_id,
            "delivery_id": "d1",
            "source_file": f"{table}.csv",
            "source_sheet": "",
            "source_row": number + 1,
            "row_id": f"d1:{table}:0.0:{number + 1}:0",
            "branch": 0,
        }
        self.tables[table].append(row | values)

    def patient(self, patient_id: str, site_id: str = SITE, **values: Any) -> None:
        self.add("patient", patient_id, site_id, **({"sex": "M", "birth_year": 1960} | values))

    def course(self, patient_id: str, no: int, regimen: str, start, end=None, stop="COMPLETED", **more: Any) -> None:
        values = {"regimen": regimen, "start_date": start, "end_date": end, "stop_reason": stop}
        self.add("treatment_course", patient_id, course_no=no, **values, **more)

    def exam(self, patient_id: str, day, exam_no: str | None = None, **values: Any) -> str:
        exam_no = exam_no or str(day)
        self.add("imaging_visit", patient_id, **({"exam_no": exam_no, "exam_date": day, "modality": "CT"} | values))
        return exam_no

    def lesion(self, patient_id: str, exam_no: str, lesion_id: str, role: str, **values: Any) -> None:
        values = {"reader_id": "R1", "organ": "LIVER", "status": "EVALUABLE"} | values
        self.add("lesion_measurement", patient_id, exam_no=exam_no, lesion_id=lesion_id, role=role, **values)

    def targets(self, patient_id: str, exam_no: str, sizes: dict[str, Any], total=None, **values: Any) -> None:
        """Target lesions by name; None is a lesion that could not be evaluated."""
        for name, size in sizes.items():
            measured = {"status": "NE"}
            if size is not None:
                measured = {"viable_mm": size, "total_mm": (total or {}).get(name)}
            self.lesion(patient_id, exam_no, name, "TARGET", **(measured | values))

    def response(self, patient_id: str, day, overall: str, **values: Any) -> None:
        """A recorded overall response, with an exam of that day."""
        values = {"reader_id": "R1", "criterion": "MRECIST", "assess_date": day} | values
        code = overall.replace("NON-CR/NON-PD", "NON_CR_NON_PD")
        self.add("response_assessment", patient_id, exam_no=self.exam(patient_id, day), overall=code, **values)

    def lab(self, patient_id: str, day, test: str, value: Any, unit: str | None = None, **values: Any) -> None:
        """A laboratory result; the value is converted with the platform's own table of units."""
        number = Decimal(str(value))
        if unit:
            rule = conversion(test, unit)
            number = number * rule.multiply / rule.divide
        at = datetime.combine(day, datetime.min.time())
        values = {"value_raw": str(value), "value_num": number, "value_op": "=", "unit": unit} | values
        self.add("lab", patient_id, collect_datetime=at, collect_datetime_precision="day", test_code=test, **values)

    def event(self, patient_id: str, kind: str, when: Any, source: str = "EMR", **values: Any) -> None:
        """A follow-up event; `when` is a date, or text YYYY or YYYY-MM, or None."""
        text = None if when is None else str(when)
        precision = {None: None, 4: "year", 7: "month", 10: "day"}[text and len(text)]
        row = {"event_type": kind, "event_date": text, "event_date_precision": precision, "source": source}
        self.add("followup_event", patient_id, **(row | values))

    def finding(self, table: str, patient_id: str, severity: str = "error", site_id: str = SITE) -> None:
        self.findings.append({"table_name": table, "patient_id": patient_id, "severity": severity, "site_id": site_id})

    def link(self, one: str, other: str, decision: str = "confirmed") -> None:
        """What a person decided about two patients, each named `site-patient`, in the order of their hospitals."""
        self.links.append((*one.split("-"), *other.split("-"), decision))


def load(rows: Rows, con=None):
    """A DuckDB connection with validated.* and quality.finding made of the rows, through the platform's validation."""
    con = con or warehouse.connect()
    con.execute("CREATE SCHEMA validated; CREATE SCHEMA quality; CREATE SCHEMA study")
    for table in TABLES.values():
        frame = _validated(table, rows.tables[table.name])
        con.execute(f"CREATE TABLE validated.{table.name} AS SELECT * FROM frame")
    schema = {name: pl.Int64 if name == "source_row" else pl.String for name in FINDING}
    frame = _frame(rows.findings, schema)  # noqa: F841
    con.execute("CREATE TABLE quality.finding AS SELECT * FROM frame")
    linkage.put(con, rows.links)
    return con


def _validated(table: Table, rows: list[dict[str, Any]]) -> pl.DataFrame:
    """The rows as validation lets them through; a row of a test that it refuses is a mistake in the test."""
    schema = {"site_id": pl.String, "delivery_id": pl.String, "source_file": pl.String, "source_sheet": pl.String}
    schema |= {"source_row": pl.Int64, "row_id": pl.String, "branch": pl.Int32}
    for column in table.columns:
        schema[column.name] = column.dtype
        if column.has_precision:
            schema[f"{column.name}_precision"] = pl.String
    every = _frame(rows, schema)
    kept = [every.clear()]
    for of_site in every.partition_by("site_id", maintain_order=True):  # a delivery is one hospital's
        checked = validate(table, Staged(of_site, pl.DataFrame(), findings.draft_findings()), extracted_at=EXTRACTED)
        refused = checked.quarantined.select("patient_id", "source_row", "rules").rows()
        assert not refused, f"{table.name}: validation refuses rows of this test: {refused}"
        kept.append(checked.frame.select(every.columns))
    return pl.concat(kept)


def harmonise(rows: Rows):
    """A DuckDB connection with validated.*, quality.finding and every relation of sql/harmonised."""
    con = load(rows)
    warehouse.run_layer(con, "harmonised", sql_dir() / "harmonised")
    return con


def _frame(rows: list[dict[str, Any]], schema: dict[str, Any]) -> pl.DataFrame:
    unknown = {name for row in rows for name in row} - schema.keys()
    assert not unknown, f"no column of the contract: {sorted(unknown)}"
    columns = {name: [_plain(row.get(name), kind) for row in rows] for name, kind in schema.items()}
    return pl.DataFrame(columns, schema=schema, strict=True)


def _plain(value: Any, kind: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, pl.Decimal):
        return Decimal(str(value)).quantize(Decimal(1).scaleb(-kind.scale))
    if kind == pl.Int64:
        return int(value)
    return date.fromisoformat(value) if kind == pl.Date and isinstance(value, str) else value


def yaml_cases(name: str) -> list[dict[str, Any]]:
    return yaml.safe_load((CASES / f"{name}.yaml").read_text(encoding="utf-8"))


def csv_cases(name: str) -> list[dict[str, str]]:
    with (CASES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def mrecist_rows(rows: Rows, case: dict[str, Any]) -> None:
    """A case of mrecist.yaml: patient_id is its id, course 1 is HAIC, the baseline exam is on the start date."""
    who, start = case["id"], case["start"]
    rows.patient(who)
    rows.course(who, 1, "HAIC_FP", start, start)
    rows.add("administration", who, course_no=1, admin_date=start, drug="5FU", cycle_no=1, dose=800)
    exam = rows.exam(who, start)
    rows.targets(who, exam, case["base"], case.get("base_total"))
    if case.get("nontarget"):
        rows.lesion(who, exam, "NT1", "NONTARGET", organ="PV", nontarget_status="IRSD")
    for visit in case["visits"]:
        exam = rows.exam(who, visit["d"])
        rows.targets(who, exam, visit["T"], visit.get("total"))
        if "NT" in visit:
            rows.lesion(who, exam, "NT1", "NONTARGET", organ="PV", nontarget_status=visit["NT"])
    for name, new in case.get("new", {}).items():
        for seen in new["obs"]:
            rows.lesion(who, str(seen["d"]), name, "NEW", **_new_lesion(new["site"], seen))
    if "death" in case:
        rows.event(who, "DEATH", case["death"])


def _new_lesion(site: str, seen: dict[str, Any]) -> dict[str, Any]:
    match site:
        case "effusion":
            return {"organ": "EFFUSION", "cytology": {"none": "NONE", "negative": "NEG"}[seen["cytology"]]}
        case "node_porta":
            return {"organ": "NODE_PORTA", "short_axis_mm": seen["mm"]}
        case "liver":
            typical = "Y" if seen["typical"] else "N"
            return {"organ": "LIVER", "total_mm": seen["mm"], "aphe": typical, "washout": typical}
    raise AssertionError(site)


def survival_rows(rows: Rows, case: dict[str, Any]) -> None:
    """A case of survival.yaml: HAIC with one dose on the start date, responses as response_assessment of R1."""
    who, start = case["id"], case["start"]
    rows.patient(who)
    rows.course(who, 1, "HAIC_FP", start, start)
    rows.add("administration", who, course_no=1, admin_date=start, drug="5FU", cycle_no=1, dose=800)
    for day, overall in case["a"]:
        rows.response(who, day, overall)
    for kind, key in (("DEATH", "death"), ("LAST_CONTACT", "last"), ("CLIN_PROGRESSION", "clin")):
        if case.get(key):
            rows.event(who, kind, case[key])
    if "nact" in case:
        rows.course(who, 2, "LENVATINIB", case["nact"], case["nact"])


def exposure_rows(rows: Rows, case: dict[str, Any]) -> None:
    """A case of exposure.yaml: its courses, and the dates of PD as response_assessment of R1."""
    who = case["id"]
    rows.patient(who)
    for no, (regimen, start, last, stop) in enumerate(case["courses"], 1):
        rows.course(who, no, REGIMEN.get(regimen, regimen), start, last, STOP.get(stop, stop))
    for day in case["pd"]:
        rows.response(who, day, "PD")


def baseline(rows: Rows, who: str, start: date, *, status=None, tumour=None, labs=()) -> None:
    """A patient with one HAIC course from `start`, and an assessment, an image and labs of the same day.

    labs: (test, value, unit) each.
    """
    rows.patient(who)
    rows.course(who, 1, "HAIC_FP", start, start)
    plain = {"assess_date": start, "ecog": 0, "ascites": "NONE", "encephalopathy": "NONE", "lt_candidate": "N"}
    rows.add("baseline_status", who, **(plain | (status or {})))
    plain = {"img_date": start, "n_nodules": 1, "max_diam_mm": 30, "infiltrative": "N", "vp": 0, "ehs": "N"}
    rows.add("tumour_baseline", who, **(plain | {"vv": 0, "bile_duct": 0, "nodal": "N"} | (tumour or {})))
    for test, value, unit in labs:
        rows.lab(who, start, test, value, unit)


def labs_for_child_pugh(score: int) -> list[tuple[str, str, str | None]]:
    """Results of bilirubin, albumin and INR that add up to a score of 5 to 11 with no ascites or encephalopathy."""
    extra = score - 5
    bili, alb, inr = (min(2, max(0, extra - taken)) for taken in (0, 2, 4))
    return [
        ("BILI_T", ("1.0", "2.5", "3.5")[bili], "mg/dL"),
        ("ALB", ("4.0", "3.0", "2.5")[alb], "g/dL"),
        ("INR", ("1.0", "2.0", "2.5")[inr], None),
    ]
