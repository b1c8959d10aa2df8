"""`haic findings`: what was found, in the hospital's own files, said to whoever mends it.

Belongs here: the command and how a finding is written out. Does not belong here: which findings there are
(summaries.py) and their sentences (schemas/rules.py).
"""

from __future__ import annotations

from typing import Annotated

import typer

from haicplatform.cli.shared import Json, console, existing, show


def findings(
    context: typer.Context,
    site: Annotated[str | None, typer.Argument(help="A hospital; none: all of them.")] = None,
    severity: Annotated[str | None, typer.Option(help="error, warning or info")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 50,
    as_json: Json = False,
) -> None:
    """What was found in the data in force and in refused deliveries: rule, file, row, column, and what to do."""
    from haicplatform.pipeline.summaries import list_findings

    rows, total = list_findings(existing(context.obj), site, severity, limit)
    if as_json or not rows:
        show(rows, as_json)
        return
    for row in rows:
        console.print(_paragraph(row), soft_wrap=True)
    console.print(f"{len(rows)} of {total}" + ("; --limit shows more" if total > len(rows) else ""))


def _paragraph(row: dict) -> str:
    """Where it stands, then both sentences: a table of nine columns cannot be read on a terminal."""
    sheet = f"sheet {row['sheet']}" if row["sheet"] else ""
    cell = [f"{name} {row[name]}" for name in ("row", "column") if row[name] is not None]
    place = ", ".join(part for part in (row["file"], sheet, *cell) if part) or "the whole delivery"
    table = f", table {row['table']}" if row["table"] else ""
    refused = " (refused delivery)" if row["delivery"] == "refused" else ""
    head = f"{row['site']}  {row['severity']}  {place}{refused}  {row['rule']}{table}"
    return f"{head}\n    {row['message_ko']}\n    {row['message_en']}"
