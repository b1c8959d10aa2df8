"""The relations that numbers are traced in: schema `study` as the study was run, schema `trace` beside it.

Belongs here: making both in a copy of the published warehouse that is thrown away: the main analysis as it was
stored, a sensitivity analysis by deriving it again. Does not belong here: which rows stand behind a number (the
registry of estimates, sql/lineage/trace).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import polars as pl

from haicplatform.core import sql_graph
from haicplatform.core.errors import UsageError
from haicplatform.core.resources import sql_dir
from haicplatform.core.settings import Home
from haicplatform.estimation.propensity import POPULATIONS, balanced
from haicplatform.estimation.response import control
from haicplatform.estimation.rows import Rows
from haicplatform.ledger.decided import decided_by
from haicplatform.ledger.store import Ledger
from haicplatform.lineage import comparison
from haicplatform.studies.derivation import Derivation
from haicplatform.studies.loading import load_study
from haicplatform.studies.study import Study
from haicplatform.warehouse import warehouse

if TYPE_CHECKING:
    import duckdb

MAIN, GROUP = "main", "group"
_TEXT = pl.String


@contextmanager
def traceable(home: Home, ledger: Ledger, study_id: str, variant: str = MAIN) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with study.* and trace.* of one analysis of a study that was run.

    Raises UsageError where the study was not run on what is published, its file was changed since, or it has no such
    sensitivity analysis.
    """
    with warehouse.scratch_copy(home) as con:
        study = _as_it_was_run(con, load_study(study_id, home))
        variants = study.variants()
        if variant not in variants:
            raise UsageError(f"{study_id} has no analysis {variant!r}", expected=", ".join(variants))
        with _of_this_version(study_id):
            if variant == MAIN:
                _stored(con, study_id)
            else:
                derivation = Derivation(con)
                derivation.of(study)
                comparison.keep_baseline(con)
                derivation.of(variants[variant])
                comparison.diff(con)
            _beside(con, ledger, variants[variant], variant)
        yield con


@contextmanager
def _of_this_version(study_id: str) -> Iterator[None]:
    """Say that what is published is too old for the SQL of this version, where a relation or column is not there."""
    try:
        yield
    except UsageError as error:
        raise UsageError(
            f"What is published of {study_id} was made by another version of the platform",
            found=error.what,
            todo=f"run `haic harmonise` and `haic study run {study_id}`",
        ) from None


def _as_it_was_run(con: duckdb.DuckDBPyConnection, study: Study) -> Study:
    """The study, where its file says what it said when it was run."""
    found = None
    if "analysis.study" in warehouse.relations(con):
        found = con.execute("SELECT study_hash FROM analysis.study WHERE study_id = ?", [study.study_id]).fetchone()
    if found is None or found[0] != study.study_hash:
        raise UsageError(
            f"The study {study.study_id} was not run as its file says now",
            todo=f"run `haic study run {study.study_id}` and ask again",
        )
    return study


def _stored(con: duckdb.DuckDBPyConnection, study_id: str) -> None:
    """Schema study as views of what the run kept."""
    con.execute("CREATE SCHEMA study")
    con.execute("SET VARIABLE study_id = ?", [study_id])
    names = [name.removeprefix("analysis.") for name in warehouse.relations(con) if name.startswith("analysis.")]
    for name in names:
        where = "WHERE study_id = getvariable('study_id')"
        con.execute(f'CREATE VIEW study."{name}" AS SELECT * FROM analysis."{name}" {where}')
    con.execute(
        "CREATE TABLE study.change"
        " (site_id VARCHAR, usubjid VARCHAR, what VARCHAR, day_date DATE, a VARCHAR, b VARCHAR)"
    )


def _beside(con: duckdb.DuckDBPyConnection, ledger: Ledger, study: Study, variant: str) -> None:
    """Schema trace: what of the study file the rules need, then the relations of sql/lineage/trace."""
    con.execute("CREATE SCHEMA trace")
    said = {"variant": variant, "study_id": study.study_id, "bclc": study.bclc, "screen_p": study.screen_p}
    for name, value in said.items():
        con.execute(f"SET VARIABLE {name} = ?", [value])
    con.execute("CREATE VIEW trace.estimate AS FROM analysis.estimate WHERE study_id = getvariable('study_id')")
    persons = con.execute("SELECT *, exposure_group AS grp FROM study.adsl ORDER BY usubjid").pl()
    everyone = [name for name, one in study.endpoints.items() if one.start == "index" and not one.among]
    sites = study.site_ids or [
        row[0] for row in con.execute("SELECT DISTINCT site_id FROM harmonised.person").fetchall()
    ]
    _table(con, "control", avalc=control(study.response.disease_control_with_non_cr_non_pd))
    _table(con, "endpoint", endpoint=everyone)
    _table(con, "site", site_id=sites)
    _put(con, "level", _levels(study, persons))
    _put(con, "member", _members(study, persons))
    asked = [(POPULATIONS[one.method], name) for one in study.analyses.propensity for name in one.covariates]
    _table(con, "score_variable", population=[one[0] for one in asked], variable=[one[1] for one in asked])
    snapshot = warehouse.snapshot_in(con)
    _put(con, "decision", decided_by(ledger, snapshot))
    for file in sql_graph.order(sql_graph.load(sql_dir() / "lineage" / "trace"), "trace", warehouse.relations(con)):
        warehouse.run_sql(con, file, f'CREATE TABLE trace."{file.name}" AS\n')


def _levels(study: Study, persons: pl.DataFrame) -> pl.DataFrame:
    """use, variable, usubjid, level (as the study codes it), number: a row a person and variable of each use."""
    uses = {"baseline": study.baseline_table, "covariate": study.covariate_list, "subgroup": study.subgroup_list}
    parts = [persons.select("usubjid", use=pl.lit("covariate"), variable=pl.lit(GROUP), level=pl.col("grp"))]
    for use, variables in uses.items():
        for variable in variables:
            coded = variable.code(persons[variable.column])
            is_number = variable.kind == "continuous"
            parts.append(
                persons.select(
                    "usubjid",
                    use=pl.lit(use),
                    variable=pl.lit(variable.name),
                    level=coded.cast(_TEXT),
                    number=coded if is_number else pl.lit(None, dtype=pl.Float64),
                )
            )
    return pl.concat(parts, how="diagonal")


def _members(study: Study, persons: pl.DataFrame) -> pl.DataFrame:
    """population, usubjid, weight, pair of the sets that the propensity score makes, as the estimates had them."""
    groups = (study.reference_group, *(name for name in study.groups if name != study.reference_group))
    found = [pl.DataFrame(schema={"usubjid": _TEXT, "weight": pl.Float64, "pair": pl.Int64, "population": _TEXT})]
    for asked in study.analyses.propensity:
        one = balanced(Rows(study.study_id, ""), persons, asked, study.covariate_list, groups)
        if one is not None:
            found.append(one.members.with_columns(population=pl.lit(one.population)))
    return pl.concat(found, how="vertical_relaxed")


def _table(con: duckdb.DuckDBPyConnection, name: str, **columns: list[str] | tuple[str, ...]) -> None:
    _put(con, name, pl.DataFrame(columns, schema=dict.fromkeys(columns, _TEXT)))


def _put(con: duckdb.DuckDBPyConnection, name: str, frame: pl.DataFrame) -> None:
    con.register("given", frame.to_arrow())
    con.execute(f'CREATE TABLE trace."{name}" AS FROM given')
    con.unregister("given")
