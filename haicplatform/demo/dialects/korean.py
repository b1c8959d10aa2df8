"""Contract tables under Korean headers, in Korean words. SYNTHETIC.

Belongs here: what several Korean exports share, and scans wide with two readers side by side.
Does not belong here: one hospital's own spellings (its module).
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from haicplatform.demo.dialects import cells
from haicplatform.demo.dialects.vocabulary import HEADERS, WORDS

Tables = Mapping[str, pl.DataFrame]
Overrides = Mapping[str, Mapping[str, str]]


def sheet(
    tables: Tables,
    name: str,
    *,
    headers: Mapping[str, str | None] | None = None,
    words: Overrides | None = None,
    day: str = "%Y-%m-%d",
    minute: str = "%Y-%m-%d %H:%M",
) -> pl.DataFrame:
    """One contract table as text under Korean headers, sorted as a patient list is; header None: left out."""
    frame = cells.text(name, tables[name], {**WORDS.get(name, {}), **(words or {})}, day, minute)
    if name == "baseline_status":
        frame = frame.with_columns(child_pugh=pl.col("child_pugh_class_recorded") + pl.col("child_pugh_score_recorded"))
    if name == "tumour_baseline":
        frame = frame.with_columns(cells.cm(pl.col("max_diam_mm")).alias("max_diam_mm"))
    wanted = {**HEADERS[name], **(headers or {})}
    return frame.select(pl.col(column).alias(header) for column, header in wanted.items() if header)


def wide_scans(tables: Tables, day: str = "%Y-%m-%d", join: str = "_") -> pl.DataFrame:
    """One row an exam: lesions and responses of both readers side by side; the adjudicator has no columns.

    Per reader: 병변1, 병변2 (cm), 문맥 (portal vein), 간외부위, 간외, 간외단경 (elsewhere), 신병변번호,
    신병변크기 (cm), 신병변조영증강, 신병변씻김, 반응.
    """
    lesion = cells.text("lesion_measurement", tables["lesion_measurement"], WORDS["lesion_measurement"])
    response = cells.text("response_assessment", tables["response_assessment"], WORDS["response_assessment"])
    row = sheet(tables, "imaging_visit", day=day)
    course = response.group_by("patient_id", "exam_no").agg(pl.col("course_no").first().alias("치료차수"))
    key = ["환자번호", "검사번호"]
    row = row.join(course.rename({"patient_id": "환자번호", "exam_no": "검사번호"}), on=key, how="left")
    for reader in ("판독의1", "판독의2"):
        mine = lesion.filter(pl.col("reader_id") == reader)
        found = (
            mine.group_by("patient_id", "exam_no")
            .agg(_lesion_cells(reader, join))
            .join(
                response.filter(pl.col("reader_id") == reader).select(
                    "patient_id", "exam_no", pl.col("overall").alias(f"{reader}{join}반응")
                ),
                on=["patient_id", "exam_no"],
                how="left",
            )
            .rename({"patient_id": "환자번호", "exam_no": "검사번호"})
        )
        row = row.join(found, on=key, how="left")
    return row.sort("환자번호", "검사일")


def _lesion_cells(reader: str, join: str) -> list[pl.Expr]:
    is_ne = pl.col("status") == "평가불가"
    size = pl.when(is_ne).then(pl.lit("NE")).otherwise(cells.cm(pl.col("viable_mm")))
    new = pl.col("role") == "신병변"

    def of(value: pl.Expr, lesion: pl.Expr) -> pl.Expr:
        return value.filter(lesion).first()

    parts = {
        "병변1(cm)": of(size, pl.col("lesion_id") == "T1"),
        "병변2(cm)": of(size, pl.col("lesion_id") == "T2"),
        "문맥": of(pl.col("nontarget_status"), pl.col("lesion_id") == "NT1"),
        "간외부위": of(pl.col("organ"), pl.col("lesion_id") == "NT2"),
        "간외": of(pl.col("nontarget_status"), pl.col("lesion_id") == "NT2"),
        "간외단경(mm)": of(pl.col("short_axis_mm"), pl.col("lesion_id") == "NT2"),
        "신병변번호": of(pl.col("lesion_id"), new),
        "신병변크기(cm)": of(cells.cm(pl.col("viable_mm")), new),
        "신병변조영증강": of(pl.col("aphe"), new),
        "신병변씻김": of(pl.col("washout"), new),
    }
    return [value.alias(f"{reader}{join}{name}") for name, value in parts.items()]
