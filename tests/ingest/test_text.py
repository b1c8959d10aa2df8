"""Text files: each kind of dirt as a file of a few lines, rows in, rows out."""

import codecs
import unicodedata

import pytest

from haicplatform.core.errors import FileRefused, UsageError
from haicplatform.ingest.reading.files import read_file
from haicplatform.sites.layout import FileLayout


def read(tmp_path, data, name="검사.csv", **layout):
    path = tmp_path / "delivered"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    (sheet,) = read_file(path, name, FileLayout(**layout))
    assert sheet.lines.total == sheet.physical_lines
    return sheet


def refused(tmp_path, data, name="검사.csv", **layout):
    with pytest.raises(FileRefused) as caught:
        read(tmp_path, data, name, **layout)
    assert name in str(caught.value) and "What to do" in str(caught.value)
    return caught.value.reason


TABLE = "환자번호,결과\n00123,똠방각하\n00124,정상\n"
ROWS = [(2, "00123", "똠방각하"), (3, "00124", "정상")]


@pytest.mark.parametrize(
    "data",
    [
        TABLE.encode(),
        codecs.BOM_UTF8 + TABLE.encode(),
        TABLE.encode("cp949"),
        codecs.BOM_UTF16_LE + TABLE.replace(",", "\t").encode("utf-16-le"),
        codecs.BOM_UTF16_BE + TABLE.encode("utf-16-be"),
        TABLE.encode("utf-16-le"),
        TABLE.encode("utf-16-be"),
        unicodedata.normalize("NFD", TABLE).encode(),
        TABLE.replace("\n", "\r\n").encode(),
        TABLE.replace("\n", "\r").encode(),
        TABLE.rstrip("\n").encode(),
        TABLE.replace(",", ";").encode(),
        TABLE.replace(",", "|").encode(),
        TABLE.replace(",", "\t").encode("cp949"),
    ],
)
def test_one_table_in_any_writing_is_the_same_rows(tmp_path, data):
    sheet = read(tmp_path, data)
    assert (sheet.header, sheet.rows.rows(), sheet.physical_lines) == (["환자번호", "결과"], ROWS, 3)


def test_cp949_syllables_that_strict_euc_kr_lacks_are_read_under_its_name(tmp_path):
    assert "똠".encode("cp949") == b"\x8c\x63"  # the first byte lies below EUC-KR's range
    assert read(tmp_path, TABLE.encode("cp949"), encoding="euc-kr").rows.rows() == ROWS


@pytest.mark.parametrize(
    ("data", "declared", "found"),
    [
        (TABLE.encode(), "cp949", "UTF-8"),
        (TABLE.encode("cp949"), "utf-8", "CP949"),
        (codecs.BOM_UTF16_LE + TABLE.encode("utf-16-le"), "cp949", "UTF-16"),
        ("이름\ncaf".encode() + b"\xff\xfe\xff", None, "neither UTF-8 nor CP949"),
    ],
)
def test_a_wrong_encoding_names_what_was_found_and_expected(tmp_path, data, declared, found):
    with pytest.raises(FileRefused, match=found) as caught:
        read(tmp_path, data, encoding=declared)
    assert caught.value.reason == "encoding" and (declared or "UTF-8") in caught.value.expected


def test_an_encoding_nobody_knows_is_the_site_files_fault(tmp_path):
    with pytest.raises(UsageError, match="utf-9"):
        read(tmp_path, TABLE, encoding="utf-9")


def test_headers_lose_marks_and_blanks_and_doubled_ones_are_numbered(tmp_path):
    header = '\ufeff환자\u00a0번호,"결과\r\n (mg/dL)",AFP,afp,AFP\u3000,source_row,\n'
    sheet = read(tmp_path, header + "1,2,3,4,5,6,\n")
    assert sheet.header == ["환자 번호", "결과 (mg/dL)", "AFP", "afp.1", "AFP.2", "source_row.1"]
    assert sheet.rows.row(0) == (2, "1", "2", "3", "4", "5", "6")


def test_a_column_without_a_name_but_with_values_is_kept_by_its_position(tmp_path):
    assert read(tmp_path, "a,,c\n1,2,3\n").header == ["a", "column_2", "c"]


def test_only_an_empty_cell_is_null_and_text_is_left_alone(tmp_path):
    sheet = read(tmp_path, 'a,b,c,d\n, ,"",１２.\u00a05 \nNULL,NA,-,nan\n')
    assert sheet.rows.rows() == [(2, None, " ", None, "１２.\u00a05 "), (3, "NULL", "NA", "-", "nan")]


def test_a_line_break_in_quotes_is_one_record_of_two_lines(tmp_path):
    sheet = read(tmp_path, 'a,b\r\n1,"첫 줄\r\n둘째 ""줄"", 끝"\r\n2,x\r\n')
    assert sheet.rows.rows() == [(2, "1", '첫 줄\r\n둘째 "줄", 끝'), (3, "2", "x")]
    assert (sheet.lines.read, sheet.physical_lines) == (3, 4)


def test_short_and_long_rows_are_rejected_one_by_one(tmp_path):
    sheet = read(tmp_path, "a,b,c\n1,2,3\n1,2\n1,2,3,4\n4,5,6\n")
    assert sheet.rows["source_row"].to_list() == [2, 5]
    assert sheet.rejected.rows() == [
        (3, "2 cells where the header has 3"),
        (4, "4 cells where the header has 3"),
    ]
    assert sheet.outside["text"].to_list() == ["1,2", "1,2,3,4"]


def test_empty_cells_beyond_the_header_are_dropped(tmp_path):
    sheet = read(tmp_path, "a,b\n1,2,\n3,4,,\n5,6\n")
    assert sheet.rows.rows() == [(2, "1", "2"), (3, "3", "4"), (4, "5", "6")]


def test_blank_lines_count_as_rows_but_hold_none(tmp_path):
    sheet = read(tmp_path, "a,b\n1,2\n\n,\n  \n3,4\n\n")
    assert sheet.rows.rows() == [(2, "1", "2"), (6, "3", "4")]
    assert (sheet.lines.blank, sheet.rejected.height) == (4, 0)


@pytest.mark.parametrize(
    ("text", "rows", "rejected"),
    [
        ('a,b\n1,"offen\n2,x\n3,y\n', [3, 4], [2]),
        ('a,b\n1,"offen\n2,x\n3,"zu"\n', [3, 4], [2]),
        ('a,b\n1,"zu"x\n2,x\n', [3], [2]),
        ('a,b\n1,x\n2,"offen', [2], [3]),
        ('a,b,c\n1,2,"offen\n4,5,6\n7,"x",9\n', [3, 4], [2]),
    ],
)
def test_a_forgotten_quote_costs_its_own_line_only(tmp_path, text, rows, rejected):
    sheet = read(tmp_path, text)
    assert sheet.rows["source_row"].to_list() == rows
    assert sheet.rejected["source_row"].to_list() == rejected
    assert "quotation mark" in sheet.rejected["reason"][0]


def test_a_quote_inside_an_unquoted_cell_is_a_letter(tmp_path):
    sheet = read(tmp_path, 'a,b\n5" tumour,x\n"q",6"\n')
    assert sheet.rows.rows() == [(2, '5" tumour', "x"), (3, "q", '6"')]


def test_titles_and_totals_are_counted_and_two_header_rows_joined(tmp_path):
    text = "추출 2024,,,\n환자번호,AFP,,날짜\n,값,단위,\n1,2,ng,2023\n합계,1,,\n총계\n"
    sheet = read(tmp_path, text, header_rows=(2, 3), skip_rows="^(합|총)계")
    assert sheet.header == ["환자번호", "AFP_값", "AFP_단위", "날짜"]
    assert sheet.rows.rows() == [(4, "1", "2", "ng", "2023")]
    assert (sheet.lines.title, sheet.lines.header, sheet.lines.skipped) == (1, 2, 2)
    assert sheet.skipped["source_row"].to_list() == [5, 6] and sheet.rejected.height == 0


def test_files_without_anything_to_read_are_refused(tmp_path):
    assert refused(tmp_path, b"") == "empty"
    assert refused(tmp_path, b"\n \r\n\n") == "empty"
    assert refused(tmp_path, b"a,b\n1,2\n", header_rows=(3,)) == "header"
    assert refused(tmp_path, b",,\n1,2,3\n") == "header"
    assert refused(tmp_path, b"a,b,c\n1;2;3\n4;5;6\n", delimiter=",") == "unreadable_rows"


def test_a_header_alone_is_a_table_without_rows(tmp_path):
    assert read(tmp_path, "a,b\n").rows.schema.names() == ["source_row", "a", "b"]


def test_a_text_cut_inside_a_letter_is_truncated(tmp_path):
    assert refused(tmp_path, TABLE.encode()[:-2]) == "truncated"
    assert refused(tmp_path, TABLE.rstrip().encode("cp949")[:-1], encoding="cp949") == "truncated"


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"%PDF-1.4 ...", "검사.csv"),
        (b"PK\x03\x04....", "검사.csv"),
        (b"a,b\n1,2\n", "검사.xlsx"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "검사.xls"),
        (b"a,b\n1,2\n", "검사.parquet"),
        (b"a,b\n\x00\x00\x00\x00\x00\x01\x02,2\n\x00\x00", "검사.csv"),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_refused(tmp_path, data, name):
    assert refused(tmp_path, data, name) in ("type", "encoding")


def test_a_file_name_in_decomposed_hangul_is_composed(tmp_path):
    assert read(tmp_path, TABLE, unicodedata.normalize("NFD", "검사.csv")).file == "검사.csv"
