"""A table that several files or sheets feed, of which some came: changes count, a full extract waits, both say so."""

from __future__ import annotations

import csv
import io

import openpyxl
import pytest

from haicplatform.core.errors import UsageError
from haicplatform.core.settings import Home
from haicplatform.pipeline.ingest_hospital import ingest_site
from haicplatform.sites.plan import combines
from tests.pipeline.hospital import deliver, make_site, records, state_rows

HEADER = ("patient_id", "collect_datetime", "test_code", "value_raw", "unit")
OWN = f"columns: {{{', '.join(f'{name}: {name}' for name in HEADER)}}}"
TWO = f"lab: [{{file: ['lab_a*.csv'], {OWN}}}, {{file: ['lab_b*.csv'], {OWN}}}]"
THREE = f"{TWO[:-1]}, {{file: ['lab_c*.csv'], {OWN}}}]"
SHEETS = f"lab: [{{file: lab.xlsx, sheet: A, {OWN}}}, {{file: lab.xlsx, sheet: B, {OWN}}}]"
NAMED = TWO.replace("file: ['lab_a*", "name: a, file: ['lab_a*").replace("file: ['lab_b*", "name: b, file: ['lab_b*")
WIDE = """lab:
  - {file: ['lab_a*.csv'], columns: {patient_id: patient_id, day: collect_datetime}, constants: {unit: mg/dL},
     rows: [{for: {test: [BILI_T]}, columns: {'{test}': value_raw}, constants: {test_code: '{test}'}}]}
  - {file: ['lab_b*.csv'], columns: {patient_id: patient_id, day: collect_datetime}, constants: {unit: g/dL},
     rows: [{for: {test: [ALB]}, columns: {'{test}': value_raw}, constants: {test_code: '{test}'}}]}"""
STACKED = "SELECT * FROM a UNION ALL BY NAME SELECT * FROM b"
JOINED = """SELECT a.source_row, a.source_file, a.patient_id, a.collect_datetime, a.test_code, a.value_raw, b.unit
            FROM a LEFT JOIN b ON a.patient_id = b.patient_id AND a.test_code = b.test_code"""


def site(tmp_path, tables: str, extract: str, sql: str = "") -> Home:
    home = Home(tmp_path / "home").create()
    lines = "\n".join(f"  {line}" for line in tables.splitlines())
    make_site(home, extract=extract, more=f"tables:\n{lines}")
    if sql:
        (home.sites / "AAA" / "lab.sql").write_text(f"-- SYNTHETIC\n{sql}")
    return home


def lab(test: str, value: str, patient: str = "P000") -> dict:
    return dict(
        zip(HEADER, (patient, "2023-01-01", test, value, {"BILI_T": "mg/dL", "ALB": "g/dL"}[test]), strict=True)
    )


def send(home: Home, day: str, files: dict[str, list[dict] | str], rest: bool = False):
    """One delivery of lab files (rows, or the text of a file), with the other tables where `rest` says so."""
    rows = records(3)
    del rows["lab"]
    folder = deliver(home, rows if rest else {}, day)
    for name, content in files.items():
        if isinstance(content, list):
            text = io.StringIO()
            writer = csv.DictWriter(text, content[0])
            writer.writeheader()
            writer.writerows(content)
            content = text.getvalue()
        (folder / f"lab_{name}_{day}.csv").write_text(content)
    return ingest_site(home, "AAA", [folder]).deliveries[-1]


def labs(home: Home) -> list[tuple]:
    return state_rows(home, "AAA", "lab", "test_code, value_raw")


def found(home: Home, rule: str) -> list[tuple]:
    rows = state_rows(home, "AAA", "finding", "rule_id, source_file, table_name")
    return [row[1:] for row in rows if row[0] == rule]


@pytest.mark.parametrize("tables", [TWO, THREE])
@pytest.mark.parametrize("came", ["a", "b"])
def test_of_changes_the_source_that_came_counts(tmp_path, tables, came):
    home = site(tmp_path, tables, "incremental")
    more = {"c": [lab("ALB", "3.0", "P001")]} if tables == THREE else {}
    send(home, "20240101", {"a": [lab("BILI_T", "1.0")], "b": [lab("ALB", "4.0")]} | more, rest=True)
    changed = {"a": [lab("BILI_T", "2.0")], "b": [lab("ALB", "3.5")]}
    delivery = send(home, "20240102", {came: changed[came]})
    assert (delivery.status, delivery.refused_files, delivery.rows_by_table) == ("accepted", [], {"lab": 1})
    expected = {"a": [("ALB", "4.0"), ("BILI_T", "2.0")], "b": [("ALB", "3.5"), ("BILI_T", "1.0")]}[came]
    assert labs(home) == sorted(expected + [("ALB", "3.0")] * bool(more))


def test_of_changes_a_deletion_in_the_one_file_that_came_counts(tmp_path):
    home = site(tmp_path, TWO.replace("patient_id: patient_id", "patient_id: patient_id, _op: _op"), "incremental")
    send(home, "20240101", {x: [row | {"_op": "U"}] for x, row in zip("ab", (lab("BILI_T", "1.0"), lab("ALB", "4.0")),
                                                                    strict=True)}, rest=True)  # fmt: skip
    send(home, "20240102", {"b": [lab("ALB", "4.0") | {"_op": "D"}]})
    assert labs(home) == [("BILI_T", "1.0")]


def test_of_changes_a_template_of_rows_counts_with_one_of_its_files(tmp_path):
    home = site(tmp_path, WIDE, "incremental")
    wide = {"patient_id": "P000", "day": "2023-01-01"}
    send(home, "20240101", {"a": [wide | {"BILI_T": "1.0"}], "b": [wide | {"ALB": "4.0"}]}, rest=True)
    send(home, "20240102", {"b": [wide | {"ALB": "3.5"}]})
    assert labs(home) == [("ALB", "3.5"), ("BILI_T", "1.0")]


def test_of_changes_a_workbook_counts_with_one_of_its_sheets(tmp_path):
    home = site(tmp_path, SHEETS, "incremental")
    for day, sheets in (("20240101", {"A": lab("BILI_T", "1.0"), "B": lab("ALB", "4.0")}),
                        ("20240102", {"B": lab("ALB", "3.5")})):  # fmt: skip
        rows = {name: each for name, each in records(3).items() if name != "lab"}
        folder = deliver(home, rows if day == "20240101" else {}, day)
        book = openpyxl.Workbook()
        book.remove(book.active)
        for name, row in sheets.items():
            sheet = book.create_sheet(name)
            sheet.append(HEADER)
            sheet.append([row[each] for each in HEADER])
        book.save(folder / "lab.xlsx")
        assert ingest_site(home, "AAA", [folder]).deliveries[-1].refused_files == []
    assert labs(home) == [("ALB", "3.5"), ("BILI_T", "1.0")]


def test_of_changes_an_unreadable_source_is_told_until_it_comes_and_costs_the_other_nothing(tmp_path):
    home = site(tmp_path, TWO, "incremental")
    send(home, "20240101", {"a": [lab("BILI_T", "1.0")], "b": [lab("ALB", "4.0")]}, rest=True)
    delivery = send(home, "20240102", {"a": "", "b": [lab("ALB", "3.5")]})
    assert [reason for _, reason, _ in delivery.refused_files] == ["empty"]
    told = [("lab_a_20240102.csv", "lab")]
    assert labs(home) == [("ALB", "3.5"), ("BILI_T", "1.0")] and found(home, "file.empty") == told
    send(home, "20240103", {"b": [lab("ALB", "3.6")]})
    assert found(home, "file.empty") == told
    send(home, "20240104", {"a": [lab("BILI_T", "1.4")]})
    assert labs(home) == [("ALB", "3.6"), ("BILI_T", "1.4")] and found(home, "file.empty") == []


def test_of_changes_an_unreadable_file_is_answered_by_the_table_under_another_name(tmp_path):
    home = site(tmp_path, f"lab: [{{file: ['lab_*.csv'], {OWN}}}]", "incremental")
    send(home, "20240101", {"a": [lab("BILI_T", "1.0")]}, rest=True)
    send(home, "20240102", {"a": ""})
    deliver(home, {"patient": records(3)["patient"][:1]}, "20240103")
    ingest_site(home, "AAA")
    assert found(home, "file.empty") == [("lab_a_20240102.csv", "lab")]
    send(home, "20240104", {"mended": [lab("BILI_T", "1.4")]})
    assert labs(home) == [("BILI_T", "1.4")] and found(home, "file.empty") == []


def test_of_changes_a_table_that_its_sql_stacks_counts_with_one_of_its_files(tmp_path):
    home = site(tmp_path, NAMED, "incremental", STACKED)
    send(home, "20240101", {"a": [lab("BILI_T", "1.0")], "b": [lab("ALB", "4.0")]}, rest=True)
    send(home, "20240102", {"b": [lab("ALB", "3.5")]})
    send(home, "20240103", {"a": [lab("BILI_T", "1.5")]})
    assert labs(home) == [("ALB", "3.5"), ("BILI_T", "1.5")]


def test_of_changes_a_table_that_its_sql_joins_waits_for_all_its_files_and_says_so(tmp_path):
    """The absent file's cells would be empty ones and take the place of values that are known."""
    home = site(tmp_path, NAMED, "incremental", JOINED)
    send(home, "20240101", {x: [lab("BILI_T", "1.0")] for x in "ab"}, rest=True)
    delivery = send(home, "20240102", {"a": [lab("BILI_T", "2.0")]})
    [(file, reason, sentence)] = delivery.refused_files
    assert (file, reason) == ("lab_b*.csv", "missing") and "deliver all files of the table together" in sentence
    assert labs(home) == [("BILI_T", "1.0")] and found(home, "file.missing") == [("lab_b*.csv", "lab")]
    deliver(home, {"patient": records(3)["patient"][:1]}, "20240103")
    assert ingest_site(home, "AAA").deliveries[-1].refused_files == []
    assert found(home, "file.missing") == [("lab_b*.csv", "lab")]
    send(home, "20240104", {x: [lab("BILI_T", "2.0")] for x in "ab"})
    assert labs(home) == [("BILI_T", "2.0")] and found(home, "file.missing") == []


@pytest.mark.parametrize("sql", ["", STACKED, JOINED], ids=["declared", "stacked", "joined"])
def test_a_full_extract_that_lacks_a_source_keeps_the_rows_of_before_and_says_so(tmp_path, sql):
    home = site(tmp_path, NAMED, "full", sql)
    send(home, "20240101", {x: [lab("BILI_T", "1.0")] for x in "ab"}, rest=True)
    before = labs(home)
    delivery = send(home, "20240102", {"a": [lab("BILI_T", "2.0")]}, rest=True)
    [(file, reason, sentence)] = delivery.refused_files
    assert (file, reason) == ("lab_b*.csv", "missing") and "A file for lab did not arrive" in sentence
    assert delivery.status == "accepted" and delivery.rows_by_table["patient"] == 3
    assert labs(home) == before != [] and found(home, "file.missing") == [("lab_b*.csv", "lab")]


@pytest.mark.parametrize("sql", ["", STACKED, JOINED], ids=["declared", "stacked", "joined"])
def test_a_full_extract_with_an_unreadable_source_keeps_the_rows_of_before_and_says_so(tmp_path, sql):
    home = site(tmp_path, NAMED, "full", sql)
    send(home, "20240101", {x: [lab("BILI_T", "1.0")] for x in "ab"}, rest=True)
    before = labs(home)
    delivery = send(home, "20240102", {"a": [lab("BILI_T", "2.0")], "b": ""}, rest=True)
    assert [(file, reason) for file, reason, _ in delivery.refused_files] == [("lab_b_20240102.csv", "empty")]
    assert labs(home) == before != []


def test_a_sql_that_does_not_run_is_still_a_mistake_of_the_site_file(tmp_path):
    home = site(tmp_path, NAMED, "incremental", STACKED.replace("FROM b", "FROM c"))
    with pytest.raises(UsageError, match=r"lab\.sql does not run"):
        send(home, "20240101", {x: [lab("BILI_T", "1.0")] for x in "ab"}, rest=True)


@pytest.mark.parametrize(
    ("sql", "is_combined"),
    [
        ("SELECT * FROM a UNION ALL SELECT * FROM b", False),
        ("SELECT x, max(y) AS y FROM a GROUP BY x UNION ALL BY NAME SELECT x, y FROM b WHERE x > 1", False),
        ("SELECT * FROM (SELECT * FROM a UNION ALL SELECT * FROM b) WHERE x IS NOT NULL", False),
        ("WITH c AS (SELECT * FROM a) SELECT * FROM c UNION ALL SELECT * FROM b", False),
        ("SELECT * FROM a JOIN b USING (x)", True),
        ("SELECT * FROM a, b WHERE a.x = b.x", True),
        ("SELECT * FROM a ANTI JOIN b USING (x)", True),
        ("SELECT * FROM a EXCEPT SELECT * FROM b", True),
        ("SELECT * FROM a WHERE x IN (SELECT x FROM b)", True),
        ("SELECT * FROM a WHERE EXISTS (FROM b WHERE b.x = a.x)", True),
        ("SELECT *, (SELECT max(y) FROM b) AS y FROM a", True),
        ("SELECT x, max(y) AS y FROM (SELECT x, y FROM a UNION ALL SELECT x, z FROM b) GROUP BY x", True),
        ("SELECT x, lag(y) OVER (ORDER BY x) FROM (SELECT x, y FROM a UNION ALL SELECT x, z FROM b)", True),
        ("WITH c AS (SELECT * FROM a UNION ALL SELECT * FROM b) SELECT x, max(y) FROM c GROUP BY x", True),
        ("SELECT DISTINCT ON (x) * FROM (SELECT * FROM a UNION ALL SELECT * FROM b)", True),
        ("this is no SQL", True),
    ],
)
def test_what_puts_rows_of_several_relations_together(sql, is_combined):
    assert combines(sql) is is_combined
