"""treatment_course: one treatment from its first to its last administration. Parent of administration."""

from __future__ import annotations

import pandera.polars as pa
import polars as pl

from schemas import codes
from schemas.extract import fields
from schemas.extract.fields import ALWAYS

_NEEDS_STOP_REASON = pl.col("regimen").is_in(codes.SYSTEMIC_REGIMENS + codes.HAIC_REGIMENS).fill_null(False)


class TreatmentCourse(pa.DataFrameModel):
    """Treatment courses / 치료 차수"""

    patient_id: str = fields.text(
        en="Patient number",
        ko="환자번호",
        required=ALWAYS,
        key=1,
        identifying=True,
    )
    course_no: int = fields.integer(en="Course number", ko="치료 차수", required=ALWAYS, key=2, hard=(0, 999))
    regimen: str = fields.code(codes.REGIMEN, en="Regimen", ko="치료명", required=ALWAYS)
    start_date: pl.Date = fields.date(
        en="Start: first administration",
        ko="시작일: 첫 투여일",
        required=ALWAYS,
    )
    end_date: pl.Date = fields.date(
        en="End: last administration",
        ko="종료일: 마지막 투여일",
        required=(
            "stop_reason is not ONGOING",
            "중단사유가 ONGOING이 아닐 때",
            pl.col("stop_reason").ne_missing("ONGOING"),
        ),
    )
    stop_reason: str = fields.code(
        codes.STOP_REASON,
        en="Reason for stopping",
        ko="중단사유",
        required=("regimen is systemic or HAIC_FP", "치료명이 전신치료 또는 HAIC_FP일 때", _NEEDS_STOP_REASON),
    )
