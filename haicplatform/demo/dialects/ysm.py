"""One workbook: title rows, merged two-row headers, a totals row, a hidden sheet, real dates. SYNTHETIC.

Patient numbers are numbers in Excel, so that leading zeros are gone.
"""

from __future__ import annotations

import polars as pl

from haicplatform.demo.dialects.korean import Tables, sheet, wide_scans
from haicplatform.demo.dialects.page import Page

FILE = "HAIC_레지스트리_20240814_SYNTHETIC.xlsx"
_GROUPS = {
    "치료": {"시작일": "기간", "종료일": "기간"},
    "투여": {"용량(mg)": "투여량", "계획용량(mg)": "투여량", "체표면적": "체격", "체중(kg)": "체격"},
    "기저종양": {"문맥침범": "혈관침범", "간정맥침범": "혈관침범", "담관침범": "혈관침범"},
}
_NUMBERS = (
    "환자번호", "출생연도", "키(cm)", "체중(kg)", "치료차수", "주기", "투여량_용량(mg)", "투여량_계획용량(mg)",
    "체격_체표면적", "체격_체중(kg)", "최대직경(cm)", "종양수", "등급", "결과",
    *(f"판독의{r}_{n}" for r in (1, 2) for n in ("병변1(cm)", "병변2(cm)", "신병변크기(cm)")),
)  # fmt: skip
_DATES = (
    "생년월일", "간암진단일", "평가일", "영상일", "기간_시작일", "기간_종료일", "투여일", "검사일", "일자", "발생일",
    "종료일",
)  # fmt: skip


def pages(tables: Tables) -> list[Page]:
    """Nine visible sheets and one hidden one."""
    sheets = {
        "환자": sheet(tables, "patient"),
        "진단": sheet(tables, "diagnosis"),
        "기저상태": sheet(tables, "baseline_status"),
        "기저종양": sheet(tables, "tumour_baseline"),
        "치료": sheet(tables, "treatment_course"),
        "투여": sheet(tables, "administration"),
        "검사": sheet(tables, "lab"),
        "영상판독": wide_scans(tables),
        "추적": sheet(tables, "followup_event"),
        "이상반응": sheet(tables, "adverse_event"),
    }
    hidden = pl.DataFrame({"코드": ["1", "2"], "뜻": ["사용 안 함", "예전 코드표"]})
    visible = [_page(name, frame) for name, frame in sheets.items()]
    return [*visible, Page(FILE, hidden, sheet="코드표", kind="xlsx", is_hidden=True)]


def _page(name: str, frame: pl.DataFrame) -> Page:
    groups = _GROUPS.get(name, {})
    tops, columns = [], []
    for column in frame.columns:
        top, _, bottom = column.partition("_")
        group = groups.get(column, top if bottom else None)
        tops.append(group or column)
        columns.append(column if bottom or group is None else f"{group}_{column}")
    return Page(
        FILE,
        frame.rename(dict(zip(frame.columns, columns, strict=True))),
        sheet=name,
        kind="xlsx",
        titles=(
            ("여의도성모병원 간동맥주입항암 레지스트리 - SYNTHETIC (가상 자료)",),
            (f"{name} / 추출일 2024-08-14",),
        ),
        tops=tuple(tops),
        totals=("합계", f"{len(frame)}건"),
        numbers=_NUMBERS,
        dates=_DATES,
    )
