"""followup_event: contacts, deaths, losses and transfers."""

from __future__ import annotations

import pandera.polars as pa
import polars as pl

from schemas import codes
from schemas.extract import fields
from schemas.extract.fields import ALWAYS


class FollowupEvent(pa.DataFrameModel):
    """Follow-up / 추적관찰"""

    patient_id: str = fields.text(
        en="Patient number",
        ko="환자번호",
        required=ALWAYS,
        key=1,
        identifying=True,
    )
    event_type: str = fields.code(codes.EVENT_TYPE, en="Event", ko="구분", required=ALWAYS, key=2)
    event_date: str = fields.partial_date(
        en="Date: of a death the day may be unknown (YYYY-MM)",
        ko="일자: 사망은 YYYY-MM 가능",
        key=3,
        required=("event_type is not DEATH", "구분이 DEATH가 아닐 때", pl.col("event_type").ne_missing("DEATH")),
    )
    source: str = fields.code(codes.EVENT_SOURCE, en="Source", ko="출처", required=ALWAYS, key=4)
    cause: str = fields.text(en="Cause of death", ko="사인", column=False)
