"""Writes beside other work: all are done when the block ends, and an error of theirs is not lost."""

from __future__ import annotations

import time

import pytest

from haicplatform.core.atomic_files import background_writer, new_folder


def slow_write(path, text):
    time.sleep(0.05)
    path.write_text(text)


def test_a_folder_gets_its_name_after_the_last_write(tmp_path):
    with new_folder(tmp_path / "made") as building, background_writer() as beside:
        for name in ("a", "b"):
            beside(slow_write, building / name, text=name)
    assert [path.read_text() for path in sorted((tmp_path / "made").iterdir())] == ["a", "b"]


def test_an_error_of_a_write_leaves_no_folder(tmp_path):
    with (
        pytest.raises(FileNotFoundError),
        new_folder(tmp_path / "made") as building,
        background_writer() as beside,
    ):
        beside(slow_write, building / "nowhere" / "a", "a")
        beside(slow_write, building / "b", "b")
    assert list(tmp_path.iterdir()) == []


def test_an_error_of_the_block_comes_before_those_of_the_writes(tmp_path):
    with pytest.raises(ZeroDivisionError), new_folder(tmp_path / "made") as building, background_writer() as beside:
        beside(slow_write, building / "nowhere" / "a", "a")
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []
