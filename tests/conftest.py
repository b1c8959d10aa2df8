"""What all tests share: in CI nothing may be skipped for want of a program, and worked cases are counted.

A worked case is one entry of a file in tests/data/cases; a test of one has the case's id in its own id.
"""

from __future__ import annotations

import os
import re
import shutil
from collections import Counter
from pathlib import Path

import pytest


def need(program: str, package: str) -> None:
    """Skip the test where a system program is missing, naming its install line; fail instead under HAIC_NO_SKIP."""
    if shutil.which(program):
        return
    sentence = f"{program} is not installed: apt-get install {package}"
    if os.environ.get("HAIC_NO_SKIP"):
        pytest.fail(sentence)
    pytest.skip(sentence)


CASE = re.compile(r"\b[A-Z]{2}-O-\d{2}\b")


def worked_cases() -> dict[str, str]:
    """The file (without its ending) of every worked case, by the case's id."""
    found = {}
    for path in sorted((Path(__file__).parent / "data" / "cases").iterdir()):
        ids = re.findall(r"^(?:- \{id: )?([A-Z]{2}-O-\d{2}),", path.read_text(encoding="utf-8"), re.MULTILINE)
        found |= {case_id: path.stem for case_id in ids}
    return found


def case_of(nodeid: str) -> str | None:
    """The worked case that a test runs, if it runs one."""
    found = CASE.search(nodeid) if "::test_worked_case" in nodeid else None
    return found and found.group()


def pytest_terminal_summary(terminalreporter) -> None:
    """worked cases: mrecist 27, survival 19, …: those that were run and of which no test failed."""
    stats = terminalreporter.stats
    passed, failed = (
        {case_of(report.nodeid) for name in names for report in stats.get(name, []) if hasattr(report, "nodeid")}
        for names in (["passed"], ["failed", "error"])
    )
    files = worked_cases()
    counts = Counter(files[case_id] for case_id in passed - failed - {None})
    if counts:
        of_file = Counter(files.values())
        said = ", ".join(f"{name} {counts[name]} of {of_file[name]}" for name in of_file if counts[name])
        terminalreporter.write_line(f"worked cases: {said}")
