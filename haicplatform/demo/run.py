"""The demonstration: write the SYNTHETIC hospitals' files, run the nightly flow on them, hold the findings to the key.

Belongs here: the order of the demonstration and what it prints. Does not belong here: the files' content (generate.py).
"""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack

import polars as pl
from rich.console import Console
from rich.table import Table

from haicplatform.core.clock import now
from haicplatform.core.errors import HaicError, UsageError
from haicplatform.core.settings import Home
from haicplatform.demo.answer_key import compare
from haicplatform.demo.generate import generate
from haicplatform.ledger.store import Ledger
from haicplatform.operations import flow_server
from haicplatform.studies.loading import list_studies

LABEL = "SYNTHETIC.txt"
# letters a line of the table takes beside a hospital's name
REST = 53


def run_demo(home: Home, console: Console) -> None:
    """Eight synthetic hospitals to one report in `home`.

    Raises UsageError when the folder holds something else, HaicError where a study has no report at the end.
    """
    begin, since = time.monotonic(), now()
    if home.root.exists() and any(home.root.iterdir()) and not (home.root / LABEL).exists():
        raise UsageError(
            f"The folder {home.root} already holds something that is not the demonstration",
            todo="give another folder with --home; the demonstration never writes among real data",
        )
    home.create()
    (home.root / LABEL).write_text("SYNTHETIC data only: invented patients, no person.\n", encoding="utf-8")
    console.print("haicplatform demonstration: eight SYNTHETIC hospitals, invented patients", style="bold")
    with ExitStack() as stack:
        url = _server_while(home, stack, lambda: _write_files(home, console))
        code = flow_server.run_flow(home, url, "nightly")
    if code:
        raise HaicError("The nightly flow of the demonstration failed", todo=f"read the logs in {home.logs}")
    _conclude(home, console)
    _reports(home, console, since)
    console.print(f"Every finding, with what to do: haic --home {home.root} findings", soft_wrap=True)
    console.print(f"Done in {time.monotonic() - begin:.0f} s.")


def _server_while(home: Home, stack: ExitStack, work: Callable[[], None]) -> str:
    """Do `work` while the server starts (it takes 13 s); the running server's address."""
    url = flow_server.find_server()
    if url:
        work()
        return url
    answer: list[str | BaseException] = []

    def start() -> None:
        try:
            answer.append(stack.enter_context(flow_server.server(home)))
        except BaseException as error:
            answer.append(error)

    thread = threading.Thread(target=start)
    thread.start()
    try:
        work()
    finally:
        thread.join()
    if isinstance(answer[0], BaseException):
        raise answer[0]
    return answer[0]


def _write_files(home: Home, console: Console) -> None:
    console.print("Writing the hospitals' files …")
    key = generate(home.inbox)
    key.write_csv(home.root / "answer_key.csv")
    files = sum(1 for path in home.inbox.rglob("*") if path.is_file())
    console.print(f"  {files} files with {key.height} planted defects (answer_key.csv); starting the scheduler …")


def _conclude(home: Home, console: Console) -> None:
    from haicplatform.pipeline.summaries import list_hospitals

    table = Table(title="What came in", title_justify="left")
    shown = ("site", "hospital", "last delivery", "patients", "errors", "warnings")
    for name in shown:  # a line a hospital: on a narrow terminal its name is cut
        most = max(12, console.width - REST) if name == "hospital" else None
        table.add_column(name.removeprefix("last "), no_wrap=True, max_width=most)
    for row in list_hospitals(home):
        table.add_row(*("" if row[name] is None else str(row[name]) for name in shown))
    console.print(table)
    result = compare(home, pl.read_csv(home.root / "answer_key.csv", infer_schema=False))
    console.print(
        f"Planted defects found at their file, row and column: {result.found} of {result.planted}; "
        f"error findings that nobody planted: {len(result.unplanted)}",
        soft_wrap=True,
    )
    for line in (*result.missed, *result.unplanted):
        console.print(f"  {line}", soft_wrap=True)


def _reports(home: Home, console: Console, since: dt.datetime) -> None:
    """Name each study's report, or why it has none; HaicError where one has none. since: when this night began."""
    with Ledger(home) as ledger:
        # the newest first, so that a study's last run of this night stays
        runs = {run.subject: run for run in reversed(ledger.runs(limit=500)) if run.step == "study"}
        locks = {study_id: ledger.study_lock(study_id) for study_id in list_studies(home)}
    failed = []
    for study_id, lock in locks.items():
        run = runs.get(study_id)
        outcome = (run.outcome or "it did not end") if run and run.started_at >= since else "it was not run"
        snapshot_id = lock.snapshot_id if lock else outcome.removeprefix("snapshot ")
        report = home.reports / study_id / snapshot_id / "report.html"
        if (lock or outcome.startswith("snapshot ")) and report.exists():
            console.print(f"Report: {report.resolve().as_uri()}", soft_wrap=True)
        else:
            failed.append(study_id)
            console.print(f"No report of {study_id}: {outcome}", soft_wrap=True)
    if failed:
        raise HaicError(
            f"{len(failed)} of {len(locks)} studies have no report: {', '.join(failed)}",
            todo="see the reasons above; `haic doctor` says what this machine lacks",
        )
