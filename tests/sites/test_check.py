"""A site file held against delivered files: both lists, counts, lines."""

from __future__ import annotations

import pytest
from site_of import sheet, site

from haicplatform.core.errors import FileRefused, UsageError
from haicplatform.ingest.staging.columns import refuse_columns, require_supplied
from haicplatform.onboarding.check import check
from haicplatform.sites.plan import plan_delivery

TEXT = """
ignore_files: ["*.txt"]
unavailable: {TABLES}
tables:
  diagnosis:
    file: dx.csv
    columns: {no: patient_id, day: hcc_dx_date, basis: dx_basis}
    ignore: [note, gone]
    codes: {dx_basis: {영상: IMAGING, 조직: PATHOLOGY}, cirrhosis: {x: Y}}
"""
OTHERS = (
    "patient baseline_status tumour_baseline treatment_course administration lab imaging_visit lesion_measurement"
    " response_assessment followup_event adverse_event"
).split()
TEXT = TEXT.replace("{TABLES}", "{" + ", ".join(f"{name}: none" for name in OTHERS) + "}")
HEADER = ["no", "day", "basis", "note"]


def said(problems, *fields):
    return [tuple(getattr(problem, field) for field in fields) for problem in problems]


def test_a_fitting_file_leaves_only_what_is_unused():
    problems = check(site(TEXT), [sheet("dx.csv", HEADER, ["K1", "2023", "영상", None])])
    assert said(problems, "severity", "kind", "line") == [
        ("warning", "unused", 10),
        ("warning", "unused", 11),
        ("info", "unused", 11),
    ]


def test_columns_gone_and_new_are_both_listed_and_stop_the_file():
    new = sheet("dx.csv", ["no", "date", "basis", "note"], ["K1", "2023", "영상", None])
    problems = check(site(TEXT), [new])
    assert said(problems[:2], "severity", "kind", "header", "line") == [
        ("error", "unmapped column", "date", 9),
        ("error", "missing column", "day", 9),
    ]
    with pytest.raises(FileRefused) as caught:
        refuse_columns(site(TEXT), [new])
    assert caught.value.reason == "columns" and caught.value.exit_code == 3
    assert "not in the site file: date; not in the file: day" in str(caught.value)
    refuse_columns(site(TEXT), [sheet("dx.csv", HEADER, ["K1", "2023", "영상", None])])


def test_an_optional_column_may_be_gone():
    text = TEXT.replace("    ignore:", "    optional: day\n    ignore:")
    refuse_columns(site(text), [sheet("dx.csv", ["no", "basis", "note"], ["K1", "영상", None])])


def test_unknown_values_are_counted():
    cells = [["K1", "2023", "혈액", None], ["K2", "2023", "혈액", None], ["K3", "03/07/2023", "조직", None]]
    problems = check(site(TEXT), [sheet("dx.csv", HEADER, *cells)])
    found = [problem for problem in problems if problem.kind in ("unknown code", "unreadable")]
    assert said(found, "kind", "column", "header", "count", "line") == [
        ("unreadable", "hcc_dx_date", "day", 1, 9),
        ("unknown code", "dx_basis", "basis", 2, 11),
    ]


def test_a_required_field_left_open_stops_the_hospital():
    text = TEXT.replace(", basis: dx_basis", "").replace("[note", "[basis, note").replace("patient: none, ", "")
    problems = check(site(text), [sheet("dx.csv", HEADER, ["K1", "2023", "영상", None])])
    missing = [problem for problem in problems if problem.kind == "missing field"]
    assert said(missing, "severity", "table", "column") == [
        ("error", "diagnosis", "dx_basis"),
        ("warning", "patient", None),
    ]
    with pytest.raises(UsageError, match=r"no source for diagnosis\.dx_basis"):
        require_supplied(plan_delivery(site(text), []))
    excused = text.replace("    ignore:", "    unavailable: {dx_basis: not recorded}\n    ignore:")
    require_supplied(plan_delivery(site(excused), []))


def test_files_without_a_table_and_tables_without_a_file():
    problems = check(site(TEXT), [sheet("new.csv", ["a"], ["1"]), sheet("readme.txt", ["a"], ["1"])])
    assert said(problems, "kind", "file") == [("unread file", "new.csv"), ("no file", None)]


def test_a_unit_in_the_header_that_the_site_file_contradicts():
    text = "tables: {tumour_baseline: {file: t.csv, columns: {max(cm): max_diam_mm, 점유율(%): liver_involvement_pct}}}"
    file = sheet("t.csv", ["max(cm)", "점유율(%)"], ["5", "30"])
    units = [problem for problem in check(site(text), [file]) if problem.kind == "unit"]
    assert said(units, "severity", "column", "header") == [("error", "max_diam_mm", "max(cm)")]
    declared = site(text.replace("t.csv,", "t.csv, units: {max_diam_mm: cm},"))
    assert not [problem for problem in check(declared, [file]) if problem.kind == "unit"]


def test_a_file_in_the_contract_s_layout_must_have_its_required_columns():
    with pytest.raises(FileRefused, match="not in the site file: extra; not in the file: dx_basis, hcc_dx_date"):
        refuse_columns(site("layout: contract"), [sheet("diagnosis.csv", ["patient_id", "extra"], ["K1", "x"])])


def test_a_shared_file_may_be_split_between_tables():
    text = "tables: {diagnosis: {file: a.csv, columns: {no: patient_id}}, patient: {file: a.csv, columns: {sex: sex}}}"
    refuse_columns(site(text), [sheet("a.csv", ["no", "sex"], ["K1", "M"])])
