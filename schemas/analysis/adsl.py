"""analysis.adsl: the persons of a study as they were at the index date.

Belongs here: what the relation must look like. Does not belong here: how a value is found (sql/analysis/adsl.sql).
"""

from __future__ import annotations

from typing import Any

import pandera.polars as pa
import polars as pl
from pandera.engines.polars_engine import Decimal

from schemas import codes
from schemas.analysis.exported import SITEID, SRCDOM, SRCROW, STUDYID, USUBJID, exported


def _optional(values: tuple[str, ...], description: str, name: str, label: str) -> Any:
    return pa.Field(nullable=True, isin=values, description=description, metadata=exported(name, label))


def _lab(name: str, label: str) -> Any:
    places = {"precision": 18, "scale": 6}
    return pa.Field(nullable=True, coerce=True, dtype_kwargs=places, metadata=exported(name, label))


class Adsl(pa.DataFrameModel):
    """Key: study_id, usubjid. Included persons only."""

    study_id: str = pa.Field(description="the study file's name", metadata=STUDYID)
    usubjid: str = pa.Field(unique=True, description="the person over all hospitals", metadata=USUBJID)
    siteid: str = pa.Field(description="hospital of the index course", metadata=SITEID)
    patient_id: str = pa.Field(
        description="the person's number at that hospital, hashed",
        metadata=exported("SUBJID", "Subject Identifier for the Study"),
    )
    course_no: int = pa.Field(
        ge=1,
        coerce=True,
        description="the index course among the person's courses",
        metadata=exported("COURSENO", "Treatment Course Number"),
    )
    index_date: pl.Date = pa.Field(
        description="start of the index course: time 0",
        metadata=exported("TRTSDT", "Date of First Exposure to Treatment"),
    )
    exposure_group: str = pa.Field(metadata=exported("EXPGRP", "Exposure Group"))
    age: int = pa.Field(
        nullable=True,
        ge=0,
        le=130,
        coerce=True,
        description="years: year of index - year of birth",
        metadata=exported("AGE", "Age (Years)"),
    )
    sex: str = _optional(codes.SEX, "", "SEX", "Sex")
    etiology: str = _optional(codes.ETIOLOGY, "", "ETIOLOGY", "Etiology of Liver Disease")
    ecog: int = pa.Field(nullable=True, ge=0, le=4, coerce=True, metadata=exported("ECOGBL", "Baseline ECOG Status"))
    child_pugh_score: int = pa.Field(
        nullable=True, ge=5, le=15, coerce=True, description="derived", metadata=exported("CPSCORE", "Child-Pugh Score")
    )
    child_pugh_class: str = _optional(codes.CHILD_PUGH_CLASS, "derived", "CPCLASS", "Child-Pugh Class")
    bclc_recorded: str = _optional(codes.BCLC, "as the hospital recorded it", "BCLCREC", "BCLC Stage, Recorded")
    bclc_derived: str = _optional(codes.BCLC, "BCLC 2022", "BCLCDER", "BCLC Stage, Derived")
    bclc: str = _optional(codes.BCLC, "the one the study chose", "BCLC", "BCLC Stage for Analysis")
    albi_grade: str = _optional(("1", "2", "3"), "", "ALBIGR", "ALBI Grade")
    afp_ng_ml: Decimal = _lab("AFPBL", "Baseline Alpha-Fetoprotein (ng/mL)")
    afp_op: str = _optional(
        codes.VALUE_OP, "> or <: afp_ng_ml is the assay's limit", "AFPOP", "Operator of Baseline AFP"
    )
    tumour_size_mm: Decimal = pa.Field(
        nullable=True,
        coerce=True,
        dtype_kwargs={"precision": 6, "scale": 1},
        metadata=exported("TUMSIZE", "Largest Tumor Diameter (mm)"),
    )
    tumour_number: int = pa.Field(
        nullable=True,
        ge=0,
        le=99,
        coerce=True,
        description="99: uncountable",
        metadata=exported("TUMNUM", "Number of Tumors"),
    )
    portal_invasion: str = _optional(
        codes.FLAG, "Vp1 or more, or a thrombus of unknown level", "PVINVFL", "Portal Vein Invasion Flag"
    )
    vp: int = pa.Field(
        nullable=True,
        ge=0,
        le=4,
        coerce=True,
        description="Vp0 to Vp4; empty where the level of a thrombus is not known",
        metadata=exported("VPGRADE", "Portal Vein Invasion Grade"),
    )
    metastasis: str = _optional(codes.FLAG, "extrahepatic spread, nodes included", "METASTFL", "Metastasis Flag")
    beyond_reflect: str = _optional(
        codes.FLAG, "half of the liver, the main portal vein or a bile duct", "BEYREFFL", "Beyond REFLECT Criteria Flag"
    )
    ast: Decimal = _lab("ASTBL", "Baseline AST (U/L)")
    alt: Decimal = _lab("ALTBL", "Baseline ALT (U/L)")
    prior_tace: str = pa.Field(
        isin=codes.FLAG, description="begun before the index date", metadata=exported("PTACEFL", "Prior TACE Flag")
    )
    prior_rt: str = pa.Field(
        isin=codes.FLAG,
        description="begun before the index date",
        metadata=exported("PRTFL", "Prior Radiation Flag"),
    )
    has_open_error: bool = pa.Field(
        description="a course, exam or follow-up row of the person was refused",
        metadata=exported("OPENERFL", "Refused Source Row Flag"),
    )
    srcdom: str = pa.Field(description="table of the row behind the index date", metadata=SRCDOM)
    srcrow: str = pa.Field(description="row_id of the row behind the index date", metadata=SRCROW)

    class Config:
        strict = True
