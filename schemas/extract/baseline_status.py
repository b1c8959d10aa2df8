"""baseline_status: general condition and liver function on a date. A patient may have several rows."""

from __future__ import annotations

import pandera.polars as pa
import polars as pl

from schemas import codes
from schemas.extract import fields
from schemas.extract.fields import ALWAYS


class BaselineStatus(pa.DataFrameModel):
    """Condition and liver function / 전신상태와 간기능"""

    patient_id: str = fields.text(
        en="Patient number",
        ko="환자번호",
        required=ALWAYS,
        key=1,
        identifying=True,
    )
    assess_date: pl.Date = fields.date(
        en="Date of assessment: a patient may have several; a study takes the last on or before its index date,"
        " within its window",
        ko="평가일: 한 환자에 여러 개 가능. 연구는 기준일 이전 가장 가까운 것을 씁니다",
        required=ALWAYS,
        key=2,
    )
    ecog: int = fields.integer(
        en="ECOG performance status: empty where the source is ambiguous, with a finding",
        ko="ECOG 수행도: 원자료가 모호하면 비우고 확인을 요청합니다",
        codes=codes.ECOG,
    )
    ecog_raw: str = fields.text(en="ECOG as written", ko="ECOG 원문", column=False)
    ascites: str = fields.code(codes.ASCITES, en="Ascites", ko="복수")
    encephalopathy: str = fields.code(codes.ENCEPHALOPATHY, en="Hepatic encephalopathy", ko="간성뇌증")
    weight_kg: fields.Decimal = fields.decimal(5, 1, en="Weight", ko="체중", column=False, unit="kg", hard=(25, 200))
    height_cm: fields.Decimal = fields.decimal(5, 1, en="Height", ko="키", column=False, unit="cm", hard=(100, 220))
    bclc_recorded: str = fields.code(codes.BCLC, en="BCLC stage as recorded", ko="기록된 BCLC 병기", column=False)
    child_pugh_score_recorded: int = fields.integer(
        en="Child-Pugh score as recorded",
        ko="기록된 Child-Pugh 점수",
        column=False,
        hard=(codes.CHILD_PUGH_SCORES["A"][0], codes.CHILD_PUGH_SCORES["C"][1]),
    )
    child_pugh_class_recorded: str = fields.code(
        codes.CHILD_PUGH_CLASS,
        en="Child-Pugh class as recorded",
        ko="기록된 Child-Pugh 등급",
        column=False,
    )
    muicc_recorded: str = fields.code(
        codes.MUICC,
        en="mUICC stage as recorded",
        ko="기록된 mUICC 병기",
        column=False,
    )
    lt_candidate: str = fields.flag(
        en="Candidate for liver transplantation: empty counts as N, flagged",
        ko="간이식 후보: 비어 있으면 N으로 보고 표시합니다",
        column=False,
        empty_means="N",
    )
