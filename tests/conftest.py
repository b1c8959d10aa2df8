"""What all tests share: nothing may be skipped in CI for want of a program, worked cases are counted, time is kept.

A worked case is one entry of a file in tests/data/cases; a test of one has the case's id in its own id.
"""

from __future__ import annotations

import ctypes
import os
import re
import shutil
from collections import Counter
from pathlib import Path
from typing import NoReturn

import pytest

# The tests' homes are written with an fsync a file: in memory, where there is room, that costs nothing.
MEMORY, ROOM = Path("/dev/shm"), 4 * 2**30
if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))

# The files that take longest, longest first: begun last, one of them would keep one process at work alone.
LONGEST = (
    "end_to_end/test_demo.py",
    "pipeline/test_faults.py",
    "review/test_story.py",
    "review/test_browser.py",
    "end_to_end/test_flows.py",
    "pipeline/test_ingestion.py",
    "end_to_end/test_bad_input.py",
    "queries/test_sync.py",
    "operations/test_backup.py",
    "studies/test_analysis.py",
    "sites/test_demo_sites.py",
    "report/test_report_check.py",
    "lineage/test_walk.py",
    "lineage/test_who_sees_numbers.py",
    "pipeline/test_judged_again.py",
    "warehouse/test_links.py",
    "queries/test_nightly_names.py",
    "review/test_deliveries.py",
)


def pytest_collection_modifyitems(items) -> None:
    """The longest files first, in the order above; needs --no-loadscope-reorder where several processes run."""
    rank = {name: place for place, name in enumerate(LONGEST)}
    here = Path(__file__).parent
    items.sort(key=lambda item: rank.get(item.path.relative_to(here).as_posix(), len(rank)))


def need(program: str, package: str) -> None:
    """Skip the test where a system program is missing, naming its install line; fail instead under HAIC_NO_SKIP."""
    if not shutil.which(program):
        _do_without(program, package)


def need_library(library: str, package: str) -> None:
    """The same for a shared library that something installed by pip loads."""
    try:
        ctypes.CDLL(library)
    except OSError:
        _do_without(library, package)


def _do_without(missing: str, package: str) -> NoReturn:
    sentence = f"{missing} is not installed: apt-get install {package}"
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
