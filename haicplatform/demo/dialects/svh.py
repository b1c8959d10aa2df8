"""A laboratory file with one column a test, in SI and other units; scans wide; units in brackets. SYNTHETIC."""

from __future__ import annotations

import polars as pl

from haicplatform.demo.dialects import cells
from haicplatform.demo.dialects.korean import Tables, sheet, wide_scans
from haicplatform.demo.dialects.page import Page

# test, header, (multiply, divide), decimals: AFP in IU/mL, bilirubin and creatinine in umol/L …
_TESTS = (
    ("BILI_T", "총빌리루빈(umol/L)", "17.1", "1", 2),
    ("ALB", "알부민(g/L)", "10", "1", 0),
    ("INR", "PT(INR)", "1", "1", 2),
    ("CREAT", "크레아티닌(umol/L)", "88.4", "1", 1),
    ("NA", "Na(mEq/L)", "1", "1", 0),
    ("PLT", "혈소판(/uL)", "1000", "1", 0),
    ("WBC", "백혈구(/uL)", "1000", "1", 0),
    ("HB", "Hb(g/L)", "10", "1", 0),
    ("AST", "AST(IU/L)", "1", "1", 0),
    ("ALT", "ALT(IU/L)", "1", "1", 0),
    ("AFP", "AFP(IU/mL)", "1", "1.21", 2),
    ("PIVKA", "PIVKA-II(AU/mL)", "1", "1000", 3),
)

_REGIMENS = {
    "regimen": {
        "ATE_BEVA": "A+B",
        "HAIC_FP": "HAIC-FP",
        "TACE": "TACE",
        "RT": "RT",
        "SORAFENIB": "넥사바",
        "LENVATINIB": "렌비마",
    }
}


def pages(tables: Tables) -> list[Page]:
    """Ten files, each with a title row above its header."""
    files = {
        "기본": sheet(tables, "patient", words={"sex": {"M": "1", "F": "2"}}, day="%Y%m%d"),
        "진단": sheet(tables, "diagnosis"),
        "상태": sheet(tables, "baseline_status", words={"ecog": {str(s): f"ECOG{s}" for s in range(5)}}),
        "종양": sheet(tables, "tumour_baseline", headers={"max_diam_mm": "최대직경(cm)"}),
        "치료": sheet(tables, "treatment_course", words=_REGIMENS),
        "투여": sheet(tables, "administration"),
        "검사": wide_lab(tables["lab"]),
        "영상": wide_scans(tables),
        "추적": sheet(tables, "followup_event"),
        "이상반응": sheet(tables, "adverse_event"),
    }
    return [
        Page(f"SVH_{name}_2024-08-15.csv", frame, titles=(("SYNTHETIC - 가상 자료",),)) for name, frame in files.items()
    ]


def wide_lab(lab: pl.DataFrame) -> pl.DataFrame:
    """One row a blood sample, one column a test."""
    row = lab.group_by("patient_id", "collect_datetime").agg(
        _converted(multiply, divide, decimals).filter(pl.col("test_code") == code).first().alias(header)
        for code, header, multiply, divide, decimals in _TESTS
    )
    return (
        row.sort("patient_id", "collect_datetime")
        .with_columns(pl.col("collect_datetime").dt.strftime("%Y-%m-%d %H:%M"))
        .rename({"patient_id": "환자번호", "collect_datetime": "채혈일시"})
    )


def _converted(multiply: str, divide: str, decimals: int) -> pl.Expr:
    number = (pl.col("value_num").cast(pl.Float64) * float(multiply) / float(divide)).round(decimals)
    text = cells.plain(number.cast(pl.Decimal(18, decimals)))
    sign = pl.when(pl.col("value_op") == "=").then(pl.lit("")).otherwise("value_op")
    return sign + text
