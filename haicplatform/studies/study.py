"""The model of a study file, and finding one by name.

Belongs here: the study as a whole, its hash and its variants. Does not belong here: its parts (study_model.py), which
of them contradict each other (consistency.py), how SQL gets them (parameters.py), any clinical number, any study by
name.
"""

from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from haicplatform.studies.analyses import Analyses
from haicplatform.studies.definitions import rows as definition_rows
from haicplatform.studies.study_model import (
    Coding,
    Endpoint,
    Exclusion,
    Group,
    Index,
    Names,
    OwnDefinition,
    Part,
    ReaderRule,
    Regimens,
    Release,
    Response,
    Sensitivity,
    Text,
    Windows,
)
from haicplatform.studies.variables import Variable


class Study(Part):
    """A study file. `study_id` is the file's name; `sites` None means every hospital."""

    study_id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    title: Text
    title_ko: Text | None = None
    cutoff: date
    sites: Literal["all"] | Names
    definition: Text
    definitions: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")], OwnDefinition] = {}
    reader: ReaderRule
    index: Index
    groups: Annotated[dict[str, Group], Field(min_length=1)]
    reference_group: Text
    exclude: tuple[Exclusion, ...]
    unresolved_deaths: Literal["exclude", "earliest", "latest"] = "exclude"
    new_therapy: Literal["other_than_index"] | Regimens = "other_than_index"
    endpoints: Annotated[dict[str, Endpoint], Field(min_length=1)]
    response: Response
    bclc: Literal["recorded", "derived"]
    windows: Windows
    table1: tuple[str | dict[str, Coding], ...]
    covariates: dict[str, Coding]
    rates_at_months: tuple[Annotated[float, Field(gt=0)], ...]
    alpha: Annotated[float, Field(gt=0, lt=1)]
    screen_p: Annotated[float, Field(gt=0, le=1)]
    strata: tuple[Literal["site"], ...] = ()
    release: Release
    sensitivity: tuple[Sensitivity, ...] = ()
    analyses: Analyses = Analyses()

    @property
    def site_ids(self) -> tuple[str, ...] | None:
        """The hospitals of the study, or None for every one."""
        return None if self.sites == "all" else self.sites

    @property
    def response_source(self) -> str:
        """Where responses come from; a definition that derives none (`recorded`) leaves only what was recorded."""
        row = definition_rows(self.definitions).get(self.definition)
        return "recorded" if row and not row["is_derived"] else self.response.source

    @property
    def table1_codings(self) -> list[tuple[str, Coding]]:
        """(variable, coding) of each row of Table 1."""
        return [
            pair
            for entry in self.table1
            for pair in ([(entry, Coding())] if isinstance(entry, str) else list(entry.items()))
        ]

    @property
    def baseline_table(self) -> tuple[Variable, ...]:
        """The rows of Table 1, in order."""
        return tuple(coding.variable(name) for name, coding in self.table1_codings)

    @property
    def covariate_list(self) -> tuple[Variable, ...]:
        """The covariates offered to Cox models, in order, without the exposure group."""
        return tuple(coding.variable(name) for name, coding in self.covariates.items())

    @property
    def subgroup_list(self) -> tuple[Variable, ...]:
        """The variables of the subgroup analyses, each with levels: its own, else the covariate's or Table 1's."""
        known = dict(self.table1_codings) | self.covariates
        return tuple(
            (coding or known.get(name) or Coding()).variable(name) for name, coding in self.analyses.subgroup_codings
        )

    @property
    def study_hash(self) -> str:
        """sha256 of what the study says, whatever the order of its keys, spacing or comments.

        What it leaves open is not in it, so that a new optional entry changes no earlier study's hash.
        """
        content = json.dumps(self.model_dump(mode="json", exclude_defaults=True), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(content.encode()).hexdigest()

    def variants(self) -> dict[str, Study]:
        """`main` and one study a sensitivity analysis, in the order of the file."""
        return {"main": self} | {entry.name: self._with(entry) for entry in self.sensitivity}

    def _with(self, entry: Sensitivity) -> Study:
        changes = {
            name: getattr(entry, name)
            for name in entry.model_fields_set - {"name", "label", "label_ko", "endpoints"}
            if getattr(entry, name) is not None
        }
        endpoints = self.endpoints | (entry.endpoints or {})
        return self.model_copy(update=changes | {"endpoints": endpoints, "sensitivity": (), "analyses": Analyses()})
