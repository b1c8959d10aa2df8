"""The relations of sql/analysis for one study after another, each in schema `study`.

Belongs here: running a study's SQL, and what of it a variant of the same study changes. Does not belong here:
storing the result (analysis.py), what a parameter is (parameters.py).
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from haicplatform import sql_files, warehouse
from haicplatform.resources import sql_dir
from haicplatform.studies.parameters import Parameters, parameters
from haicplatform.studies.study import Study

if TYPE_CHECKING:
    import duckdb

SCHEMA = "study"
_VARIABLE = re.compile(r"getvariable\('(\w+)'\)")


class Derivation:
    """Schema `study` of a connection; made anew, it starts from nothing."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        con.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE; CREATE SCHEMA {SCHEMA}")
        self._con = con
        self._before: Parameters | None = None
        self._files: list[sql_files.SqlFile] = []

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
            files = [*sql_files.load(sql_dir() / "analysis"), _under_study_thresholds()]
            self._files = sql_files.order(files, SCHEMA, warehouse.relations(self._con))
        for file in self._files:
            used = set(_VARIABLE.findall(file.sql)) | {read.relation for read in file.reads}
            if used & changed:
                warehouse.run_sql(self._con, file, f'CREATE OR REPLACE TABLE {SCHEMA}."{file.name}" AS\n')
                changed.add(f"{SCHEMA}.{file.name}")
        self._before = now
        return [file.name for file in self._files]


def _under_study_thresholds() -> sql_files.SqlFile:
    """The one SQL of visit_response, reading study.definition where it reads harmonised.definition."""
    theirs = "harmonised.definition"
    file = sql_files.read(sql_dir() / "harmonised" / "visit_response.sql")
    reads = tuple(replace(read, schema=SCHEMA) if read.relation == theirs else read for read in file.reads)
    inner = re.sub(rf"\b{re.escape(theirs)}\b", f"{SCHEMA}.definition", file.sql)
    return replace(file, sql=f"SELECT getvariable('study_id') AS study_id, * FROM (\n{inner}\n)", reads=reads)
