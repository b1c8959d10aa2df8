"""diagnosis: the diagnosis of hepatocellular carcinoma of a patient."""

from __future__ import annotations

import pandera.polars as pa

from schemas import codes
from schemas.extract import fields
from schemas.extract.fields import ALWAYS


class Diagnosis(pa.DataFrameModel):
    """Diagnosis of HCC / 간암 진단"""

    patient_id: str = fields.text(
        en="Patient number",
        ko="환자번호",
        required=ALWAYS,
        key=1,
        identifying=True,
    )
    hcc_dx_date: str = fields.partial_date(
        en="Date of diagnosis: of hepatocellular carcinoma; the day may be unknown (YYYY-MM or YYYY)",
        ko="간암진단일: 일 또는 월을 모르면 YYYY-MM 또는 YYYY",
        required=ALWAYS,
    )
    dx_basis: str = fields.code(codes.DX_BASIS, en="Basis of the diagnosis", ko="진단근거", required=ALWAYS)
    cirrhosis: str = fields.flag(en="Cirrhosis", ko="간경변", column=False)
    icd10: str = fields.text(
        en="ICD-10 code: C22.0; KCD-8 uses the same code",
        ko="상병코드: C22.0 (KCD-8도 같음)",
        column=False,
    )
