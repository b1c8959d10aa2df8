"""A hospital's workbook out and back: answered, edited where it must not be, from another hospital, or spoilt."""

from __future__ import annotations

import datetime as dt
import shutil

import pytest
from openpyxl import load_workbook

from haicplatform.core.errors import DataRefused, HaicError, UsageError
from haicplatform.core.people import Person
from haicplatform.core.settings import Home
from haicplatform.ledger.store import Ledger
from haicplatform.pipeline.ingest_hospital import ingest_site
from haicplatform.queries import actions, workbook
from haicplatform.queries.actions import Request
from haicplatform.queries.answers import import_answers
from haicplatform.queries.export import export_queries
from haicplatform.queries.sync import sync_site
from tests.pipeline.hospital import deliver, make_site, records

MANAGER = Person("manager", "data_manager")
FIRST = workbook.HEADER_ROW + 1
NAMES = [name for name, *_ in workbook.COLUMNS]
ANSWER, CORRECTED, COMMENT = (NAMES.index(name) + 1 for name in ("answer", "corrected", "comment"))


@pytest.fixture(scope="module")
def delivered(tmp_path_factory):
    """Three patients of the hospital have a body height that cannot be; their numbers are hashed."""
    home = Home(tmp_path_factory.mktemp("delivered") / "home").create()
    make_site(home)
    site = home.sites / "AAA" / "site.yaml"
    site.write_text(site.read_text("utf-8").replace("patient_ids: study", "patient_ids: hospital"), "utf-8")
    rows = records(8)
    for number in (1, 3, 5):
        rows["patient"][number]["height_cm"] = 900 + number
    deliver(home, rows, "20240101")
    ingest_site(home, "AAA")
    sync_site(home, "AAA")
    return home


@pytest.fixture
def home(delivered, tmp_path):
    return Home(shutil.copytree(delivered.root, tmp_path / "home"))


@pytest.fixture
def book(home, tmp_path):
    path = tmp_path / "queries.xlsx"
    assert export_queries(home, MANAGER, "AAA", path) == 3
    return path


def edit(path, change):
    opened = load_workbook(path)
    change(opened[workbook.QUERIES], opened)
    opened.save(path)
    return path


def answer(sheet, row, text=workbook.ANSWERS[0], corrected="170", comment=None):
    for column, value in ((ANSWER, text), (CORRECTED, corrected), (COMMENT, comment)):
        sheet.cell(row, column, value)


def states(home):
    with Ledger(home) as ledger:
        return [(query.number, query.state, query.answer) for query in actions.listed(ledger, MANAGER)]


def spoil_seal(book, cells):
    del book[workbook.SEAL]
    book.create_sheet(workbook.SEAL).append(cells)


@pytest.mark.parametrize(
    "change",
    [
        lambda sheet, book: sheet.cell(FIRST, 1, "9" * 5000),
        lambda sheet, book: book[workbook.SEAL].append(["9" * 5000, "open", "0", "AAA"]) or answer(sheet, FIRST, "x"),
        lambda sheet, book: spoil_seal(book, [1]),
        lambda sheet, book: spoil_seal(book, []),
    ],
    ids=["endless number", "endless number in the hidden sheet", "hidden sheet of one cell", "hidden sheet empty"],
)
def test_a_workbook_spoilt_out_of_shape_is_refused_in_words(home, book, change):
    with pytest.raises(HaicError):
        import_answers(home, MANAGER, edit(book, change))
    assert {state for _, state, _ in states(home)} == {"open"}


def test_the_workbook_shows_the_hospitals_own_numbers_and_only_answers_can_be_written(home, book):
    opened = load_workbook(book)
    sheet = opened[workbook.QUERIES]
    assert [sheet.cell(row, 2).value for row in range(FIRST, FIRST + 3)] == ["P001", "P003", "P005"]
    assert sheet.protection.sheet and sheet.cell(FIRST, 1).protection.locked
    assert not sheet.cell(FIRST, ANSWER).protection.locked
    [drop_down] = sheet.data_validations.dataValidation
    assert all(text in drop_down.formula1 for text in workbook.ANSWERS)
    assert opened[workbook.SEAL].sheet_state == "veryHidden"
    assert {workbook.SUMMARY, workbook.RULES} <= set(opened.sheetnames)
    assert book.stat().st_mode & 0o077 == 0


def test_an_older_file_in_its_place_becomes_private_too(home, tmp_path):
    path = tmp_path / "old.xlsx"
    path.write_bytes(b"")
    path.chmod(0o644)
    export_queries(home, MANAGER, "AAA", path)
    assert path.stat().st_mode & 0o777 == 0o600


def test_answers_come_back_whatever_the_order_of_the_rows(home, book):
    def change(sheet, _):
        answer(sheet, FIRST, corrected=171)
        answer(sheet, FIRST + 2, workbook.ANSWERS[1], None, "측정값 맞음")
        rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=FIRST, max_row=FIRST + 2)]
        for place, cells in enumerate(reversed(rows)):
            for column, value in enumerate(cells, 1):
                sheet.cell(FIRST + place, column, value)

    done = import_answers(home, MANAGER, edit(book, change))
    assert (done.answered, done.unanswered) == (2, 1)
    first, second, third = states(home)
    assert (first[1], second[1], third[1]) == ("answered", "open", "answered")
    assert third[2] == f"{workbook.ANSWERS[1]} — 측정값 맞음"


def _edited_value(sheet, _):
    answer(sheet, FIRST)
    sheet.cell(FIRST, NAMES.index("value") + 1, "901.5")


def _twice(sheet, _):
    answer(sheet, FIRST)
    for column in range(1, len(workbook.COLUMNS) + 1):
        sheet.cell(FIRST + 3, column, sheet.cell(FIRST, column).value)


def _added(sheet, _):
    for column in range(1, len(workbook.COLUMNS) + 1):
        sheet.cell(FIRST + 3, column, sheet.cell(FIRST, column).value)
    sheet.cell(FIRST + 3, 1, 77)


def _swapped_number(sheet, _):
    answer(sheet, FIRST)
    first, second = sheet.cell(FIRST, 1).value, sheet.cell(FIRST + 1, 1).value
    sheet.cell(FIRST, 1, second), sheet.cell(FIRST + 1, 1, first)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_edited_value, "row 4 .* locked cell"),
        (_twice, "row 7 .* twice, in row 4"),
        (_added, "row 7 .*77.* no query"),
        (_swapped_number, "row 4 .* locked cell"),
        (lambda sheet, _: answer(sheet, FIRST, "maybe"), "none of the list"),
        (lambda sheet, _: answer(sheet, FIRST, None, "170"), "from the list is missing"),
        (lambda sheet, _: answer(sheet, FIRST, comment="010-1234-5678"), "telephone"),
        (lambda sheet, _: answer(sheet, FIRST, comment="a" * 1500), "longer than"),
        (lambda sheet, _: answer(sheet, FIRST, corrected="=160+10"), "row 4 .*'Corrected value' holds a formula"),
        (lambda sheet, _: answer(sheet, FIRST, "=A1", None), "row 4 .*'Answer' holds a formula"),
    ],
)
def test_one_wrong_row_and_nothing_is_taken(home, book, change, said):
    edit(book, lambda sheet, opened: (answer(sheet, FIRST + 2), change(sheet, opened)))
    with pytest.raises(DataRefused, match=said):
        import_answers(home, MANAGER, book)
    assert {state for _, state, _ in states(home)} == {"open"}


def test_a_query_that_moved_meanwhile_is_a_conflict(home, book):
    with Ledger(home) as ledger:
        actions.act(ledger, MANAGER, [Request(1, "accept", "seen in the chart")])
    edit(book, lambda sheet, _: answer(sheet, FIRST))
    with pytest.raises(DataRefused, match=r"row 4 \(query 1\): the query is accepted by now"):
        import_answers(home, MANAGER, book)


def test_a_day_that_was_typed_is_a_day_without_a_time(home, book):
    edit(book, lambda sheet, _: answer(sheet, FIRST, corrected=dt.datetime(2024, 3, 5)))
    import_answers(home, MANAGER, book)
    with Ledger(home) as ledger:
        assert actions.listed(ledger, MANAGER)[0].corrected_value == "2024-03-05"


def test_rows_that_are_missing_are_simply_not_answered(home, book):
    edit(book, lambda sheet, _: (answer(sheet, FIRST), sheet.delete_rows(FIRST + 1, 2)))
    assert import_answers(home, MANAGER, book).answered == 1


def test_a_coordinator_of_another_hospital_can_neither_take_out_nor_bring_in(home, book, tmp_path):
    other = Person("other", "coordinator", frozenset({"BBB"}))
    with pytest.raises(UsageError):
        export_queries(home, other, "AAA", tmp_path / "stolen.xlsx")
    edit(book, lambda sheet, _: answer(sheet, FIRST))
    with pytest.raises(UsageError, match="do not answer for"):
        import_answers(home, other, book)


def test_a_workbook_that_claims_another_hospital_is_not_believed(home, book):
    def change(sheet, opened):
        answer(sheet, FIRST)
        for row in opened[workbook.SEAL].iter_rows():
            row[3].value = "BBB"

    with pytest.raises(DataRefused, match="no query of this number"):
        import_answers(home, MANAGER, edit(book, change))


@pytest.mark.parametrize("spoil", ["text", "other", "renamed", "absent"])
def test_what_is_no_such_workbook_is_refused_in_one_sentence(home, book, tmp_path, spoil):
    path = book
    if spoil == "text":
        book.write_text("답변", "utf-8")
    elif spoil == "other":
        edit(book, lambda sheet, opened: opened.remove(sheet))
    elif spoil == "renamed":
        edit(book, lambda sheet, _: sheet.cell(workbook.HEADER_ROW, ANSWER, "Reply"))
    else:
        path = tmp_path / "absent.xlsx"
    with pytest.raises(HaicError) as error:
        import_answers(home, MANAGER, path)
    assert error.value.exit_code in (2, 3)
    assert "Traceback" not in str(error.value)
