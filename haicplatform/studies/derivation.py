"""The relations of sql/analysis for one study after another, each in schema `study`.

Belongs here: running a study's SQL, and what of it a variant of the same study changes. Does not belong here:
storing the result (run_study.py), what a parameter is (parameters.py).
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from haicplatform.core import sql_graph
from haicplatform.core.resources import sql_dir
from haicplatform.studies.parameters import Parameters, parameters
from haicplatform.studies.study import Study
from haicplatform.warehouse import warehouse

if TYPE_CHECKING:
    import duckdb

SCHEMA = "study"
# The relations of the harmonised layer whose rows differ by definition, recorded_response excepted.
BY_DEFINITION = (
    "exam_response",
    "visit_response",
    "first_progression",
    "progression",
    "response_agreement",
    "response_agreement_rate",
)
_VARIABLE = re.compile(r"getvariable\('(\w+)'\)")


class Derivation:
    """Schema `study` of a connection; made anew, it starts from nothing."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        con.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE; CREATE SCHEMA {SCHEMA}")
        self._con = con
        self._before: Parameters | None = None
        self._files: list[sql_graph.SqlFile] = []

    def of(self, study: Study) -> list[str]:
        """Make every relation of the study, those that the last one left as they are excepted; their names.

        A relation is made again when a variable or relation that it reads has changed since. Raises UsageError for
        SQL that does not fit together.
        """
        now = parameters(self._con, study)
        changed = now.differ_from(self._before)
        # until all of it is done, nothing may be taken as made
        self._before = None
        now.put(self._con, changed)
        if not self._files:
            files = [*sql_graph.load(sql_dir() / "analysis"), *_under_study_thresholds()]
            self._files = sql_graph.order(files, SCHEMA, warehouse.relations(self._con))
        for file in self._files:
            used = set(_VARIABLE.findall(file.sql)) | {read.relation for read in file.reads}
            if used & changed:
                warehouse.run_sql(self._con, file, f'CREATE OR REPLACE TABLE {SCHEMA}."{file.name}" AS\n')
                changed.add(f"{SCHEMA}.{file.name}")
        self._before = now
        return [file.name for file in self._files]


def _under_study_thresholds() -> list[sql_graph.SqlFile]:
    """The one SQL of each relation by definition, reading the study's own where it reads harmonised's."""
    theirs = "|".join(("definition", *BY_DEFINITION))
    return [
        replace(
            file,
            sql="SELECT getvariable('study_id') AS study_id, * FROM (\n"
            + re.sub(rf"\bharmonised\.({theirs})\b", rf"{SCHEMA}.\1", file.sql)
            + "\n)",
            reads=tuple(
                replace(read, schema=SCHEMA) if read.name in ("definition", *BY_DEFINITION) else read
                for read in file.reads
            ),
        )
        for file in (sql_graph.read(sql_dir() / "harmonised" / f"{name}.sql") for name in BY_DEFINITION)
    ]
