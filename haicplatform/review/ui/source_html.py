"""Delivered rows of several sheets as HTML: where they lie, rows with their neighbours, the cells that matter marked.

Belongs here: that markup. Does not belong here: which rows (source_rows.py, source_cells.py).
"""

from __future__ import annotations

from collections.abc import Collection
from html import escape

from haicplatform.review.data.hospitals import names_of
from haicplatform.review.data.page_context import PageContext
from haicplatform.review.data.source_cells import Cells
from haicplatform.review.data.source_rows import GAP, SheetPart, SheetRow, SourceRows

# brings the rows that a mark led to into view
TO_ROWS = "document.getElementById('rows')?.scrollIntoView({block: 'start'})"
# shows the marked cell of a table that is wider than the page
TO_MARKED = "document.querySelector('.sheet .marked')?.scrollIntoView({block: 'nearest', inline: 'center'})"


def sources_of(ctx: PageContext, found: SourceRows) -> str:
    """HTML of all parts, and a sentence about rows that are not shown."""
    html = "".join(_part(ctx, part) for part in found.parts)
    said = []
    if found.left_out:
        said.append(ctx.tr(f"이 밖에 {found.left_out}행이 더 있습니다.", f"{found.left_out} more rows are not shown."))
    if found.elsewhere:
        said.append(
            ctx.tr("다른 병원의 자료는 표시하지 않습니다.", "Rows of other hospitals are not shown.")
        )  # how many would say how much is known elsewhere
    if not found.parts and not said:
        said.append(ctx.tr("표시할 원자료 행이 없습니다.", "There is no delivered row to show."))
    html += "".join(f'<p class="muted">{escape(text)}</p>' for text in said)
    return f"<div id='rows'>{html}</div>"


def _part(ctx: PageContext, part: SheetPart) -> str:
    head = "".join(
        "<th scope='col' class='gap'>⋯</th>" if place == GAP else f"<th scope='col'>{escape(part.header[place])}</th>"
        for place in part.columns
    )
    body = "".join(_row(ctx, row, part.columns) for row in part.rows)
    sheet = f" · {escape(part.sheet)}" if part.sheet else ""
    to = f"/deliveries/{part.site_id}/{part.delivery_id}"
    where = (
        f"<b>{escape(ctx.tr(*names_of(ctx.home, part.site_id)))}</b> {escape(part.site_id)} · "
        f"<a href='{escape(to)}'>{escape(part.file)}</a>{sheet}"
    )
    return (
        f"<div class='slide sheet'><table class='plain'><caption>{where}</caption><thead><tr>"
        f"<th class='num'>{escape(ctx.tr('행', 'row'))}</th>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _row(ctx: PageContext, row: SheetRow, columns: tuple[int, ...]) -> str:
    cells = "".join(
        "<td class='gap'></td>" if place == GAP else _cell(ctx, row.cells[place], place in row.marked)
        for place in columns
    )
    look = " class='this'" if row.is_asked else ""
    return f"<tr{look}><th scope='row' class='num'>{row.number}</th>{cells}</tr>"


def _cell(ctx: PageContext, value: str | None, is_marked: bool) -> str:
    if not is_marked:
        return f"<td>{escape(value or '')}</td>"
    text = escape(value) if value else escape(ctx.tr("빈 칸", "empty"))
    return f"<td class='marked'><mark{'' if value else ' class=empty'}>{text}</mark></td>"


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
