"""lab: one result of one test. Bands are a test's (schemas/lab_tests.py) and apply after conversion."""

from __future__ import annotations

import pandera.polars as pa
import polars as pl

from schemas import codes
from schemas.extract import fields
from schemas.extract.fields import ALWAYS
from schemas.lab_tests import NEEDS_UNIT, TEST_CODE


class Lab(pa.DataFrameModel):
    """Laboratory results / 검사 결과"""

    patient_id: str = fields.text(
        en="Patient number",
        ko="환자번호",
        required=ALWAYS,
        key=1,
        identifying=True,
    )
    collect_datetime: fields.DateTime = fields.datetime(
        en="Time of collection: a date alone is midnight, with its precision kept",
        ko="채취일시: 날짜만 있으면 0시로 두고 정밀도를 남깁니다",
        required=ALWAYS,
        key=2,
    )
    test_code: str = fields.code(TEST_CODE, en="Test", ko="검사", required=ALWAYS, key=3)
    specimen_no: str = fields.text(
        en="Specimen number: 1 where the hospital has none",
        ko="검체번호: 없으면 1",
        column=False,
        key=4,
        default="1",
    )
    value_raw: str = fields.text(en="Result as written", ko="결과 원문", required=ALWAYS)
    unit: str = fields.text(
        en="Unit: the source's unit",
        ko="단위: 병원이 쓴 단위",
        required=(
            "test is quantitative and has a unit (not INR)",
            "단위가 있는 정량검사일 때(INR 제외)",
            pl.col("test_code").is_in(NEEDS_UNIT).fill_null(False),
        ),
    )
    value_num: fields.Decimal = fields.decimal(
        18,
        6,
        en="Result as a number: after conversion",
        ko="결과 수치: 단위 환산 후",
        column=False,
        required="derived",
        derived=True,
        unit="standard unit of the test",
    )
    value_op: str = fields.code(
        codes.VALUE_OP,
        en="Comparator: < and > are limits of the assay",
        ko="비교기호: <, >는 검사 한계",
        column=False,
        required="derived",
        derived=True,
    )
    unit_std: str = fields.text(
        en="Standard unit",
        ko="표준 단위",
        column=False,
        required="derived",
        derived=True,
    )
