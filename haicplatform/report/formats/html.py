"""A document as one self-contained page: every number with the ids of its estimates in `data-estimate`.

Belongs here: markup. Does not belong here: what the document says.
"""

from __future__ import annotations

import re

from markupsafe import Markup

from haicplatform.report.document.messages import Words
from haicplatform.report.document.model import Document, Figure, Heading, Listing, Paragraph, Part, Table, plain
from haicplatform.report.figures.drawing import inline, latin_letters
from haicplatform.report.formats.pages import environment, with_fonts

# letters a line of a portrait page holds in a table's small type
PORTRAIT_LETTERS = 126


def page(document: Document) -> str:
    """The whole page, with its fonts."""
    parts = [(kind(part), part, wide) for part, wide in zip(document.parts, landscape(document.parts), strict=True)]
    made = environment().get_template("report.html.j2").render(
        document=document,
        words=Words(document.language),
        parts=parts,
        sections=[part for part in document.parts if isinstance(part, Heading) and part.level == 1],
        picture=lambda figure: Markup(inline(figure.svg, figure.name)),
    )  # fmt: skip
    return with_fonts(made)


def landscape(parts: tuple[Part, ...]) -> list[bool]:
    """Which parts stand on landscape pages: wide tables, and headings and paragraphs directly above one."""
    found: list[bool] = []
    following = False
    for part in reversed(parts):
        if isinstance(part, Table):
            following = is_wide(part)
        elif not isinstance(part, Heading | Paragraph):
            following = False
        found.append(following)
        if isinstance(part, Heading) and part.level == 1:
            following = False
    return found[::-1]


def kind(part: Part) -> str:
    """heading, paragraph, listing, table or figure."""
    names = {Heading: "heading", Paragraph: "paragraph", Listing: "listing", Table: "table", Figure: "figure"}
    return names[type(part)]


# a space, or the hyphen of a long word
_BREAKS = re.compile(r"\s|(?<=\S{5}-)(?=\S{5})")


def widths(table: Table) -> list[int]:
    """Letters each column needs: its longest cell, a head's longest word; the first column wraps."""
    needed = []
    for column, head in enumerate(table.head):
        cells = [
            latin_letters(plain(row.cells[column]))
            for row in table.rows
            if column < len(row.cells) and len(row.cells) > 1
        ]
        longest_word = max((latin_letters(word) for word in _BREAKS.split(plain(head))), default=0)
        letters = max([longest_word, *cells]) + 2
        needed.append(min(letters, 30) if column == 0 else letters)
    return needed


def is_wide(table: Table) -> bool:
    """Whether a table needs a landscape page."""
    return table.kind == "results" and sum(widths(table)) > PORTRAIT_LETTERS
