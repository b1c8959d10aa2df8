"""From sheets to contract rows: branches, constants, filters, padded numbers, several sources, <table>.sql."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import polars as pl
import pytest
from site_of import rows, sheet, site, staged

from haicplatform.core.errors import UsageError
from haicplatform.findings.findings import with_source_cells
from haicplatform.ingest.validation.rows import validate
from schemas.contract import TABLES

WIDE = """
tables:
  lesion_measurement:
    file: ct.csv
    columns: {no: patient_id, exam: exam_no}
    codes: {status: {소실: ABSENT, "*": EVALUABLE}, viable_mm: {소실: "0"}}
    nulls: {"R{r}_L{n}": ["-"]}
    units: {viable_mm: cm}
    rows:
      - for: {r: ["1", "2"], n: ["1", "2"]}
        columns: {"R{r}_L{n}": [viable_mm, status]}
        constants: {reader_id: "R{r}", lesion_id: "T{n}", role: TARGET, organ: LIVER}
"""
HEADER = ["no", "exam", "R1_L1", "R1_L2", "R2_L1", "R2_L2"]


def test_wide_to_long_over_numbered_columns_and_readers():
    cells = [["K1", "e1", "4", "-", "소실", None], ["K2", "e2", "", "", "", ""]]
    result = staged("lesion_measurement", site(WIDE), sheet("ct.csv", HEADER, *cells))
    columns = ("patient_id", "exam_no", "reader_id", "lesion_id", "viable_mm", "status", "organ")
    assert rows(result, *columns, "source_row", "branch") == [
        ("K1", "e1", "R1", "T1", Decimal("40.00"), "EVALUABLE", "LIVER", 2, 0),
        ("K1", "e1", "R2", "T1", Decimal("0.00"), "ABSENT", "LIVER", 2, 2),
    ]
    assert result.frame["row_id"].to_list() == [f"{'d' * 16}:lesion_measurement:0.0:2:{n}" for n in (0, 2)]


def test_a_finding_of_a_branch_names_the_hospital_s_own_column():
    result = staged("lesion_measurement", site(WIDE), sheet("ct.csv", HEADER, ["K1", "e1", "4", "약 5cm", "", ""]))
    assert result.findings.select("source_column", "value", "rule_id", "patient_id").rows() == [
        ("R1_L2", "약 5cm", "lesion_measurement.viable_mm.type", "K1")
    ]


def test_headers_say_where_every_column_of_every_branch_came_from():
    headers = staged("lesion_measurement", site(WIDE), sheet("ct.csv", HEADER, ["K1", "e1", "4", "", "", ""])).headers
    assert (headers.columns, headers.height) == (["table_name", "branch", "column_name", "source_column"], 16)
    assert ("lesion_measurement", 3, "viable_mm", "R2_L2") in headers.rows()


TESTS = """
tables:
  lab:
    file: lab.csv
    columns: {no: patient_id, day: collect_datetime}
    rows:
      - each:
          - {head: "AFP(ng/mL)", test: AFP, unit: ng/mL}
          - {head: INR, test: INR, unit: ""}
        columns: {"{head}": value_raw}
        constants: {test_code: "{test}", unit: "{unit}"}
"""


def test_one_column_a_test():
    cells = [["K1", "20230307", "400", "1.1"], ["K2", "20230307", None, "1.2"]]
    result = staged("lab", site(TESTS), sheet("lab.csv", ["no", "day", "AFP(ng/mL)", "INR"], *cells))
    assert rows(result, "patient_id", "test_code", "value_num", "unit_std") == [
        ("K1", "AFP", Decimal(400), "ng/mL"),
        ("K1", "INR", Decimal("1.1"), None),
        ("K2", "INR", Decimal("1.2"), None),
    ]


SHARED = """
tables:
  followup_event:
    - file: events.csv
      columns: {no: patient_id, day: event_date, kind: event_type}
      constants: {source: EMR}
      where: {kind: [death, LAST_CONTACT]}
      codes: {event_type: {death: DEATH}}
    - file: calls.csv
      columns: {id: patient_id, called: event_date}
      constants: {source: PHONE, event_type: LAST_CONTACT}
      where_not: {result: [no answer]}
"""


def test_one_table_from_two_files_with_filters():
    result = staged(
        "followup_event",
        site(SHARED),
        sheet("calls.csv", ["id", "called", "result"], ["K1", "2023-01", "well"], ["K2", "2023-02", "NO answer"],
              ["K3", "2023-03", None]),
        sheet("events.csv", ["no", "day", "kind"], ["K1", "20230401", "Death"], ["K1", "20230101", "birthday"]),
    )  # fmt: skip
    assert rows(result, "patient_id", "event_type", "source", "event_date", "source_file", "branch") == [
        ("K1", "LAST_CONTACT", "PHONE", "2023-01", "calls.csv", 1),
        ("K3", "LAST_CONTACT", "PHONE", "2023-03", "calls.csv", 1),
        ("K1", "DEATH", "EMR", "2023-04-01", "events.csv", 0),
    ]


def test_patient_numbers_get_their_zeros_back():
    made = site("id_digits: 8\ntables: {diagnosis: {file: a.csv, columns: {no: patient_id}}}")
    result = staged("diagnosis", made, sheet("a.csv", ["no"], ["123"], ["00000456"], ["A12"], [None], ["123456789"]))
    assert rows(result, "patient_id") == [("00000123",), ("00000456",), ("A12",), (None,), ("123456789",)]


def test_a_column_that_every_table_has_is_named_once():
    made = site(
        "defaults: {columns: {no: patient_id}}\ntables:\n  diagnosis: {file: a.csv, columns: {day: hcc_dx_date}}\n"
        "  patient: {file: b.csv, columns: {id: patient_id}}\n"
    )
    result = staged("diagnosis", made, sheet("a.csv", ["no", "day"], ["K1", "2023"]))
    assert rows(result, "patient_id", "hcc_dx_date") == [("K1", "2023")]
    assert rows(staged("patient", made, sheet("b.csv", ["id"], ["K2"])), "patient_id") == [("K2",)]


def test_an_exam_without_a_number_takes_its_date():
    made = site("tables: {imaging_visit: {file: a.csv, columns: {day: [exam_no, exam_date]}, as_day: exam_no}}")
    result = staged("imaging_visit", made, sheet("a.csv", ["day"], ["2023.03.07"], ["20230307"], ["2023.02.30"]))
    assert rows(result, "exam_no") == [("2023-03-07",), ("2023-03-07",), ("2023.02.30",)]


def test_an_incremental_extract_has_its_operation_and_time_of_change():
    made = site(
        "extract: incremental\ntables: {diagnosis: {file: a.csv, columns: {no: patient_id, op: _op},"
        " codes: {_op: {삭제: D, 수정: U}}, changed_at: 수정일시}}"
    )
    cells = [["K1", "삭제", "2024-01-02 03:04"], ["K2", None, None]]
    result = staged("diagnosis", made, sheet("a.csv", ["no", "op", "수정일시"], *cells))
    assert [(op, str(at)) for op, at in rows(result, "op", "changed_at")] == [
        ("D", "2024-01-02 03:04:00"), ("U", "None")
    ]  # fmt: skip


def test_the_contract_s_own_layout_needs_no_table():
    made = site("layout: contract")
    header = ["patient_id", "hcc_dx_date", "dx_basis", "cirrhosis"]
    result = staged("diagnosis", made, sheet("2024/diagnosis.csv", header, ["K1", "2023-03", "IMAGING", "Y"]))
    assert rows(result, "patient_id", "hcc_dx_date", "dx_basis", "cirrhosis") == [("K1", "2023-03", "IMAGING", "Y")]
    result = staged("diagnosis", made, sheet("all.xlsx", ["patient_id"], ["K2"], name="diagnosis"))
    assert rows(result, "patient_id") == [("K2",)]


SQL = """
SELECT v.source_row, v.source_file, 1 AS branch, v."no" AS patient_id, v."exam" AS exam_no, 'R1' AS reader_id,
       'T' || k AS lesion_id, CASE k WHEN 1 THEN v."L1" ELSE v."L2" END AS viable_mm, 'L' || k AS viable_mm__from
FROM visit v CROSS JOIN (VALUES (1), (2)) AS n(k)
"""


def test_sql_reshapes_and_says_which_cell_a_value_came_from():
    made = site(
        "tables: {lesion_measurement: {file: a.csv, name: visit, units: {viable_mm: cm},"
        " columns: {no: patient_id, exam: exam_no, L1: viable_mm, L2: viable_mm},"
        " constants: {role: TARGET, organ: LIVER, status: EVALUABLE}}}",
        lesion_measurement=SQL,
    )
    result = staged("lesion_measurement", made, sheet("a.csv", ["no", "exam", "L1", "L2"], ["K1", "e1", "4", "5x4"]))
    assert sorted(rows(result, "lesion_id", "role", "viable_mm")) == [
        ("T1", "TARGET", Decimal("40.00")),
        ("T2", "TARGET", None),
    ]
    assert result.findings.select("source_row", "source_column", "value").rows() == [(2, "L2", "5x4")]


PIVOT = """
SELECT min(source_row) AS source_row, source_file, 'T1' AS lesion_id, "no" AS patient_id, "exam" AS exam_no,
       max(answer) FILTER (WHERE question = 'SIZE') AS viable_mm, 'answer' AS viable_mm__from,
       min(source_row) FILTER (WHERE question = 'SIZE') AS viable_mm__row,
       max(answer) FILTER (WHERE question = 'STATE') AS status, 'answer' AS status__from,
       min(source_row) FILTER (WHERE question = 'STATE') AS status__row
FROM tr GROUP BY source_file, "no", "exam"
"""


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        (["30", "EVALUABLE"], []),
        (["30", "seen"], [("status.code", 3, "answer", "seen")]),
        (["x", "seen"], [("viable_mm.type", 2, "answer", "x"), ("status.code", 3, "answer", "seen")]),
        (["4000", "EVALUABLE"], [("viable_mm.range", 2, "answer", "4000")]),
        (["30", None], [("status.missing", 3, "answer", None)]),
        (["30"], [("status.missing", 2, None, None)]),
    ],
)
def test_a_finding_on_a_pivoted_value_is_on_that_value_s_own_row(answers, expected):
    made = site(
        "tables: {lesion_measurement: {file: a.csv, name: tr, units: {viable_mm: mm}, columns: {no: patient_id,"
        " exam: exam_no, question: lesion_id, answer: [viable_mm, status]},"
        " constants: {reader_id: R1, role: TARGET, organ: LIVER}}}",
        lesion_measurement=PIVOT,
    )
    cells = [["K1", "e1", question, answer] for question, answer in zip(["SIZE", "STATE"], answers, strict=False)]
    raw = sheet("a.csv", ["no", "exam", "question", "answer"], *cells)
    made_rows = staged("lesion_measurement", made, raw)
    checked = validate(TABLES["lesion_measurement"], made_rows, extracted_at=date(2024, 1, 1))
    found = with_source_cells(checked.findings, [raw]).filter(pl.col("column_name").is_in(["viable_mm", "status"]))
    rule = pl.col("rule_id").str.strip_prefix("lesion_measurement.")
    assert found.sort("source_row").select(rule, "source_row", "source_column", "value").rows() == expected


@pytest.mark.parametrize("sql", ["SELECT nothing FROM visit", "SELECT 1 AS patient_id FROM visit", "SELEC"])
def test_sql_that_does_not_fit_is_said(sql):
    made = site("tables: {diagnosis: {file: a.csv, name: visit, columns: {no: patient_id}}}", diagnosis=sql)
    with pytest.raises(UsageError, match=r"diagnosis\.sql"):
        staged("diagnosis", made, sheet("a.csv", ["no"], ["K1"]))


def test_sql_reaches_nothing_outside(tmp_path):
    (tmp_path / "x.csv").write_text("a\n1\n", "utf-8")
    sql = f"SELECT 1 AS source_row, a AS patient_id FROM read_csv('{tmp_path}/x.csv')"
    made = site("tables: {diagnosis: {file: a.csv, columns: {no: patient_id}}}", diagnosis=sql)
    with pytest.raises(UsageError, match=r"diagnosis\.sql"):
        staged("diagnosis", made, sheet("a.csv", ["no"], ["K1"]))


def test_row_order_and_columns_are_the_same_whatever_the_order_of_the_sheets():
    sheets = [sheet(f"{name}.csv", ["no"], ["K1"], ["K2"]) for name in "ab"]
    made = site('tables: {diagnosis: {file: "*.csv", columns: {no: patient_id}}}')
    one, two = staged("diagnosis", made, *sheets), staged("diagnosis", made, *reversed(sheets))
    assert one.frame.equals(two.frame)
    assert one.frame["row_id"].is_unique().all()
