"""The extract contract as data, read off the models: what a hospital delivers, table by table.

Belongs here: Table, Column, TABLES in load order (a parent before its children), CONTRACT_VERSION.
Does not belong here: a column or a rule of its own: those are in schemas/extract and schemas/rules.py.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import pandera.polars as pa
import polars as pl

from schemas import codes
from schemas.extract.administration import Administration
from schemas.extract.adverse_event import AdverseEvent
from schemas.extract.baseline_status import BaselineStatus
from schemas.extract.diagnosis import Diagnosis
from schemas.extract.fields import METADATA
from schemas.extract.followup_event import FollowupEvent
from schemas.extract.imaging_visit import ImagingVisit
from schemas.extract.lab import Lab
from schemas.extract.lesion_measurement import LesionMeasurement
from schemas.extract.patient import Patient
from schemas.extract.response_assessment import ResponseAssessment
from schemas.extract.treatment_course import TreatmentCourse
from schemas.extract.tumour_baseline import TumourBaseline
from schemas.lab_tests import LAB_TESTS
from schemas.named_rules import NAMED_RULES
from schemas.row_rules import ROW_RULES
from schemas.units import conversions

Kind = Literal["text", "integer", "decimal", "date", "datetime", "partial_date", "code", "flag"]


@dataclass(frozen=True)
class Column:
    """One column of a table. `en` and `ko` describe it; bands are inclusive (low, high), None is open.

    value_required_when: `always`, `derived`, a condition in words (then also in Korean), or empty.
    """

    name: str
    kind: Kind
    precision: int | None
    scale: int | None
    codes: tuple[str, ...]
    column_required: bool
    value_required_when: str
    value_required_when_ko: str
    when: pl.Expr | None = field(compare=False)
    key_position: int | None
    unit: str | None
    identifying: bool
    derived: bool
    hard: tuple | None
    soft: tuple | None
    empty_means: str | None
    default: str | None
    title_en: str
    title_ko: str
    en: str
    ko: str

    @property
    def value_required(self) -> bool:
        return self.value_required_when == "always"

    @property
    def required(self) -> pl.Expr:
        """Whether the value must be there, row by row: a Boolean expression that is never null."""
        return self.when if self.when is not None else pl.lit(self.value_required)

    @property
    def dtype(self) -> pl.DataType:
        """The polars type of the column in a staged and a validated frame."""
        match self.kind:
            case "integer":
                return pl.Int64()
            case "decimal":
                return pl.Decimal(self.precision, self.scale or 0)
            case "date":
                return pl.Date()
            case "datetime":
                return pl.Datetime("us")
            case _:
                return pl.String()

    @property
    def has_precision(self) -> bool:
        """Whether `<name>_precision` stands beside the column."""
        return self.kind in ("partial_date", "datetime")


@dataclass(frozen=True)
class Table:
    """One table of the contract; `model` is its pandera model, `parent` the table it hangs on."""

    name: str
    en: str
    ko: str
    columns: tuple[Column, ...]
    parent: str | None
    parent_key: tuple[str, ...]
    model: type[pa.DataFrameModel]

    @cached_property
    def key(self) -> tuple[str, ...]:
        keyed = [(each.key_position, each.name) for each in self.columns if each.key_position is not None]
        return tuple(name for _, name in sorted(keyed))

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(each.name for each in self.columns)

    def column(self, name: str) -> Column:
        """The column called `name`; KeyError where there is none."""
        for each in self.columns:
            if each.name == name:
                return each
        raise KeyError(f"table {self.name} has no column {name}")


def _table(model: type[pa.DataFrameModel], parent: str | None = "patient", *parent_key: str) -> Table:
    en, _, ko = (model.__doc__ or "").partition(" / ")
    columns = tuple(
        Column(name=name, **column.metadata[METADATA]) for name, column in model.to_schema().columns.items()
    )
    name = model.__module__.rpartition(".")[2]
    return Table(name, en, ko, columns, parent, parent_key or (("patient_id",) if parent else ()), model)


TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        _table(Patient, None),
        _table(Diagnosis),
        _table(BaselineStatus),
        _table(TumourBaseline),
        _table(TreatmentCourse),
        _table(Administration, "treatment_course", "patient_id", "course_no"),
        _table(Lab),
        _table(ImagingVisit),
        _table(LesionMeasurement, "imaging_visit", "patient_id", "exam_no"),
        _table(ResponseAssessment, "imaging_visit", "patient_id", "exam_no"),
        _table(FollowupEvent),
        _table(AdverseEvent),
    )
}


def _version() -> str:
    """Changes with any column, band, conversion or rule: what was derived under another is derived anew."""
    columns = {table.name: [vars(column) for column in table.columns] for table in TABLES.values()}
    terms = {name: value for name, value in vars(codes).items() if name.isupper()}
    parts = (columns, terms, LAB_TESTS, conversions(), [vars(rule) for rule in ROW_RULES], NAMED_RULES)
    text = json.dumps(parts, default=str, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


CONTRACT_VERSION = _version()
