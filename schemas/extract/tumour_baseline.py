"""tumour_baseline: extent of the tumour on an imaging date."""

from __future__ import annotations

import pandera.polars as pa
import polars as pl

from schemas import codes
from schemas.extract import fields
from schemas.extract.fields import ALWAYS


class TumourBaseline(pa.DataFrameModel):
    """Tumour extent / 종양 범위"""

    patient_id: str = fields.text(
        en="Patient number",
        ko="환자번호",
        required=ALWAYS,
        key=1,
        identifying=True,
    )
    img_date: pl.Date = fields.date(en="Date of imaging", ko="영상일", required=ALWAYS, key=2)
    n_nodules: int = fields.integer(
        en="Number of nodules: 99 = uncountable",
        ko="결절 수: 99 = 셀 수 없음",
        hard=(0, 99),
    )
    max_diam_mm: fields.Decimal = fields.decimal(
        6,
        1,
        en="Largest diameter: of the largest nodule",
        ko="최대 직경: 가장 큰 결절",
        unit="mm",
        hard=(0, 400),
        soft=(10, 250),
    )
    infiltrative: str = fields.flag(en="Infiltrative type", ko="침윤형")
    vp: int = fields.integer(
        en="Portal vein tumour thrombus (Vp)",
        ko="문맥 종양혈전(Vp)",
        codes=codes.VP,
    )
    pvtt: str = fields.flag(
        en="Portal vein tumour thrombus of unknown level",
        ko="문맥 종양혈전(위치 모름)",
        column=False,
    )
    vv: int = fields.integer(
        en="Hepatic vein invasion (Vv)",
        ko="간정맥 침범(Vv)",
        column=False,
        codes=codes.VV,
    )
    bile_duct: int = fields.integer(
        en="Bile duct invasion (B)",
        ko="담관 침범(B)",
        column=False,
        codes=codes.BILE_DUCT,
    )
    ehs: str = fields.flag(en="Extrahepatic spread: nodes included", ko="간외 전이: 림프절 포함")
    nodal: str = fields.flag(en="Nodal metastasis", ko="림프절 전이", column=False)
    ehs_sites: str = fields.text(en="Sites of spread", ko="전이 부위", column=False)
    liver_involvement_pct: fields.Decimal = fields.decimal(
        4,
        1,
        en="Share of the liver taken by tumour",
        ko="간 점유율",
        column=False,
        unit="%",
        hard=(0, 100),
    )
    bilobar: str = fields.flag(en="Both lobes", ko="양엽 침범", column=False)
