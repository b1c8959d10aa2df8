"""Identifiers are found wherever they stand, nothing else is, and a value is shown nowhere. SYNTHETIC numbers."""

import polars as pl
import pytest

from haicplatform.core.errors import UsageError
from haicplatform.core.identifiers import PHONE_NUMBER, REGISTRATION_NUMBER, kinds_in, mask_text
from haicplatform.core.settings import Home, key_fingerprint
from haicplatform.ingest.landing.scan import hash_columns, hash_ids, mask, scan
from haicplatform.ingest.reading.cells import outside
from haicplatform.ingest.reading.sheet import Sheet

KEY = b"k" * 32
RRN = "570314-1234560"


@pytest.mark.parametrize(
    "text",
    [
        RRN,
        "5703141234560",
        "보호자 통화, 570314-1234560 확인",
        "주민5703141234560입니다",
        "570314 1234560",
        "570314 - 1234560",
        "570314－1234560",
        "５７０３１４－１２３４５６０",
        "570314–8234560",
        "x/570314-1234560.csv",
        "환자_5703141234560.xlsx",
        "20000229 000229-3000000",
    ],
)
def test_a_registration_number_is_found(text):
    assert kinds_in(text) == [REGISTRATION_NUMBER]
    assert not kinds_in(mask_text(text)) and "[masked]" in mask_text(text)


@pytest.mark.parametrize(
    "text", ["010-1234-5678", "01012345678", "(010) 1234-5678", "010.1234.5678", "+82-10-1234-5678", "016 123 4567"]
)
def test_a_phone_number_is_found(text):
    assert kinds_in(f"연락처 {text}.") == [PHONE_NUMBER]
    assert "5678" not in mask_text(text) and "4567" not in mask_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "20230307142233",
        "2023-03-07 14:22:33",
        "2023030714223312",
        "1230307142233",
        "00012345",
        "0101234567",
        "570230-1234560",
        "571314-1234560",
        "570314-9234560",
        "570314-12345601",
        "1570314-1234560",
        "A5703141234560",
        "0.5703141234560",
        "20570314-1234560",
        "c2f578e030ab4df3a9ae554b0722fb32",
        "010-12345678",
        "1010-1234-5678",
        "",
    ],
)
def test_what_only_looks_similar_is_no_identifier(text):
    assert kinds_in(text) == []
    assert mask_text(text) == text


def sheet(rows, header=("환자번호", "비고"), file="a.csv", name="", aside=()):
    frame = pl.DataFrame(rows, schema={"source_row": pl.Int64} | dict.fromkeys(header, pl.String), orient="row")
    return Sheet(file, name, list(header), frame, outside=outside(list(aside)))


def test_a_cell_is_found_by_row_and_column_without_its_value():
    found = scan(sheet([(2, "1", "정상"), (3, "2", f"통화 {RRN}"), (4, None, "010-1234-5678")]))
    assert found.rows() == [
        (3, "비고", REGISTRATION_NUMBER, "cell"),
        (4, "비고", PHONE_NUMBER, "cell"),
    ]


def test_names_headers_titles_and_rejected_records_are_scanned_too():
    found = scan(
        sheet([], header=("환자번호", f"비고 {RRN}"), file=f"{RRN}.csv", name=RRN, aside=[("", 7, f"1,{RRN}")])
    )
    assert sorted(found["place"]) == ["file_name", "header", "outside", "sheet_name"]
    assert "570314" not in str(found.rows())


def test_masking_leaves_the_rest_of_the_cell_and_of_the_sheet():
    before = sheet([(2, "1", "정상"), (9, "2", f"통화 {RRN}, {RRN} 확인")], header=("환자번호", f"비고 {RRN}"))
    after = mask(before, scan(before))
    assert after.rows.rows() == [(2, "1", "정상"), (9, "2", "통화 [masked], [masked] 확인")]
    assert after.header == ["환자번호", "비고 [masked]"]
    assert scan(after).height == 0


def test_equal_ids_hash_equal_within_a_hospital_and_differ_between_hospitals():
    written = pl.Series("환자번호", ["123", "００１２３ ", "\u00a000123", "124", None, "-", ""])
    first = hash_ids(written, KEY, "AAA", digits=5, nulls=["-"])
    other = hash_ids(written, KEY, "BBB", digits=5, nulls=["-"])
    assert first[0] == first[1] == first[2] != first[3]
    assert first[4:].to_list() == [None, "-", ""]
    assert not set(first[:4]) & set(other[:4])
    assert all(len(value) == 32 for value in first[:4])
    assert hash_ids(written, b"x" * 32, "AAA", digits=5)[0] != first[0]


def test_patients_whose_numbers_were_masked_do_not_become_one():
    assert hash_ids(pl.Series(["[masked]", "7 [masked]"]), KEY, "AAA").to_list() == [None, None]


def test_the_hash_is_the_documented_one():
    # printf 'AAA\x1f00123' | openssl dgst -sha256 -hmac kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk
    assert hash_ids(pl.Series(["123"]), KEY, "AAA", digits=5)[0] == "b5a4789330fc8edbdc2cd149ea151101"


def test_a_key_exchanged_by_hand_is_refused_and_the_old_one_is_taken_again(tmp_path):
    home = Home(tmp_path / "home").create()
    home.key_file.write_text("a" * 64)  # before its first use an administrator may give another
    key = home.identity_key()
    home.key_file.write_text("b" * 64)
    with pytest.raises(UsageError, match="restore the key from its backup") as refused:
        home.identity_key()
    assert "bbb" not in str(refused.value)
    home.key_file.write_bytes(key)
    assert home.identity_key() == key == b"a" * 64
    assert (home.root / "identity.fingerprint").read_text() == key_fingerprint(key) + "\n"


def test_only_the_named_columns_are_hashed():
    after = hash_columns(sheet([(2, "1", "1")]), ["환자번호", "없는 열"], KEY, "AAA")
    assert after.rows["비고"][0] == "1" != after.rows["환자번호"][0]
