"""What every command needs: the home folder that exists, how rows are shown, the console.

Belongs here: only that. Does not belong here: a command.
"""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from haicplatform.core.private_home import close_to_others
from haicplatform.core.settings import Home

# what hospitals write (`크기[cm]`, a masked name) is text, not markup
console = Console(highlight=False, markup=False)
Json = Annotated[bool, typer.Option("--json", help="Print JSON for a script.")]


def existing(home: Home) -> Home:
    """The home of a command, with its folders. Raises UsageError where `haic init` made none."""
    return home.existing()


def say_what_was_closed(home: Home) -> None:
    """Close a home that others could read, and say so."""
    done = close_to_others(home)
    if done.was_reached and done.closed:
        typer.echo(
            f"haic: others on this machine could read {done.closed} files and folders of {home.root}; "
            "they are closed now",
            err=True,
        )
    if "." in done.left:  # else nobody comes to what is open in it
        typer.echo(
            f"haic: others on this machine can read {home.root}: it belongs to another account, which must close it: "
            f"chmod -R go= {home.root}",
            err=True,
        )


def show(rows: list[dict], as_json: bool, title: str | None = None) -> None:
    """Print rows as a table for a person or as JSON for a script."""
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=1, default=str))
        return
    if not rows:
        console.print("nothing to show")
        return
    table = Table(title=title, title_justify="left")
    for name in rows[0]:
        table.add_column(name.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*("" if value is None else str(value) for value in row.values()))
    console.print(table)
