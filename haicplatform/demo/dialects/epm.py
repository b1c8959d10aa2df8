"""Made on a Mac: UTF-8 with BOM, decomposed Hangul, semicolons, decimal commas, line breaks in notes. SYNTHETIC.

Some cycle numbers are typed in full width.
"""

from __future__ import annotations

import unicodedata

import polars as pl

from haicplatform.demo.dialects.korean import Tables, sheet
from haicplatform.demo.dialects.page import Page

_DAY = "%Y년 %m월 %d일"
_REGIMENS = {"regimen": {"ATE_BEVA": "T+A", "HAIC_FP": "HAIC-FP", "LENVATINIB": "렌비마", "SORAFENIB": "넥사바"}}
_DECIMALS = {
    "환자": ["키(cm)"], "상태": ["체중(kg)"], "종양": ["최대직경(cm)"],
    "투여": ["용량(mg)", "계획용량(mg)", "체표면적", "체중(kg)"], "검사": ["결과"],
    "병변": ["생존직경(mm)", "전체직경(mm)", "단경(mm)"],
}  # fmt: skip
_FULL_WIDTH = (
    pl.when(pl.int_range(pl.len()) % 7 == 0)
    .then(pl.col("주기").replace({str(digit): chr(0xFF10 + digit) for digit in range(10)}))
    .otherwise("주기")
)


def pages(tables: Tables) -> list[Page]:
    """Twelve files; their names are decomposed too."""
    note = pl.when(pl.col("등급") == "3").then(pl.lit("경과 관찰\r\n다음 주기 전 재검")).alias("비고")
    files = {
        "환자": sheet(tables, "patient", day=_DAY),
        "진단": sheet(tables, "diagnosis"),
        "상태": sheet(tables, "baseline_status", day=_DAY),
        "종양": sheet(tables, "tumour_baseline", day=_DAY),
        "치료": sheet(tables, "treatment_course", day=_DAY, words=_REGIMENS),
        "투여": sheet(tables, "administration", day=_DAY).with_columns(_FULL_WIDTH),
        "검사": sheet(tables, "lab"),
        "영상": sheet(tables, "imaging_visit", day=_DAY),
        "병변": sheet(tables, "lesion_measurement"),
        "반응": sheet(tables, "response_assessment", day=_DAY),
        "추적": sheet(tables, "followup_event"),
        "이상반응": sheet(tables, "adverse_event", day=_DAY).with_columns(note),
    }
    return [
        Page(
            unicodedata.normalize("NFD", f"은평_{name}_20240814_SYNTHETIC.csv"),
            _commas(frame, _DECIMALS.get(name, [])),
            encoding="utf-8-sig",
            delimiter=";",
            is_nfd=True,
        )
        for name, frame in files.items()
    ]


def _commas(frame: pl.DataFrame, columns: list[str]) -> pl.DataFrame:
    return frame.with_columns(pl.col(column).str.replace(".", ",", literal=True) for column in columns)
