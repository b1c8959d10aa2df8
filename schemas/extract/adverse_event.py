"""adverse_event: one adverse event as recorded, graded by CTCAE v5."""

from __future__ import annotations

import pandera.polars as pa
import polars as pl

from schemas import codes
from schemas.extract import fields
from schemas.extract.fields import ALWAYS


class AdverseEvent(pa.DataFrameModel):
    """Adverse events / 이상반응"""

    patient_id: str = fields.text(
        en="Patient number",
        ko="환자번호",
        required=ALWAYS,
        key=1,
        identifying=True,
    )
    term: str = fields.text(en="Term: CTCAE v5 term", ko="이상반응명: CTCAE v5 용어", required=ALWAYS, key=2)
    start_date: pl.Date = fields.date(en="Start", ko="시작일", required=ALWAYS, key=3)
    grade: int = fields.integer(en="Grade: CTCAE v5", ko="등급: CTCAE v5", required=ALWAYS, codes=codes.AE_GRADE)
    end_date: pl.Date = fields.date(en="End", ko="종료일", column=False)
    related: str = fields.code(codes.AE_RELATED, en="Related to the treatment", ko="관련성", column=False)
    action: str = fields.code(codes.AE_ACTION, en="Action taken", ko="조치", column=False)
