"""A document as PDF, set by Typst: tagged for screen readers (PDF/UA-1), with an outline, and without a date.

Belongs here: the document as the data that the layout reads. Does not belong here: the layout (templates/report.typ),
what the document says.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from itertools import groupby
from pathlib import Path

import typst

from haicplatform.report.document import fonts
from haicplatform.report.document.messages import Words
from haicplatform.report.document.model import Document, Figure, Heading, Listing, Paragraph, Part, Table, Text
from haicplatform.report.formats.html import kind, landscape, widths

# a line's end is a blank, as on a page; marks that no PDF for screen readers may hold fall out
_SIGNS = dict.fromkeys([*range(32), 0x2028, 0x2029], " ") | dict.fromkeys([0xFEFF, 0xFFFE, 0xFFFF])


def pdf(document: Document) -> bytes:
    """The same bytes for the same document. UsageError where a font is missing."""
    return typeset(_template(), document=json.dumps(_clean(_data(document)), ensure_ascii=False))


def typeset(source: bytes, **inputs: str) -> bytes:
    """A PDF of a Typst document, with our fonts and none of this machine's."""
    compiler = typst.Compiler(input=source, font_paths=_fonts(), ignore_system_fonts=True, sys_inputs=inputs)
    made = compiler.compile(format="pdf", pdf_standards=["ua-1"])
    if not isinstance(made, bytes):  # a list is pages of pictures
        raise TypeError("Typst made no PDF")
    return made


@cache
def _template() -> bytes:
    return files("haicplatform.report.formats").joinpath("templates", "report.typ").read_bytes()


@cache
def _fonts() -> typst.Fonts:
    paths = fonts.files().values()
    folders = sorted({path.parent for path in paths})
    found = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)
    # a file that is no font would be passed over, and its letters be boxes
    read = {Path(font.path).resolve() for font in found.fonts() if font.path}
    for path in paths:
        if path.resolve() not in read:
            raise fonts.broken(path)
    return found


def _data(document: Document) -> dict:
    words = Words(document.language)
    mark = words("synthetic.short") if document.is_synthetic else ""
    under_heading = (False, *(isinstance(part, Heading) for part in document.parts[:-1]))
    parts = zip(document.parts, under_heading, landscape(document.parts), strict=True)
    return {
        "language": document.language,
        "name": f"{document.title} ({mark})" if mark else document.title,
        "title": document.title,
        "mark": mark,
        "banner": words("synthetic") if document.is_synthetic else "",
        "footer": f"{words('footer')} {mark}." if mark else words("footer"),
        "facts": [(label, _runs(text)) for label, text in document.facts],
        "sections": [
            {"wide": wide, "parts": [_part(part, words) | {"sticky": sticky} for part, sticky, _ in of]}
            for wide, of in groupby(parts, key=lambda each: each[2])
        ],
        "fonts": {
            "letters": fonts.LETTERS,
            "signs": fonts.SIGNS,
            "code": fonts.CODE,
            "odd": fonts.ODD,
            "bold": fonts.BOLD,
        },
    }


def _part(part: Part, words: Words) -> dict:
    match part:
        case Heading():
            more = {"level": part.level, "anchor": part.anchor, "text": part.text}
        case Paragraph():
            more = {"style": part.style, "text": _runs(part.text)}
        case Listing():
            more = {"terms": part.terms, "items": [_runs(item) for item in part.items]}
        case Table():
            more = _table(part, words)
        case Figure():
            label = words("label.figure", number=part.number)
            more = {"label": label, "title": part.title, "text": _runs(part.caption), "svg": part.svg}
    return {"kind": kind(part)} | more


def _table(table: Table, words: Words) -> dict:
    letters = [4, *[24] * (len(table.head) - 1)] if table.kind == "text" else [max(7, n) for n in widths(table)]
    return {
        "label": words("label.table", number=table.number) if table.number else "",
        "title": table.title,
        "type": table.kind,
        "short": table.is_short,
        "shares": letters,
        "groups": table.groups,
        "head": [_runs(text) for text in table.head],
        "rows": [{"kind": row.kind, "cells": [_runs(cell) for cell in row.cells]} for row in table.rows],
        "notes": [run for note in table.notes if note for run in [*_runs(note), (" ", "")]],
    }


def _runs(text: Text) -> list[tuple[str, str]]:
    return [(run.text, run.style) for run in text]


def _clean(value: object) -> object:
    """Every text of the data without the signs that cannot be set."""
    if isinstance(value, str):
        return value.translate(_SIGNS)
    if isinstance(value, dict):
        return {name: _clean(part) for name, part in value.items()}
    return [_clean(part) for part in value] if isinstance(value, list | tuple) else value
