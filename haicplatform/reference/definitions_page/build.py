"""The definitions page: one entry a SQL definition, from its own header, thresholds, columns and worked cases.

Belongs here: gathering and writing. Does not belong here: any statement about a definition (its SQL file says it).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import yaml

from haicplatform.core.resources import sql_dir
from haicplatform.reference.definitions_page import examples
from haicplatform.report.formats.pages import environment, write_text
from haicplatform.studies.definitions import shipped

NAME = "definitions.html"
LAYERS = ("harmonised", "analysis")
# The words that open a part of a header, and what the page calls it.
_MARKS = {
    "Source": "Source", "Sources": "Source", "Choices": "Choices", "Definition": "Definition",
    "Definitions": "Definition", "Plan": "Definition", "Kinds": "Definition",
}  # fmt: skip
_MARK = re.compile(rf"(?:^|(?<=[.:] ))({'|'.join(_MARKS)})(?: \([^)]*\))?: ")
# What stands between the items of a list in a header's text; the template breaks the line there.
ITEM = "\n  "
_LABELS = ("definition", "is_default", "is_derived")


@dataclass(frozen=True)
class Entry:
    """One definition. parts: (label, text), label empty for plain text; thresholds and columns: (name, words)."""

    name: str
    title: str
    layer: str
    summary: str
    parts: tuple[tuple[str, str], ...]
    thresholds: tuple[tuple[str, str], ...]
    columns: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Chapter:
    title: str
    lead: str
    entries: tuple[Entry, ...]
    cards: tuple[examples.Card, ...] = ()
    listings: tuple[examples.Listing, ...] = ()


def write_page(folder: Path) -> Path:
    """Write definitions.html into the folder and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    write_text(folder / NAME, page())
    return folder / NAME


def page() -> str:
    """The page as HTML: the same text for the same SQL, models and cases."""
    rows = shipped()
    names = [name for name in next(iter(rows.values())) if name not in _LABELS]
    described = _columns("harmonised", "definition")
    table = [
        (name, dict(described).get(name, ""), *(_plain(row[name]) for row in rows.values()))
        for name in names
    ]  # fmt: skip
    return environment().get_template("definitions.html.j2").render(
        chapters=chapters(), definitions=list(rows), thresholds=table
    )  # fmt: skip


def chapters() -> list[Chapter]:
    """The chapters in order; a definition that none of them names is in the last."""
    found = {f"{layer}/{path.stem}": path for layer in LAYERS for path in sorted((sql_dir() / layer).glob("*.sql"))}
    wanted = _plan()["chapters"]
    named = {name for chapter in wanted for name in chapter["relations"]}
    wanted[-1]["relations"] = [name for name in found if name not in named]
    made = []
    for chapter in wanted:
        entries = tuple(_entry(name, found[name]) for name in chapter["relations"] if name in found)
        kind = chapter.get("examples")
        cards = tuple(examples.cards()) if kind == "mrecist" else ()
        listings = tuple(examples.listings(kind)) if kind and not cards else ()
        made.append(Chapter(chapter["title"], chapter["lead"], entries, cards, listings))
    return [chapter for chapter in made if chapter.entries]


def _plan() -> dict:
    return yaml.safe_load((Path(__file__).parent / "chapters.yaml").read_text(encoding="utf-8"))


def _entry(key: str, path: Path) -> Entry:
    layer, _, name = key.partition("/")
    text = path.read_text(encoding="utf-8")
    header, body = _header(text)
    head, _, rest = header.partition("\n\n")
    summary = head.partition(": ")[2].replace("\n", " ")
    used = [word for word in dict.fromkeys(re.findall(r"\w+", body)) if word in _thresholds()]
    return Entry(
        name=name,
        title=_plan()["titles"].get(name, name.replace("_", " ").capitalize()),
        layer=layer,
        summary=summary[:1].upper() + summary[1:],
        parts=tuple(_parts(rest)),
        thresholds=tuple((word, _thresholds()[word]) for word in sorted(used)) if name != "definition" else (),
        columns=tuple(_columns(layer, name)),
    )


def _header(text: str) -> tuple[str, str]:
    lines = text.splitlines()
    size = next((number for number, line in enumerate(lines) if not line.startswith("--")), len(lines))
    return "\n".join(line[2:].removeprefix(" ") for line in lines[:size]), "\n".join(lines[size:])


def _parts(text: str) -> Iterator[tuple[str, str]]:
    """(label, text) of a header's body: Source, Choices and the like get a part of their own."""
    plain = _flowing(text)
    cut = [(match.start(), match.end(), _MARKS[match[1]]) for match in _MARK.finditer(plain)]
    first = cut[0][0] if cut else len(plain)
    if plain[:first].strip():
        yield "", plain[:first].strip()
    for place, (_, begin, label) in enumerate(cut):
        end = cut[place + 1][0] if place + 1 < len(cut) else len(plain)
        yield label, plain[begin:end].strip()


def _flowing(text: str) -> str:
    """Lines joined into one text; a list indented by two blanks keeps a line an item, and ends with one."""
    flowing = ""
    was_item = False
    for line in text.strip().splitlines():
        is_more = line.startswith("    ") or (not was_item and not line.startswith("  "))
        flowing += f"{' ' if is_more else ITEM}{line.strip()}"
        was_item = line.startswith("  ")
    return flowing.strip()


def _thresholds() -> dict[str, str]:
    return {name: words for name, words in _columns("harmonised", "definition") if name not in _LABELS}


def _columns(layer: str, name: str) -> list[tuple[str, str]]:
    """(column, description) from the relation's model; empty where it has none."""
    module = f"schemas.{layer}.{name}"
    if not find_spec(module):
        return []
    model = getattr(import_module(module), "".join(part.capitalize() for part in name.split("_")), None)
    if model is None:
        return []
    return [(column.name, column.description or "") for column in model.to_schema().columns.values()]


def _plain(value: float | Decimal | None) -> str:
    if value is None:
        return "–"
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else f"{float(value):g}"
