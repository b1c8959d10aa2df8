"""Sentences are for a hospital's coordinator: what, where, what was expected, what to do; in both languages."""

import re
from decimal import Decimal

import polars as pl
import pytest
from staged import check

from haicplatform.findings import findings
from haicplatform.ingest.reading.sheet import Sheet
from schemas.contract import TABLES
from schemas.rules import EFFECT_EN, EFFECT_KO, RULES
from schemas.units import conversions


def _messages(result):
    done = findings.render_findings(result.findings)
    return list(done.select("message_en", "message_ko").iter_rows())


def test_a_value_that_cannot_be():
    assert _messages(check("lab", {"value_raw": "38", "value_num": Decimal("38")})) == [
        (
            "'38' in column '<결과 원문>' cannot be right: it lies outside ALB 0.8-7 g/dL. The row was set aside and"
            " is not used. Please check the value and its unit and correct it in the next extract.",
            "'<결과 원문>' 열의 값 '38'은(는) 가능한 범위(ALB 0.8-7 g/dL)를 벗어납니다. 이 행은 보류되어 쓰이지"
            " 않습니다. 값과 단위를 확인하고 다음 추출에서 고쳐 주십시오.",
        )
    ]


def test_an_unusual_value_is_asked_about_and_kept():
    ((en, ko),) = _messages(check("lab", {"value_raw": "6.5", "value_num": Decimal("6.5")}))
    assert "is unusual: it lies outside ALB 1.5-6 g/dL. The row is used as it is." in en
    assert "드문 값입니다" in ko and "그대로 사용합니다" in ko


def test_an_identical_row_asks_nothing():
    ((en, ko),) = _messages(check("administration", {}, {}))
    assert (
        en == "The same row stands several times in the extract. The first one is used. The row was set aside"
        " and is not used."
    )
    assert "주십시오" not in ko


def test_a_file_is_not_a_row():
    done = findings.render_findings(
        findings.draft_finding("file.encrypted", site_id="TST", delivery_id="d1", source_file="a.xlsx")
    )
    (row,) = done.iter_rows(named=True)
    assert row["severity"] == "error" and row["category"] == "conformance"
    assert row["message_en"].startswith("The file was not taken: it is protected by a password.")
    assert "row" not in row["message_en"].lower().replace("record", "")


def test_an_unreadable_line_does_not_say_that_the_whole_file_was_refused():
    born = findings.draft_finding("file.row", site_id="TST", delivery_id="d1", source_file="a.csv", source_row=3)
    (row,) = findings.render_findings(born).iter_rows(named=True)
    assert "was not taken" not in row["message_en"] and "the other lines were taken" in row["message_en"]
    assert "파일을 받지 못했습니다" not in row["message_ko"] and "나머지 행을 받았습니다" in row["message_ko"]


def test_what_identifies_a_person_is_never_a_value():
    rows = ({"value_raw": "38", "value_num": Decimal("38"), "patient_id": "P7"}, {"patient_id": None})
    born = check("lab", *rows).findings.with_columns(
        pl.when(pl.col("column_name") == "patient_id").then(pl.lit("SECRET")).otherwise("value").alias("value")
    )
    done = findings.render_findings(born)
    assert "SECRET" not in done.write_csv()
    assert done.filter(pl.col("column_name") == "patient_id")["value"].to_list() == [None]


def test_the_value_is_the_hospitals_own_cell():
    result = check("patient", {"height_cm": Decimal("1.7")})
    sheet = Sheet(
        file="patient.csv", sheet="", header=["<키>"], rows=pl.DataFrame({"source_row": [2], "<키>": ["1.68"]})
    )
    done = findings.render_findings(findings.with_source_cells(result.findings, [sheet]))
    assert done["value"].to_list() == ["1.68"]


def test_a_fingerprint_is_the_records_and_not_the_files():
    wrong = {"value_raw": "38", "value_num": Decimal("38")}
    first = findings.render_findings(check("lab", wrong).findings)
    moved = findings.render_findings(check("lab", {"patient_id": "P8"}, wrong).findings)
    assert first["fingerprint"].to_list() == moved["fingerprint"].to_list()
    expected = findings.fingerprint(
        "TST", "lab", ["P1", "2022-01-05 07:40:00.000000", "ALB", "1"], "value_raw", "lab.value_raw.range"
    )
    assert first["fingerprint"].to_list() == [expected]


def test_an_unknown_rule_is_a_programming_error():
    with pytest.raises(KeyError, match=r"no.such"):
        findings.render_findings(findings.draft_finding("no.such", site_id="TST"))


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_every_rule_is_whole(rule):
    assert rule.severity in ("error", "warning", "info")
    assert rule.category in ("conformance", "completeness", "plausibility")
    assert rule.effect in EFFECT_EN and rule.effect in EFFECT_KO
    assert rule.effect != "quarantine" or rule.severity == "error"
    for en, ko in ((rule.message_en, rule.message_ko), *rule.variants.values()):
        assert en.endswith(".") and ko.endswith(".")
        assert re.search("[가-힣]", ko) and not re.search("[가-힣]", en)
        names = set(re.findall(r"{(\w+)}", en))
        assert names == set(re.findall(r"{(\w+)}", ko)) <= {"value", "column", "expected"}


def test_every_column_that_can_be_missing_unreadable_or_out_of_range_has_its_rule():
    for table in TABLES.values():
        assert f"{table.name}.key.duplicate" in RULES
        assert (f"{table.name}.parent.missing" in RULES) == bool(table.parent)
        for column in table.columns:
            place = f"{table.name}.{column.name}"
            assert (f"{place}.code" in RULES) == bool(column.codes)
            assert not column.value_required or f"{place}.missing" in RULES
            assert not column.hard or f"{place}.range" in RULES


def test_a_korean_sentence_has_no_english_words():
    """Latin letters are units, codes and names that clinicians write so: nothing else stands in small letters."""
    units = {name for each in conversions() for name in re.findall(r"[A-Za-z]+", each.source_unit)}
    found = {}
    for id_, rule in RULES.items():
        told = [rule.message_ko, rule.todo_ko, *(ko for _, ko in rule.variants.values()), rule.expected or ""]
        words = re.findall(r"[A-Za-z_-]*[a-z]{2,}(?![a-z])", re.sub(r"{\w+}", "", " ".join(told)))
        if strange := [word for word in words if word not in units | {"Child-Pugh", "percent"}]:
            found[id_] = strange
    assert found == {}
