"""CP949 CSV files with Korean headers; long tables; dates with dots; thousands separators. SYNTHETIC."""

from __future__ import annotations

import polars as pl

from haicplatform.demo.dialects import cells
from haicplatform.demo.dialects.korean import Tables, sheet
from haicplatform.demo.dialects.page import Page

_DOTS = "%Y.%m.%d"


def pages(tables: Tables) -> list[Page]:
    """Ten files; patients and diagnoses stand in one."""
    basics = sheet(tables, "patient", day=_DOTS).join(sheet(tables, "diagnosis"), on="환자번호")
    status = sheet(tables, "baseline_status", day=_DOTS)
    lab = sheet(tables, "lab", minute="%Y.%m.%d %H:%M").with_columns(cells.thousands(pl.col("결과")))
    files = {
        "환자기본": basics,
        "기저상태": status,
        "기저종양": sheet(tables, "tumour_baseline", day=_DOTS, headers={"liver_involvement_pct": None}),
        "치료력": sheet(tables, "treatment_course", day=_DOTS),
        "투여기록": sheet(tables, "administration", day="%Y%m%d"),
        "검사결과": lab.with_columns(검사자=pl.lit("검사실")),
        "영상검사": sheet(tables, "imaging_visit"),
        "병변측정": sheet(tables, "lesion_measurement"),
        "반응평가": sheet(tables, "response_assessment"),
        "추적관찰": sheet(tables, "followup_event"),
        "이상반응": sheet(tables, "adverse_event").with_columns(비고=pl.lit(None, dtype=pl.String)),
    }
    return [Page(f"{name}_20240815_SYNTHETIC.csv", frame, encoding="cp949") for name, frame in files.items()]
