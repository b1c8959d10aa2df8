"""Whose result a sensitivity analysis changes: pooled, and by hospital for another definition of response."""

from __future__ import annotations

import polars as pl

from haicplatform.estimation.flow import changed_persons
from haicplatform.estimation.rows import Rows
from haicplatform.report.document.estimate_lookup import Estimates
from haicplatform.report.document.model import plain
from haicplatform.report.document.report_context import ReportContext
from haicplatform.report.sections.changes import changes
from tests.report.cohort import CHANGED, CONTEXT, SNAPSHOT, STUDY, document


def composed(*variants: str, language: str = "en") -> list[list[str]]:
    frames = []
    for variant in variants:
        rows = Rows(STUDY.study_id, SNAPSHOT, variant)
        changed_persons(rows, CHANGED)
        frames.append(rows.frame())
    table = changes(ReportContext(STUDY, Estimates(pl.concat(frames)), CONTEXT, language))
    return [[plain(cell) for cell in cells] for cells in (table.head, *(row.cells for row in table.rows))]


def test_another_definition_is_told_by_hospital_and_small_counts_are_masked():
    head, *rows = composed("lencioni2010", "reader_2")
    assert head == ["Analysis", "Response on a scan", "Stage", "Progression-free survival"]
    assert rows == [
        ["mRECIST as published in 2010", "8", "0", "5"],
        ["가나병원", "6", "–", "5"],
        ["Hospital B", "<5", "–", "–"],
        ["Second reader", "8", "0", "5"],
    ]


def test_it_is_part_of_the_report_in_both_languages():
    for language, title in (("en", "Patients whose result differs"), ("ko", "주 분석과 결과가 다른")):
        (found,) = [part for part in document(language).tables if part.name == "table-changed"]
        assert found.title.startswith(title) and [plain(cell) for cell in found.rows[0].cells][1:] == ["8", "0", "5"]


def test_without_sensitivity_analyses_there_is_no_table():
    empty = Rows(STUDY.study_id, SNAPSHOT).frame()
    assert changes(ReportContext(STUDY, Estimates(empty), CONTEXT, "en")) is None
