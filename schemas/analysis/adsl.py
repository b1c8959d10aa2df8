"""analysis.adsl: the persons of a study as they were at the index date.

Belongs here: what the relation must look like. Does not belong here: how a value is found (sql/analysis/adsl.sql).
"""

from __future__ import annotations

import pandera.polars as pa
import polars as pl
from pandera.engines.polars_engine import Decimal

from schemas import codes


def _optional(values: tuple[str, ...], description: str):
    return pa.Field(nullable=True, isin=values, description=description)


class Adsl(pa.DataFrameModel):
    """Key: study_id, usubjid. Included persons only."""

    study_id: str = pa.Field(description="the study file's name")
    usubjid: str = pa.Field(unique=True, description="the person over all hospitals")
    siteid: str = pa.Field(description="hospital of the index course")
    patient_id: str = pa.Field(description="the person's number at that hospital, hashed")
    course_no: int = pa.Field(ge=1, coerce=True, description="the index course among the person's courses")
    index_date: pl.Date = pa.Field(description="start of the index course: time 0")
    exposure_group: str = pa.Field()
    age: int = pa.Field(nullable=True, ge=0, le=130, coerce=True, description="years: year of index - year of birth")
    sex: str = _optional(codes.SEX, "")
    etiology: str = _optional(codes.ETIOLOGY, "")
    ecog: int = pa.Field(nullable=True, ge=0, le=4, coerce=True)
    child_pugh_score: int = pa.Field(nullable=True, ge=5, le=15, coerce=True, description="derived")
    child_pugh_class: str = _optional(codes.CHILD_PUGH_CLASS, "derived")
    bclc_recorded: str = _optional(codes.BCLC, "as the hospital recorded it")
    bclc_derived: str = _optional(codes.BCLC, "BCLC 2022")
    bclc: str = _optional(codes.BCLC, "the one the study chose")
    albi_grade: str = _optional(("1", "2", "3"), "")
    afp_ng_ml: Decimal = pa.Field(nullable=True, coerce=True, dtype_kwargs={"precision": 18, "scale": 6})
    afp_op: str = _optional(codes.VALUE_OP, "> or <: afp_ng_ml is the assay's limit")
    tumour_size_mm: Decimal = pa.Field(nullable=True, coerce=True, dtype_kwargs={"precision": 6, "scale": 1})
    tumour_number: int = pa.Field(nullable=True, ge=0, le=99, coerce=True, description="99: uncountable")
    portal_invasion: str = _optional(codes.FLAG, "Vp1 or more, or a thrombus of unknown level")
    metastasis: str = _optional(codes.FLAG, "extrahepatic spread, nodes included")
    ast: Decimal = pa.Field(nullable=True, coerce=True, dtype_kwargs={"precision": 18, "scale": 6})
    alt: Decimal = pa.Field(nullable=True, coerce=True, dtype_kwargs={"precision": 18, "scale": 6})
    prior_tace: str = pa.Field(isin=codes.FLAG, description="begun before the index date")
    prior_rt: str = pa.Field(isin=codes.FLAG, description="begun before the index date")
    has_open_error: bool = pa.Field(description="a course, exam or follow-up row of the person was refused")
    srcdom: str = pa.Field(description="table of the row behind the index date")
    srcrow: str = pa.Field(description="row_id of the row behind the index date")

    class Config:
        strict = True
