"""response_assessment: the response a reader recorded on an examination."""

from __future__ import annotations

import pandera.polars as pa
import polars as pl

from schemas import codes
from schemas.extract import fields
from schemas.extract.fields import ALWAYS


class ResponseAssessment(pa.DataFrameModel):
    """Responses recorded / 기록된 반응평가"""

    patient_id: str = fields.text(
        en="Patient number",
        ko="환자번호",
        required=ALWAYS,
        key=1,
        identifying=True,
    )
    exam_no: str = fields.text(en="Examination number", ko="검사번호", required=ALWAYS, key=2)
    reader_id: str = fields.code(codes.READER, en="Reader", ko="판독의", required=ALWAYS, key=3)
    criterion: str = fields.code(codes.CRITERION, en="Criterion", ko="평가기준", required=ALWAYS, key=4)
    course_no: int = fields.integer(
        en="Course number",
        ko="치료 차수",
        column=False,
        key=5,
        hard=(0, 999),
    )
    assess_date: pl.Date = fields.date(en="Date of assessment", ko="평가일", required=ALWAYS)
    overall: str = fields.code(
        codes.OVERALL_RESPONSE,
        en="Overall response: NON_CR_NON_PD is the input code; derived relations write NON-CR/NON-PD",
        ko="전체 반응: 입력 코드는 NON_CR_NON_PD",
        required=ALWAYS,
    )
    target_resp: str = fields.code(
        codes.TARGET_RESPONSE,
        en="Response of the targets",
        ko="표적병변 반응",
        column=False,
    )
    nontarget_resp: str = fields.code(
        codes.NONTARGET_STATUS,
        en="Response of the non-targets",
        ko="비표적병변 반응",
        column=False,
    )
    new_lesion: str = fields.flag(en="New lesion", ko="신병변", column=False)
