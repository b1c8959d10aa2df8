"""`haic study export`: the datasets of a study as files for other programs.

Belongs here: the command's words and options. Does not belong here: making the files (datasets.py).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from haicplatform.cli.shared import Json, console, existing, show

FORMATS = "parquet,csv,xpt"


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
