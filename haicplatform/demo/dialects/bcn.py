"""UTF-16 tab files as Excel saves "Unicode text"; the scans wide, two readers in a row. SYNTHETIC.

Wide blanks behind some numbers, 9999-12-31 for a course that goes on, flags behind high results.
"""

from __future__ import annotations

import polars as pl

from haicplatform.demo.dialects.korean import Tables, sheet, wide_scans
from haicplatform.demo.dialects.page import Page

_DAY = "%Y. %m. %d."
_REGIMENS = {
    "regimen": {
        "HAIC_FP": "HAIC-FP", "ATE_BEVA": "ate/bev", "TACE": "TACE", "RT": "RT", "LENVATINIB": "Lenvima",
        "SORAFENIB": "Nexavar",
    }
}  # fmt: skip
_STATUS = {
    "ecog": {str(score): f"{score}점" for score in range(5)},
    "bclc_recorded": {stage: f"stage {stage}" for stage in "0ABCD"},
}
_WIDE_BLANK = pl.when(pl.int_range(pl.len()) % 10 == 0).then(pl.col("환자번호") + "\u3000").otherwise("환자번호")
_HIGH = (
    pl.when((pl.col("검사명") == "AFP") & pl.col("결과").str.contains(r"^\d{4,}\.\d$"))
    .then(pl.col("결과") + " H")
    .otherwise("결과")
)


def pages(tables: Tables) -> list[Page]:
    """Ten files, dates '2023. 03. 07.' in all but the laboratory's."""
    files = {
        "환자": sheet(tables, "patient", day=_DAY, words={"sex": {"M": "남자", "F": "여자"}}),
        "진단": sheet(tables, "diagnosis"),
        "상태": sheet(tables, "baseline_status", day=_DAY, words=_STATUS),
        "종양": sheet(tables, "tumour_baseline", day=_DAY),
        "치료": sheet(tables, "treatment_course", day=_DAY, words=_REGIMENS).with_columns(
            pl.col("종료일").fill_null("9999-12-31")
        ),
        "투여": sheet(tables, "administration", day=_DAY).with_columns(수정일시=pl.lit("2024-08-01 09:00")),
        "검사": sheet(tables, "lab", minute="%Y-%m-%d %H:%M").with_columns(_WIDE_BLANK, _HIGH),
        "영상": wide_scans(tables, day=_DAY),
        "추적": sheet(tables, "followup_event"),
        "이상반응": sheet(tables, "adverse_event", day=_DAY),
    }
    return [
        Page(f"BCN_{name}_20240815_SYNTHETIC.txt", frame, encoding="utf-16", delimiter="\t")
        for name, frame in files.items()
    ]
