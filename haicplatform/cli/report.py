"""`haic report`: the report of a study that was run, as it may leave the coordinating centre.

Belongs here: the command's words. Does not belong here: suppression (haicplatform.release), rendering (report).
"""

from __future__ import annotations

from typing import Annotated

import typer

from haicplatform.cli.shared import console, existing


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
