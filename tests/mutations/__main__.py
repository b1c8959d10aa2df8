"""Flips every threshold and comparison of the definitions' SQL, one at a time, and says which flips a test notices.

    python -m tests.mutations [--processes N] [--keep FOLDER [--resume]] [SQL FILE NAME ...]

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
    from tests.mutations.trial import report, try_all

    parser = argparse.ArgumentParser(prog="python -m tests.mutations", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="names of SQL files without .sql; all where none is given")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--tests", nargs="*", help="test files of tests/definitions; all where none is given")
    parser.add_argument("--flipped", nargs="*", help="only flips whose line then holds one of these texts")
    parser.add_argument("--keep", type=Path, help="a folder for the rows of the tests and what was noticed")
    parser.add_argument("--resume", action="store_true", help="go on with the run that broke off in the --keep folder")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mutations.") as made:
        folder = (given.keep or Path(made)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        asked = (set(given.names), given.tests, given.flipped, given.processes, folder, given.resume)
        return report(try_all(*asked))


if __name__ == "__main__":
    sys.exit(main())
