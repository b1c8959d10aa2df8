"""The templates of every page, its fonts, runs of text as markup, and writing a file whole.

Belongs here: what every page shares. Does not belong here: what a page says.
"""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from haicplatform.core.atomic_files import atomic_replace
from haicplatform.report.document import fonts
from haicplatform.report.document.model import Run, Text

# where a style sheet takes the fonts in, and how it calls them
FONTS = "/* fonts */"
_NAMES = {fonts.LETTERS: "Report", fonts.SIGNS: "Report signs"}
_FACE = '@font-face {{ font-family: "{}"; font-weight: {}; src: url(data:font/woff2;base64,{}) format("woff2"); }}'
_ELEMENTS = {"code": "code", "raised": "sup", "strong": "b"}


@cache
def environment() -> Environment:
    """The templates of every page; in them `markup` writes a text of runs."""
    made = Environment(
        loader=PackageLoader("haicplatform.report.formats", "templates"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["markup"] = markup
    return made


def with_fonts(page: str) -> str:
    """The page with its own letters of our fonts in it, so that it reads alike where no font is installed."""
    faces = [
        _FACE.format(_NAMES[family], weight, b64encode(fonts.subset(family, is_bold, letters, "woff2")).decode("ascii"))
        for family, letters in fonts.by_family(page).items()
        for is_bold, weight in ((False, "100 500"), (True, "600 900"))
        if letters
    ]
    return page.replace(FONTS, "\n".join(faces), 1)


def write_text(path: Path, text: str) -> None:
    """Whole or not at all: a reader never sees half a page."""
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, content: bytes) -> None:
    """Whole or not at all."""
    building = path.with_name(f".{path.name}.tmp")
    building.write_bytes(content)
    atomic_replace(building, path)


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
