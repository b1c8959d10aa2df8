"""The rooms as the imports draw them: `make rooms` prints floors, arrows and circles, and writes what is made of them.

Belongs here: reading the graph (imports inside functions and for types count), floors, circles, README's list of the
rooms' docstrings, ARCHITECTURE.md's picture. Does not belong here: which room may import which (pyproject.toml).
"""

from __future__ import annotations

import ast
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import grimp

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = "haicplatform"
TOP = ("flows", LIBRARY, "schemas")
BEGIN, END = "<!-- rooms: made by `make rooms` from their docstrings -->\n", "<!-- end of rooms -->"
# at the top of the library: its version, and what `python -m` starts
LOOSE = {"__main__"}

Arrows = dict[str, dict[str, int]]


def graph() -> grimp.ImportGraph:
    """Every import of the three packages."""
    return grimp.build_graph(*TOP, cache_dir=None)


def rooms() -> list[str]:
    """The rooms of the library, in alphabetical order."""
    return sorted(path.parent.name for path in (ROOT / LIBRARY).glob("*/__init__.py"))


def loose_modules() -> list[str]:
    """Modules that lie in no room."""
    return sorted(path.stem for path in (ROOT / LIBRARY).glob("*.py") if path.stem not in {*LOOSE, "__init__"})


def arrows(imports: grimp.ImportGraph, of: Iterable[str], ancestor: str) -> Arrows:
    """importer -> imported -> imports, between the children `of` of a package, what lies in them included."""
    home = {name: child for child in of for name in {child, *imports.find_descendants(child)} if name != ancestor}
    found: Arrows = defaultdict(lambda: defaultdict(int))
    for importer, child in home.items():
        for imported in imports.find_modules_directly_imported_by(importer):
            other = home.get(imported, child)
            if other != child:
                found[child][other] += 1
    return found


def floors(drawn: Arrows, of: Iterable[str]) -> dict[str, int]:
    """How high each stands above the ground (1); those of a circle share theirs."""
    height: dict[str, int] = {}

    def climb(name: str, above: tuple[str, ...]) -> int:
        if name not in height and name not in above:
            height[name] = 1 + max((climb(other, (*above, name)) for other in drawn.get(name, ())), default=0)
        return height.get(name, 0)

    for name in of:
        climb(name, ())
    return height


def circles(imports: grimp.ImportGraph) -> list[str]:
    """Packages whose children import each other in a loop, with the imports that would have to go."""
    found = []
    for package in sorted(imports.modules):
        if imports.find_children(package) and (breakers := imports.nominate_cycle_breakers(package)):
            ties = ", ".join(f"{importer} -> {imported}" for importer, imported in sorted(breakers))
            found.append(f"{package}: {ties}")
    return found


def summary_of(folder: Path) -> str:
    """The first line of a package's docstring."""
    text = ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8"))) or ""
    return text.partition("\n")[0]


def list_of_rooms() -> str:
    """README's table of rooms, from the ground up."""
    height = floors(*_library(graph()))
    lines = ["| room | what |", "|---|---|"]
    for room in sorted(rooms(), key=lambda name: (height[f"{LIBRARY}.{name}"], name)):
        folder = ROOT / LIBRARY / room
        lines.append(f"| `{LIBRARY}/{room}/` | {summary_of(folder)} |")
        lines += [
            f"| `{LIBRARY}/{room}/{inner.name}/` | {summary_of(inner)} |"
            for inner in sorted(path.parent for path in folder.glob("*/__init__.py"))
        ]
    return "\n".join(lines) + "\n"


def picture() -> str:
    """ARCHITECTURE.md's picture: an arrow from a room to each it stands on, but for those reached through others."""
    drawn, of = _library(graph())
    height = floors(drawn, of)
    below: dict[str, set[str]] = {}
    for room in sorted(of, key=height.__getitem__):
        below[room] = set(drawn.get(room, ())).union(*(below[other] for other in drawn.get(room, ())))
    lines = ["```mermaid", "flowchart TB"]
    for room in sorted(of, key=lambda name: (-height[name], name)):
        stands_on = sorted(drawn.get(room, ()))
        nearest = [other for other in stands_on if not any(other in below[each] for each in stands_on)]
        name = room.rpartition(".")[2]
        lines.append(f'    {name}["{name} ({height[room]})"]')
        lines += [f"    {name} --> {other.rpartition('.')[2]}" for other in nearest]
    return "\n".join([*lines, "```"]) + "\n"


MADE = {"README.md": list_of_rooms, "ARCHITECTURE.md": picture}


def written(document: str) -> str:
    """What stands between the marks in a document."""
    return document.partition(BEGIN)[2].partition(END)[0]


def _library(imports: grimp.ImportGraph) -> tuple[Arrows, list[str]]:
    of = [f"{LIBRARY}.{room}" for room in rooms()]
    return arrows(imports, of, LIBRARY), of


def _lines(room: str) -> int:
    return sum(path.read_text(encoding="utf-8").count("\n") for path in (ROOT / LIBRARY / room).rglob("*.py"))


def main() -> int:
    imports = graph()
    drawn, of = _library(imports)
    height = floors(drawn, of)
    for name in sorted(of, key=lambda each: (-height[each], each)):
        room = name.rpartition(".")[2]
        lower = " ".join(f"{other.rpartition('.')[2]}({number})" for other, number in sorted(drawn[name].items()))
        print(f"floor {height[name]:2}  {room:<11}{_lines(room):6} lines  -> {lower or 'nothing'}")
    found = circles(imports)
    total = sum(len(to) for to in drawn.values())
    print(f"{len(of)} rooms, {max(height.values())} floors, {total} arrows, {len(loose_modules())} loose modules")
    print(f"{len(found)} circles", *found, sep="\n  ")
    for name, make in MADE.items():
        path = ROOT / name
        above, _, rest = path.read_text(encoding="utf-8").partition(BEGIN)
        path.write_text(above + BEGIN + make() + END + rest.partition(END)[2], encoding="utf-8")
    return 1 if found or loose_modules() else 0


if __name__ == "__main__":
    sys.exit(main())
