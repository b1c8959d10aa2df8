"""analysis.adtr: tumour results of the persons of a study, lesion by lesion and as sums.

Belongs here: what the relation must look like. Does not belong here: how a lesion is measured (sql/harmonised).
"""

from __future__ import annotations

from typing import Any

import pandera.polars as pa
import polars as pl
from pandera.engines.polars_engine import Decimal

from schemas import codes
from schemas.analysis.exported import ADT, ADY, SITEID, SRCDOM, SRCROW, STUDYID, USUBJID, exported

PARAMETERS = {"DIAMETER": "Diameter of a lesion (mm)", "SUMDIAM": "Sum of diameters of the targets (mm)"}
MM = {"precision": 12, "scale": 2}


def _mm(name: str, label: str, description: str, **more: Any) -> Any:
    return pa.Field(nullable=True, description=description, dtype_kwargs=MM, metadata=exported(name, label), **more)


class Adtr(pa.DataFrameModel):
    """Key: study_id, usubjid, course_no, read_siteid, read_patient_id, reader_id, exam_no, paramcd, lesion_id."""

    study_id: str = pa.Field(description="the study file's name", metadata=STUDYID)
    usubjid: str = pa.Field(description="the person over all hospitals", metadata=USUBJID)
    siteid: str = pa.Field(description="hospital of the index course", metadata=SITEID)
    course_no: int = pa.Field(ge=1, coerce=True, metadata=exported("COURSENO", "Treatment Course Number"))
    is_index_course: bool = pa.Field(metadata=exported("INDEXFL", "Index Course Flag"))
    read_siteid: str = pa.Field(description="hospital of the exam", metadata=exported("READSITE", "Site of the Exam"))
    read_patient_id: str = pa.Field(
        description="the person's number there, hashed",
        metadata=exported("READSUBJ", "Subject Identifier at the Site"),
    )
    reader_id: str = pa.Field(isin=codes.READER, metadata=exported("TREVALID", "Evaluator Identifier"))
    is_chosen_reader: bool = pa.Field(
        description="ADRS has this reader's responses of the course",
        metadata=exported("ANL01FL", "Analysis Flag 01 - Chosen Reader", false=""),
    )
    exam_no: str = pa.Field(metadata=exported("EXAMNO", "Exam Number"))
    adt: pl.Date = pa.Field(description="date of the exam", metadata=ADT)
    ady: int = pa.Field(coerce=True, description="adt - index date, negative before it", metadata=ADY)
    paramcd: str = pa.Field(isin=tuple(PARAMETERS), metadata=exported("PARAMCD", "Parameter Code", params=PARAMETERS))
    lesion_id: str = pa.Field(
        nullable=True, description="the reader's name of it; none: a sum", metadata=exported("TRLNKID", "Lesion")
    )
    role: str = pa.Field(nullable=True, isin=codes.LESION_ROLE, metadata=exported("TRGRPID", "Lesion Group"))
    organ: str = pa.Field(nullable=True, isin=codes.ORGAN, metadata=exported("TULOC", "Location of the Tumor"))
    aval: Decimal = _mm("AVAL", "Analysis Value (mm)", "empty: not evaluable, or no size asked for", ge=0)
    is_baseline: bool = pa.Field(
        description="on the course's baseline exam", metadata=exported("ABLFL", "Baseline Record Flag", false="")
    )
    base: Decimal = _mm("BASE", "Baseline Value (mm)", "of the same course and reader", ge=0)
    chg: Decimal = _mm("CHG", "Change from Baseline (mm)", "aval - base")
    pchg: float = pa.Field(nullable=True, metadata=exported("PCHG", "Percent Change from Baseline"))
    nadir: Decimal = _mm("NADIR", "Nadir before the Exam (mm)", "smallest complete sum, the baseline's included", ge=0)
    nontarget_status: str = pa.Field(
        nullable=True, isin=codes.NONTARGET_STATUS, metadata=exported("TUMSTATE", "Tumor State (Non-Target)")
    )
    size_mm: Decimal = pa.Field(
        nullable=True,
        coerce=True,
        description="whole diameter, of a node the short axis: what makes a new lesion",
        dtype_kwargs=MM,
        metadata=exported("LESSIZE", "Size of the Lesion (mm)"),
    )
    srcdom: str = pa.Field(description="table of the row behind it", metadata=SRCDOM)
    srcrow: str = pa.Field(description="row_id of the row behind it; of a sum the first one", metadata=SRCROW)

    class Config:
        strict = True
        unique = [
            "study_id", "usubjid", "course_no", "read_siteid", "read_patient_id", "reader_id", "exam_no", "paramcd",
            "lesion_id",
        ]  # fmt: skip

    @pa.dataframe_check
    @classmethod
    def a_lesion_has_a_name_and_a_sum_has_none(cls, data: pa.PolarsData) -> pl.LazyFrame:
        """DIAMETER has lesion, group and organ; SUMDIAM has none of them."""
        is_sum = pl.col("paramcd") == "SUMDIAM"
        agrees = [pl.col(name).is_null() == is_sum for name in ("lesion_id", "role", "organ")]
        return data.lazyframe.select(pl.all_horizontal(agrees))
