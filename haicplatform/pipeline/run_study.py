"""Harmonised to analysis to report: one study on the warehouse's snapshot.

Belongs here: the order of a study's steps, storing its relations beside other studies', its report's folder.
Does not belong here: who is in and what an endpoint is (sql/analysis, the study file), statistics (estimation).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

import polars as pl

from haicplatform.core.atomic_files import replaced_folder
from haicplatform.core.errors import HaicError, UsageError
from haicplatform.core.resources import version_of_numbers
from haicplatform.core.settings import Home
from haicplatform.ledger.decided import decided_by
from haicplatform.ledger.store import Ledger
from haicplatform.lineage import comparison
from haicplatform.pipeline import harmonise
from haicplatform.studies.derivation import Derivation
from haicplatform.studies.loading import load_study
from haicplatform.studies.study import Study
from haicplatform.warehouse import warehouse

if TYPE_CHECKING:
    import duckdb

    from haicplatform.ledger.models import StudyLock
    from haicplatform.report.document.context import Context

# What estimates are made from; with the tumour results, what must hold against schemas/analysis.
DATASETS = ("adsl", "adrs", "adtte", "cohort")
TUMOUR_RESULTS = "adtr"
# What the further analyses of the main variant are made from, where they are there.
FURTHER = (
    "competing", "toxicity", "lab_toxicity", "dose", "post_progression", "tumour_change", "milestone", "reader_pair",
)  # fmt: skip
Progress = Callable[[str], None] | None


@dataclass(frozen=True)
class StudyResult:
    """What a run made. counts: assessed, included, excluded persons, included by group, and estimates."""

    study_id: str
    snapshot_id: str
    report_path: Path
    counts: dict[str, int]


def run_study(
    home: Home,
    study_id: str,
    snapshot: str | None = None,
    progress: Progress = None,
    alone: Callable[[], AbstractContextManager] = nullcontext,
) -> StudyResult:
    """Run one study, store analysis.*, publish, and write the report into reports/<study>/<snapshot>/.

    The study's earlier rows are replaced, other studies' stay. `snapshot`: repeat the report of that snapshot; where
    the warehouse holds another one, it is built aside and analysis.* stays as it is. `alone`: what a scheduler holds
    while the warehouse is written; the report is written after it. Raises UsageError for a study file with mistakes,
    without a warehouse or with one that an earlier version made, for an unknown snapshot, and where the study is locked
    to something else; HaicError where another run replaced the warehouse in between.
    """
    study = load_study(study_id, home)
    if not home.warehouse.exists():
        raise UsageError("There is nothing to analyse yet", todo="run `haic ingest` and `haic harmonise` first")
    progress = progress or (lambda _: None)
    with Ledger(home) as ledger, ledger.run("study", study_id) as outcome:
        held = warehouse.snapshot_of(home)
        wanted = snapshot or held
        refuse_if_locked(ledger, study, wanted)
        deliveries = decided_by(ledger, wanted)
        if wanted == held:
            with alone():
                with warehouse.writable(home) as con:
                    if warehouse.snapshot_in(con) != wanted:
                        raise HaicError("The warehouse was built anew while the study began", todo="run it again")
                    harmonise.refuse_other_version(con)
                    estimates, counts = _analyse(con, study, wanted, deliveries, progress)
                warehouse.publish(home)
        else:
            with harmonise.at_snapshot(home, ledger, wanted, progress) as con:
                estimates, counts = _analyse(con, study, wanted, deliveries, progress)
        progress("report")
        path = _report(home, study, wanted, estimates, ledger.study_lock(study_id))
        outcome.append(f"snapshot {wanted}")
    return StudyResult(study_id, wanted, path, counts)


class _Further(TypedDict, total=False):
    """What an estimate of the main variant, or of another one, takes beside the datasets."""

    deliveries: pl.DataFrame
    findings: pl.DataFrame
    agreement_rates: pl.DataFrame
    relations: dict[str, pl.DataFrame]
    changed: pl.DataFrame


def _analyse(
    con: duckdb.DuckDBPyConnection,
    study: Study,
    snapshot_id: str,
    deliveries: pl.DataFrame,
    progress: Callable[[str], None],
) -> tuple[pl.DataFrame, dict[str, int]]:
    """Every variant of the study in schema `study`, the main one kept in analysis.*; all their estimates."""
    from haicplatform.estimation.study_estimates import estimate

    parts, counts, derivation = [], {}, Derivation(con)
    for variant, one in study.variants().items():
        progress(f"{study.study_id}: {variant}")
        made = derivation.of(one)
        frames = {name: _frame(con, name) for name in DATASETS}
        more: _Further = {}
        if variant == "main":
            for name, frame in (frames | {TUMOUR_RESULTS: _frame(con, TUMOUR_RESULTS)}).items():
                _hold_against_model(name, frame)
            for relation in made:
                _store(con, relation, study.study_id)
            counts = _counts(frames["cohort"], study)
            sites = con.execute("SELECT site_id FROM study.site").pl()
            more["deliveries"] = deliveries.join(sites, on="site_id", how="semi")
            more["findings"] = con.execute(
                "SELECT site_id, severity, rule_id FROM quality.finding SEMI JOIN study.site USING (site_id) "
                "SEMI JOIN quality.snapshot_member USING (site_id, delivery_id)"
            ).pl()
            more["relations"] = {name: _frame(con, name) for name in FURTHER if name in made}
            more["agreement_rates"] = _agreement_rates(con)
            comparison.keep_baseline(con)
        else:
            more["changed"] = comparison.diff(con)[1]
        adsl, adrs, adtte, cohort = (frames[name] for name in DATASETS)
        parts.append(estimate(one, adsl, adrs, adtte, cohort, snapshot_id, variant=variant, **more))
    estimates = pl.concat(parts)
    _hold_against_model("estimate", estimates)
    con.register("new_estimate", estimates.to_arrow())
    con.execute("CREATE OR REPLACE TABLE study.estimate AS SELECT * FROM new_estimate")
    con.unregister("new_estimate")
    _store(con, "estimate", study.study_id)
    store_study(con, study, snapshot_id)
    con.execute("DROP SCHEMA study CASCADE; DROP SCHEMA before CASCADE")
    return estimates, counts | {"estimates": estimates.height}


def _frame(con: duckdb.DuckDBPyConnection, name: str) -> pl.DataFrame:
    return con.execute(f"SELECT * FROM study.{name}").pl()


def _agreement_rates(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """By hospital and reader, under the study's thresholds; by the default where its responses are as recorded."""
    [(is_derived,)] = con.execute("SELECT is_derived FROM study.definition").fetchmany(1)
    rates = (
        "study.response_agreement_rate"
        if is_derived
        else "(SELECT r.* FROM harmonised.response_agreement_rate AS r "
        "SEMI JOIN (FROM harmonised.definition WHERE is_default) USING (definition))"
    )
    return con.execute(f"FROM {rates} SEMI JOIN study.site USING (site_id)").pl()


def _store(con: duckdb.DuckDBPyConnection, name: str, study_id: str) -> None:
    """Replace the study's rows of analysis.<name> by those of study.<name>."""
    con.execute("CREATE SCHEMA IF NOT EXISTS analysis")
    if _columns(con, "analysis", name) not in ([], _columns(con, "study", name)):
        # written by an earlier version of the SQL: other studies are made again by running them, and until then none
        # of their results stands, because a reader would take a relation without their rows for nothing found
        con.execute(f'DROP TABLE analysis."{name}"')
        for (table,) in con.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'analysis'").fetchall():
            con.execute(f'DELETE FROM analysis."{table}" WHERE study_id <> ?', [study_id])
    con.execute(f'CREATE TABLE IF NOT EXISTS analysis."{name}" AS FROM study."{name}" LIMIT 0')
    con.execute(f'DELETE FROM analysis."{name}" WHERE study_id = ?', [study_id])
    con.execute(f'INSERT INTO analysis."{name}" BY NAME FROM study."{name}"')


def _columns(con: duckdb.DuckDBPyConnection, schema: str, name: str) -> list[str]:
    """Names of a table's columns in alphabetical order; none where there is no such table."""
    found = con.execute(
        "SELECT column_name FROM duckdb_columns() WHERE schema_name = ? AND table_name = ? ORDER BY 1", [schema, name]
    )
    return [row[0] for row in found.fetchall()]


def store_study(con: duckdb.DuckDBPyConnection, study: Study, snapshot_id: str) -> None:
    """What was run, as analysis.study, and what its codes mean, as analysis.entry."""
    con.execute(
        "CREATE OR REPLACE TABLE study.study AS SELECT ? AS study_id, ? AS snapshot_id, ? AS study_hash,"
        " ? AS title, ?::DATE AS cutoff, ? AS definition, ? AS reader, ? AS version",
        [
            study.study_id,
            snapshot_id,
            study.study_hash,
            study.title,
            study.cutoff,
            study.definition,
            study.reader,
            version_of_numbers(),
        ],
    )
    _store(con, "study", study.study_id)
    con.execute(
        "CREATE OR REPLACE TABLE study.entry (study_id VARCHAR, kind VARCHAR, code VARCHAR, label VARCHAR,"
        " label_ko VARCHAR, start_source VARCHAR, among_source VARCHAR)"
    )
    con.executemany("INSERT INTO study.entry VALUES (?, ?, ?, ?, ?, ?, ?)", _entries(study))
    _store(con, "entry", study.study_id)


def _entries(study: Study) -> list[tuple[str | None, ...]]:
    """study_id, kind (group, exclusion, endpoint), code, label, label_ko, and what an endpoint needs of a person: where
    it starts, among whom. What the codes of analysis.cohort and adtte mean, as the study file said it when it ran."""
    named: list[tuple[str | None, ...]] = []
    named += [("group", name, group.label, group.label_ko, None, None) for name, group in study.groups.items()]
    named += [("exclusion", each.reason, each.label, each.label_ko, None, None) for each in study.exclude]
    named += [
        ("endpoint", code, one.label, one.label_ko, one.start, one.among) for code, one in study.endpoints.items()
    ]
    return [(study.study_id, *each) for each in named]


def _hold_against_model(name: str, frame: pl.DataFrame) -> None:
    """Raise pandera's SchemaErrors when a relation breaks its model: our fault, and nothing is stored."""
    if find_spec(f"schemas.analysis.{name}"):
        getattr(import_module(f"schemas.analysis.{name}"), name.capitalize()).validate(frame, lazy=True)


def _counts(cohort: pl.DataFrame, study: Study) -> dict[str, int]:
    included = cohort.filter("is_included")
    groups = {name: included.filter(exposure_group=name).height for name in study.groups}
    all_of_them = {"assessed": cohort.height, "included": included.height}
    return all_of_them | {"excluded": cohort.height - included.height} | groups


def _report(home: Home, study: Study, snapshot_id: str, estimates: pl.DataFrame, lock: StudyLock | None = None) -> Path:
    """Render into a folder beside the one in force and swap, so that a reader never sees half a report."""
    from haicplatform.report.formats.rendering import render

    target = home.reports / study.study_id / snapshot_id
    with replaced_folder(target) as building:
        page = render(study, estimates, context_of(home, study, snapshot_id, estimates, lock), building)
    return target / page.relative_to(building)


def context_of(
    home: Home, study: Study, snapshot_id: str, estimates: pl.DataFrame, lock: StudyLock | None = None
) -> Context:
    """What a report says about where its numbers come from."""
    from haicplatform.report.document.context import Context, software_versions
    from haicplatform.sites.loading import is_any_synthetic, readable_sites

    populations = estimates["population"].unique().to_list()
    named = {population.removeprefix("site:") for population in populations if population.startswith("site:")}
    site_ids = named | set(study.site_ids or ())
    sites = readable_sites(site_ids, home)  # the report of a hospital whose site file is wrong gives its id
    return Context(
        snapshot_id,
        is_synthetic=is_any_synthetic(site_ids, home),
        site_names={site_id: site.hospital.name_en for site_id, site in sites.items()},
        versions=software_versions(),
        site_names_ko={site_id: site.hospital.name_ko for site_id, site in sites.items()},
        locked_on=lock.locked_at.date() if lock else None,
    )


class StudyLocked(UsageError):
    """A run that would change what a locked study reports."""


def refuse_if_locked(ledger: Ledger, study: Study, snapshot_id: str) -> None:
    """Raise StudyLocked unless the study is free, or this is exactly what it is locked to."""
    lock = ledger.study_lock(study.study_id)
    if lock is None:
        return
    if lock.study_hash != study.study_hash:
        raise StudyLocked(
            f"The study {study.study_id} is locked, and its file has changed since",
            found=f"study file {study.study_hash[:12]}",
            expected=f"study file {lock.study_hash[:12]}",
            todo=f"give the changed study a name of its own, or run `haic study unlock {study.study_id}`",
        )
    if lock.snapshot_id != snapshot_id:
        raise StudyLocked(
            f"The study {study.study_id} is locked to another snapshot",
            found=f"snapshot {snapshot_id}",
            expected=f"snapshot {lock.snapshot_id}",
            todo=f"run `haic study run {study.study_id} --snapshot {lock.snapshot_id}` to repeat its report, "
            f"or `haic study unlock {study.study_id}` to let it change",
        )
