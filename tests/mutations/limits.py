"""Limits and constants outside the definitions' SQL, flipped one at a time: those of models, site rules and YAML files.

Belongs here: which files, the places in them, and trying each in a copy of the project. Does not belong here: SQL
(mutants.py, trial.py).

Flipped: every number by one in its last digit up and down, also a text that is a number (`"0.05"`), and in Python
>= and >, <= and <, == and !=. Left alone: comments, other text.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
import tokenize
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

from tests.mutations.mutants import Mutant, neighbours

ROOT = Path(__file__).resolve().parents[2]
# file -> the text that a line must hold, and the tests that must notice
FILES = {
    "schemas/expectations.yaml": (
        "", ("schemas/test_batches.py", "schemas/test_thresholds.py", "ingest/test_expectations.py")
    ),
    "schemas/codes.py": ("CHILD_PUGH_SCORES", ("structure/test_numbers_once.py", "schemas/test_contract.py")),
    "schemas/row_rules.py": ("", ("schemas/test_limits.py",)),
    "haicplatform/estimation/limits.yaml": ("", ("schemas/test_limits.py",)),
    "haicplatform/estimation/ratios.py": ("", ("schemas/test_limits.py", "structure/test_numbers_once.py")),
    "haicplatform/core/ratio_limits.py": ("", ("schemas/test_limits.py",)),
    "haicplatform/survival/ratios.py": ("", ("schemas/test_limits.py",)),
    "haicplatform/studies/parameters.py": ("DAYS_PER_MONTH =", ("structure/test_numbers_once.py",)),
}  # fmt: skip
COMPARISON = {">=": ">", ">": ">=", "<=": "<", "<": "<=", "==": "!=", "!=": "=="}
_IN_YAML = re.compile(r"(?<=[:\s])\d+(?:\.\d+)?(?=\s*(?:[,}#]|$))", re.M)
_IS_NUMBER = re.compile(r"\d+(?:\.\d+)?(?:e\d+)?")


def limit_mutants(names: set[str] | None = None) -> list[Mutant]:
    """Every flip of the files, or of those named by their file name."""
    chosen = {ROOT / name: only for name, (only, _) in FILES.items() if not names or Path(name).name in names}
    return [
        mutant
        for path, only in chosen.items()
        for mutant in flips(path, path.read_text(encoding="utf-8"))
        if only in mutant.before
    ]


def flips(path: Path, text: str) -> list[Mutant]:
    """Every flip of one file, in the order of its text."""
    places = _places_of_yaml(text) if path.suffix == ".yaml" else _places_of_python(text)
    made = []
    for start, old in places:
        begin, end = text.rfind("\n", 0, start) + 1, text.find("\n", start)
        line, number = text[begin : end if end >= 0 else None], text.count("\n", 0, start) + 1
        for new in [COMPARISON[old]] if old in COMPARISON else neighbours(old):
            after = line[: start - begin] + new + line[start - begin + len(old) :]
            made.append(Mutant(path, number, start, start + len(old), new, line.strip(), after.strip()))
    return made


def _places_of_yaml(text: str) -> list[tuple[int, str]]:
    commented = [(match.start(), match.end()) for match in re.finditer(r"(?:^|\s)#.*", text)]
    found = [(match.start(), match.group()) for match in _IN_YAML.finditer(text)]
    return [(at, old) for at, old in found if not any(start <= at < end for start, end in commented)]


def _places_of_python(text: str) -> list[tuple[int, str]]:
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    found = []
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        at, old = starts[token.start[0] - 1] + token.start[1], token.string
        if token.type == tokenize.STRING and _IS_NUMBER.fullmatch(old.strip('"')):
            found.append((at + 1, old.strip('"')))
        elif (token.type == tokenize.NUMBER and "_" not in old) or old in COMPARISON:
            found.append((at, old))
    return found


def try_limits(todo: list[Mutant], processes: int, folder: Path) -> list[Mutant]:
    """The flips that no test noticed. Raises SystemExit where the unchanged files fail their tests."""
    copies: SimpleQueue[Path] = SimpleQueue()
    for number in range(processes):
        copy = folder / f"copy{number}"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".*", "__pycache__", "demo-home", "dist", "build"))
        copies.put(copy)

    def is_noticed(mutant: Mutant | None) -> bool:
        copy = copies.get()
        try:
            fails = _fails(copy, mutant)
            if mutant and not fails:
                print(f"SURVIVED {mutant}", flush=True)
            return fails
        finally:
            copies.put(copy)

    if is_noticed(None):
        raise SystemExit("the unchanged files do not pass their tests")
    with ThreadPoolExecutor(processes) as pool:
        outcomes = list(pool.map(is_noticed, todo))
    return [mutant for mutant, noticed in zip(todo, outcomes, strict=True) if not noticed]


def _fails(copy: Path, mutant: Mutant | None) -> bool:
    """Whether a test of the flipped file fails in the copy; without a flip, any test of any file."""
    every = {name for _, part in FILES.values() for name in part}
    names = FILES[mutant.path.relative_to(ROOT).as_posix()][1] if mutant else every
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-n", "0", "-p", "no:cacheprovider"]
    command += [f"tests/{name}" for name in names]
    changed = copy / mutant.path.relative_to(ROOT) if mutant else None
    before = changed.read_text(encoding="utf-8") if changed else ""
    try:
        if changed and mutant:
            changed.write_text(mutant.apply(before), encoding="utf-8")
        env = os.environ | {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
        return subprocess.run(command, cwd=copy, env=env, capture_output=True).returncode != 0
    finally:
        if changed:
            changed.write_text(before, encoding="utf-8")
