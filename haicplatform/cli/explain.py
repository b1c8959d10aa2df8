"""`haic explain`: one patient's story on the terminal.

Belongs here: the command's words. Does not belong here: what the story says (haicplatform.lineage.explain).
"""

from __future__ import annotations

import json
from typing import Annotated, Literal

import typer

from haicplatform.cli.shared import Json, existing


def explain(
    context: typer.Context,
    patient: Annotated[str, typer.Argument(help="usubjid, SITE:number, or with --site the hospital's own number.")],
    site: Annotated[str | None, typer.Option(help="The hospital whose own number this is.")] = None,
    study: Annotated[str | None, typer.Option(help="A study that was run: its responses and endpoints too.")] = None,
    definition: Annotated[str | None, typer.Option(help="Tell by this definition of response.")] = None,
    reader: Annotated[str | None, typer.Option(help="Only this reader; none: the study's, else all.")] = None,
    language: Annotated[Literal["en", "ko"], typer.Option(help="The language of the story.")] = "en",
    as_json: Json = False,
) -> None:
    """One patient's courses, scans, responses, progressions and endpoints: why, and from which rows."""
    from haicplatform.lineage import explain as explanation
    from haicplatform.warehouse import warehouse

    home = existing(context.obj)
    with warehouse.published(home) as con:
        story = explanation.explain(
            con,
            patient,
            site_id=site,
            study_id=study,
            definition=definition,
            reader=reader,
            home=home,
            language=language,
        )
    if as_json:
        typer.echo(json.dumps(story.as_dict(), ensure_ascii=False, indent=1, default=str))
    else:
        typer.echo(story.as_text())
