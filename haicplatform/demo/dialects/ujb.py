"""Long tables in the manner of SDTM: one row a question, a measurement, a response part. SYNTHETIC.

The patients' numbers are the registry's study numbers. Codes are close to controlled terminology.
"""

from __future__ import annotations

import polars as pl

from haicplatform.demo.dialects import cells
from haicplatform.demo.dialects.korean import Tables
from haicplatform.demo.dialects.page import Page

_SYSTEMIC = ("HAIC_FP", "ATE_BEVA", "LENVATINIB", "SORAFENIB", "REGORAFENIB", "CABOZANTINIB", "RAMUCIRUMAB", "NIVO_IPI")
_WORDS = {
    "regimen": {"HAIC_FP": "HAIC 5-FU/CISPLATIN", "ATE_BEVA": "ATEZOLIZUMAB + BEVACIZUMAB"},
    "drug": {"5FU": "FLUOROURACIL"},
    "route": {"IA": "INTRA-ARTERIAL", "IV": "INTRAVENOUS"},
    "stop_reason": {"PD": "PROGRESSIVE DISEASE", "TOXICITY": "ADVERSE EVENT", "REFUSAL": "WITHDRAWAL BY SUBJECT"},
    "event_type": {"DEATH": "DEATH", "LAST_CONTACT": "ALIVE"},
    "role": {"NONTARGET": "NON-TARGET"},
    "dx_basis": {"BOTH": "IMAGING AND PATHOLOGY"},
    "related": {"Y": "RELATED", "N": "NOT RELATED"},
    "action": {"NONE": "DOSE NOT CHANGED", "INTERRUPTED": "DRUG INTERRUPTED", "REDUCED": "DOSE REDUCED"},
    "test_code": {"BILI_T": "BILI", "NA": "SODIUM", "PIVKA": "DCP", "HB": "HGB"},
}
_QUESTIONS = {
    "ecog": "ECOG", "ascites": "ASCITES", "encephalopathy": "ENCEPH", "weight_kg": "WEIGHT",
    "bclc_recorded": "BCLC", "child_pugh_score_recorded": "CPSCORE", "child_pugh_class_recorded": "CPCLASS",
    "lt_candidate": "LTCAND",
}  # fmt: skip
_FINDINGS = {
    "n_nodules": "NODULES", "max_diam_mm": "MAXDIAM", "infiltrative": "INFILTR", "vp": "VP", "vv": "VV",
    "bile_duct": "BILEDUCT", "ehs": "EHS", "nodal": "NODAL", "ehs_sites": "EHSSITE",
}  # fmt: skip
_MEASURED = {
    "status": "STATE", "viable_mm": "VDIAM", "total_mm": "LDIAM", "short_axis_mm": "SAXIS",
    "nontarget_status": "NTSTAT", "aphe": "APHE", "washout": "WASHOUT",
}  # fmt: skip
_RESPONSES = {"overall": "OVRLRESP", "target_resp": "TRGRESP", "new_lesion": "NEWLIND"}


def pages(tables: Tables) -> list[Page]:
    """Fourteen files, one a domain."""
    text = {name: cells.text(name, frame, _WORDS) for name, frame in tables.items()}
    files = {
        "dm": _named(text["patient"], USUBJID="patient_id", LINKID="link_key", SEX="sex", BRTHDTC="birth_date",
                     ETIOL="etiology", HEIGHT="height_cm"),
        "mh": _medical_history(text["diagnosis"]),
        "qs": _long(text["baseline_status"], {"USUBJID": "patient_id", "QSDTC": "assess_date"}, _QUESTIONS, "QS"),
        "fa": _long(text["tumour_baseline"], {"USUBJID": "patient_id", "FADTC": "img_date"}, _FINDINGS, "FA"),
        **_treatments(text["treatment_course"]),
        "ex": _named(
            text["administration"].with_columns(unit=pl.lit("mg")), USUBJID="patient_id", EXGRPID="course_no",
            EXSTDTC="admin_date", EXTRT="drug", VISITNUM="cycle_no", EXDOSE="dose", EXDOSU="unit",
            EXPDOSE="planned_dose", EXROUTE="route", EXBSA="bsa_m2", EXWEIGHT="weight_kg", EXINT="interrupted",
            EXADJ="interruption_reason",
        ),
        "lb": _named(text["lab"], USUBJID="patient_id", LBDTC="collect_datetime", LBTESTCD="test_code",
                     LBREFID="specimen_no", LBORRES="value_raw", LBORRESU="unit"),
        "im": _named(text["imaging_visit"], USUBJID="patient_id", IMREFID="exam_no", IMDTC="exam_date",
                     IMMETHOD="modality", IMPHASE="phase_complete"),
        "tr": _long(
            text["lesion_measurement"],
            {"USUBJID": "patient_id", "TRREFID": "exam_no", "TREVALID": "reader_id", "TRLNKID": "lesion_id",
             "TRCOURSE": "course_no", "TRGRPID": "role", "TRLOC": "organ"},
            _MEASURED, "TR",
        ),
        "rs": _long(
            text["response_assessment"],
            {"USUBJID": "patient_id", "RSREFID": "exam_no", "RSEVALID": "reader_id", "RSCAT": "criterion",
             "RSCOURSE": "course_no", "RSDTC": "assess_date"},
            _RESPONSES, "RS",
        ),
        **_ends(text["followup_event"]),
        "ae": _named(text["adverse_event"], USUBJID="patient_id", AETERM="term", AESTDTC="start_date",
                     AETOXGR="grade", AEENDTC="end_date", AEREL="related", AEACN="action"),
    }  # fmt: skip
    study = pl.lit("HAIC-REG SYNTHETIC").alias("STUDYID")
    return [Page(f"{name}_20240815_SYNTHETIC.csv", frame.select(study, pl.all())) for name, frame in files.items()]


def _named(frame: pl.DataFrame, **columns: str) -> pl.DataFrame:
    return frame.select(pl.col(column).alias(name) for name, column in columns.items())


def _long(frame: pl.DataFrame, keys: dict[str, str], tests: dict[str, str], domain: str) -> pl.DataFrame:
    """One row a value that is there: the keys, <domain>TESTCD, <domain>ORRES."""
    named = frame.select(
        *(pl.col(column).alias(name) for name, column in keys.items()),
        *(pl.col(column).alias(code) for column, code in tests.items()),
    ).with_row_index("_row")
    long = named.unpivot(
        on=list(tests.values()),
        index=["_row", *keys],
        variable_name=f"{domain}TESTCD",
        value_name=f"{domain}ORRES",
    )
    return long.filter(pl.col(f"{domain}ORRES").is_not_null()).sort("_row", maintain_order=True).drop("_row")


def _medical_history(diagnosis: pl.DataFrame) -> pl.DataFrame:
    """The diagnosis of each patient, and another disease of every fifth."""
    hcc = _named(
        diagnosis.with_columns(term=pl.lit("HEPATOCELLULAR CARCINOMA")), USUBJID="patient_id", MHTERM="term",
        MHSTDTC="hcc_dx_date", MHBASIS="dx_basis", MHCIRR="cirrhosis", MHICD="icd10",
    )  # fmt: skip
    other = hcc.gather_every(5).with_columns(
        MHTERM=pl.lit("HYPERTENSION"), MHBASIS=pl.lit(None), MHCIRR=pl.lit(None), MHICD=pl.lit("I10")
    )
    return pl.concat([hcc, other], how="vertical_relaxed").sort("USUBJID", "MHTERM")


def _treatments(course: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Systemic therapy and HAIC in cm, the rest in pr."""
    drugs = [_WORDS["regimen"].get(name, name) for name in _SYSTEMIC]
    is_drug = pl.col("regimen").is_in(drugs)
    return {
        "cm": _named(course.filter(is_drug), USUBJID="patient_id", CMSPID="course_no", CMTRT="regimen",
                     CMSTDTC="start_date", CMENDTC="end_date", CMDISC="stop_reason"),
        "pr": _named(course.filter(~is_drug), USUBJID="patient_id", PRSPID="course_no", PRTRT="regimen",
                     PRSTDTC="start_date", PRENDTC="end_date"),
    }  # fmt: skip


def _ends(event: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Deaths in dd, contacts in ss."""
    is_death = pl.col("event_type") == "DEATH"
    return {
        "dd": _named(event.filter(is_death), USUBJID="patient_id", DDDTC="event_date", DDSRC="source",
                     DDORRES="cause"),
        "ss": _named(event.filter(~is_death), USUBJID="patient_id", SSDTC="event_date", SSORRES="event_type",
                     SSSRC="source"),
    }  # fmt: skip
