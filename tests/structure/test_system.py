"""What tests use of the system: installed by `make system`, or named where it is missing."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

from tests.conftest import need, need_library

ROOT = Path(__file__).resolve().parents[2]
ESSENTIAL = {"true"}  # in every Debian
ITS_PACKAGE = "its-package"


def make(*arguments: str, **environment: str) -> subprocess.CompletedProcess:
    command = [shutil.which("make"), "--no-print-directory", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=os.environ | environment)


@cache
def all_calls() -> list[ast.Call]:
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in sorted((ROOT / "tests").rglob("*.py"))]
    return [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]


def calls(name: str) -> list[ast.Call]:
    """Every call in the tests of a function of this name."""
    return [node for node in all_calls() if name == getattr(node.func, "id", getattr(node.func, "attr", None))]


def words(nodes: list) -> list[str]:
    return [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]


def system_packages() -> set[str]:
    return set(make("--eval", "packages: ; @echo $(SYSTEM)", "packages").stdout.split())


def test_every_package_that_a_test_asks_for_is_installed_by_make_system():
    asked = {word for name in ("need", "need_library") for call in calls(name) for word in words(call.args[1:])}
    assert {"chromium", "libatomic1", "poppler-utils"} <= asked
    assert asked - system_packages() == set()


def test_every_program_that_a_test_starts_by_its_name_is_asked_for():
    lists = [call.args[0] for name in ("run", "Popen") for call in calls(name) if call.args]
    started = {word for node in lists if isinstance(node, ast.List) for word in words(node.elts[:1])}
    assert {"chromium", "openssl"} <= started
    assert started - ESSENTIAL - {word for call in calls("need") for word in words(call.args[:1])} == set()


@pytest.mark.parametrize(
    "lacking",
    [lambda: need("no-such-program", ITS_PACKAGE), lambda: need_library("libno-such.so.1", ITS_PACKAGE)],
)
def test_what_is_missing_is_named_and_skips_its_test_or_fails_it_where_nothing_may_be_skipped(lacking, monkeypatch):
    monkeypatch.delenv("HAIC_NO_SKIP", raising=False)
    with pytest.raises(pytest.skip.Exception, match=f"no-such.* is not installed: apt-get install {ITS_PACKAGE}"):
        lacking()
    monkeypatch.setenv("HAIC_NO_SKIP", "1")
    with pytest.raises(pytest.fail.Exception, match=f"no-such.* is not installed: apt-get install {ITS_PACKAGE}"):
        lacking()


@pytest.mark.parametrize("apt_get", [None, "false"])
def test_make_system_goes_on_without_a_package_source(tmp_path: Path, apt_get):
    """No apt-get at all, or one that fails as it does without a network: one sentence names every package."""
    for name, program in (("sh", "sh"), ("id", "id"), ("grep", "grep"), ("apt-get", apt_get)):
        if program:
            (tmp_path / name).symlink_to(shutil.which(program))
    done = make("system", PATH=str(tmp_path))
    assert done.returncode == 0, done.stderr
    (sentence,) = done.stdout.splitlines()
    assert sentence.startswith("Some tests will be skipped. As root: apt-get install ")
    assert set(sentence.split("install ")[1].split()) == system_packages()
