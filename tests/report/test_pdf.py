"""The report as PDF: every text letter by letter, tables broken where they may be, our fonts, tags, a language."""

from __future__ import annotations

import re
import subprocess
from functools import partial

import polars as pl
import pytest

from haicplatform.report.document.model import (
    FIGURE_DATA,
    Document,
    Figure,
    Heading,
    Listing,
    Paragraph,
    Row,
    Run,
    Table,
)
from haicplatform.report.formats.pdf import pdf
from tests.conftest import need
from tests.report.cohort import document

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="40"><rect width="9" height="9"/></svg>'
figure = partial(Figure, svg=SVG, png=b"", data=pl.DataFrame(schema=FIGURE_DATA))
HEAD = ((Run("Hospital"),), (Run("Patients"),))


@pytest.fixture(scope="module", autouse=True)
def poppler() -> None:
    need("pdftotext", "poppler-utils")


def made(*parts, title: str = "A title") -> bytes:
    return pdf(Document("a_study", "a_snapshot", "ko", title, True, (("사실", (Run("text"),)),), parts))


def asked(program: str, content: bytes, *options: str) -> str:
    return subprocess.run(
        [program, *options, "-", *["-"] * (program == "pdftotext")], input=content, capture_output=True
    ).stdout.decode("utf-8", "replace")


def pages_of(content: bytes) -> list[list[str]]:
    """The lines of each page, without its running head and its number."""
    pages = asked("pdftotext", content, "-layout").split("\f")[:-1]
    return [[line.strip() for line in page.splitlines() if line.strip()][1:-1] for page in pages]


@pytest.mark.parametrize(
    "text",
    [
        "$ _ ^ # < > @ * \\ ` ' \" ~ [ ] { } ( ) = + - . 1. #x /* */ // --- ...",
        "HAIC $5_{ $10",
        '#import "@preview/a:1.0.0"; #panic("x") #sys.inputs',
        "</text><script> &amp; \\u{41} \\n %s {0} {{ x }}",
        "한글 뷁똠 漢字 é ﬁ µ ≥ − χ² 10⁻⁶",
        "\U0001f600 \U0001fabf",
    ],
)
def test_every_text_is_printed_letter_by_letter(text: str):
    a_run = (Run(text),)
    looks = tuple(Run(text, (), style) for style in ("strong", "code", "raised", "aside", "why", "masked"))
    table = Table(
        "t", text, (a_run, a_run), (Row((a_run,), "heading"), Row((a_run, a_run), "total")), (a_run,), number=1
    )
    content = made(
        Heading(1, "a", text), Paragraph(a_run), *(Paragraph((run,), "small") for run in looks),
        Listing((a_run,)), Listing((a_run,), (text,)), table, figure("f", text, a_run, number=1), title=text,
    )  # fmt: skip
    printed = re.sub(r"\s", "", asked("pdftotext", content))
    # title (and on its page above), heading, paragraph, looks, items, caption, heads, cells, note, figure
    assert printed.count(re.sub(r"\s", "", text)) == 2 + 1 + 1 + len(looks) + 3 + 1 + 2 + 3 + 1 + 2


def test_marks_that_cannot_be_set_fall_out_and_a_line_ends_as_a_blank():
    content = made(Heading(1, "a", "one\ntwo\ufeff \ufffe\x07"), Paragraph((Run("three\u2028four"),)))
    assert "one two" in asked("pdftotext", content) and "three four" in asked("pdftotext", content)


@pytest.mark.parametrize("count", range(60, 120, 3))
def test_a_long_table_repeats_its_head_and_is_broken_where_it_may_be(count: int):
    rows = [
        Row(((Run(f"group {n}"),),), "heading") if n % 7 == 5 else Row(((Run(f"row {n}"),), (Run(f"{n} (1.5)"),)))
        for n in range(count)
    ]
    pages = pages_of(made(Table("t", "Long", HEAD, tuple(rows), ((Run("the note"),),), number=1)))
    tables = [page[next(n for n, line in enumerate(page) if line.startswith("Hospital")) + 1 :] for page in pages[:-1]]
    tables.append(pages[-1][pages[-1].index(next(line for line in pages[-1] if line.startswith("Hospital"))) + 1 :])
    assert len(tables) == len(pages) > 1  # the head on each page
    broken = [[line for line in page if line.startswith(("row", "group"))] for page in tables]
    assert [line.split("  ")[0] for page in broken for line in page] == [
        f"group {n}" if n % 7 == 5 else f"row {n}" for n in range(count)
    ]
    assert all(len(page) > 1 for page in broken)  # no row alone
    assert not any(page[-1].startswith("group") for page in broken[:-1])
    assert "the note" in tables[-1]


def test_a_heading_stands_above_what_follows_it():
    for lines in range(38, 52):
        fill = [Paragraph((Run(f"line {n}"),)) for n in range(lines)]
        table = Table("t", "Short", HEAD, tuple(Row(((Run(f"r{n}"),), (Run("1"),))) for n in range(6)), number=1)
        pages = pages_of(made(*fill, Heading(1, "a", "The section"), Paragraph((Run("Its words."),)), table))
        where = next(page for page in pages if "The section" in page)
        after = where[where.index("The section") + 1 :]
        assert after[0] == "Its words." and any(line.startswith("r5") for line in after), lines


def test_a_wide_table_is_on_a_landscape_page_with_its_heading():
    head = tuple((Run(f"A longer head {n}"),) for n in range(11))
    row = Row(tuple((Run("1234 (56.7–89.0)"),) for _ in head))
    content = made(
        Heading(1, "a", "Before"),
        Heading(1, "b", "Wide"),
        Table("t", "T", head, (row, row), number=1),
        Heading(1, "c", "After"),
    )
    sizes = re.findall(r"Page +\d+ size: +(\d+).*? x (\d+)", asked("pdfinfo", content, "-l", "9"))
    assert [int(width) < int(height) for width, height in sizes] == [True, False, True]
    before, wide, after = pages_of(content)
    assert "Before" in before and "Wide" in wide and "After" in after
    assert sum(line.count("1234 (56.7–89.0)") for line in wide) == 22  # none is broken


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_report_is_tagged_and_has_our_fonts_only(language: str):
    content = pdf(document(language))
    about = asked("pdfinfo", content)
    assert re.search(r"Tagged: +yes", about) and "SYNTHETIC" in about.splitlines()[0]
    assert b"<pdfuaid:part>1</pdfuaid:part>" in content and b"/Outlines" in content
    assert f"/Lang({language})".encode() in content
    fonts = {line.split()[0].partition("+")[2] for line in asked("pdffonts", content).splitlines()[2:]}
    assert fonts <= {"NanumGothic", "NanumGothicBold", "DejaVuSans", "DejaVuSans-Bold", "DejaVuSansMono"}
    assert asked("pdfinfo", content, "-struct").count("Figure") == len(document(language).figures)
    printed = asked("pdftotext", content)
    for heading in (part.text for part in document(language).parts if isinstance(part, Heading)):
        assert heading in printed
    assert re.search(r"\n1 / \d+\n", printed)
