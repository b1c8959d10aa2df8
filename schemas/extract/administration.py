"""administration: one dose of one drug on one day of a course."""

from __future__ import annotations

import pandera.polars as pa
import polars as pl

from schemas import codes
from schemas.extract import fields
from schemas.extract.fields import ALWAYS


class Administration(pa.DataFrameModel):
    """Doses given / 투여"""

    patient_id: str = fields.text(
        en="Patient number",
        ko="환자번호",
        required=ALWAYS,
        key=1,
        identifying=True,
    )
    course_no: int = fields.integer(en="Course number", ko="치료 차수", required=ALWAYS, key=2, hard=(0, 999))
    admin_date: pl.Date = fields.date(en="Date given", ko="투여일", required=ALWAYS, key=3)
    drug: str = fields.code(codes.DRUG, en="Drug", ko="약제", required=ALWAYS, key=4)
    cycle_no: int = fields.integer(en="Cycle number", ko="주기", required=ALWAYS, hard=(0, 999))
    dose: fields.Decimal = fields.decimal(
        8,
        2,
        en="Dose: total dose given, not per square metre",
        ko="용량: 실제 투여한 총량(체표면적당 아님)",
        required=ALWAYS,
        unit="mg",
        hard=("0.01", None),
    )
    planned_dose: fields.Decimal = fields.decimal(
        8,
        2,
        en="Planned dose: in total",
        ko="계획 용량: 총량",
        column=False,
        unit="mg",
        hard=("0.01", None),
    )
    route: str = fields.code(codes.ROUTE, en="Route", ko="경로", column=False)
    bsa_m2: fields.Decimal = fields.decimal(
        4,
        2,
        en="Body surface area",
        ko="체표면적",
        column=False,
        unit="m2",
        hard=("0.5", "3.5"),
    )
    weight_kg: fields.Decimal = fields.decimal(5, 1, en="Weight", ko="체중", column=False, unit="kg", hard=(25, 200))
    interrupted: str = fields.flag(en="Interrupted", ko="중단 여부", column=False)
    interruption_reason: str = fields.text(en="Reason of the interruption", ko="중단 사유", column=False)
