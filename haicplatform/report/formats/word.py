"""A document as a Word file: native tables whose head repeats, figures as pictures, wide tables on landscape pages.

Belongs here: the parts of the document as Word has them. Does not belong here: the XML of one element (word_xml.py),
what the document says.

Every number is inside bookmarks named e_<estimate id>_<count>: invisible, and found by a program.
"""

from __future__ import annotations

import io
from datetime import datetime

from docx import Document as new_document
from docx.document import Document as WordFile
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Emu, Mm, Pt, RGBColor

from haicplatform.report.document.messages import Words
from haicplatform.report.document.model import Document, Figure, Heading, Listing, Paragraph, Part, Table, concat
from haicplatform.report.formats.html import is_wide
from haicplatform.report.formats.word_xml import Bookmarks, field_runs, paragraph_xml, table_xml

LATIN, KOREAN = "Arial", "Malgun Gothic"
MARGIN, SHORT, LONG = Mm(18), Mm(210), Mm(297)
_EPOCH = datetime(2000, 1, 1)
_SIZES = {"Normal": 10, "Title": 18, "Heading 1": 14, "Heading 2": 11.5}


def docx(document: Document) -> bytes:
    """The whole file; its dates are fixed."""
    words, file = Words(document.language), new_document()
    _properties(file, document)
    _styles(file)
    _page(file.sections[0], is_landscape=False)
    _running(file, document, words)
    writer = _Writer(file, document, words)
    writer.title()
    for part in document.parts:
        writer.part(part)
    writer.portrait()
    buffer = io.BytesIO()
    file.save(buffer)
    return buffer.getvalue()


class _Writer:
    """Appends parts, turning the page where a table needs it."""

    def __init__(self, file: WordFile, document: Document, words: Words) -> None:
        self.file, self.document, self.words = file, document, words
        self.marks = Bookmarks()
        self.is_landscape = False
        self.waiting: list[Heading] = []

    def title(self) -> None:
        self.file.add_paragraph(self.document.title, "Title")
        if self.document.is_synthetic:
            paragraph = self.file.add_paragraph()
            run = paragraph.add_run(self.words("synthetic"))
            run.bold, run.font.color.rgb = True, RGBColor(0x8A, 0x3B, 0x12)
        for label, text in self.document.facts:
            self._append(paragraph_xml(concat(f"{label}: ", text), self.marks, size=8.5, after=0))

    def part(self, part: Part) -> None:
        if isinstance(part, Heading):
            self.waiting.append(part)  # a heading goes onto the page of what it is above
            return
        if isinstance(part, Table):
            self._turn(is_wide(part))
        elif self.is_landscape:
            self._turn(False)
        for heading in self.waiting:
            self.file.add_heading(heading.text, heading.level)
        self.waiting = []
        if isinstance(part, Paragraph):
            self._append(paragraph_xml(part.text, self.marks))
        elif isinstance(part, Listing):
            for place, item in enumerate(part.items):
                term = f"{part.terms[place]}: " if part.terms else "• "
                self._append(paragraph_xml(concat(term, item), self.marks, size=9, after=2))
        elif isinstance(part, Table):
            self._table(part)
        else:
            self._figure(part)

    def portrait(self) -> None:
        self._turn(False)

    def _turn(self, is_landscape: bool) -> None:
        if is_landscape != self.is_landscape:
            section = self.file.add_section(WD_SECTION.NEW_PAGE)
            _page(section, is_landscape=is_landscape)
            self.is_landscape = is_landscape

    def _table(self, table: Table) -> None:
        label = self.words("label.table", number=table.number) + ". " if table.number else ""
        title = paragraph_xml(concat(label + table.title), self.marks, is_bold=True, before=8, after=3, keep=True)
        self._append(title)
        room = Emu((LONG if self.is_landscape else SHORT) - 2 * MARGIN)
        self._append(table_xml(table, self.marks, int(room.pt * 20)))
        for note in table.notes:
            if note:
                self._append(paragraph_xml(note, self.marks, size=8, colour="5C5C5C", after=1))
        self._append(paragraph_xml((), self.marks, size=6, after=4))

    def _figure(self, figure: Figure) -> None:
        paragraph = self.file.add_paragraph()
        paragraph.paragraph_format.keep_with_next = True
        paragraph.paragraph_format.space_before = Pt(6)
        shape = paragraph.add_run().add_picture(io.BytesIO(figure.png), width=SHORT - 2 * MARGIN)
        properties = shape._inline.docPr
        properties.set("descr", figure.title)
        label = self.words("label.figure", number=figure.number) + ". "
        caption = concat(label, figure.title, ". ", figure.caption)
        self._append(paragraph_xml(caption, self.marks, size=8.5, after=8, bold_until=2))

    def _append(self, xml: str) -> None:
        body = self.file.element.body
        body.insert(len(body) - 1, parse_xml(xml))


def _properties(file: WordFile, document: Document) -> None:
    core = file.core_properties
    core.title, core.author, core.last_modified_by, core.comments = document.title, "", "", ""
    core.created = core.modified = _EPOCH
    core.revision = 1
    core.language = document.language


def _styles(file: WordFile) -> None:
    for name, size in _SIZES.items():
        style = file.styles[name]
        style.font.name, style.font.size = LATIN, Pt(size)
        style.font.color.rgb = RGBColor(0x1C, 0x1C, 0x1C)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for key in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            fonts.attrib.pop(qn(key), None)
        for key, font in (("w:ascii", LATIN), ("w:hAnsi", LATIN), ("w:cs", LATIN), ("w:eastAsia", KOREAN)):
            fonts.set(qn(key), font)
    file.styles["Normal"].paragraph_format.space_after = Pt(6)


def _page(section: Section, *, is_landscape: bool) -> None:
    section.orientation = WD_ORIENT.LANDSCAPE if is_landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (LONG, SHORT) if is_landscape else (SHORT, LONG)
    section.left_margin = section.right_margin = MARGIN
    section.top_margin, section.bottom_margin = Mm(20), Mm(17)
    section.header_distance = section.footer_distance = Mm(9)


def _running(file: WordFile, document: Document, words: Words) -> None:
    """The header and footer of every page: later sections are linked to the first."""
    section = file.sections[0]
    head = section.header.paragraphs[0]
    run = head.add_run(document.title)
    run.font.size, run.font.color.rgb = Pt(8), RGBColor(0x5C, 0x5C, 0x5C)
    if document.is_synthetic:
        run = head.add_run(f"   {words('synthetic.short')}")
        run.bold, run.font.size, run.font.color.rgb = True, Pt(8), RGBColor(0x8A, 0x3B, 0x12)
    foot = section.footer.paragraphs[0]
    for element in field_runs(words("page", page="\x00PAGE\x00", pages="\x00NUMPAGES\x00")):
        foot._p.append(parse_xml(element))
