"""The rooms: floors, no circle, no loose module; what README, ARCHITECTURE and CONTRIBUTING say of them."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.structure import rooms

MOST_ROOMS = 20
MOST_LINES = 320


def test_imports_run_from_upper_floors_to_lower_ones():
    linter = Path(sys.executable).with_name("lint-imports")
    ran = subprocess.run([linter, "--no-cache"], cwd=rooms.ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout


def test_no_circle_between_rooms_or_inside_one():
    assert rooms.circles(rooms.graph()) == []


def test_a_circle_is_seen():
    imports = rooms.graph()
    imports.add_import(importer="haicplatform.core.errors", imported="haicplatform.core.settings")
    imports.add_import(importer="haicplatform.core.clock", imported="haicplatform.sites.site")
    assert [each.partition(":")[0] for each in rooms.circles(imports)] == ["haicplatform", "haicplatform.core"]


def test_no_module_lies_loose_and_the_rooms_are_few():
    assert rooms.loose_modules() == []
    assert len(rooms.rooms()) <= MOST_ROOMS


@pytest.mark.parametrize("name", rooms.MADE)
def test_list_and_picture_are_those_of_the_rooms(name):
    document = (rooms.ROOT / name).read_text(encoding="utf-8")
    assert rooms.written(document) == rooms.MADE[name](), "run `make rooms`"


def test_recipes_name_files_tests_and_names_that_are_there():
    words = re.findall(r"`([\w/.]+)`", (rooms.ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))
    paths = [word for word in words if word.startswith(("haicplatform/", "schemas/", "sql/", "tests/"))]
    names = [word for word in words if word.startswith(("test_", "_")) or word.isupper()]
    sources = [p for part in ("haicplatform", "tests") for p in (rooms.ROOT / part).rglob("*.py")]
    code = "".join(p.read_text(encoding="utf-8") for p in sources)
    files = {p.name for p in (rooms.ROOT / "tests").rglob("*.py")}
    assert len(paths) > 40
    assert [path for path in paths if not (rooms.ROOT / path).exists()] == []
    assert [name for name in names if name not in files and not re.search(rf"\b{name}\b", code)] == []


@pytest.mark.parametrize("folder", [p.parent for p in (rooms.ROOT / rooms.LIBRARY).rglob("__init__.py")], ids=str)
def test_a_room_says_what_belongs_in_it_and_what_does_not(folder: Path):
    text = (folder / "__init__.py").read_text(encoding="utf-8")
    is_room = folder.parent.name == rooms.LIBRARY and folder.name in rooms.rooms()
    wanted = ["Belongs here:", "Does not belong"] if is_room else []
    assert [words for words in wanted if words not in " ".join(text.split())] == []


def test_no_python_file_is_long():
    long = {
        p.name: n
        for p in (rooms.ROOT / rooms.LIBRARY).rglob("*.py")
        if (n := len(p.read_text().splitlines())) > MOST_LINES
    }
    assert long == {}
