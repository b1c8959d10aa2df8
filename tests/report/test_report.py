"""The files of a report: self-contained, the same bytes in another folder, what Word, Excel and PDF hold."""

from __future__ import annotations

import io
import os
import pickle
import re
import subprocess
import sys
import tempfile
import zipfile
from base64 import b64decode
from html.parser import HTMLParser
from pathlib import Path

import openpyxl
import pytest
from docx import Document as open_docx
from fontTools.ttLib import TTFont

from haicplatform.report.document.model import ids_of, plain
from haicplatform.report.formats.write import undated, write
from tests.conftest import need
from tests.report.cohort import CONTEXT, STUDY, document, estimates

_RENDER = """
import pickle, sys
from pathlib import Path
from haicplatform.report.formats.rendering import render
if __name__ == "__main__":
    with open(sys.argv[1], "rb") as file:
        render(*pickle.load(file), Path(sys.argv[2]))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both languages in every format."""
    found = tmp_path_factory.mktemp("report")
    for language in ("en", "ko"):
        write(document(language), found)
    return found


class Page(HTMLParser):
    """Collects the estimate ids and the attributes that fetch."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.fetched: list[str] = []
        self.letters: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list) -> None:
        given = dict(attrs)
        self.ids |= set(given.get("data-estimate", "").split())
        self.fetched += [given[name] for name in ("src", "href", "xlink:href", "action") if given.get(name)]

    def handle_data(self, data: str) -> None:
        self.letters |= set(data) - {"\n"}


@pytest.mark.parametrize("name", ["report.html", "report.ko.html"])
def test_nothing_is_fetched_from_elsewhere(folder: Path, name: str) -> None:
    text = (folder / name).read_text("utf-8")
    assert all(link.startswith("#") for link in Page(text).fetched)
    assert "http" not in text
    assert "<script" not in text and "@import" not in text and "<link" not in text
    assert not re.findall(r"url\((?!#|\"#|'#|data:font/woff2;base64,)", text)


@pytest.mark.parametrize("name", ["report.html", "report.ko.html"])
def test_a_page_brings_the_fonts_of_all_its_letters(folder: Path, name: str) -> None:
    text = (folder / name).read_text("utf-8")
    faces = re.findall(r'font-family: "(.+?)"; font-weight: (\d+) \d+; src: url\(data:font/woff2;base64,(.+?)\)', text)
    assert [face[:2] for face in faces] == [(one, n) for one in ("Report", "Report signs") for n in ("100", "600")]
    assert re.search(r'body {[^}]*font-family: "Report", "Report signs",', text)
    drawn = [set(TTFont(io.BytesIO(b64decode(content))).getBestCmap()) for *_, content in faces]
    letters = Page(re.sub("(?s)<style>.*?</style>", "", text)).letters
    for weight in (0, 1):
        assert {ord(letter) for letter in letters} <= drawn[weight] | drawn[2 + weight]
    assert sum(len(content) for *_, content in faces) < 150_000


def test_the_page_carries_the_ids_of_its_numbers(folder: Path) -> None:
    found = Page((folder / "report.html").read_text("utf-8")).ids
    assert found <= set(estimates()["estimate_id"])
    of_text = {one for _, run in document("en").runs() for one in run.estimate_ids}
    of_figures = {
        row["estimate_ids"].split()[0]
        for figure in document("en").figures
        for row in figure.data.iter_rows(named=True)
        if row["shown"] and row["estimate_ids"]
    }
    assert found == of_text | of_figures and of_figures - of_text


def test_the_page_says_what_it_is(folder: Path) -> None:
    text = (folder / "report.html").read_text("utf-8")
    for part in (
        "SYNTHETIC DATA",
        STUDY.study_hash,
        "가나병원",
        STUDY.title,
        "Second reader",
        "Overall survival by hospital",
    ):
        assert part in text


def test_ids_within_a_page_are_unique(folder: Path) -> None:
    found = re.findall(r'\bid="([^"]+)"', (folder / "report.html").read_text("utf-8"))
    assert len(found) == len(set(found))


def test_figures_are_files_too(folder: Path) -> None:
    names = {path.name for path in (folder / "figures").iterdir()}
    expected = {"km_os.svg", "km_pfs.svg", "km_os_by_hospital.svg", "forest_os_by_hospital.svg", "flow.ko.svg"}
    assert expected <= names
    assert (folder / "figures" / "km_os.svg").read_text("utf-8").startswith("<svg")


def test_the_same_document_gives_the_same_bytes_elsewhere(folder: Path, tmp_path: Path) -> None:
    write(document("ko"), tmp_path / "another" / "folder")
    for path in sorted((tmp_path / "another" / "folder").rglob("*.*")):
        here = folder / path.relative_to(tmp_path / "another" / "folder")
        assert path.read_bytes() == here.read_bytes(), path.name


def bare(place: Path) -> dict[str, str]:
    """An environment without a font, whose list of fonts is from before any was installed, and without a home."""
    from matplotlib.font_manager import FontManager, fontManager, json_dump

    stale, empty = FontManager.__new__(FontManager), place / "empty"
    stale.__dict__ |= fontManager.__dict__ | {"ttflist": [f for f in fontManager.ttflist if "mpl-data" in f.fname]}
    (place / "matplotlib").mkdir(parents=True)
    empty.mkdir()
    json_dump(stale, place / "matplotlib" / f"fontlist-v{FontManager.__version__}.json")
    (place / "fonts.conf").write_text("<fontconfig></fontconfig>")
    named = {"FONTCONFIG_FILE": place / "fonts.conf", "FONTCONFIG_PATH": empty, "XDG_DATA_HOME": empty, "HOME": empty}
    return os.environ | {name: str(path) for name, path in (named | {"MPLCONFIGDIR": place / "matplotlib"}).items()}


def test_a_machine_without_fonts_writes_the_same_files_and_says_nothing(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(_RENDER)
    (tmp_path / "given").write_bytes(pickle.dumps((STUDY, estimates(), CONTEXT)))
    command = [sys.executable, tmp_path / "script.py", tmp_path / "given", tmp_path / "made"]
    done = subprocess.run(command, env=bare(tmp_path / "bare"), capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    names = {str(path.relative_to(folder)) for path in folder.rglob("*.*")}
    assert names == {str(path.relative_to(tmp_path / "made")) for path in (tmp_path / "made").rglob("*.*")}
    for name in names:
        assert (tmp_path / "made" / name).read_bytes() == (folder / name).read_bytes(), name
    drawn = "".join(path.read_text("utf-8") for path in (folder / "figures").iterdir())
    glyphs = set(re.findall(r'id="((?:Nanum|DejaVu|Last|STIX)[\w-]*)-([0-9a-f]+)"', drawn))
    assert {font for font, _ in glyphs} <= {"NanumGothic", "NanumGothicBold", "DejaVuSans", "DejaVuSans-Bold"}
    assert len(glyphs) > 200 and "0" not in {glyph for _, glyph in glyphs}


def test_word_has_native_tables_with_a_head_that_repeats(folder: Path) -> None:
    file = open_docx(folder / "report.docx")
    assert len(file.tables) == len(document("en").tables)
    for made, table in zip(file.tables, document("en").tables, strict=True):
        heads = [row for row in made.rows if row._tr.trPr.find(row._tr.nsmap["w"].join("{}") + "tblHeader") is not None]
        assert len(heads) == (2 if table.groups else 1), table.name
        assert len(made.rows) == len(table.rows) + len(heads)
        last = [plain(cell) for cell in table.rows[-1].cells]
        assert [cell.text for cell in made.rows[-1].cells][: len(last)] == last
    assert len(file.inline_shapes) == len(document("en").figures)
    assert "SYNTHETIC" in file.sections[0].header.paragraphs[0].text
    assert "NUMPAGES" in file.sections[0].footer._element.xml
    assert {section.orientation for section in file.sections} >= {0}


def test_word_carries_the_ids_as_bookmarks(folder: Path) -> None:
    xml = zipfile.ZipFile(folder / "report.docx").read("word/document.xml").decode("utf-8")
    names = re.findall(r'w:bookmarkStart w:id="\d+" w:name="e_([0-9a-f]{16})_\d+"', xml)
    assert set(names) <= set(estimates()["estimate_id"]) and len(set(names)) > 500
    assert xml.count("bookmarkStart") == xml.count("bookmarkEnd") == len(names)


def test_excel_has_a_sheet_a_table_and_the_data_of_each_figure(folder: Path) -> None:
    book = openpyxl.load_workbook(folder / "report.xlsx")
    made = document("en")
    assert len(book.sheetnames) == 1 + len(made.tables) + len(made.figures)
    baseline = next(table for table in made.tables if table.name == "table-baseline")
    sheet = book[f"Table {baseline.number}"]
    cells = {row[0].value: row for row in sheet.iter_rows() if row[0].value}
    assert cells["Male"][1].value == next(plain(r.cells[1]) for r in baseline.rows if plain(r.cells[0]) == "Male")
    columns = len(baseline.head)
    ids = next(ids_of(r.cells[1]) for r in baseline.rows if plain(r.cells[0]) == "Male")
    assert cells["Male"][columns + 2].value.split("\n") == list(ids)
    figure = next(part for part in made.figures if part.name == "km_os")
    sheet = book[f"Figure {figure.number}"]
    assert sum(1 for row in sheet.iter_rows(min_row=5) if row[7].value) == figure.data.height


def test_pdf_is_a_pdf_with_pages_and_without_a_date(folder: Path) -> None:
    content = (folder / "report.pdf").read_bytes()
    assert content.startswith(b"%PDF") and b"CreationDate" not in content
    need("pdftotext", "poppler-utils")
    text = subprocess.run(["pdftotext", "-", "-"], input=content, capture_output=True, check=True).stdout.decode(
        "utf-8"
    )
    assert "SYNTHETIC DATA" in text and STUDY.study_hash in text.replace("\n", "") and "1 / " in text


def test_a_browser_shows_it_whole(folder: Path, tmp_path: Path) -> None:
    need("chromium", "chromium")
    shot = tmp_path / "page.png"
    with tempfile.TemporaryDirectory() as profile:
        flags = "--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking".split()
        flags += ["--disable-component-update", "--disable-sync", f"--user-data-dir={profile}"]
        subprocess.run(
            ["chromium", *flags, "--window-size=1280,2000", f"--screenshot={shot}", (folder / "report.html").as_uri()],
            check=True,
            capture_output=True,
            timeout=120,
        )
    assert shot.stat().st_size > 50_000


def test_a_zip_is_undated() -> None:
    given = io.BytesIO()
    with zipfile.ZipFile(given, "w") as archive:
        archive.writestr(zipfile.ZipInfo("a", (2024, 5, 6, 7, 8, 9)), "text")
    with zipfile.ZipFile(io.BytesIO(undated(given.getvalue()))) as archive:
        assert [(one.filename, one.date_time[0]) for one in archive.infolist()] == [("a", 1980)]
