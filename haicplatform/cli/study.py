"""`haic study run`, `lock` and `unlock`.

Belongs here: the commands' words and options. Does not belong here: running (run_study.py), locks (study_locks.py).
"""

from __future__ import annotations

from typing import Annotated

import typer

from haicplatform.cli.shared import console, existing

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
