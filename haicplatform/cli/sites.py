"""`haic sites`: the hospitals, their site files, and the workbook that a hospital can fill.

Belongs here: the commands. Does not belong here: what a site file means (sites/), the workbook (template.py).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from haicplatform.cli.shared import Json, console, existing, show
from haicplatform.core.errors import EXIT_REFUSED

sites_app = typer.Typer(no_args_is_help=True, help="The hospitals and their site files.")


@sites_app.command("list")
def sites_list(context: typer.Context, as_json: Json = False) -> None:
    """The hospitals, their schedules, and their last delivery."""
    from haicplatform.pipeline.summaries import list_hospitals

    show(list_hospitals(context.obj), as_json)


@sites_app.command("check")
def sites_check(context: typer.Context, site: str, as_json: Json = False) -> None:
    """Hold a site file against the files in the inbox: everything unmapped, missing, unknown or unused, at once."""
    from haicplatform.onboarding.inspect_files import inspect_inbox

    problems = inspect_inbox(existing(context.obj), site)
    show(problems, as_json)
    if any(row["severity"] == "error" for row in problems):
        raise typer.Exit(EXIT_REFUSED)


@sites_app.command("propose")
def sites_propose(
    context: typer.Context,
    site: str,
    to: Annotated[Path | None, typer.Option("--to", help="The site file to write; default: print it.")] = None,
) -> None:
    """A draft of a site file from the files in the inbox; what needs a decision is marked."""
    from haicplatform.onboarding.propose import propose_for

    text = propose_for(existing(context.obj), site)
    if to is None:
        typer.echo(text, nl=False)
    else:
        to.write_text(text, "utf-8")
        console.print(f"Written: {to}")


@sites_app.command("template")
def sites_template(
    context: typer.Context,
    site: str,
    to: Annotated[Path | None, typer.Option("--to", help="The workbook to write.")] = None,
) -> None:
    """An Excel workbook that a hospital can fill: one sheet a table, drop-downs, units, notes."""
    from haicplatform.onboarding.template import write_template

    path = to or Path(f"{site}_template.xlsx")
    write_template(site, path, home=context.obj)
    console.print(f"Written: {path}")
