"""The templates of every page, runs of text as markup, and writing a file whole.

Belongs here: what every page shares. Does not belong here: what a page says.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from haicplatform.files import replace_whole
from haicplatform.report.model import Run, Text

_ELEMENTS = {"code": "code", "raised": "sup", "strong": "b"}


@cache
def environment() -> Environment:
    """The templates of every page; in them `markup` writes a text of runs."""
    made = Environment(
        loader=PackageLoader("haicplatform.report", "templates"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["markup"] = markup
    return made


def write_text(path: Path, text: str) -> None:
    """Whole or not at all: a reader never sees half a page."""
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, content: bytes) -> None:
    """Whole or not at all."""
    building = path.with_name(f".{path.name}.tmp")
    building.write_bytes(content)
    replace_whole(building, path)


def markup(text: Text) -> Markup:
    """Runs as spans: ids in data-estimate, looks as classes or elements."""
    return Markup("").join(map(_run, text))


def _run(run: Run) -> Markup:
    inner = escape(run.text)
    element = _ELEMENTS.get(run.style)
    if element:
        inner = Markup("<{0}>{1}</{0}>").format(Markup(element), inner)
    look = Markup(' class="{}"').format(run.style) if run.style and not element else Markup("")
    named = Markup(' data-estimate="{}"').format(" ".join(run.estimate_ids)) if run.estimate_ids else Markup("")
    return Markup("<span{}{}>{}</span>").format(look, named, inner) if look or named else inner
