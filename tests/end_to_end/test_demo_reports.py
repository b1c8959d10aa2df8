"""What the demonstration says at its end: each study's report or the reason it has none, and no success without all."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from haicplatform.core.atomic_files import replaced_folder
from haicplatform.core.clock import now
from haicplatform.core.errors import HaicError, UsageError
from haicplatform.core.settings import Home
from haicplatform.demo import run as demo
from haicplatform.ledger.store import Ledger
from haicplatform.studies.loading import list_studies


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home").create()


def ran(home: Home, study_id: str, error: Exception | None = None) -> None:
    """A run of a study as the platform records it; one that stops leaves what a killed one would."""
    page = home.reports / study_id / "s1" / "report.html"
    with Ledger(home) as ledger, ledger.run("study", study_id) as outcome:
        if error:
            half = page.parent.with_name("s1.1.building")
            half.mkdir(parents=True)
            (half / page.name).write_text("half")
            raise error
        page.parent.mkdir(parents=True)
        page.write_text("whole")
        outcome.append("snapshot s1")


def end(home: Home, since) -> tuple[str, HaicError | None]:
    said, error = io.StringIO(), None
    try:
        demo._reports(home, Console(file=said, width=60), since)
    except HaicError as raised:
        error = raised
    return said.getvalue(), error


def test_reports_that_are_there_are_named(home: Home):
    since = now()
    for study_id in list_studies(home):
        ran(home, study_id)
    said, error = end(home, since)
    assert error is None and said.count("Report: file://") == len(list_studies(home)) > 1


def test_a_study_without_a_report_is_named_with_its_reason_and_is_no_success(home: Home):
    since, (*never, bad, killed, good) = now(), list_studies(home)
    ran(home, good)
    lost = UsageError("The font is missing", found="no package x" * 40, todo="install x")
    with pytest.raises(UsageError):
        ran(home, bad, lost)
    with Ledger(home) as ledger:
        ledger.start_run("study", killed)
    said, error = end(home, since)
    lines = said.splitlines()
    assert lines[-1].startswith("Report: file://") and "building" not in said
    assert any(
        line.startswith(f"No report of {bad}: stopped: The font is missing. Found: no package x") for line in lines
    )
    assert any(line == f"No report of {killed}: it did not end" for line in lines)
    assert [line for line in lines if "it was not run" in line] == [
        f"No report of {one}: it was not run" for one in never
    ]
    assert error and error.exit_code == 1 and bad in str(error) and good not in str(error)


def test_the_reports_of_another_night_do_not_count(home: Home):
    for study_id in list_studies(home):
        ran(home, study_id)
    said, error = end(home, now())
    assert "Report:" not in said and error


def test_a_folder_is_replaced_whole_or_stays(tmp_path: Path):
    target = tmp_path / "report"
    with replaced_folder(target) as building:
        (building / "a").write_text("first")
    with pytest.raises(ZeroDivisionError), replaced_folder(target) as building:
        (building / "a").write_text("half")
        raise ZeroDivisionError
    assert [path.name for path in tmp_path.iterdir()] == ["report"] and (target / "a").read_text() == "first"
    with replaced_folder(target) as building:
        (building / "b").write_text("second")
    assert [path.name for path in target.iterdir()] == ["b"] and [path.name for path in tmp_path.iterdir()] == [
        "report"
    ]
