"""`haic queries` and `haic audit`: questions to hospitals, their workbooks, and who did what.

Belongs here: the commands and how a query reads on a terminal. Does not belong here: what is legal
(queries/transitions.py), the workbook (queries/export.py, answers.py).
"""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from haicplatform.cli.shared import Json, console, existing, show
from haicplatform.core.errors import EXIT_FAILED

if TYPE_CHECKING:
    from haicplatform.core.people import Person
    from haicplatform.ledger.models import Query

queries_app = typer.Typer(no_args_is_help=True, help="Questions to the hospitals about what was found.")
audit_app = typer.Typer(no_args_is_help=True, help="Who did what, when, to what.")
Site = Annotated[str, typer.Argument(help="A hospital.")]


def local_person() -> Person:
    """Whoever may run this on the platform's own folder can read all of it: a data manager by the account's name."""
    from haicplatform.core.people import DATA_MANAGER, Person

    return Person(f"local:{getpass.getuser()}", DATA_MANAGER)


@queries_app.command("list")
def queries_list(
    context: typer.Context,
    site: Annotated[str | None, typer.Argument(help="A hospital; none: all of them.")] = None,
    state: Annotated[str | None, typer.Option(help="open, answered, closed, accepted or not_applicable")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 50,
    as_json: Json = False,
) -> None:
    """The queries: what was asked, in which cell, and where it stands."""
    from haicplatform.ledger.store import Ledger
    from haicplatform.queries.actions import listed

    with Ledger(existing(context.obj)) as ledger:
        found = listed(ledger, local_person(), site_id=site, state=state)
    show([_row(query) for query in found[:limit]], as_json)
    if len(found) > limit and not as_json:
        console.print(f"{limit} of {len(found)}; --limit shows more")


@queries_app.command("show")
def queries_show(context: typer.Context, number: int, as_json: Json = False) -> None:
    """One query with everything that happened to it."""
    from haicplatform.ledger.store import Ledger
    from haicplatform.queries.actions import history

    with Ledger(existing(context.obj)) as ledger:
        query, entries = history(ledger, local_person(), number)
    if not as_json:
        console.print(f"{query.message_ko}\n{query.message_en}\n", soft_wrap=True)
        show([_row(query)], False)
    show([{"at (UTC)": entry.at[:19], "who": entry.actor, "what": entry.action, "before": entry.old,
           "after": entry.new, "note": entry.note} for entry in entries], as_json)  # fmt: skip


@queries_app.command("do")
def queries_do(
    context: typer.Context,
    action: Annotated[str, typer.Argument(help="answer, close, accept, not_applicable, reopen or comment")],
    numbers: Annotated[list[int], typer.Argument(help="The queries.")],
    note: Annotated[str, typer.Option(help="Why; kept for ever.")],
) -> None:
    """Act on one or several queries: all of them, or none."""
    from haicplatform.ledger.store import Ledger
    from haicplatform.queries.actions import Request, act

    with Ledger(existing(context.obj)) as ledger:
        done = act(ledger, local_person(), [Request(number, action, note) for number in dict.fromkeys(numbers)])
    console.print(f"{action}: {done} {'query' if done == 1 else 'queries'}")


@queries_app.command("export")
def queries_export(
    context: typer.Context,
    site: Site,
    to: Annotated[Path | None, typer.Option("--to", help="The workbook to write.")] = None,
) -> None:
    """A hospital's waiting queries as an Excel workbook to answer in. It shows the hospital's own patient numbers."""
    from haicplatform.queries.export import export_queries

    path = to or Path(f"queries_{site}.xlsx")
    count = export_queries(existing(context.obj), local_person(), site, path)
    console.print(f"Written: {path} ({count} queries; it holds patient numbers, hand it to {site} only)")


@queries_app.command("import")
def queries_import(
    context: typer.Context, file: Annotated[Path, typer.Argument(help="The answered workbook.")]
) -> None:
    """Take an answered workbook back: every answer of it, or none and the list of what is wrong."""
    from haicplatform.queries.answers import import_answers

    done = import_answers(existing(context.obj), local_person(), file)
    console.print(f"{done.answered} answered, {done.unanswered} rows without an answer")


@queries_app.command("sync")
def queries_sync(context: typer.Context) -> None:
    """Bring the queries to what the data in force say; ingest and harmonise do it by themselves."""
    from haicplatform.queries.sync import sync_site, sync_snapshot
    from haicplatform.sites.loading import list_sites
    from haicplatform.warehouse import warehouse

    home = existing(context.obj)
    for site in list_sites(home):
        console.print(f"{site}  {sync_site(home, site)}")
    if warehouse.is_published(home):
        console.print(f"across hospitals  {sync_snapshot(home)}")


@audit_app.command("verify")
def audit_verify(context: typer.Context) -> None:
    """Walk the whole audit: whether an entry was changed, taken out or put in."""
    from haicplatform.ledger.audit import verify
    from haicplatform.ledger.engine import reading
    from haicplatform.ledger.store import Ledger

    with Ledger(existing(context.obj)) as ledger, reading(ledger.engine, ledger.home) as session:
        found = verify(session)
    if found.broken_at is not None:
        typer.echo(
            f"The audit is broken at entry {found.broken_at}; the {found.entries} before it are whole.", err=True
        )
        raise typer.Exit(EXIT_FAILED)
    console.print(f"{found.entries} entries, whole. Note the newest hash elsewhere: {found.last_hash}")


def _row(query: Query) -> dict:
    place = ", ".join(str(part) for part in (query.source_sheet, query.source_row, query.source_column) if part)
    return {
        "query": query.number, "site": query.site_id, "state": query.state, "severity": query.severity,
        "rule": query.rule_id, "file": query.source_file, "place": place, "value": query.value,
        "answer": query.answer,
    }  # fmt: skip
