"""`haic definitions`: what each definition says, and what another one would change.

Belongs here: the commands and how a comparison reads on a terminal. Does not belong here: the comparison
(lineage/comparison.py), the page (reference/definitions_page), that of a comparison (lineage/comparison_page.py).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from haicplatform.cli.shared import Json, existing, show

if TYPE_CHECKING:
    from haicplatform.lineage.comparison import Comparison

definitions_app = typer.Typer(no_args_is_help=True, help="The clinical definitions, and what changing one does.")


@definitions_app.command("list")
def definitions_list(
    context: typer.Context,
    study: Annotated[str | None, typer.Option("--study", help="Also those of this study's own file.")] = None,
    as_json: Json = False,
) -> None:
    """The definitions of response and their thresholds."""
    from haicplatform.studies.definitions import rows
    from haicplatform.studies.loading import load_study

    own = load_study(study, existing(context.obj)).definitions if study else {}
    known = list(rows(own).values())
    by_threshold = [
        {"threshold": name} | {row["definition"]: row[name] for row in known}
        for name in known[0]
        if name != "definition"
    ]
    show(known if as_json else by_threshold, as_json)


@definitions_app.command("compare")
def definitions_compare(
    context: typer.Context,
    a: Annotated[str, typer.Argument(help="A definition, or an analysis of the study such as main.")],
    b: Annotated[str, typer.Argument(help="The one to compare it with.")],
    study: Annotated[str, typer.Option("--study", help="The study that is run under both.")],
    to: Annotated[Path | None, typer.Option("--to", help="Also write it as a page into this folder.")] = None,
    limit: Annotated[int, typer.Option(help="At most so many single changes on the terminal.")] = 20,
    as_json: Json = False,
) -> None:
    """Whose response, progression, best response, stage or group changes, and what that does to the results."""
    from haicplatform.lineage.comparison import compare

    home = existing(context.obj)
    found = compare(home, a, b, study)
    if as_json:
        typer.echo(json.dumps(found.as_dict(), ensure_ascii=False, indent=1, default=str))
    else:
        _print(found, limit)
    if to is not None:
        from haicplatform.lineage.comparison_page import write_comparison

        typer.echo(f"Written: {write_comparison(found, home, to)}", err=as_json)


def _print(found: Comparison, limit: int) -> None:
    typer.echo(f"Study {found.study.study_id}, snapshot {found.snapshot_id}: {found.a} against {found.b}\n")
    show(found.persons_changed(), False)
    changed, every = found.results(only_changed=True), found.results()
    if changed:
        show(changed, False)
    typer.echo(f"{len(every) - len(changed)} of {len(every)} results stay as they are\n")
    for row in found.changes.head(limit).iter_rows(named=True):
        where = "" if row["course_no"] is None else f" course {row['course_no']}"
        where += "" if row["day_date"] is None else f" {row['day_date']}"
        typer.echo(f"{row['usubjid']}  {row['what'].replace('_', ' ')}{where}: {row['a']} -> {row['b']}")
    if found.changes.height > limit:
        typer.echo(f"{limit} of {found.changes.height} changes; --limit shows more, --json all of them")


@definitions_app.command("page")
def definitions_page(
    to: Annotated[Path, typer.Option("--to", help="The folder to write into.")] = Path("."),
) -> None:
    """Every definition on one page for clinicians: source, choices, thresholds, worked examples."""
    from haicplatform.reference.definitions_page import write_page

    typer.echo(f"Written: {write_page(to)}")
