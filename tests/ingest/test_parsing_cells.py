"""Codes, flags, shared spellings and null spellings: one unreadable cell is one finding, the others are read."""

from __future__ import annotations

import pytest
from staging import column, rows, sheet, staged, told


@pytest.mark.parametrize(
    ("cell", "value"),
    [("0", 0), ("PS 1", 1), ("ECOG1", 1), ("ECOG PS 2", 2), ("1점", 1), ("ECOG 3점", 3), ("ecog: 2", 2), ("PS4", 4)],
)
def test_ecog_is_read_and_kept_as_written(cell, value):
    assert rows(column("baseline_status", "ecog", [cell]), "ecog", "ecog_raw") == [(value, cell)]


@pytest.mark.parametrize(("cell", "rule"), [("0-1", "type"), ("PS 0-1", "type"), ("양호", "type"), ("5", "code")])
def test_an_ambiguous_ecog_is_empty_with_a_finding(cell, rule):
    result = column("baseline_status", "ecog", [cell])
    assert rows(result, "ecog", "ecog_raw") == [(None, cell)]
    assert told(result) == [(2, "x", cell, f"baseline_status.ecog.{rule}")]


def test_a_karnofsky_map_is_an_approximation_the_site_file_declares():
    result = column("baseline_status", "ecog", ["KPS 80", "kps 80 "], "    codes: {ecog: {KPS 80: '1'}}\n")
    assert rows(result, "ecog", "ecog_raw") == [(1, "KPS 80"), (1, "kps 80")]


@pytest.mark.parametrize(
    ("cell", "score", "grade"),
    [("A5", 5, "A"), ("A(5)", 5, "A"), ("CTP-A", None, "A"), ("B", None, "B"), ("7", 7, None), ("C (10)", 10, "C"),
     ("Child-Pugh B8", 8, "B"), ("child-pugh class A", None, "A")],
)  # fmt: skip
def test_child_pugh_gives_what_the_cell_says(cell, score, grade):
    result = column("baseline_status", "[child_pugh_score_recorded, child_pugh_class_recorded]", [cell])
    assert rows(result, "child_pugh_score_recorded", "child_pugh_class_recorded") == [(score, grade)]
    assert told(result) == []


def test_an_unreadable_child_pugh_is_told_for_both():
    result = column("baseline_status", "[child_pugh_score_recorded, child_pugh_class_recorded]", ["A4", "좋음"])
    assert result.frame["child_pugh_class_recorded"].to_list() == [None, None]
    assert len(told(result)) == 4


@pytest.mark.parametrize(
    ("cell", "stage"), [("C", "C"), ("c", "C"), ("BCLC-C", "C"), ("stage C", "C"), ("BCLC stage 0", "0"), ("B2", "B")]
)
def test_bclc(cell, stage):
    assert rows(column("baseline_status", "bclc_recorded", [cell]), "bclc_recorded") == [(stage,)]


def test_portal_invasion_of_unknown_level():
    result = column("tumour_baseline", "vp", ["Vp3", "vp 4", "0", "(+)", "Rt PV", None])
    assert rows(result, "vp", "pvtt") == [(3, None), (4, None), (0, None), (None, "Y"), (None, None), (None, None)]
    assert told(result) == [(5, "x", "(+)", "tumour_baseline.vp.code"), (6, "x", "Rt PV", "tumour_baseline.vp.type")]


def test_a_delivered_pvtt_is_kept_beside_the_level():
    text = "tables: {tumour_baseline: {file: a.csv, columns: {vp: vp, pvtt: pvtt}}}"
    result = staged("tumour_baseline", text, sheet("a.csv", ["vp", "pvtt"], ["Vp2", "N"], ["(+)", None], ["+", "N"]))
    assert rows(result, "vp", "pvtt") == [(2, "N"), (None, "Y"), (None, "Y")]


def test_codes_match_whatever_the_case_width_and_blanks():
    codes = "    codes: {sex: {남: M, Female: F, '01': M, 미상: null}}\n"
    result = column("patient", "sex", ["남", " FEMALE ", "ｆｅｍａｌｅ", "01", "m", "1", "미상"], codes)
    assert rows(result, "sex") == [("M",), ("F",), ("F",), ("M",), ("M",), (None,), (None,)]
    assert told(result) == [(7, "x", "1", "patient.sex.code")]


def test_decomposed_hangul_in_the_site_file_still_matches():
    import unicodedata

    codes = unicodedata.normalize("NFD", "    codes: {sex: {남자: M}}\n")
    assert rows(column("patient", "sex", ["남자"], codes), "sex") == [("M",)]


def test_any_other_value_has_a_code_where_the_site_file_says_so():
    codes = "    codes: {drug: {5-FU: 5FU, '*': OTHER}}\n"
    result = column("administration", "drug", ["5-FU", "무엇", None], codes)
    assert (rows(result, "drug"), told(result)) == ([("5FU",), ("OTHER",), (None,)], [])


def test_none_is_an_answer_in_one_column_and_missing_in_another():
    text = (
        "defaults: {nulls: [없음]}\ntables:\n  baseline_status:\n    file: a.csv\n"
        "    columns: {복수: ascites, BCLC: bclc_recorded}\n    codes: {ascites: {없음: NONE}}\n"
    )
    result = staged("baseline_status", text, sheet("a.csv", ["복수", "BCLC"], ["없음", "없음"]))
    assert (rows(result, "ascites", "bclc_recorded"), told(result)) == ([("NONE", None)], [])


def test_flags_have_the_site_file_s_words():
    text = "defaults: {flags: {예: Y, 아니오: N}}\ntables:\n  diagnosis: {file: a.csv, columns: {x: cirrhosis}}\n"
    result = staged("diagnosis", text, sheet("a.csv", ["x"], ["예"], ["아니오"], ["y"], ["유"]))
    assert rows(result, "cirrhosis") == [("Y",), ("N",), ("Y",), (None,)]
    assert told(result) == [(5, "x", "유", "diagnosis.cirrhosis.code")]


def test_the_site_file_s_own_extract_comes_before_the_codes():
    more = "    extract: {regimen: '^(?:\\d+차\\s*)?(.*?)(?:\\s*#\\d+)?$'}\n    codes: {regimen: {HAIC: HAIC_FP}}\n"
    result = column("treatment_course", "regimen", ["HAIC #3", "2차 HAIC", "haic", "TACE #1"], more)
    assert rows(result, "regimen") == [("HAIC_FP",), ("HAIC_FP",), ("HAIC_FP",), ("TACE",)]


def test_the_year_of_birth_is_taken_from_a_date():
    result = column("patient", "[birth_date, birth_year]", ["1966.07.16", "19470405", "1950", "1966.02.30"])
    assert rows(result, "birth_year") == [(1966,), (1947,), (1950,), (1966,)]
    assert [(row, value, rule) for row, _, value, rule in told(result)] == [
        (4, None, "patient.birth_date.precision"),
        (5, None, "patient.birth_date.date"),
    ]


def test_one_unreadable_cell_leaves_the_other_cells_of_its_row():
    text = (
        "tables:\n  treatment_course:\n    file: a.csv\n"
        "    columns: {번호: patient_id, 차수: course_no, 시작: start_date, 종료: end_date}\n"
    )
    cells = ["K1", "x", "2023.02.30", "20230301"]
    result = staged("treatment_course", text, sheet("a.csv", ["번호", "차수", "시작", "종료"], cells))
    assert result.frame.select("patient_id", "course_no", "start_date").row(0) == ("K1", None, None)
    assert str(result.frame["end_date"][0]) == "2023-03-01"
    assert [place for _, place, *_ in told(result)] == ["시작", "차수"]
    assert result.findings.select("row_id", "column_name").unique().height == 2
