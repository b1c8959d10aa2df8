"""The report of a study that may leave the coordinating centre.

Belongs here: reading a study's estimates as they were stored, and writing the report of what is left of them. Does
not belong here: suppression (released_estimates.py), rendering (haicplatform.report).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from haicplatform.core.atomic_files import replaced_folder
from haicplatform.core.errors import UsageError
from haicplatform.core.resources import version_of_numbers
from haicplatform.core.settings import Home
from haicplatform.ledger.store import Ledger
from haicplatform.pipeline import run_study
from haicplatform.release.released_estimates import SUPPRESSED, suppress
from haicplatform.studies.loading import load_study
from haicplatform.studies.study import Study
from haicplatform.warehouse import warehouse

FOLDER = "release"


@dataclass(frozen=True)
class Release:
    """report_path; numbers: how many estimates there are; suppressed: how many have no value; min_count."""

    report_path: Path
    numbers: int
    suppressed: int
    min_count: int


def write_release(home: Home, study_id: str) -> Release:
    """Write reports/<study>/<snapshot>/release/ from the stored estimates of a study that was run.

    Raises UsageError where the study was not run, its file says something else since, or another version of the
    platform made its estimates.
    """
    from haicplatform.report.formats.rendering import render

    study = load_study(study_id, home)
    snapshot_id, estimates = stored_estimates(home, study)
    left = suppress(estimates, study.release.min_count)
    target = home.reports / study_id / snapshot_id / FOLDER
    with Ledger(home) as ledger:
        # of the whole study: what is left names no hospital, and the data may be SYNTHETIC all the same
        context = run_study.context_of(home, study, snapshot_id, estimates, ledger.study_lock(study_id))
    with replaced_folder(target) as building:
        page = render(study, left, replace(context, is_release=True), building)
    suppressed = left.filter(pl.col("status") == SUPPRESSED).height
    return Release(target / page.relative_to(building), left.height, suppressed, study.release.min_count)


def last_run(home: Home, study: Study) -> str:
    """The snapshot of the study's last run. Raises UsageError where it was not run as its file says now."""
    return str(_run(home, study)["snapshot_id"])


def stored_estimates(home: Home, study: Study) -> tuple[str, pl.DataFrame]:
    """(snapshot, estimates) of the study's last run, in the order they were made.

    Raises UsageError where it was not run, was run with a study file that says something else, or by another version
    of the platform, whose estimates may be named otherwise.
    """
    run = _run(home, study)
    # a warehouse of before the version was kept has no such column
    if run.get("version") != version_of_numbers():
        raise UsageError(
            f"The numbers of the study {study.study_id} were made by another version of the platform",
            todo=f"run `haic harmonise` and `haic study run {study.study_id}`, and then this again",
        )
    with warehouse.published(home) as con:
        found = con.execute("SELECT * FROM analysis.estimate WHERE study_id = ?", [study.study_id]).pl()
    return str(run["snapshot_id"]), found


def _run(home: Home, study: Study) -> dict[str, object]:
    """The study's row of analysis.study, by column."""
    with warehouse.published(home) as con:
        known = "analysis.study" in warehouse.relations(con)
        wanted = "SELECT * FROM analysis.study WHERE study_id = ?"
        run = con.execute(wanted, [study.study_id]).pl().to_dicts() if known else []
    if not run:
        raise UsageError(f"The study {study.study_id} was not run", todo=f"run `haic study run {study.study_id}` first")
    if run[0]["study_hash"] != study.study_hash:
        raise UsageError(
            f"The file of the study {study.study_id} was changed since it was run",
            found=study.study_hash[:12], expected=run[0]["study_hash"][:12],
            todo=f"run `haic study run {study.study_id}` again",
        )  # fmt: skip
    return run[0]
