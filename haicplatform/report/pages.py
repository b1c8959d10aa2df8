"""The templates of every page, runs of text as markup, and writing a file whole.

Belongs here: what every page shares. Does not belong here: what a page says.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from haicplatform.files import replace_whole
from haicplatform.report.model import Run, Text

_WORDS = re.compile(r"[ -]+|[^ -]+-?")
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
    made.globals["markup"] = made.globals["head"] = markup
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
    return Markup("").join(_run(run, run.estimate_ids) for run in text)


def bare_markup(text: Text) -> Markup:
    """Runs with their looks, without ids: for a format that could not carry them."""
    return Markup("").join(_run(run, ()) for run in text)


def whole_words(text: Text) -> Markup:
    """Bare markup that breaks only between words: the PDF renderer breaks Korean after any syllable."""
    words = [replace(run, text=word) for run in text for word in _WORDS.findall(run.text)]
    return Markup("").join(
        Markup('<span class="whole">{}</span>').format(_run(word, ())) if word.text.strip() else _run(word, ())
        for word in words
    )


def _run(run: Run, ids: tuple[str, ...]) -> Markup:
    inner = escape(run.text)
    element = _ELEMENTS.get(run.style)
    if element:
        inner = Markup("<{0}>{1}</{0}>").format(Markup(element), inner)
    look = Markup(' class="{}"').format(run.style) if run.style and not element else Markup("")
    named = Markup(' data-estimate="{}"').format(" ".join(ids)) if ids else Markup("")
    return Markup("<span{}{}>{}</span>").format(look, named, inner) if look or named else inner
