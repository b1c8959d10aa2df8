"""patient: one row a person of a hospital. Parent of every other table."""

from __future__ import annotations

import pandera.polars as pa
import polars as pl

from schemas import codes
from schemas.extract import fields
from schemas.extract.fields import ALWAYS


class Patient(pa.DataFrameModel):
    """Patients / 환자"""

    patient_id: str = fields.text(
        en="Patient number: the hospital's own number of the patient; replaced by a keyed hash before anything"
        " but the original is stored, unless the site file says patient_ids: study",
        ko="환자번호: 병원의 환자 등록번호. 원본 외에는 저장 전에 키 해시로 바뀝니다(연구번호인 경우 그대로 둡니다)",
        required=ALWAYS,
        key=1,
        identifying=True,
    )
    sex: str = fields.code(codes.SEX, en="Sex", ko="성별", required=ALWAYS)
    birth_year: int = fields.integer(
        en="Year of birth: four digits",
        ko="출생연도: 네 자리",
        required=ALWAYS,
        unit="year",
        hard=(1900, 2100),
    )
    birth_date: pl.Date = fields.date(
        en="Date of birth: reduced to the year in every layer after validation; used for linking candidates only",
        ko="생년월일: 검증 이후에는 연도만 남기며, 동일인 후보를 찾는 데에만 씁니다",
        column=False,
        identifying=True,
    )
    link_key: str = fields.text(
        en="Link key: keyed hash of a national identifier made at the hospital with a shared secret; the same"
        " person has the same key at every hospital",
        ko="연계키: 병원에서 공유 비밀키로 만든 해시. 같은 사람은 모든 병원에서 같은 값입니다",
        column=False,
        identifying=True,
    )
    etiology: str = fields.code(codes.ETIOLOGY, en="Cause of the liver disease", ko="원인질환")
    height_cm: fields.Decimal = fields.decimal(
        5,
        1,
        en="Height",
        ko="키",
        column=False,
        unit="cm",
        hard=(100, 220),
    )
