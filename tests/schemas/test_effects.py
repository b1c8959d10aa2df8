"""Each fault has its effect: a row set aside, a cell emptied, or only a word. Small tables in, rows out."""

import os
import subprocess
import sys
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from staged import EXTRACTED, VALID, check, lines, said, stage

from haicplatform.findings import findings
from haicplatform.ingest.validation.rows import validate
from schemas.contract import TABLES

QUARANTINED = [
    ("patient", {"sex": None}, "patient.sex.missing", "sex"),
    ("patient", {"sex": "X"}, "patient.sex.code", "sex"),
    ("patient", {"birth_year": 1812}, "patient.birth_year.range", "birth_year"),
    ("diagnosis", {"hcc_dx_date": None}, "diagnosis.hcc_dx_date.missing", "hcc_dx_date"),
    ("diagnosis", {"hcc_dx_date": "2024-09"}, "diagnosis.date_after_extract", "hcc_dx_date"),
    ("treatment_course", {"regimen": None}, "treatment_course.regimen.missing", "regimen"),
    ("treatment_course", {"end_date": None}, "treatment_course.end_date.missing", "end_date"),
    ("treatment_course", {"end_date": date(2020, 1, 1)}, "treatment_course.end_before_start", "end_date"),
    ("treatment_course", {"stop_reason": None}, "treatment_course.stop_reason.missing", "stop_reason"),
    ("treatment_course", {"stop_reason": "??"}, "treatment_course.stop_reason.code", "stop_reason"),
    ("administration", {"dose": Decimal("-95")}, "administration.dose.range", "dose"),
    ("administration", {"dose": Decimal("0")}, "administration.dose.range", "dose"),
    ("lab", {"value_raw": "38", "value_num": Decimal("38")}, "lab.value_raw.range", "value_raw"),
    ("lab", {"value_raw": "12.3.4", "value_num": None}, "lab.value_raw.type", "value_raw"),
    ("lab", {"unit": None, "value_num": None}, "lab.unit.missing", "unit"),
    ("lab", {"collect_datetime": datetime(2035, 1, 9)}, "lab.date_after_extract", "collect_datetime"),
    ("lesion_measurement", {"viable_mm": None}, "lesion_measurement.viable_mm.missing", "viable_mm"),
    ("lesion_measurement", {"viable_mm": Decimal("401")}, "lesion_measurement.viable_mm.range", "viable_mm"),
    (
        "lesion_measurement",
        {"organ": "NODE_OTHER", "viable_mm": None},
        "lesion_measurement.short_axis_mm.missing",
        "short_axis_mm",
    ),
    (
        "lesion_measurement",
        {"role": "NONTARGET", "viable_mm": None},
        "lesion_measurement.nontarget_status.missing",
        "nontarget_status",
    ),
    ("followup_event", {"event_date": None}, "followup_event.event_date.missing", "event_date"),
    ("adverse_event", {"end_date": date(2022, 1, 1)}, "adverse_event.end_before_start", "end_date"),
]


@pytest.mark.parametrize(("table", "change", "rule", "column"), QUARANTINED, ids=lambda each: str(each)[:40])
def test_a_row_is_set_aside_and_its_neighbour_stays(table, change, rule, column):
    result = check(table, {"patient_id": "P9"}, change)
    assert lines(result.frame) == [2]
    assert lines(result.quarantined) == [3]
    assert said(result) == [(3, rule, "error", column)]
    assert result.quarantined["rules"].to_list() == [[rule]]


EMPTIED = [
    ("patient", {"height_cm": Decimal("1.7")}, "patient.height_cm.range", "height_cm"),
    ("patient", {"etiology": "XYZ"}, "patient.etiology.code", "etiology"),
    ("baseline_status", {"ecog": 7}, "baseline_status.ecog.code", "ecog"),
    (
        "baseline_status",
        {"child_pugh_score_recorded": 4},
        "baseline_status.child_pugh_score_recorded.range",
        "child_pugh_score_recorded",
    ),
    ("tumour_baseline", {"max_diam_mm": Decimal("400.1")}, "tumour_baseline.max_diam_mm.range", "max_diam_mm"),
    ("tumour_baseline", {"n_nodules": 120}, "tumour_baseline.n_nodules.range", "n_nodules"),
    ("tumour_baseline", {"pvtt": "Y"}, "tumour_baseline.vp_level_unknown", "vp"),
    (
        "lesion_measurement",
        {"status": "NE", "viable_mm": Decimal("500")},
        "lesion_measurement.viable_mm.range",
        "viable_mm",
    ),
    ("adverse_event", {"action": "?"}, "adverse_event.action.code", "action"),
]


@pytest.mark.parametrize(("table", "change", "rule", "column"), EMPTIED, ids=lambda each: str(each)[:40])
def test_a_cell_is_emptied_and_its_row_stays(table, change, rule, column):
    result = check(table, change)
    assert lines(result.frame) == [2] and result.quarantined.is_empty()
    assert result.frame[column].to_list() == [None]
    assert said(result) == [(2, rule, "warning", column)]


KEPT = [
    ("tumour_baseline", {"max_diam_mm": Decimal("8")}, "tumour_baseline.max_diam_mm.range", "warning", "max_diam_mm"),
    ("lab", {"value_raw": "6.5", "value_num": Decimal("6.5")}, "lab.value_raw.range", "warning", "value_raw"),
    ("imaging_visit", {"phase_complete": None}, "imaging_visit.phase_complete.missing", "info", "phase_complete"),
    ("baseline_status", {"lt_candidate": None}, "baseline_status.lt_candidate.missing", "info", "lt_candidate"),
    (
        "lesion_measurement",
        {"viable_mm": Decimal("370"), "viable_mm__unit": "cm"},
        "lesion_measurement.unit_suspect",
        "warning",
        "viable_mm",
    ),
    (
        "lesion_measurement",
        {"total_mm": Decimal("30")},
        "lesion_measurement.viable_over_total",
        "warning",
        "viable_mm",
    ),
    (
        "baseline_status",
        {"child_pugh_score_recorded": 6, "child_pugh_class_recorded": "B"},
        "baseline_status.child_pugh_class_off_score",
        "warning",
        "child_pugh_class_recorded",
    ),
    ("tumour_baseline", {"vp": 3, "pvtt": "N"}, "tumour_baseline.vp_off_pvtt", "warning", "pvtt"),
    ("tumour_baseline", {"ehs": "N", "nodal": "Y"}, "tumour_baseline.nodal_without_spread", "info", "ehs"),
    ("patient", {"birth_date": date(1961, 2, 3)}, "patient.birth_disagrees", "warning", "birth_year"),
]


@pytest.mark.parametrize(("table", "change", "rule", "severity", "column"), KEPT, ids=lambda each: str(each)[:40])
def test_a_row_is_kept_as_it_is(table, change, rule, severity, column):
    result = check(table, change)
    assert lines(result.frame) == [2]
    if change.get(column) is not None:
        assert result.frame[column].to_list() == [change[column]]
    assert said(result) == [(2, rule, severity, column)]


@pytest.mark.parametrize("table", VALID)
def test_a_valid_row_says_nothing(table):
    result = check(table, {})
    assert lines(result.frame) == [2]
    assert said(result) == []


def test_the_bounds_of_a_band_belong_to_it():
    values = ("0.8", "0.799999", "7", "1.5")
    rows = ({"specimen_no": str(n), "value_num": Decimal(value)} for n, value in enumerate(values))
    result = check("lab", *rows)
    assert said(result) == [
        (2, "lab.value_raw.range", "warning", "value_raw"),
        (3, "lab.value_raw.range", "error", "value_raw"),
        (4, "lab.value_raw.range", "warning", "value_raw"),
    ]
    assert lines(result.frame) == [2, 4, 5]


def test_a_test_without_a_unit_needs_none_and_a_qualitative_one_no_number():
    result = check(
        "lab",
        {"test_code": "INR", "unit": None, "unit_std": None, "value_num": Decimal("1.1")},
        {"test_code": "HBSAG", "unit": None, "unit_std": None, "value_raw": "positive", "value_num": None},
    )
    assert said(result) == [] and lines(result.frame) == [2, 3]


def test_specimen_number_is_1_where_the_hospital_has_none():
    assert check("lab", {"specimen_no": None}).frame["specimen_no"].to_list() == ["1"]


def test_a_local_treatment_needs_no_reason_and_an_ongoing_course_no_end():
    result = check(
        "treatment_course",
        {"regimen": "TACE", "stop_reason": None},
        {"course_no": 2, "stop_reason": "ONGOING", "end_date": None},
    )
    assert said(result) == [] and lines(result.frame) == [2, 3]


def test_no_fault_masks_another():
    result = check("administration", {"dose": Decimal("-1"), "cycle_no": None, "route": "XX"})
    assert said(result) == [
        (2, "administration.cycle_no.missing", "error", "cycle_no"),
        (2, "administration.dose.range", "error", "dose"),
        (2, "administration.route.code", "warning", "route"),
    ]
    assert result.quarantined["rules"].list.sort().to_list() == [
        ["administration.cycle_no.missing", "administration.dose.range"]
    ]


def test_an_unreadable_cell_is_one_finding_and_its_effect_depends_on_the_need():
    needed = {"row": 1, "rule_id": "imaging_visit.exam_date.date", "column_name": "exam_date", "value": "2022.02.30"}
    result = check("imaging_visit", {"exam_date": None}, {"exam_no": "E2"}, told=[needed])
    assert said(result) == [(2, "imaging_visit.exam_date.date", "error", "exam_date")]
    assert lines(result.frame) == [3]
    spare = {"row": 1, "rule_id": "adverse_event.end_date.date", "column_name": "end_date", "value": "??"}
    result = check("adverse_event", {}, told=[spare])
    assert said(result) == [(2, "adverse_event.end_date.date", "warning", "end_date")]
    assert lines(result.frame) == [2]


def test_a_unit_that_cannot_be_converted_is_one_finding_not_three():
    told = [{"row": 1, "rule_id": "lab.unit.unit", "column_name": "unit", "value": "furlong"}]
    result = check("lab", {"unit": "furlong", "value_num": None, "unit_std": None}, told=told)
    assert said(result) == [(2, "lab.unit.unit", "error", "unit")]
    assert result.frame.is_empty()


def test_a_result_not_done_is_set_aside_with_a_warning_but_an_empty_one_is_an_error():
    told = [
        {
            "row": 1,
            "rule_id": "lab.value_raw.missing",
            "column_name": "value_raw",
            "value": "미시행",
            "severity": "warning",
        }
    ]
    bare = {"value_raw": None, "value_num": None, "value_op": None}
    result = check("lab", bare, bare | {"specimen_no": "2"}, told=told)
    assert said(result) == [
        (2, "lab.value_raw.missing", "warning", "value_raw"),
        (3, "lab.value_raw.missing", "error", "value_raw"),
    ]
    assert result.frame.is_empty()


def test_an_empty_arterial_phase_is_not_told_where_the_hospital_has_no_such_column():
    staged = stage("imaging_visit", {"phase_complete": None})
    staged.headers = staged.headers.head(0)
    result = validate(TABLES["imaging_visit"], staged, extracted_at=EXTRACTED)
    assert result.findings.is_empty()


def test_a_deletion_is_checked_for_its_key_only():
    rows = ({"op": "D", "overall": None, "assess_date": None}, {"op": "D", "reader_id": None, "exam_no": "E2"})
    result = check("response_assessment", *rows, extract="incremental")
    assert said(result) == [(3, "response_assessment.reader_id.missing", "error", "reader_id")]
    assert lines(result.frame) == [2]


def test_a_finding_says_where_the_hospital_finds_it():
    row = findings.render_findings(check("lab", {"value_raw": "38", "value_num": Decimal("38")}).findings).row(
        0, named=True
    )
    assert (row["site_id"], row["source_file"], row["source_row"]) == ("TST", "lab.csv", 2)
    assert (row["source_column"], row["value"], row["patient_id"]) == ("<결과 원문>", "38", "P1")


def test_a_frame_without_the_contracts_types_is_a_programming_error():
    staged = stage("patient", {})
    staged.frame = staged.frame.with_columns(staged.frame["birth_year"].cast(str))
    with pytest.raises(TypeError):
        validate(TABLES["patient"], staged, extracted_at=EXTRACTED)


def test_checks_run_even_where_the_environment_switches_them_off():
    code = (
        "from staged import check; from decimal import Decimal;"
        "print(check('administration', {'dose': Decimal('-1')}).quarantined.height)"
    )
    here = {"cwd": Path(__file__).parent, "capture_output": True, "text": True}
    off = os.environ | {"PANDERA_VALIDATION_ENABLED": "False", "PANDERA_VALIDATION_DEPTH": "SCHEMA_ONLY"}
    assert subprocess.run([sys.executable, "-c", code], env=off, **here).stdout == "1\n"
