"""imaging_visit: one examination. Parent of lesion_measurement and response_assessment."""

from __future__ import annotations

import pandera.polars as pa
import polars as pl

from schemas import codes
from schemas.extract import fields
from schemas.extract.fields import ALWAYS


class ImagingVisit(pa.DataFrameModel):
    """Imaging examinations / 영상 검사"""

    patient_id: str = fields.text(
        en="Patient number",
        ko="환자번호",
        required=ALWAYS,
        key=1,
        identifying=True,
    )
    exam_no: str = fields.text(
        en="Examination number: two exams on a day have two numbers; made from the date where the hospital has none",
        ko="검사번호: 같은 날 두 검사는 번호가 다릅니다. 없으면 날짜로 만듭니다",
        required=ALWAYS,
        key=2,
    )
    exam_date: pl.Date = fields.date(en="Date of the examination", ko="검사일", required=ALWAYS)
    modality: str = fields.code(codes.MODALITY, en="Modality", ko="장비", required=ALWAYS)
    phase_complete: str = fields.flag(
        en="Arterial phase present: empty counts as Y with an info finding",
        ko="동맥기 포함: 비어 있으면 Y로 보고 알립니다",
        column=False,
        empty_means="Y",
    )
