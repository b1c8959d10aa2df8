"""Cells read once for every different content, against the same cells read row by row."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from staging import sheet, staged

from haicplatform.core import distinct_values
from haicplatform.core.distinct_values import DistinctValues, constant, distinct_values_of, together, vstack

RESULTS = ["1.2", ">60500", " 12.3.4", "<0.8 mg/dL", "", None, "-", "n/a", "１２.５", "1,234", "x", "3.0 g/L H"]
DATES = ["2023-03-07", "20230307", "2023. 3. 7.", "2023-02-30", "2023-03", None, "-", "2023년 3월 7일 14:05"]
LAB = """tables:
  lab:
    - file: a.csv
      columns: {id: patient_id, when: collect_datetime, test: test_code, result: value_raw, unit: unit, no: specimen_no}
      codes: {test_code: {간: ALB, "*": BILI_T}}
      nulls: {result: ["-", "N/A"]}
      where: {kind: [blood]}
    - file: b.csv
      columns: {id: patient_id, when: collect_datetime}
      keep_when: [bili, alb]
      rows:
        - columns: {bili: value_raw}
          constants: {test_code: BILI_T, unit: mg/dL}
        - columns: {alb: value_raw}
          constants: {test_code: ALB}
          units: {ALB: g/dL}
"""
LESIONS = """tables:
  lesion_measurement:
    file: a.csv
    columns: {no: patient_id, exam: exam_no}
    codes: {status: {소실: ABSENT, "*": EVALUABLE}, viable_mm: {소실: "0"}}
    units: {viable_mm: cm}
    rows:
      - for: {r: ["1", "2"]}
        columns: {"R{r}": [viable_mm, status]}
        constants: {reader_id: "R{r}", lesion_id: T1, role: TARGET, organ: LIVER}
"""
SET_BY_ANOTHER = """tables:
  tumour_baseline:
    file: a.csv
    columns: {no: patient_id, when: img_date, vp: vp, pv: pvtt, size: max_diam_mm, unit: max_diam_mm__unit}
"""


def drawn(rng, rows, *choices):
    return [list(row) for row in zip(*(rng.choice(np.array(each, object), rows) for each in choices), strict=True)]


def lab(rng):
    units = ["mg/dL", "g/dL", "g/L", "mmol", None, ""]
    ids = ["1", "2", "3", None]
    long = drawn(rng, 60, ids, DATES, ["BILI_T", "간", "y"], RESULTS, units, ["blood", "urine", None])
    long = [[*row, str(number)] for number, row in enumerate(long)]
    wide = drawn(rng, 40, ids, DATES, RESULTS, RESULTS)
    return LAB, [
        sheet("a.csv", ["id", "when", "test", "result", "unit", "kind", "no"], *long),
        sheet("b.csv", ["id", "when", "bili", "alb"], *wide),
    ]


def lesions(rng):
    rows = drawn(rng, 50, ["1", "2"], ["E1", "E2"], ["소실", "2.4", "31", None, "?"], ["소실", "3 mm", "4"])
    return LESIONS, [sheet("a.csv", ["no", "exam", "R1", "R2"], *rows)]


def set_by_another(rng):
    rows = drawn(rng, 50, ["1", "2"], DATES, ["Vp2", "(+)", "0", "x", None], ["Y", "N", "?"], ["3", "3 mm", "y"],
                 ["cm", "mm", "ft", None])  # fmt: skip
    return SET_BY_ANOTHER, [sheet("a.csv", ["no", "when", "vp", "pv", "size", "unit"], *rows)]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("table", "made"), [("lab", lab), ("lesion_measurement", lesions), ("tumour_baseline", set_by_another)]
)
def test_the_same_table_and_findings_as_row_by_row(monkeypatch, table, made, seed):
    text, sheets = made(np.random.default_rng(seed))
    by_row = staged(table, text, *sheets)
    monkeypatch.setattr(distinct_values, "_FEW_ROWS", 0)
    once = staged(table, text, *sheets)
    order = ["row_id", "column_name", "rule_id"]
    assert by_row.findings.height > 0
    assert_frame_equal(once.frame, by_row.frame)
    assert_frame_equal(once.findings.sort(order), by_row.findings.sort(order))


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(distinct_values, "_FEW_ROWS", 0)


@pytest.mark.parametrize(
    "cells", [["a", "b", "a", None, "a", None, ""] * 20, [None] * 30, ["a"] * 30, [f"{n}" for n in range(30)]]
)
def test_every_row_keeps_its_cell(few, cells):
    series = pl.Series("x", cells, dtype=pl.String)
    found = distinct_values_of(series)
    assert found.by_row()["x"].to_list() == cells
    assert found.frame["x"].null_count() <= 1 or found.labels is None
    assert found.rows_where(found.frame["x"] == "a").to_list() == [n for n, cell in enumerate(cells) if cell == "a"]


def test_columns_side_by_side_and_rows_one_below_the_other(few):
    rng = np.random.default_rng(0)
    frame = pl.DataFrame(
        drawn(rng, 200, ["a", "b", None], ["1", "2"], ["x", None]), schema=["p", "q", "r"], orient="row"
    )
    parts = [distinct_values_of(frame[name]) for name in frame.columns]
    found = together([*parts, constant({"s": "k"}, {"s": pl.String}, 200)])
    assert found.frame.height == 12
    expected = frame.with_columns(s=pl.lit("k"))
    assert_frame_equal(found.by_row().select(expected.columns), expected)
    by_row = DistinctValues(frame[:3].with_columns(s=pl.lit("j")))
    below = vstack([found.made(found.frame.select(expected.columns)), by_row])
    assert_frame_equal(below.by_row(), pl.concat([expected, by_row.frame]))
    assert_frame_equal(below.at(pl.Series([202, 0], dtype=pl.UInt32)).by_row(), below.by_row()[[202, 0]])
