"""A report that contradicts itself is found, in every kind of place; one that does not is left alone."""

from __future__ import annotations

import re
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from haicplatform.core.errors import HaicError
from haicplatform.estimation.rows import Rows
from haicplatform.report.check.check_report import check_document, check_files
from haicplatform.report.check.estimate_index import Rows as Looked
from haicplatform.report.check.estimate_index import refuse_contradictions
from haicplatform.report.check.estimates import check_estimates
from haicplatform.report.check.printed import Printed, check
from haicplatform.report.document.model import Document, Figure, Paragraph, Run
from haicplatform.report.formats.write import write
from tests.report.cohort import document, estimates

FORMATS = ("html", "docx", "xlsx")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("report")
    for language in ("en", "ko"):
        write(document(language), made, FORMATS)
    return made


def test_our_report_is_clean(folder: Path) -> None:
    assert check_estimates(estimates()) == []
    assert [check_document(document(language), estimates()) for language in ("en", "ko")] == [[], []]
    assert check_files(folder, estimates()) == []


def test_every_number_of_the_document_is_read_back(folder: Path) -> None:
    from haicplatform.report.check.printed_files import page_numbers, sheet_numbers, word_numbers

    tagged = [(run.text.strip(), run.estimate_ids) for _, run in document("en").runs() if run.estimate_ids]
    assert len(tagged) > 300
    for found in (page_numbers(folder / "report.html"), word_numbers(folder / "report.docx")):
        assert sorted((printed.text.strip(), printed.ids) for printed in found) == sorted(tagged)
    assert len(list(sheet_numbers(folder / "report.xlsx"))) > 300


def altered(number: str) -> str:
    """The same text with another first number."""
    return re.sub(r"\d", lambda found: str((int(found[0]) + 3) % 10), number, count=1)


def with_part(found: Document, part, other) -> Document:
    return replace(found, parts=tuple(other if one is part else one for one in found.parts))


def numbers_in(text) -> bool:
    return any(run.estimate_ids and re.search(r"\d", run.text) for run in text)


def alter_text(text):
    """The text with the first number that names an estimate changed."""
    runs, done = [], False
    for run in text:
        is_it = not done and run.estimate_ids and re.search(r"\d", run.text)
        runs.append(replace(run, text=altered(run.text)) if is_it else run)
        done = done or is_it
    return tuple(runs)


def plant_sentence(found: Document) -> Document:
    part = next(one for one in found.parts if isinstance(one, Paragraph) and numbers_in(one.text))
    return with_part(found, part, replace(part, text=alter_text(part.text)))


def plant_cell(found: Document, name: str = "table-1") -> Document:
    part = next(one for one in found.tables if numbers_in(one.rows[-1].cells[1]) or one.name == name)
    row = next(one for one in part.rows if len(one.cells) > 1 and numbers_in(one.cells[1]))
    cells = (row.cells[0], alter_text(row.cells[1]), *row.cells[2:])
    rows = tuple(replace(one, cells=cells) if one is row else one for one in part.rows)
    return with_part(found, part, replace(part, rows=rows))


def plant_number_without_estimate(found: Document) -> Document:
    part = next(one for one in found.tables if one.kind == "results" and len(one.rows[0].cells) > 1)
    row = replace(part.rows[0], cells=(part.rows[0].cells[0], (Run("42"),), *part.rows[0].cells[2:]))
    return with_part(found, part, replace(part, rows=(row, *part.rows[1:])))


def plant_unknown_id(found: Document) -> Document:
    part = next(one for one in found.parts if isinstance(one, Paragraph) and numbers_in(one.text))
    runs = tuple(replace(run, estimate_ids=("0" * 16,)) if run.estimate_ids else run for run in part.text)
    return with_part(found, part, replace(part, text=runs[:]))


def plant_figure(found: Document, column: str) -> Document:
    part: Figure = next(one for one in found.figures if one.name.startswith(("km", "forest")))
    items = {"x": ["survival"], "y": ["survival"], "shown": ["at_risk"]}[column]
    where = part.data.with_row_index("n").filter(pl.col("item").is_in(items))["n"][3]
    column_values = part.data[column].to_list()
    value = column_values[where]
    column_values[where] = altered(value) if isinstance(value, str) else value * 0.9
    data = part.data.with_columns(pl.Series(column, column_values, dtype=part.data.schema[column]))
    return with_part(found, part, replace(part, data=data))


PLANTS = {
    "sentence": plant_sentence,
    "table": plant_cell,
    "number without estimate": plant_number_without_estimate,
    "unknown estimate": plant_unknown_id,
    "figure's time": lambda found: plant_figure(found, "x"),
    "figure's mark": lambda found: plant_figure(found, "y"),
    "figure's text": lambda found: plant_figure(found, "shown"),
}


@pytest.mark.parametrize("plant", PLANTS.values(), ids=PLANTS)
def test_a_contradiction_planted_in_the_document_is_named(plant) -> None:
    found = check_document(plant(document("en")), estimates())
    assert found and all(one.where and one.printed and one.expected for one in found)
    assert len({one.where for one in found}) == 1
    with pytest.raises(HaicError, match="contradicts itself"):
        refuse_contradictions(found)


def plant_page(folder: Path) -> str:
    page = (folder / "report.html").read_text("utf-8")
    spans = list(re.finditer(r'(data-estimate="[0-9a-f]{16}">)(\d[\d.]*)(</span>)', page))
    one = spans[len(spans) // 2]
    (folder / "report.html").write_text(page[: one.start(2)] + altered(one[2]) + page[one.end(2) :], "utf-8")
    return "report.html"


def plant_word(folder: Path) -> str:
    path = folder / "report.docx"
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    body = members["word/document.xml"].decode("utf-8")
    found = list(re.finditer(r'w:name="e_[0-9a-f]{16}_\d+"/><w:r>.*?<w:t[^>]*>(\d[\d.]*)</w:t>', body))
    one = found[len(found) // 2]
    members["word/document.xml"] = (body[: one.start(1)] + altered(one[1]) + body[one.end(1) :]).encode("utf-8")
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return "report.docx"


def plant_sheet(folder: Path) -> str:
    path = folder / "report.xlsx"
    book = openpyxl.load_workbook(path)
    cells = (cell for sheet in book.worksheets[2:] for row in sheet.iter_rows(min_row=5, min_col=2) for cell in row)
    cell = next(cell for cell in cells if isinstance(cell.value, int))
    cell.value += 1
    book.save(path)
    return "report.xlsx"


def plant_sheet_of_figure(folder: Path) -> str:
    path = folder / "report.xlsx"
    book = openpyxl.load_workbook(path)
    for sheet in book.worksheets:
        for row in sheet.iter_rows(min_row=5):
            if row[1].value == "survival" and isinstance(row[3].value, float):
                row[3].value = row[3].value * 0.9
                book.save(path)
                return "report.xlsx"
    raise AssertionError("no curve in the workbook")


@pytest.mark.parametrize("plant", [plant_page, plant_word, plant_sheet, plant_sheet_of_figure])
def test_a_contradiction_planted_in_a_file_is_named(plant, tmp_path: Path) -> None:
    write(document("en"), tmp_path, FORMATS)
    assert check_files(tmp_path, estimates()) == []
    name = plant(tmp_path)
    found = check_files(tmp_path, estimates())
    assert len(found) == 1 and found[0].where.startswith(name), found


def _replaced(path: Path, pattern: str, new: str) -> None:
    page = path.read_text("utf-8")
    other, times = re.subn(pattern, new, page, count=1)
    assert times == 1, pattern
    path.write_text(other, "utf-8")


ID = r'data-estimate="[0-9a-f ]{16,}"'
LIES = {
    "another bound of p": ("report.html", rf"({ID}>)&lt;0\.001<", r"\1&lt;0.002<"),
    "a wider bound of p": ("report.html", rf"({ID}>)&lt;0\.001<", r"\1&lt;0.01<"),
    "an id taken off a cell": ("report.html", rf"<td><span {ID}>(\d[^<]*)</span>", r"<td><span>\1</span>"),
    "a cell without its span": ("report.html", rf"<td><span {ID}>(\d[^<]*)</span>", r"<td>\1"),
    "an id taken off a sentence": ("report.html", rf"([^>])<span {ID}>(\d[^<]*)</span>", r"\1\2"),
    "a number for NR": ("report.html", rf"({ID}>[^<]*)\bNR\b", r"\g<1>31.4"),
    "a number in Korean": ("report.ko.html", rf"([^>]<span {ID}>)\d", r"\g<1>98"),
    "a number beside the right one": ("report.html", rf"([^>]<span {ID}>\d+)<", r"\1 to 977<"),
}


@pytest.mark.parametrize(("name", "pattern", "new"), LIES.values(), ids=LIES)
def test_a_lie_in_a_page_is_found(name: str, pattern: str, new: str, folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    _replaced(tmp_path / name, pattern, new)
    found = check_files(tmp_path, estimates())
    assert len(found) == 1 and found[0].where.startswith(name), found


def test_small_counts_have_one_mask() -> None:
    rows = Rows("s", "0" * 16, analysis="flow")
    for term, count in (("a", 3), ("b", 2), ("c", 4)):
        rows.add("n", count, term=term, unit="patients")
    ids = rows.frame()["estimate_id"].to_list()

    def told(*shown: str) -> list:
        cells = tuple((Run(text, (name,)),) for text, name in zip(shown, ids, strict=True))
        parts = tuple(Paragraph(cell) for cell in cells)
        return check_document(replace(document("en"), parts=parts), rows.frame())

    assert told("<5", "<5", "<5") == []
    assert [wrong.printed for wrong in told("<5", "<6", "<5")] == ["<6"]


def test_eleven_planted_at_once_are_eleven(tmp_path: Path) -> None:
    """Seven in the document, four in its files."""
    said = [check_document(plant(document("en")), estimates()) for plant in PLANTS.values()]
    write(document("en"), tmp_path, FORMATS)
    for plant in (plant_page, plant_word, plant_sheet, plant_sheet_of_figure):
        plant(tmp_path)
    places = [found[0].where for found in said if found] + [one.where for one in check_files(tmp_path, estimates())]
    assert len(places) == 11


BASE = {"variant": "main", "population": "pooled"}
ROWS = {
    "percentage": ({"analysis": "response", "statistic": "pct", "term": "ORR", "endpoint": "BOR"}, "percentage"),
    "level": ({"analysis": "baseline", "statistic": "n", "term": "sex=M", "grp": "all"}, "add up"),
    "missing": ({"analysis": "baseline", "statistic": "missing", "term": "age", "grp": "all"}, "add up"),
    "flow": ({"analysis": "flow", "statistic": "n", "term": "assessed"}, "assessed"),
    "ORR": ({"analysis": "response", "statistic": "n", "term": "ORR", "endpoint": "BOR", "grp": "all"}, "ORR is CR"),
    "DCR": ({"analysis": "response", "statistic": "n", "term": "DCR", "endpoint": "BOR", "grp": "all"}, "DCR is CR"),
    "p of counts": ({"analysis": "response", "statistic": "p", "term": "ORR", "endpoint": "BOR"}, "p value is that"),
    "hr": ({"analysis": "cox_univariable", "statistic": "hr", "endpoint": "OS"}, "hazard ratio"),
    "wald p": ({"analysis": "cox_univariable", "statistic": "p", "endpoint": "OS"}, "Wald"),
    "median": ({"analysis": "km", "statistic": "median", "endpoint": "OS", "grp": "all"}, "median"),
    "rate": ({"analysis": "km", "statistic": "rate", "endpoint": "OS", "grp": "all"}, "rate|interval"),
    "at risk": ({"analysis": "km", "statistic": "at_risk", "endpoint": "OS", "grp": "all"}, "risk"),
    "curve": ({"analysis": "km", "statistic": "survival", "endpoint": "OS", "grp": "all"}, "curve is a product"),
    "log-rank": ({"analysis": "logrank", "statistic": "p", "endpoint": "OS"}, "chi-square"),
    "observed": ({"analysis": "logrank", "statistic": "observed", "endpoint": "OS"}, "events of a test"),
}


@pytest.mark.parametrize(("key", "says"), ROWS.values(), ids=ROWS)
def test_an_estimate_that_contradicts_others_is_named(key: dict, says: str) -> None:
    frame = estimates()
    wanted = pl.all_horizontal(pl.col(name) == value for name, value in (BASE | key).items())
    row = frame.with_row_index("row").filter(wanted & pl.col("value").is_not_null())["row"][-1]
    counts = key["statistic"] in ("n", "missing", "at_risk", "observed")
    values = frame["value"].to_list()
    values[row] = values[row] + 1 if counts else values[row] * 1.07
    found = check_estimates(frame.with_columns(value=pl.Series(values)))
    assert any(re.search(says, one.relation) for one in found), [str(one) for one in found]


def test_a_released_report_is_clean_too() -> None:
    from haicplatform.release import suppress

    assert check_estimates(suppress(estimates(), 5)) == []


@pytest.mark.parametrize(
    ("shown", "is_right"),
    [
        ("−2.1 (−3.4 to −0.9)", True),
        ("2.1 (3.4 to 0.9)", False),
        ("−2.1 (−3.4 to NR)", False),
        ("NR", False),
        ("not estimable", False),
    ],
)
def test_a_lost_sign_and_words_for_a_number_are_contradictions(shown: str, is_right: bool) -> None:
    rows = Rows("study", "snapshot", analysis="rmst", endpoint="OS")
    rows.add("difference", -2.13, at=12.0, ci=(-3.36, -0.9))
    rows.add("median", None, status="not_reached")
    found, reached = rows.frame()["estimate_id"]
    looked_up = Looked(rows.frame())
    assert (not list(check(Printed("table", shown, (found,)), looked_up))) == is_right
    assert not list(check(Printed("table", "NR", (reached,)), looked_up))
