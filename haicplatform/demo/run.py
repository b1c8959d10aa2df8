"""The demonstration: write the SYNTHETIC hospitals' files, run the nightly flow on them, hold the findings to the key.

Belongs here: the order of the demonstration and what it prints. Does not belong here: the files' content (generate.py).
"""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack

import polars as pl
from rich.console import Console
from rich.table import Table

from haicplatform import orchestration
from haicplatform.demo.answer_key import compare
from haicplatform.demo.generate import generate
from haicplatform.errors import HaicError, UsageError
from haicplatform.settings import Home

LABEL = "SYNTHETIC.txt"


def run_demo(home: Home, console: Console) -> None:
    """Eight synthetic hospitals to one report in `home`; raises UsageError when the folder holds something else."""
    begin = time.monotonic()
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
        code = orchestration.run_flow(home, url, "nightly")
    if code:
        raise HaicError("The nightly flow of the demonstration failed", todo=f"read the logs in {home.logs}")
    _conclude(home, console)
    console.print(f"Done in {time.monotonic() - begin:.0f} s.")


def _server_while(home: Home, stack: ExitStack, work) -> str:
    """Do `work` while the server starts (it takes 13 s); the running server's address."""
    url = orchestration.find_server()
    if url:
        work()
        return url
    answer: list[str | BaseException] = []

    def start() -> None:
        try:
            answer.append(stack.enter_context(orchestration.server(home)))
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
    from haicplatform.summaries import list_hospitals

    table = Table(title="What came in", title_justify="left")
    shown = ("site", "hospital", "last delivery", "patients", "errors", "warnings")
    for name in shown:
        table.add_column(name)
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
    for report in sorted(home.reports.glob("*/*/report.html"), key=lambda path: path.stat().st_mtime):
        console.print(f"Report: {report.resolve().as_uri()}", soft_wrap=True)
    console.print(f"Every finding, with what to do: haic --home {home.root} findings", soft_wrap=True)
