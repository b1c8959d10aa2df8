"""Flips every threshold and comparison of the definitions' SQL and of limits, and says which flips a test notices.

    python -m tests.mutations [--processes N] [--keep FOLDER [--resume]] [SQL FILE NAME ...]
    python -m tests.mutations --limits [FILE NAME ...]      the limits of models, site rules and YAML files (limits.py)

Run from the project's folder. Prints every survivor with file, line and text, the flips that
tests/data/equivalent_mutations.csv explains to change nothing, and `N of M flips noticed, K equivalent by
declaration`. Ends with 1 where a flip survived. Each flip is tried in a forked process, on the tests of
tests/definitions that name a relation which it can change, the one of the file's name first.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("POLARS_MAX_THREADS", "1")
ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "definitions"))


def main() -> int:
    from tests.mutations.limits import limit_mutants, try_limits
    from tests.mutations.trial import EQUIVALENT, NOTICED, SURVIVED, Outcome, report, reviewed, try_all

    parser = argparse.ArgumentParser(prog="python -m tests.mutations", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="names of SQL files without .sql; all where none is given")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--tests", nargs="*", help="test files of tests/definitions; all where none is given")
    parser.add_argument("--flipped", nargs="*", help="only flips whose line then holds one of these texts")
    parser.add_argument("--keep", type=Path, help="a folder for the rows of the tests and what was noticed")
    parser.add_argument("--resume", action="store_true", help="go on with the run that broke off in the --keep folder")
    parser.add_argument("--limits", action="store_true", help="flip limits outside SQL; names are then theirs")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mutations.") as made:
        folder = (given.keep or Path(made)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        if given.limits:
            explained, chosen = reviewed(), limit_mutants(set(given.names))
            todo = [each for each in chosen if each.key not in explained]
            survivors = try_limits(todo, given.processes, folder)
            known = [Outcome(each, EQUIVALENT, explained[each.key]) for each in chosen if each.key in explained]
            return report([*known, *(Outcome(each, SURVIVED if each in survivors else NOTICED) for each in todo)])
        asked = (set(given.names), given.tests, given.flipped, given.processes, folder, given.resume)
        return report(try_all(*asked))


if __name__ == "__main__":
    sys.exit(main())
