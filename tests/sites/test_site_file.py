"""The site file: what it accepts, and one sentence with file and line for every mistake."""

from __future__ import annotations

from datetime import datetime

import pytest
from site_of import HEAD, site

from flows.deployments import wanted
from haicplatform.core.errors import UsageError
from haicplatform.core.settings import Home
from haicplatform.sites.loading import is_any_synthetic, list_sites, load_site, readable_sites, site_from_text
from haicplatform.sites.plan import plan_file

GOOD = """
schedule: "30 2 * * *"
tables:
  lab:
    file: "검사_*.csv"
    columns: {환자번호: patient_id, 검사코드: test_code}
    codes: {test_code: {T-BIL: BILI_T}}
    units: {BILI_T: umol/L}
"""


def mistakes(text: str) -> str:
    with pytest.raises(UsageError) as caught:
        site(text)
    assert caught.value.exit_code == 2
    assert caught.value.file == "T01/site.yaml"
    return str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("schedule:", "schedul:", "line 4: unknown key `schedul`"),
        ('"30 2 * * *"', '"30 25 * * *"', "line 4: `schedule`: `25` is no cron part between 0 and 23"),
        ('"30 2 * * *"', "daily", "line 4: `schedule`: needs five parts"),
        ("  lab:", "  labs:", "line 6: unknown contract table `labs`; did you mean `lab`?"),
        ("    columns:", "    column:", "line 8: unknown key `column`"),
        ("patient_id,", "patientid,", "line 8: unknown contract column of lab `patientid`; did you mean `patient_id`?"),
        ("T-BIL: BILI_T", "T-BIL: BIL", "line 9: lab.test_code has no code `BIL`"),
        ("umol/L", "umol", "line 10: unit `umol` of BILI_T cannot be converted; declared are mg/dL, umol/L"),
        ("BILI_T: umol/L", "BILI: umol/L", "line 10: unknown lab test `BILI`; did you mean `BILI_T`?"),
        ("    units:", "    extract: {test_code: '(a'}\n    units:", "line 10: `tables.lab.extract.test_code`: is no"),
        ("    units:", "    extract: {test_code: 'a'}\n    units:", "needs exactly one group"),
        ("    units:", "    skip_rows: '['\n    units:", "line 10: `tables.lab.skip_rows`: is no regular expression"),
        ("    units:", "    dates: {x: '%y.%m.%d'}\n    units:", "two-digit years are refused"),
        ("    units:", "    header_rows: two\n    units:", "line 10: `tables.lab.header_rows`"),
        ("    units:", "    encoding: cp9490\n    units:", "line 10: `tables.lab.encoding`: is no encoding"),
        ("    units:", "    codes: {}\n    units:", "The entry `codes` is written twice (file T01/site.yaml, row 10)"),
        ('    file: "검사_*.csv"\n', "", "line 6: table lab names no `file`"),
        ("tables:", "gates: {max_quarantined_percent: lots}\ntables:", "line 5: `gates.max_quarantined_percent`"),
        ("tables:", "extracted_at: {from: file_name}\ntables:", "line 5: `extracted_at`: from: file_name needs"),
        ("tables:", "extract: some\ntables:", "line 5: `extract`: input should be 'full' or 'incremental'"),
        ("tables:", "tables: [\n", "The file is not valid YAML"),
        ("환자번호: patient_id", "환자번호: test_code", "column test_code is fed by '환자번호' and by '검사코드'"),
        ("tables:", "gates: {never: [patient.key.duplicat]}\ntables:", "line 5: unknown rule `patient.key.duplicat`"),
    ],
)  # fmt: skip
def test_a_typo_is_said_with_its_line(old, new, sentence):
    assert old in GOOD
    assert sentence in mistakes(GOOD.replace(old, new, 1))


def test_all_mistakes_are_said_at_once():
    text = mistakes(GOOD.replace("patient_id", "x").replace("T-BIL: BILI_T", "T-BIL: Y").replace("umol/L", "z"))
    assert "3 mistakes: line 8:" in text and "line 9:" in text and "line 10:" in text


def test_what_is_written_stays_as_it_is_written():
    made = site("tables: {patient: {file: a, columns: {x: sex}, codes: {sex: {01: M, no: F, 1.0: M, ~: null}}}}")
    assert made.tables["patient"][0].codes == {"sex": {"01": "M", "no": "F", "1.0": "M", "~": None}}


@pytest.mark.parametrize(
    ("entry", "name", "moment"),
    [
        ('{from: file_name, pattern: "..._(%Y%m%d)"}', "LAB_20240815.csv", datetime(2024, 8, 15)),
        ('{from: file_name, pattern: "%Y-%m-%d_%H%M"}', "x/2024-08-15_0230.csv", datetime(2024, 8, 15, 2, 30)),
        ('{from: file_name, pattern: "%Y%m%d"}', "lab.csv", None),
        ('{from: file_name, pattern: "%Y%m%d"}', "lab_20241399.csv", None),
        ("{from: value, value: 2024-08-15}", "x", datetime(2024, 8, 15)),
        ("{from: arrival}", "x", None),
    ],
)
def test_the_time_of_the_extract(entry, name, moment):
    assert site(f"extracted_at: {entry}\n{GOOD}").extracted_at.of(name) == moment


def test_globs_match_names_whatever_their_unicode_form():
    import unicodedata

    made = site(GOOD)
    assert plan_file(made, "2024/검사_1.csv").tables == ("lab",)
    assert plan_file(made, unicodedata.normalize("NFD", "검사_1.csv")).tables == ("lab",)
    assert plan_file(made, "환자.csv").tables == ()


def test_the_home_s_site_wins_and_is_listed(tmp_path):
    folder = tmp_path / "sites" / "T01"
    folder.mkdir(parents=True)
    (folder / "site.yaml").write_text(HEAD + GOOD, "utf-8")
    assert "T01" in list_sites(tmp_path)
    assert load_site("T01", tmp_path).hospital.name_ko == "시험"
    with pytest.raises(UsageError, match="There is no site T02"):
        load_site("T02", tmp_path)
    with pytest.raises(UsageError, match="There is no site"):
        load_site("../T01", tmp_path)


def test_one_broken_site_file_stops_no_other_hospital(tmp_path, capsys):
    for site_id, text in (("T01", HEAD + "synthetic: true\nschedule: at night\n" + GOOD), ("T02", HEAD + GOOD)):
        (tmp_path / "sites" / site_id).mkdir(parents=True)
        (tmp_path / "sites" / site_id / "site.yaml").write_text(text, "utf-8")
    scheduled = [each.name for each in wanted(Home(tmp_path))]
    assert "ingest-T01" not in scheduled and {"ingest-T02", "nightly"} <= set(scheduled)
    [said] = capsys.readouterr().out.splitlines()
    assert "T01" in said and "schedule" in said
    assert list(readable_sites(["T02", "T01", "T03"], tmp_path)) == ["T02"]
    assert is_any_synthetic(["T01"], tmp_path) and not is_any_synthetic(["T02", "T03"], tmp_path)


def test_every_shipped_site_file_loads():
    for site_id in list_sites():
        assert load_site(site_id).site_id == site_id


def test_the_mapping_hash_changes_with_what_it_covers(tmp_path):
    first = site_from_text(HEAD + GOOD, "T01")
    assert first.mapping_hash() == site_from_text(HEAD + "# a note\n" + GOOD, "T01").mapping_hash()
    assert first.mapping_hash() != site_from_text(HEAD + GOOD.replace("T-BIL", "TBIL"), "T01").mapping_hash()
    (tmp_path / "lab.sql").write_text("SELECT 1", "utf-8")
    assert first.mapping_hash() != site_from_text(HEAD + GOOD, "T01", tmp_path).mapping_hash()


def test_thresholds_and_names_are_no_part_of_the_mapping():
    """Changing them must read no file again; changing what turns bytes into rows must."""
    plain = "hospital: {name_en: A, name_ko: 가}\nlayout: contract\n"
    same = site_from_text(plain, "AAA")
    beside = plain.replace("name_en: A", "name_en: B") + (
        "gates: {max_quarantined_percent: 7, expect: {delivery.ratio: {limit: 40}}, reference_rows: {patient: 9}}\n"
        'schedule: "0 4 * * *"\nexpected_every_days: 7\ngrace_days: 3\nmail: [a@b.test]\nsynthetic: true\n'
    )
    other = site_from_text(beside, "AAA")
    assert other.mapping_hash() == same.mapping_hash() and other.thresholds_hash() != same.thresholds_hash()
    mapped = site_from_text(plain + "defaults: {nulls: ['-']}\n", "AAA")
    assert mapped.mapping_hash() != same.mapping_hash() and mapped.thresholds_hash() == same.thresholds_hash()


@pytest.mark.parametrize(
    ("gates", "said"),
    [
        ("expect: {delivery.ration: {limit: 4}}", "whole-batch rule"),
        ("expect: {delivery.ratio: {limit: -1}}", "greater than or equal"),
        ("reference_rows: {patients: 4}", "contract table"),
    ],
)
def test_a_wrong_threshold_is_a_mistake_of_the_site_file(gates, said):
    with pytest.raises(UsageError, match=said):
        site_from_text("hospital: {name_en: A, name_ko: 가}\nlayout: contract\ngates: {" + gates + "}\n", "AAA")
