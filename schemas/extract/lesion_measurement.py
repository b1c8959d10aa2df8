"""lesion_measurement: one lesion on one examination by one reader."""

from __future__ import annotations

import pandera.polars as pa
import polars as pl

from schemas import codes
from schemas.extract import fields
from schemas.extract.fields import ALWAYS

_IS_NODE = pl.col("organ").is_in(codes.NODE_ORGANS)
_EVALUABLE = pl.col("status") == "EVALUABLE"
_NEEDS_VIABLE = ((pl.col("role") == "TARGET") & _EVALUABLE & ~_IS_NODE).fill_null(False)


class LesionMeasurement(pa.DataFrameModel):
    """Lesions measured / 병변 측정"""

    patient_id: str = fields.text(
        en="Patient number",
        ko="환자번호",
        required=ALWAYS,
        key=1,
        identifying=True,
    )
    exam_no: str = fields.text(
        en="Examination number: of imaging_visit",
        ko="검사번호: 영상 검사의 번호",
        required=ALWAYS,
        key=2,
    )
    reader_id: str = fields.code(codes.READER, en="Reader", ko="판독의", required=ALWAYS, key=3)
    lesion_id: str = fields.text(
        en="Lesion: stable across the exams of a patient and reader",
        ko="병변: 한 환자와 판독의의 모든 검사에서 같은 이름",
        required=ALWAYS,
        key=4,
    )
    course_no: int = fields.integer(
        en="Course number: where a reader assesses a scan for one course only; empty serves every course",
        ko="치료 차수: 한 차수만을 위한 판독일 때. 비어 있으면 모든 차수에 씁니다",
        column=False,
        key=5,
        hard=(0, 999),
    )
    role: str = fields.code(codes.LESION_ROLE, en="Role", ko="병변 구분", required=ALWAYS)
    organ: str = fields.code(codes.ORGAN, en="Organ", ko="부위", required=ALWAYS)
    status: str = fields.code(codes.LESION_STATUS, en="Status", ko="상태", required=ALWAYS)
    viable_mm: fields.Decimal = fields.decimal(
        9,
        2,
        en="Longest viable diameter: arterially enhancing part; 0 = no enhancement. A target that split: the sum of"
        " its fragments under its own name; targets that merged: the longest of the mass under one, the others ABSENT",
        ko="생존 최장경: 동맥기 조영증강 부분. 0 = 조영증강 없음. 나뉜 표적 병변은 조각의 합을 원래 이름으로,"
        " 합쳐진 병변은 전체의 최장경을 한 병변에 쓰고 나머지는 ABSENT",
        required=(
            "role is TARGET and status is EVALUABLE and organ is no node",
            "병변 구분이 TARGET, 상태가 EVALUABLE이고 림프절이 아닐 때",
            _NEEDS_VIABLE,
        ),
        unit="mm",
        hard=(0, 400),
        soft=(0, 250),
    )
    total_mm: fields.Decimal = fields.decimal(
        9,
        2,
        en="Whole diameter: a new lesion's size is total_mm, else viable_mm; nodes short_axis_mm",
        ko="전체 직경: 신병변은 이 값, 없으면 생존 최장경. 림프절은 단경",
        column=False,
        unit="mm",
        hard=(0, 400),
        soft=(0, 250),
    )
    short_axis_mm: fields.Decimal = fields.decimal(
        9,
        2,
        en="Short axis: of a node",
        ko="단경: 림프절",
        column=False,
        required=(
            "organ is a node and status is EVALUABLE",
            "림프절이고 상태가 EVALUABLE일 때",
            (_IS_NODE & _EVALUABLE).fill_null(False),
        ),
        unit="mm",
        hard=(0, 400),
        soft=(0, 250),
    )
    nontarget_status: str = fields.code(
        codes.NONTARGET_STATUS,
        en="Non-target status: at baseline a present non-target is IRSD",
        ko="비표적 상태: 기저 시점에 있으면 IRSD",
        required=("role is NONTARGET", "병변 구분이 NONTARGET일 때", (pl.col("role") == "NONTARGET").fill_null(False)),
    )
    aphe: str = fields.flag(en="Arterial phase hyperenhancement", ko="동맥기 과조영증강", column=False)
    washout: str = fields.flag(en="Washout", ko="씻김", column=False)
    cytology: str = fields.code(codes.CYTOLOGY, en="Cytology: effusions", ko="세포검사: 흉수·복수", column=False)
