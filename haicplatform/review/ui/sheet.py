"""A few rows of a hospital's sheet as HTML, with the row and the cells marked that something is about.

Belongs here: that table. Does not belong here: finding the rows (source_cells.py).
"""

from __future__ import annotations

from collections.abc import Collection
from html import escape

from haicplatform.review.data.page_context import PageContext
from haicplatform.review.data.source_cells import Cells

# shows the marked cell of a table that is wider than the page
TO_MARKED = "document.querySelector('.sheet .marked')?.scrollIntoView({block: 'nearest', inline: 'center'})"


def table_of(ctx: PageContext, cells: Cells, row: int, marked: Collection[str] = ()) -> str:
    """HTML of the rows as they stand in the sheet. row: the one that it is about; marked: headers of its cells."""
    corner = escape(ctx.tr("행", "row"))
    head = "".join(f"<th scope='col'{_is(name in marked, 'col')}>{escape(name)}</th>" for name in cells.header)
    body = ""
    for number, values in zip(cells.source_rows, cells.rows, strict=True):
        body += f"<tr{_is(number == row, 'this')}><th scope='row' class='num'>{number}</th>"
        for name, value in zip(cells.header, values, strict=True):
            is_marked = number == row and name in marked
            body += f"<td{_is(is_marked, 'marked')}>{_text(ctx, value, is_marked)}</td>"
        body += "</tr>"
    return (
        f"<div class='slide sheet'><table class='plain'><thead><tr><th class='num'>{corner}</th>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table></div>"
    )


def _text(ctx: PageContext, value: str | None, is_marked: bool) -> str:
    if value is None:
        return f"<mark class='empty'>{escape(ctx.tr('빈 칸', 'empty'))}</mark>" if is_marked else ""
    return f"<mark>{escape(value)}</mark>" if is_marked else escape(value)


def _is(so: bool, name: str) -> str:
    return f" class='{name}'" if so else ""
