"""`haic study run`, `lock`, `unlock`, `export`, and `haic report`.

Belongs here: the commands' words and options. Does not belong here: running and locks (pipeline), the report that may
leave and the datasets (release).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from haicplatform.cli.shared import Json, console, existing, show

FORMATS = "parquet,csv,xpt"
Snapshot = Annotated[
    str | None, typer.Option("--snapshot", help="An earlier snapshot (see `haic snapshot list`); none: the newest.")
]


def study_run(context: typer.Context, study: str, snapshot: Snapshot = None) -> None:
    """Run a study on the harmonised data, and write its report; with --snapshot repeat an earlier one."""
    from haicplatform.pipeline.run_study import run_study

    result = run_study(existing(context.obj), study, snapshot)
    console.print(f"Report: {result.report_path}", soft_wrap=True)


def study_lock(context: typer.Context, study: str, snapshot: Snapshot = None) -> None:
    """Pin a study's file and snapshot: its report says so, and no run may change it."""
    from haicplatform.pipeline.study_locks import lock_study

    result = lock_study(existing(context.obj), study, snapshot)
    console.print(f"Locked to snapshot {result.snapshot_id}. Report: {result.report_path}", soft_wrap=True)


def study_unlock(context: typer.Context, study: str) -> None:
    """Let a locked study change again."""
    from haicplatform.pipeline.study_locks import unlock_study

    unlock_study(existing(context.obj), study)
    console.print(f"{study} is no longer locked.")


def study_export(
    context: typer.Context,
    study: str,
    to: Annotated[
        Path | None,
        typer.Option("--to", help="The folder; none: reports/<study>/<snapshot>/export in the home folder."),
    ] = None,
    formats: Annotated[str, typer.Option("--format", help="Which formats, with commas between them.")] = FORMATS,
    as_json: Json = False,
) -> None:
    """ADSL, ADRS, ADTTE and ADTR of a study that was run, one file each, with a codebook. Rows of single patients."""
    from haicplatform.release.datasets import export_study

    wanted = tuple(dict.fromkeys(part.strip() for part in formats.lower().split(",") if part.strip()))
    done = export_study(existing(context.obj), study, to, wanted)
    if as_json:
        show([{"file": str(path)} for path in done.files], True)
        return
    for name, rows in done.rows.items():
        console.print(f"{name}: {rows} rows")
    console.print(f"Written: {done.folder}  (individual-level: keep it at the coordinating centre)", soft_wrap=True)


def report(
    context: typer.Context,
    study: Annotated[str, typer.Argument(help="A study that was run.")],
    release: Annotated[
        bool, typer.Option("--release", help="Hide small counts, and every number that gives one away.")
    ] = False,
) -> None:
    """Where a study's report is; with --release, write the one that may leave the coordinating centre."""
    from haicplatform.release.released_report import last_run, write_release
    from haicplatform.studies.loading import load_study

    home = existing(context.obj)
    if not release:
        snapshot_id = last_run(home, load_study(study, home))
        console.print(f"Report: {home.reports / study / snapshot_id / 'report.html'}  (stays here)", soft_wrap=True)
        return
    made = write_release(home, study)
    console.print(f"Report: {made.report_path}", soft_wrap=True)
    console.print(
        f"{made.suppressed} of {made.numbers} numbers are suppressed: counts below {made.min_count}, and what would "
        "give one away",
        soft_wrap=True,
    )
