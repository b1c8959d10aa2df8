"""Workbooks: typed cells to the text a person typed, headers over merged cells, sheets nobody wants."""

import datetime as dt
import io
import re
import zipfile
from pathlib import Path

import openpyxl
import pytest
import statsmodels
import xlsxwriter

from haicplatform.core.errors import FileRefused
from haicplatform.ingest.reading.files import read_file
from haicplatform.sites.layout import FileLayout


@pytest.fixture
def book(tmp_path):
    """Write a workbook with `fill(book)` and read it with the layout given."""

    def make(fill, name="검사.xlsx", date_1904=False, **layout):
        path = tmp_path / "book.xlsx"
        with xlsxwriter.Workbook(path, {"date_1904": date_1904}) as workbook:
            fill(workbook)
        return read_file(path, name, FileLayout(**layout))

    return make


def rows_of(*rows):
    def fill(workbook):
        sheet = workbook.add_worksheet("검사")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)

    return fill


def test_numbers_are_text_without_a_spurious_fraction_or_exponent(book):
    cells = ["00123", 123.0, 1.23e7, 12345678901.0, 0.1, 1e-5, -2.50, True, 1234.5]
    (sheet,) = book(rows_of([f"c{i}" for i in range(9)], cells))
    expected = ("00123", "123", "12300000", "12345678901", "0.1", "0.00001", "-2.5", "TRUE", "1234.5")
    assert sheet.rows.row(0)[1:] == expected


def test_an_id_shown_in_scientific_form_gives_its_digits(book):
    def fill(workbook):
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, ["id"])
        sheet.write_number(1, 0, 12300456, workbook.add_format({"num_format": "0.00E+00"}))

    assert book(fill)[0].rows.rows() == [(2, "12300456")]


@pytest.mark.parametrize("date_1904", [False, True])
def test_dates_and_times_are_iso_in_both_date_systems(book, date_1904):
    def fill(workbook):
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, ["a", "b", "c", "d"])
        date, minute = workbook.add_format({"num_format": "yyyy. m. d."}), workbook.add_format({"num_format": "h:mm"})
        sheet.write_datetime(1, 0, dt.datetime(2023, 3, 7), date)
        sheet.write_datetime(1, 1, dt.datetime(2023, 3, 7, 14, 22), date)
        sheet.write_datetime(1, 2, dt.datetime(2023, 3, 7, 14, 22, 5), date)
        sheet.write_datetime(1, 3, dt.time(7, 40), minute)

    (sheet,) = book(fill, date_1904=date_1904)
    expected = ("2023-03-07", "2023-03-07 14:22", "2023-03-07 14:22:05", "07:40:00")
    assert sheet.rows.row(0)[1:4] == expected[:3]
    assert sheet.rows.row(0)[4].endswith(expected[3])


def test_a_layout_may_correct_the_date_system(book):
    def fill(workbook):
        sheet = workbook.add_worksheet()
        sheet.write(0, 0, "a")
        sheet.write_datetime(1, 0, dt.datetime(2019, 3, 6), workbook.add_format({"num_format": "yyyy-mm-dd"}))

    assert book(fill, date_system=1904)[0].rows.rows() == [(2, "2023-03-07")]


def test_error_cells_are_text_and_formulas_their_results(book):
    def fill(workbook):
        sheet = workbook.add_worksheet("검사")
        sheet.write_row(0, 0, ["a", "b", "c"])
        sheet.write_formula(1, 0, "=NA()", value="#N/A")
        sheet.write_formula(1, 1, "=A9", value="#REF!")
        sheet.write_formula(1, 2, "=1+1", value=2)

    assert book(fill)[0].rows.rows() == [(2, "#N/A", "#REF!", "2")]


def test_formulas_saved_without_results_are_refused(tmp_path):
    workbook = openpyxl.Workbook()
    workbook.active.append(["a", "b"])
    workbook.active.append([1, "=A2*2"])
    workbook.save(tmp_path / "t.xlsx")
    with pytest.raises(FileRefused, match="formulas without their results"):
        read_file(tmp_path / "t.xlsx", "t.xlsx")


def test_titles_merged_headers_totals_and_blank_rows(book):
    def fill(workbook):
        sheet = workbook.add_worksheet("검사")
        sheet.merge_range("A1:D1", "2024년 추출")
        sheet.merge_range("A3:A4", "환자\n번호")
        sheet.merge_range("B3:C3", "AFP")
        sheet.write_row("B4", ["값", "단위", "비고"])
        sheet.write_row(4, 0, ["00123", 8.2, "ng/mL"])
        sheet.write_row(6, 0, ["00124", None, "ng/mL", "x"])
        sheet.write_row(7, 0, ["합계", 2])
        sheet.write_blank(11, 6, None, workbook.add_format({"bg_color": "red"}))

    (sheet,) = book(fill, header_rows=(3, 4), skip_rows="^합계")
    assert sheet.header == ["환자 번호", "AFP_값", "AFP_단위", "비고"]
    assert sheet.rows.rows() == [(5, "00123", "8.2", "ng/mL", None), (7, "00124", None, "ng/mL", "x")]
    counted = (sheet.lines.title, sheet.lines.header, sheet.lines.read, sheet.lines.skipped)
    assert counted == (2, 2, 2, 1)
    assert sheet.lines.total == sheet.physical_lines
    assert ("검사", 1, "2024년 추출") in sheet.outside.rows()


def many(workbook):
    for name in ("서울_1", "서울_2", "메모", "숨김"):
        sheet = workbook.add_worksheet(name)
        sheet.write_row(0, 0, ["a"])
        sheet.write_row(1, 0, [name])
    workbook.get_worksheet_by_name("숨김").hide()
    workbook.add_worksheet("빈")


@pytest.mark.parametrize(
    ("pattern", "read"),
    [
        (None, ["서울_1", "서울_2", "메모"]),
        ("서울_*", ["서울_1", "서울_2"]),
        ("*", ["서울_1", "서울_2", "메모"]),
        ("숨김", ["숨김"]),
    ],
)
def test_sheets_are_chosen_by_name_and_hidden_ones_only_by_their_own(book, pattern, read):
    sheets = book(many, sheet=pattern)
    assert [sheet.sheet for sheet in sheets] == read
    unread = {text for _, _, text in sheets[0].outside.rows()}
    assert {name for name in ("서울_1", "서울_2", "메모", "숨김") if name not in read} <= unread


def test_each_sheet_is_read_by_the_layout_that_names_it(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "t.xlsx") as workbook:
        workbook.add_worksheet("가").write_column(0, 0, ["a", "1"])
        workbook.add_worksheet("나").write_column(0, 0, ["title", "b", "2"])
        workbook.add_worksheet("다").write_column(0, 0, ["c", "3"])
        workbook.get_worksheet_by_name("다").hide()
    layouts = [FileLayout(sheet="가"), FileLayout(sheet="나", header_rows=(2,)), FileLayout(sheet="다")]
    sheets = read_file(tmp_path / "t.xlsx", "t.xlsx", layouts)
    read = [(sheet.header, sheet.rows.rows()) for sheet in sheets]
    assert read == [(["a"], [(2, "1")]), (["b"], [(3, "2")]), (["c"], [(2, "3")])]


def reason(path, name):
    with pytest.raises(FileRefused) as caught:
        read_file(path, name)
    assert name in str(caught.value) and "What to do" in str(caught.value)
    return caught.value.reason


def test_a_sheet_that_is_not_there_is_named_with_those_that_are(book):
    with pytest.raises(FileRefused, match="'서울_1'") as caught:
        book(many, sheet="부산")
    assert caught.value.reason == "missing"


def test_a_workbook_without_cells_is_empty(book):
    with pytest.raises(FileRefused) as caught:
        book(lambda workbook: workbook.add_worksheet())
    assert caught.value.reason == "empty"


def test_a_protected_workbook_is_encrypted(tmp_path):
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1016) + "EncryptedPackage".encode("utf-16-le") + bytes(480)
    (tmp_path / "t").write_bytes(ole)
    assert reason(tmp_path / "t", "검사.xlsx") == "encrypted"


def test_containers_that_are_no_workbook(tmp_path):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as container:
        container.writestr("word/document.xml", "<w/>")
    (tmp_path / "t").write_bytes(data.getvalue())
    assert reason(tmp_path / "t", "검사.xlsx") == "type"
    (tmp_path / "t").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4096))
    assert reason(tmp_path / "t", "검사.xls") == "type"
    assert reason(tmp_path / "t", "검사.xlsx") == "type"


# nothing we install writes the old format: one file that comes with statsmodels is read instead
OLD = Path(statsmodels.__file__).parent / "datasets" / "macrodata" / "src" / "macrodata.xls" / "macrodata.xls"


def test_an_old_workbook_is_read():
    sheet = read_file(OLD, "old.xls", FileLayout(sheet="Quarterly"))[0]
    assert sheet.lines.total == sheet.physical_lines == 252
    assert sheet.rows.row(0)[:2] == (2, "1947-01-01")


def test_an_old_workbook_cut_off_or_with_a_password_is_refused(tmp_path, capfd):
    data = OLD.read_bytes()
    for size in range(8, len(data), len(data) // 40):
        (tmp_path / "t").write_bytes(data[:size])
        assert reason(tmp_path / "t", "검사.xls") == "truncated"
    first = re.search(rb"\x09\x08.\x00\x00[\x05\x06]\x05\x00", data).start()
    second = first + 4 + data[first + 2]
    (tmp_path / "t").write_bytes(data[:second] + b"\x2f\x00" + data[second + 2 :])
    assert reason(tmp_path / "t", "검사.xls") == "encrypted"
    assert capfd.readouterr().err == ""  # a reader that panics would print its own traceback
