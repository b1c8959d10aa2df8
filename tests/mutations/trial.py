"""Trying mutants: a process each, the tests that can notice it, and what they said.

Belongs here: forking, choosing and ordering test files, the report. Does not belong here: what is flipped (mutants.py),
how relations are kept between trials (cached.py).
"""

from __future__ import annotations

import csv
import hashlib
import os
import re
import resource
import signal
import sys
import traceback
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
from _pytest.runner import runtestprotocol

from haicplatform.core.resources import sql_dir
from tests.mutations.mutants import Mutant, mutants

DEFINITIONS = Path(__file__).resolve().parents[1] / "definitions"
REVIEWED = Path(__file__).resolve().parents[1] / "data" / "equivalent_mutations.csv"
SECONDS = 300  # of processor time: a trial that takes longer has run away, and counts as noticed
KILLED = 100  # exit codes of a trial from here on say which test file noticed
# a test file that reaches relations through these need not name them
READS_ALL = re.compile("haicplatform.lineage import comparison|haicplatform.lineage.explain|schemas.harmonised")
HAS_ROWS = re.compile(r"^from harness import .*\bRows\b", re.M)
NOTICED, SURVIVED, EQUIVALENT = "noticed", "survived", "equivalent"


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


def try_all(
    names: set[str], tests: list[str] | None, flipped: list[str] | None, processes: int, folder: Path, resume: bool
) -> list[Outcome]:
    """Try every mutant, in the order of the files. Raises SystemExit where the unchanged SQL fails its tests.

    resume: what the last run into the same folder saw noticed, in a file with the same text, is not tried again.
    """
    explained = reviewed()
    chosen = [each for each in all_mutants(names) if not flipped or any(text in each.after for text in flipped)]
    todo = [each for each in chosen if each.key not in explained]
    files = [DEFINITIONS / name for name in tests or []] or [
        path for path in sorted(DEFINITIONS.glob("test_*.py")) if HAS_ROWS.search(path.read_text(encoding="utf-8"))
    ]
    trials = _Trials(todo, folder, processes, resume)
    # the loop of the trials takes the place of pytest's own over the tests that it collects once, before any fork
    quiet = ["-s", "--assert=plain", "-o", "addopts=", *(f"-pno:{name}" for name in ("terminal", "cacheprovider"))]
    pytest.main([*quiet, *map(str, files)], plugins=[trials])
    if trials.refusal:
        raise SystemExit(trials.refusal)
    return [
        Outcome(each, EQUIVALENT, explained[each.key]) if each.key in explained else Outcome(each, trials.said[each])
        for each in chosen
    ]


class _Trials:
    """A pytest plugin: every mutant in a forked process, on the tests that pytest has collected."""

    def __init__(self, todo: list[Mutant], folder: Path, processes: int, resume: bool) -> None:
        self.texts = {each.path: each.path.read_text(encoding="utf-8") for each in todo}
        self.folder = folder
        self.processes = processes
        self.results = folder / "noticed.txt"
        if not resume:
            self.results.unlink(missing_ok=True)
        self.results.touch()
        before = set(self.results.read_text(encoding="utf-8").splitlines())
        self.said = {each: NOTICED for each in todo if self._line(each) in before}
        self.todo = [each for each in todo if each not in self.said]
        self.kills: Counter[tuple[Path, str]] = Counter()
        self.refusal = "the tests of the definitions cannot be collected"

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        from tests.mutations.cached import Cached

        self.cached = Cached(self.folder)
        self.items: dict[str, list[pytest.Item]] = {}
        for item in session.items:
            self.items.setdefault(item.path.stem, []).append(item)
        self.sources = {name: items[0].path.read_text(encoding="utf-8") for name, items in self.items.items()}
        self.refusal = ""
        if _wait(self._fork(None))[1] != 0:
            self.refusal = "the unchanged SQL does not pass its tests"
        else:
            self._run()
        return True

    def _line(self, mutant: Mutant) -> str:
        text = hashlib.sha256(self.texts[mutant.path].encode()).hexdigest()[:16]
        return f"{mutant.file} {text} {mutant.start} {mutant.new}"

    def _run(self) -> None:
        running: dict[int, Mutant] = {}
        queue = list(reversed(self.todo))
        while queue or running:
            while queue and len(running) < self.processes:
                mutant = queue.pop()
                running[self._fork(mutant)] = mutant
            pid, code = _wait(-1)
            mutant = running.pop(pid)
            if 0 < code < KILLED or (code < 0 and code not in (-signal.SIGXCPU, -signal.SIGKILL)):
                self.refusal = f"a trial broke off with {code}: {mutant}"
                return
            if code >= KILLED:
                self.kills[mutant.path, list(self.items)[code - KILLED]] += 1
            self.said[mutant] = NOTICED if code else SURVIVED
            if self.said[mutant] == NOTICED:
                with self.results.open("a", encoding="utf-8") as file:
                    file.write(f"{self._line(mutant)}\n")
            else:
                print(f"SURVIVED {mutant}", flush=True)

    def _fork(self, mutant: Mutant | None) -> int:
        sys.stdout.flush()
        pid = os.fork()
        if pid == 0:
            code = 70
            try:
                if mutant:
                    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
                code = self._try(mutant)
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(code)
        return pid

    def _try(self, mutant: Mutant | None) -> int:
        """0 where every test passes, KILLED and the number of the file whose test fails first."""
        pytest.Item._repr_failure_py = lambda self, failed, style=None: str(failed.value)  # nobody reads it
        if mutant is None:
            failed = [name for name, items in self.items.items() if not _passes(items)]
            print(*failed, file=sys.stderr)
            return int(bool(failed))
        self.cached.flip(mutant.path, mutant.apply(self.texts[mutant.path]))
        for name in self._in_order(mutant):
            if self.cached.can_notice(name) and not _passes(self.items[name]):
                return KILLED + list(self.items).index(name)
        return 0

    def _in_order(self, mutant: Mutant) -> list[str]:
        """The test files that name a relation which the flip can change, or read what they do not name.

        Those first that have noticed most flips of this file, then those that name its relation most often.
        """
        changed = re.compile(rf"\b({'|'.join(self.cached.downstream(mutant.path))})\b")
        stem = re.compile(rf"\b{mutant.path.stem}\b")
        names = [name for name, text in self.sources.items() if changed.search(text) or READS_ALL.search(text)]
        return sorted(
            names,
            key=lambda name: (
                -self.kills[mutant.path, name],
                name != f"test_{mutant.path.stem}",
                -len(stem.findall(self.sources[name])),
            ),
        )


def _wait(pid: int) -> tuple[int, int]:
    pid, status = os.waitpid(pid, 0)
    return pid, os.waitstatus_to_exitcode(status)


def _passes(items: list[pytest.Item]) -> bool:
    for item, following in zip(items, [*items[1:], None], strict=True):
        for said in runtestprotocol(item, log=False, nextitem=following):
            if said.failed:
                return False
    return True


def report(outcomes: list[Outcome]) -> int:
    """Print what was noticed (survivors were printed as they were found); 1 where a flip survived."""
    by = {said: [each for each in outcomes if each.said == said] for said in (NOTICED, SURVIVED, EQUIVALENT)}
    for each in by[EQUIVALENT]:
        print(f"changes nothing: {each.mutant}\n    because {each.reason}")
    total = len(by[NOTICED]) + len(by[SURVIVED])
    print(f"{len(by[NOTICED])} of {total} flips noticed, {len(by[EQUIVALENT])} equivalent by declaration")
    return 1 if by[SURVIVED] else 0
