"""Every worked case of tests/data/cases is run, none twice under one id, and no test invents one."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from harness import CASES, csv_cases, yaml_cases

from tests.conftest import case_of, worked_cases

TESTS = Path(__file__).parents[1]


class Collected:
    def __init__(self) -> None:
        self.ids: list[str] = []

    def pytest_collection_modifyitems(self, items) -> None:
        self.ids = [item.nodeid for item in items]


def test_every_case_of_every_file_is_run():
    collected = Collected()
    folders = [str(TESTS / name) for name in ("definitions", "survival")]
    assert pytest.main(["--collect-only", "-qq", "-p", "no:cacheprovider", *folders], plugins=[collected]) == 0
    run = {case_of(each) for each in collected.ids} - {None}
    assert run == set(worked_cases())


@pytest.mark.parametrize("path", sorted(CASES.iterdir()), ids=lambda path: path.name)
def test_the_ids_of_a_file_are_its_entries(path):
    entries = (csv_cases if path.suffix == ".csv" else yaml_cases)(path.stem)
    assert Counter(worked_cases().values())[path.stem] == len(entries) == len({entry["id"] for entry in entries})
