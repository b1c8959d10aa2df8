"""All twelve contract tables of one hospital from its patients' stories. SYNTHETIC.

Belongs here: the order of the parts and the contract's columns and types.
Does not belong here: what is in the rows (the modules beside this one), file formats (dialects/).
"""

from __future__ import annotations

import polars as pl

from haicplatform.demo.records import courses, exams, followup, labs, lesions, persons
from schemas.contract import TABLES, Table


def tables(site: str, stories: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Contract name -> rows with the contract's columns and types, `<x>_precision` beside partial dates and times."""
    planned = courses.plan(site, stories)
    course = courses.treatment_course(planned)
    exam = exams.exams(site, planned)
    read = lesions.readings(site, planned, exam, course)
    rows = {
        "patient": persons.patient(planned),
        "diagnosis": persons.diagnosis(site, planned),
        "baseline_status": persons.baseline_status(site, planned),
        "tumour_baseline": persons.tumour_baseline(site, planned),
        "treatment_course": course,
        "administration": courses.administration(site, planned, course),
        "lab": labs.lab(site, planned),
        "imaging_visit": exam,
        "lesion_measurement": lesions.lesion_measurement(site, read),
        "response_assessment": lesions.response_assessment(read),
        "followup_event": followup.followup_event(site, planned),
        "adverse_event": followup.adverse_event(site, planned),
    }
    return {name: conform(TABLES[name], frame) for name, frame in rows.items()}


def conform(table: Table, frame: pl.DataFrame) -> pl.DataFrame:
    """Exactly the columns and types of the table, in its order, sorted by key; columns not there are null."""
    wanted: list[pl.Expr] = []
    for column in table.columns:
        found = pl.col(column.name) if column.name in frame.columns else pl.lit(None)
        wanted.append(found.cast(column.dtype).alias(column.name))
        if column.has_precision:
            wanted.append(pl.col(f"{column.name}_precision").cast(pl.String))
    return sorted_by_key(table.name, frame.select(wanted))


def sorted_by_key(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Rows of the contract's table of that name in the order of its key."""
    return frame.sort(TABLES[name].key)
