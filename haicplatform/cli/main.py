"""The command line `haic`: what a person types, what they read back, and the exit code.

Belongs here: commands, their words and tables. Does not belong here: any step of the data's way.
"""

from __future__ import annotations

import datetime as dt
import sys
import time
import traceback
from contextlib import suppress
from contextvars import ContextVar
from pathlib import Path
from typing import Annotated

import typer

from haicplatform.cli.accounts import accounts_app
from haicplatform.cli.definitions import definitions_app
from haicplatform.cli.explain import explain
from haicplatform.cli.findings import findings
from haicplatform.cli.links import links_app
from haicplatform.cli.operations import backup, digest, restore
from haicplatform.cli.published import check_published
from haicplatform.cli.queries import audit_app, queries_app
from haicplatform.cli.review import review
from haicplatform.cli.shared import Json, console, existing, say_what_was_closed, show
from haicplatform.cli.sites import sites_app
from haicplatform.cli.study import report, study_export, study_lock, study_run, study_unlock
from haicplatform.cli.trace import trace
from haicplatform.core.errors import EXIT_DONE, EXIT_FAILED, EXIT_REFUSED, HaicError, UsageError
from haicplatform.core.settings import Home

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Pools the HAIC records of several hospitals.")
study_app = typer.Typer(no_args_is_help=True, help="The studies and their reports.")
snapshot_app = typer.Typer(no_args_is_help=True, help="Which deliveries counted when.")
app.add_typer(sites_app, name="sites")
app.add_typer(study_app, name="study")
app.add_typer(snapshot_app, name="snapshot")
app.add_typer(definitions_app, name="definitions")
app.add_typer(queries_app, name="queries")
app.add_typer(audit_app, name="audit")
app.add_typer(accounts_app, name="accounts")
app.add_typer(links_app, name="links")
study_app.command("export")(study_export)
study_app.command("run")(study_run)
study_app.command("lock")(study_lock)
study_app.command("unlock")(study_unlock)
app.command("findings")(findings)
app.command()(digest)
app.command()(backup)
app.command()(restore)
app.command()(explain)
app.command()(trace)
app.command("check-published")(check_published)
app.command()(report)
app.command()(review)

_ASKED: ContextVar[Home | None] = ContextVar("the home that the command is about", default=None)
INTERRUPTED = 130  # what typer makes of Ctrl-C


@app.callback()
def common(
    context: typer.Context,
    home: Annotated[
        Path, typer.Option("--home", envvar="HAIC_HOME", help="The platform's folder.", show_default="./haic-home")
    ] = Path("haic-home"),
) -> None:
    context.obj = Home(home)
    _ASKED.set(context.obj)
    say_what_was_closed(context.obj)


@app.command()
def init(folder: Annotated[Path, typer.Argument(help="The folder to make.")]) -> None:
    """Make a home folder with an inbox for each hospital and the key that hashes patient numbers."""
    from haicplatform.ledger.store import Ledger
    from haicplatform.sites.loading import list_sites

    home = Home(folder).create()
    for site_id in list_sites(home):
        (home.inbox / site_id).mkdir(exist_ok=True)
    Ledger(home).close()
    console.print(f"Ready: {home.root}", soft_wrap=True)
    console.print(f"Hospitals put their files into {home.inbox}/<SITE>/.", soft_wrap=True)
    if home.key_file.exists():
        console.print(f"Keep a copy of {home.key_file} in a safe place.", soft_wrap=True)
    else:
        console.print(
            f"The key {home.key_file} is not there: put its copy in that place (mode 600). Files were landed with it,"
            " and a new key would make every patient a new person.",
            soft_wrap=True,
        )


@app.command()
def ingest(
    context: typer.Context,
    site: Annotated[str | None, typer.Argument(help="A hospital; none: all of them.")] = None,
    paths: Annotated[list[Path] | None, typer.Argument(help="Files or folders; none: the hospital's inbox.")] = None,
    as_json: Json = False,
) -> None:
    """Take in what is new: land, read, map, validate."""
    from haicplatform.pipeline.ingest_hospital import ingest_site
    from haicplatform.pipeline.summaries import as_row, one_line
    from haicplatform.queries.sync import SyncCounts, sync_site
    from haicplatform.sites.loading import list_sites

    home = existing(context.obj)
    if site is not None and site not in list_sites(home):
        raise UsageError(
            f"No hospital is called {site}",
            expected=", ".join(list_sites(home)),
            todo=f"correct the name, or add {home.sites}/{site}/site.yaml",
        )
    rows, is_refused, failures = [], False, []
    for site_id in [site] if site else list_sites(home):
        begin = time.monotonic()
        try:
            result = ingest_site(home, site_id, paths)
            moved = sync_site(home, site_id)
        except HaicError as error:
            failures.append(error)
            typer.echo(f"{site_id}: {error}", err=True)
            continue
        rows.append(as_row(result) | {"seconds": round(time.monotonic() - begin, 2)})
        is_refused = is_refused or result.is_refused
        if not as_json:
            console.print(one_line(result), soft_wrap=True)
            if moved != SyncCounts():
                console.print(f"    {moved}")
            for _file, _reason, sentence in (item for d in result.deliveries for item in d.refused_files):
                console.print(f"    {sentence}", soft_wrap=True)
    if as_json:
        show(rows, True)
    if failures:
        raise typer.Exit(max(error.exit_code for error in failures))
    if is_refused:
        raise typer.Exit(EXIT_REFUSED)


@app.command()
def harmonise(context: typer.Context) -> None:
    """Build the warehouse from every hospital's data in force, and publish it."""
    from haicplatform.pipeline.harmonise import harmonise as build
    from haicplatform.queries.sync import sync_snapshot

    home = existing(context.obj)
    result = build(home)
    sync_snapshot(home)
    console.print(f"Snapshot {result.snapshot_id}: {result.relations} relations in {result.seconds:.1f} s")


@app.command()
def demo(context: typer.Context) -> None:
    """Eight SYNTHETIC hospitals, from their files to the pooled report, in one go."""
    from haicplatform.demo.run import run_demo

    run_demo(context.obj, console)


@app.command()
def serve(
    context: typer.Context,
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1.")] = 4200,
) -> None:
    """Start the scheduler of this machine: the Prefect server and the worker that runs what falls due."""
    from haicplatform.operations import flow_server

    home = existing(context.obj)
    with flow_server.server(home, port) as url:
        console.print(f"Schedules and runs: {url.removesuffix('/api')}  (stop with Ctrl-C)")
        raise typer.Exit(flow_server.run_flow(home, url, "serve"))


@app.command()
def doctor(context: typer.Context, as_json: Json = False) -> None:
    """Check this machine: what is there, what is missing, and the line that installs it."""
    from haicplatform.operations.doctor import checks

    found = checks(context.obj)
    rows = [
        {"check": c.name, "ok": "yes" if c.is_ok else ("NO" if c.needed else "no"), "found": c.found,
         "what to do": "" if c.is_ok else c.todo}
        for c in found
    ]  # fmt: skip
    show(rows, as_json)
    if any(c.needed and not c.is_ok for c in found):
        raise typer.Exit(EXIT_FAILED)


@app.command()
def dictionary(
    to: Annotated[Path, typer.Option("--to", help="The folder to write into.")] = Path("."),
) -> None:
    """The data dictionary of the extract contract, in Korean and English, as HTML and Excel."""
    from haicplatform.reference.dictionary import write_dictionary

    for path in write_dictionary(to):
        console.print(f"Written: {path}")


@study_app.command("list")
def study_list(context: typer.Context, as_json: Json = False) -> None:
    """The studies that can be run."""
    from haicplatform.studies.loading import list_studies, load_study

    studies = (load_study(study_id, context.obj) for study_id in list_studies(context.obj))
    show(
        [{"study": s.study_id, "title": s.title, "cut-off": s.cutoff, "hash": s.study_hash[:12]} for s in studies],
        as_json,
    )


@snapshot_app.command("list")
def snapshot_list(context: typer.Context, as_json: Json = False) -> None:
    """The snapshots: which deliveries of which hospitals counted when."""
    from haicplatform.pipeline.summaries import list_snapshots

    show(list_snapshots(existing(context.obj)), as_json)


def main() -> None:
    """Run `haic`; a user's fault is a sentence and an exit code, ours is a log without values."""
    _ASKED.set(None)
    try:
        code = app(standalone_mode=False)
        if code == INTERRUPTED:
            raise KeyboardInterrupt
    except HaicError as error:
        typer.echo(f"haic: {error}", err=True)
        code = error.exit_code
    except typer.Exit as stop:
        code = stop.exit_code
    except (KeyboardInterrupt, typer.Abort):
        typer.echo("haic: stopped; what was finished is kept, the rest can be run again", err=True)
        code = EXIT_FAILED
    except typer.exceptions.TyperException as error:
        error.show()  # type: ignore[attr-defined]  # all that typer raises have it, their public base has not
        code = error.exit_code
    except Exception as error:
        typer.echo(
            f"haic: something failed that is not your fault ({type(error).__name__}).{keep_log(error)}", err=True
        )
        code = EXIT_FAILED
    sys.exit(code if isinstance(code, int) else EXIT_DONE)


def keep_log(error: Exception) -> str:
    """Write where it failed, not what the message says: a message may quote a patient's value.

    Into the home's logs/, or the working folder where there is no home. Returns what to tell the person.
    """
    text = "".join(
        [f"{dt.datetime.now(dt.UTC).isoformat()} {type(error).__name__}\n", *traceback.format_tb(error.__traceback__)]
    )
    home = _ASKED.get()
    for folder in ([home.logs] if home and home.logs.is_dir() else []) + [Path()]:
        path = folder / f"haic-error-{dt.datetime.now():%Y%m%d-%H%M%S}.log"
        with suppress(OSError):
            path.write_text(text, encoding="utf-8")
            return f" Send {path} to whoever runs the platform; it holds no patient data."
    return ""


if __name__ == "__main__":
    main()
