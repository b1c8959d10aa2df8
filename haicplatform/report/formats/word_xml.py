"""The XML of paragraphs and tables of a Word file, written as text because building cell by cell is slow.

Belongs here: WordprocessingML of one element. Does not belong here: the file and its pages (word.py).

Source: ECMA-376 part 1, chapter 17.
"""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from haicplatform.report.document.model import Row, Run, Table, Text
from haicplatform.report.formats.html import widths

_NAMESPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_LINE = '<w:{side} w:val="single" w:sz="{width}" w:space="0" w:color="2A2A2A"/>'
# half-points of a table's type, fewer where it has many columns
_SIZES = ((7, 17), (10, 15), (99, 13))
_LOOKS = {
    "why": '<w:i/><w:color w:val="5C5C5C"/>',
    "aside": '<w:color w:val="5C5C5C"/>',
    "strong": "<w:b/>",
    "raised": '<w:vertAlign w:val="superscript"/>',
    "code": '<w:rFonts w:ascii="Courier New" w:hAnsi="Courier New"/>',
}


class Bookmarks:
    """Names of bookmarks, none of them used twice in a file."""

    def __init__(self) -> None:
        self._count = 0

    def around(self, run: Run, xml: str) -> str:
        """The run's XML inside a bookmark for each of its estimates."""
        starts, ends = [], []
        for estimate_id in run.estimate_ids:
            self._count += 1
            name = f"e_{estimate_id}_{self._count}"
            starts.append(f'<w:bookmarkStart w:id="{self._count}" w:name={quoteattr(name)}/>')
            ends.append(f'<w:bookmarkEnd w:id="{self._count}"/>')
        return "".join([*starts, xml, *ends])


def paragraph_xml(
    text: Text,
    marks: Bookmarks,
    *,
    size: float = 10,
    colour: str = "",
    before: float = 0,
    after: float = 6,
    is_bold: bool = False,
    bold_until: int = 0,
    keep: bool = False,
) -> str:
    """A paragraph; sizes and distances in points; `bold_until`: so many runs are bold; `keep`: with the next one."""
    properties = f'<w:spacing w:before="{before * 20:.0f}" w:after="{after * 20:.0f}"/>'
    properties = ("<w:keepNext/>" if keep else "") + properties
    tint = f'<w:color w:val="{colour}"/>' if colour else ""
    runs = [
        _run(run, marks, round(2 * size), ("<w:b/>" if is_bold or place < bold_until else "") + tint)
        for place, run in enumerate(text)
    ]
    return f"<w:p {_NAMESPACE}><w:pPr>{properties}</w:pPr>{''.join(runs)}</w:p>"


def _run(run: Run, marks: Bookmarks, size: int, look: str) -> str:
    own = _LOOKS.get(run.style, "")
    look = own + "".join(part for part in [look] if not (own and "<w:color" in own and "<w:color" in look))
    fonts = look[look.find("<w:rFonts") :].partition("/>")[0] + "/>" if "<w:rFonts" in look else ""
    rest = look.replace(fonts, "") if fonts else look
    order = sorted(_elements(rest), key=_rank)
    raised = [element for element in order if "vertAlign" in element]
    order = [element for element in order if "vertAlign" not in element]
    sized = f'<w:sz w:val="{size}"/><w:szCs w:val="{size}"/>'
    properties = f"<w:rPr>{fonts}{''.join(order)}{sized}{''.join(raised)}</w:rPr>"
    xml = f'<w:r>{properties}<w:t xml:space="preserve">{escape(run.text)}</w:t></w:r>'
    return marks.around(run, xml)


def _elements(look: str) -> list[str]:
    return [f"{piece}/>" for piece in look.split("/>") if piece]


def _rank(element: str) -> int:
    """The order that the schema asks of a run's properties."""
    return next((place for place, name in enumerate(("<w:b/", "<w:i/", "<w:color")) if element.startswith(name)), 9)


def table_xml(table: Table, marks: Bookmarks, room: int) -> str:
    """A table with three lines, its head repeated on each page; `room`: its width in twentieths of a point."""
    size = next(size for most, size in _SIZES if len(table.head) <= most)
    columns = _widths(table, room)
    rows = []
    if table.groups:
        cells, at = [], 0
        for text, span in table.groups:
            lines = {"bottom": 4} if text else {}
            lines |= {"top": 12}
            cells.append(
                _cell(
                    (Run(text),) if text else (), marks, sum(columns[at : at + span]), size, "center", lines, span, True
                )
            )
            at += span
        rows.append(_row(cells, is_head=True))
    lines = {"bottom": 6} | ({} if table.groups else {"top": 12})
    head = [
        _cell(text, marks, columns[place], size, _align(place, table.kind), lines, 1, True)
        for place, text in enumerate(table.head)
    ]
    rows.append(_row(head, is_head=True))
    for place, row in enumerate(table.rows):
        rows.append(_line(row, table, marks, columns, size, is_last=place == len(table.rows) - 1))
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in columns)
    properties = (
        f'<w:tblW w:w="{sum(columns)}" w:type="dxa"/><w:tblLayout w:type="fixed"/>'
        '<w:tblCellMar><w:left w:w="40" w:type="dxa"/><w:right w:w="40" w:type="dxa"/></w:tblCellMar>'
    )
    return f"<w:tbl {_NAMESPACE}><w:tblPr>{properties}</w:tblPr><w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"


def _line(row: Row, table: Table, marks: Bookmarks, columns: list[int], size: int, *, is_last: bool) -> str:
    lines = ({"top": 2} if row.kind == "total" else {}) | ({"bottom": 12} if is_last else {})
    is_bold = row.kind in ("heading", "total")
    if len(row.cells) == 1:
        return _row([_cell(row.cells[0], marks, sum(columns), size, "left", lines, len(columns), is_bold)])
    cells = []
    for place, text in enumerate(row.cells):
        indent = 140 if place == 0 and row.kind == "level" else 0
        bold = is_bold and (place == 0 or row.kind == "total")
        cells.append(_cell(text, marks, columns[place], size, _align(place, table.kind), lines, 1, bold, indent))
    return _row(cells, keep=row.kind == "heading")


def _align(place: int, kind: str) -> str:
    return "left" if place == 0 or kind == "text" else "right"


def _row(cells: list[str], *, is_head: bool = False, keep: bool = False) -> str:
    properties = "<w:cantSplit/>" + ("<w:tblHeader/>" if is_head else "")
    joined = "".join(cells)
    if keep:
        joined = joined.replace("<w:pPr>", "<w:pPr><w:keepNext/>")
    return f"<w:tr><w:trPr>{properties}</w:trPr>{joined}</w:tr>"


def _cell(
    text: Text,
    marks: Bookmarks,
    width: int,
    size: int,
    align: str,
    lines: dict[str, int],
    span: int,
    is_bold: bool,
    indent: int = 0,
) -> str:
    borders = "".join(_LINE.format(side=side, width=lines[side]) for side in ("top", "bottom") if side in lines)
    properties = f'<w:tcW w:w="{width}" w:type="dxa"/>'
    properties += f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
    properties += f"<w:tcBorders>{borders}</w:tcBorders>" if borders else ""
    look = "<w:b/>" if is_bold else ""
    runs = "".join(_run(run, marks, size, "" if run.style == "aside" else look) for run in text)
    shift = f'<w:ind w:left="{indent}"/>' if indent else ""
    about = f'<w:spacing w:before="15" w:after="15"/>{shift}<w:jc w:val="{align}"/>'
    return f"<w:tc><w:tcPr>{properties}</w:tcPr><w:p><w:pPr>{about}</w:pPr>{runs}</w:p></w:tc>"


def _widths(table: Table, room: int) -> list[int]:
    """The room shared in proportion to what the columns hold."""
    if table.kind == "text":
        shares = [1.0, *[9.0] * (len(table.head) - 1)]
    else:
        shares = [float(max(6, letters)) for letters in widths(table)]
    return [int(room * share / sum(shares)) for share in shares]


def field_runs(sentence: str) -> list[str]:
    """Runs of a sentence in which words between NUL characters are fields (PAGE, NUMPAGES)."""
    size = '<w:rPr><w:color w:val="5C5C5C"/><w:sz w:val="16"/></w:rPr>'
    made = []
    for place, piece in enumerate(sentence.split("\x00")):
        if place % 2:
            text = f"<w:r>{size}<w:t>1</w:t></w:r>"
            made.append(f'<w:fldSimple {_NAMESPACE} w:instr="{piece}">{text}</w:fldSimple>')
        elif piece:
            made.append(f'<w:r {_NAMESPACE}>{size}<w:t xml:space="preserve">{escape(piece)}</w:t></w:r>')
    return made
