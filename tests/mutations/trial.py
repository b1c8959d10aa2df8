"""Trying mutants: a process each, the tests that can notice it, and what they said.

Belongs here: forking, choosing and ordering test files, the report. Does not belong here: what is flipped (mutants.py),
how relations are kept between trials (cached.py).
"""

from __future__ import annotations

import csv
import os
import signal
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from haicplatform.resources import sql_dir
from tests.mutations.mutants import Mutant, mutants

DEFINITIONS = Path(__file__).resolve().parents[1] / "definitions"
REVIEWED = Path(__file__).resolve().parents[1] / "data" / "equivalent_mutations.csv"
SECONDS = 300  # a trial that takes longer has run away, and counts as noticed
NOTICED, SURVIVED, EQUIVALENT = "noticed", "survived", "equivalent"
# exit codes of a trial beside pytest's own 0 and 1: no test's rows make a difference
UNTOUCHED = 77


@dataclass(frozen=True)
class Outcome:
    mutant: Mutant
    said: str
    reason: str = ""


def reviewed() -> dict[tuple[str, str, str], str]:
    """The reason why a flip changes nothing, by the flip's key."""
    with REVIEWED.open(encoding="utf-8", newline="") as file:
        return {(row["file"], row["line"], row["flipped"]): row["reason"] for row in csv.DictReader(file)}


def all_mutants(names: set[str] | None = None) -> list[Mutant]:
    """Every flip of the harmonised and the analysis layer, or of the files named."""
    paths = [path for layer in ("harmonised", "analysis") for path in sorted((sql_dir() / layer).glob("*.sql"))]
    return [
        mutant
        for path in paths
        if not names or path.stem in names
        for mutant in mutants(path, path.read_text(encoding="utf-8"))
    ]


def try_all(names: set[str], tests: list[str] | None, flipped: list[str] | None, processes: int) -> list[Outcome]:
    """Try every mutant, in the order of the files. Raises SystemExit where the unchanged SQL fails its tests."""
    explained = reviewed()
    chosen = [each for each in all_mutants(names) if not flipped or any(text in each.after for text in flipped)]
    todo = [each for each in chosen if each.key not in explained]
    files = [str(DEFINITIONS / name) for name in tests or []] or [
        str(path) for path in sorted(DEFINITIONS.glob("test_*.py")) if "from harness import" in path.read_text("utf-8")
    ]
    files = [file for file in files if not file.endswith("test_worked_cases.py")]
    with tempfile.TemporaryDirectory(prefix="mutations.") as folder:
        said = _Trials(Path(folder), files, processes).run(todo)
    return [
        Outcome(each, EQUIVALENT, explained[each.key]) if each.key in explained else Outcome(each, said[each])
        for each in chosen
    ]


class _Trials:
    def __init__(self, folder: Path, files: list[str], processes: int) -> None:
        sys.path.insert(0, str(DEFINITIONS))
        from tests.mutations.cached import Cached

        self.cached = Cached(folder)
        self.files = files
        self.processes = processes
        if _quietly(["--collect-only", *files]) != 0:  # and every test module is imported once, before any fork
            raise SystemExit("the tests of the definitions cannot be collected")
        if (code := self._wait(self._fork(None))[1]) != 0:
            raise SystemExit(f"the unchanged SQL does not pass its tests (pytest says {code})")

    def run(self, todo: list[Mutant]) -> dict[Mutant, str]:
        said: dict[Mutant, str] = {}
        running: dict[int, Mutant] = {}
        queue = list(reversed(todo))
        while queue or running:
            while queue and len(running) < self.processes:
                mutant = queue.pop()
                running[self._fork(mutant)] = mutant
            pid, code = self._wait(None)
            mutant = running.pop(pid)
            if code not in (0, 1, UNTOUCHED, -signal.SIGALRM):
                raise SystemExit(f"a trial broke off with {code}: {mutant}")
            said[mutant] = NOTICED if code in (1, -signal.SIGALRM) else SURVIVED
            if said[mutant] == SURVIVED:
                print(f"SURVIVED {mutant}", flush=True)
        return said

    def _wait(self, pid: int | None) -> tuple[int, int]:
        pid, status = os.waitpid(pid or -1, 0)
        return pid, os.waitstatus_to_exitcode(status)

    def _fork(self, mutant: Mutant | None) -> int:
        sys.stdout.flush()
        pid = os.fork()
        if pid == 0:
            code = 70
            try:
                signal.signal(signal.SIGALRM, signal.SIG_DFL)
                signal.alarm(SECONDS if mutant else 0)
                code = self._try(mutant)
            finally:
                os._exit(code)
        return pid

    def _try(self, mutant: Mutant | None) -> int:
        if mutant is None:
            return _quietly(self.files)
        self.cached.flip(mutant.path, mutant.apply(mutant.path.read_text(encoding="utf-8")))
        can = self.cached.tests_that_can_notice()
        files = [file for file in self._in_order(mutant) if can is None or Path(file).stem in can]
        return _quietly(["-x", *files]) if files else UNTOUCHED

    def _in_order(self, mutant: Mutant) -> list[str]:
        """The test of the same name first; of the analysis layer only those that run it."""
        is_analysis = mutant.path.parent.name == "analysis"
        files = [f for f in self.files if not is_analysis or "tiny_study" in Path(f).read_text(encoding="utf-8")]
        return sorted(files, key=lambda file: Path(file).stem != f"test_{mutant.path.stem}")


def _quietly(arguments: list[str]) -> int:
    """pytest in this process, its words thrown away."""
    out = os.dup(1), os.dup(2)
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1), os.dup2(nothing, 2)
    try:
        return int(pytest.main(["-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--tb=no", *arguments]))
    finally:
        os.dup2(out[0], 1), os.dup2(out[1], 2)


def report(outcomes: list[Outcome]) -> int:
    """Print what was noticed (survivors were printed as they were found); 1 where a flip survived."""
    by = {said: [each for each in outcomes if each.said == said] for said in (NOTICED, SURVIVED, EQUIVALENT)}
    for each in by[EQUIVALENT]:
        print(f"changes nothing: {each.mutant}\n    because {each.reason}")
    total = len(by[NOTICED]) + len(by[SURVIVED])
    print(f"noticed {len(by[NOTICED])} of {total}; {len(by[EQUIVALENT])} more change nothing and are explained")
    return 1 if by[SURVIVED] else 0
