"""A draft site file from a new hospital's files: valid YAML, guesses from known headers, doubts marked."""

from __future__ import annotations

from site_of import sheet

from haicplatform.onboarding.propose import propose
from haicplatform.sites.loading import site_from_text


def test_a_draft_is_a_site_file_with_its_doubts_marked():
    patients = sheet("환자.csv", ["환자번호", "성별", "birth_year", "키(m)", "etiology", "주소"],
                     ["1", "M", "1950", "1.7", "HBV", "x"], ["2", "여자", "1960", "1.6", "신종", "y"])  # fmt: skip
    text = propose([patients, sheet("이상한것.csv", ["가", "나"], ["1", "2"])])
    site = site_from_text(text, "T01")
    (source,) = site.tables["patient"]
    assert source.columns["성별"] == ("sex",)
    assert source.columns["birth_year"] == ("birth_year",)
    assert source.ignore == ("주소",)
    assert source.codes["etiology"] == {"신종": None}
    assert dict(source.units) == {"height_cm": "m"}
    assert "diagnosis" not in site.tables
    assert site.ignore_files == ("이상한것.csv",)
    assert '"주소"          # ? or map it' in text
    assert '"신종": null          # ?' in text


def test_a_file_that_feeds_two_tables_is_read_by_both():
    header = ["patient_id", "sex", "birth_year", "hcc_dx_date", "dx_basis", "cirrhosis"]
    text = propose([sheet("a.csv", header, ["1", "M", "1950", "2023", "IMAGING", "Y"])])
    site = site_from_text(text, "T01")
    assert set(site.tables) == {"patient", "diagnosis"}
    assert site.tables["patient"][0].ignore == ()
    assert site.tables["diagnosis"][0].columns["patient_id"] == ("patient_id",)
