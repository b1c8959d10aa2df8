"""Study files: what a mistake is told, which file wins, what the hash sees, what a sensitivity analysis changes."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from haicplatform.core.errors import UsageError
from haicplatform.core.resources import shipped_studies_dir
from haicplatform.core.settings import Home
from haicplatform.studies.loading import list_studies, load_study, read_study
from haicplatform.studies.variables import make_variable

SHIPPED = shipped_studies_dir() / "haic_after_ate_beva.yaml"


def _written(folder: Path, old: str, new: str) -> tuple[Path, int]:
    """The shipped file with one text replaced, and the line it stood on."""
    text = SHIPPED.read_text(encoding="utf-8")
    assert old in text
    path = folder / SHIPPED.name
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path, text[: text.index(old)].count("\n") + 1


@pytest.mark.parametrize("study_id", sorted(list_studies()))
def test_shipped_files_load(study_id):
    study = load_study(study_id)
    assert study.study_id == study_id
    assert len(study.study_hash) == 64


MISTAKES = [
    ("screen_p: 0.1", "sceen_p: 0.1", "sceen_p"),
    ("definition: seed2024", "definition: seed2042", "no definition 'seed2042'"),
    ("sites: all", "sites: [ZZZ]", "no hospital 'ZZZ'"),
    ("events: [death]", "events: [deth]", "'deth'"),
    ("  - portal_invasion", "  - portal_invasions", "no variable 'portal_invasions'"),
    ("sex: {levels: [M, F], reference: F}", "sex: {levels: [M, F], reference: X}", "'X' is none of the levels"),
    ("sex: {levels: [M, F], reference: F}", "sex: {levels: [M, F]}", "'sex' needs levels and a reference"),
    ('levels: ["<400", ">=400"]', 'levels: ["<400", ">400"]', "400 is in none of them"),
    ('levels: ["<400", ">=400"]', 'levels: ["<400", ">300"]', "350 is in both"),
    ("tumour_size: {cut_mm: 100,", "tumour_size: {cut_mm: 100, levels: [a, b],", "levels or one cut"),
    ("windows: {labs_days: 28", "windows: {labs_days: 14", "14 contradicts labs_days 28"),
    ("confirm_days: 28", "confirm_days: -1", "greater than or equal to 0"),
    ("reference_group: FIRST_LINE", "reference_group: SECOND_LINE", "'SECOND_LINE' is no group"),
    ("regimen: HAIC_FP", "regimen: HAIC", "HAIC"),
    ("reason: OTHER_SYSTEMIC", "reason: CONCURRENT", "CONCURRENT is given twice"),
    ("when: {no_index: true}", "when: {}", "says nothing"),
    ("rates_at_months: [6, 12, 24]", "rates_at_months: [6, zwölf]", "zwölf"),
    ("rates_at_months: [6, 12, 24]", "rates_at_months: [6, 12, 6]", "is given twice"),
    ("sites: all", "sites: all\nsites: all", "written twice"),
    ("  rmst_months: [12]", "  rmst_months: [0]", "greater than 0"),
    ("competing: {TTP: [death]}", "competing: {TTX: [death]}", "TTX is no endpoint"),
    ("competing: {TTP: [death]}", "competing: {TTP: [progression]}", "cannot compete with it"),
    ("subgroups: [sex,", "subgroups: [sexx,", "no variable 'sexx'"),
    ("subgroups: [sex,", "subgroups: [ast, sex,", "'ast' needs levels"),
    ("ratio: 1, caliper_sd: 0.2}", "ratio: 1}", "matching needs ratio and caliper_sd"),
    ("{method: matching, covariates: [age,", "{method: matching, covariates: [weight,", "must be one of covariates"),
    ("when: {no_index: true}", "when: {baseline: {vpx: [4]}}", "no variable 'vpx'"),
    ("when: {no_index: true}", 'when: {baseline: {sex: [">4"]}}', "no numbers to compare"),
    ("prior: {after_start: true, until", "prior: {after_start: false, until", "on that day is the course's baseline"),
    (", reader: R2}", "}", "changes something"),
]


@pytest.mark.parametrize(("old", "new", "said"), MISTAKES, ids=[new for _, new, _ in MISTAKES])
def test_mistake_is_said_with_file_and_line(tmp_path, old, new, said):
    path, line = _written(tmp_path, old, new)
    with pytest.raises(UsageError) as error:
        read_study(path)
    assert error.value.exit_code == 2
    assert said in str(error.value)
    assert str(path) in str(error.value)
    lines = (line, line + 1) if "\n" in new else (line,)
    assert any(f"line {number}" in str(error.value) or f"row {number}" in str(error.value) for number in lines)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "events: [death]",
            "events: [deth]",
            "`endpoints.OS.events`: input should be 'death', 'progression', ",
        ),
        ("regimen: HAIC_FP", "regimen: HAIC", "`index.regimen`: input should be 'HAIC_FP', 'ATE_BEVA', "),
        ("sites: all", "sites: SSM", "`sites`: input should be 'all', or a list (found 'SSM')"),
    ],
)
def test_a_wrong_word_is_one_mistake(tmp_path, old, new, said):
    """Not also the list that it leaves empty, or the other form that the entry may have."""
    with pytest.raises(UsageError) as error:
        path, line = _written(tmp_path, old, new)
        read_study(path)
    assert f"The study file has a mistake: line {line}: {said}" in str(error.value)


def test_unknown_study_names_those_there_are():
    with pytest.raises(UsageError, match="haic_after_ate_beva"):
        load_study("nothing")


def test_a_file_in_the_home_wins_and_a_new_one_is_found(tmp_path):
    home = Home(tmp_path)
    home.studies.mkdir()
    _written(home.studies, "cutoff: 2024-07-31", "cutoff: 2023-12-31")
    (home.studies / "mine.yaml").write_text(SHIPPED.read_text(encoding="utf-8"), encoding="utf-8")
    assert load_study("haic_after_ate_beva", home).cutoff.year == 2023
    assert load_study("haic_after_ate_beva").cutoff.year == 2024
    assert load_study("mine", home).study_id == "mine"


def test_hash_sees_content_and_nothing_else(tmp_path):
    path, _ = _written(tmp_path, "alpha: 0.05\nscreen_p: 0.1", "screen_p:   0.1   # a comment\nalpha: 0.05")
    assert read_study(path).study_hash == load_study("haic_after_ate_beva").study_hash
    path, _ = _written(tmp_path, "screen_p: 0.1", "screen_p: 0.2")
    assert read_study(path).study_hash != load_study("haic_after_ate_beva").study_hash


def test_a_sensitivity_analysis_changes_what_it_names():
    variants = load_study("haic_after_ate_beva").variants()
    main = variants["main"]
    assert next(iter(variants)) == "main"
    assert variants["lencioni2010"].definition == "lencioni2010"
    assert variants["pfs_paper"].endpoints["PFS"].censor == ("last_contact",)
    assert variants["pfs_paper"].endpoints["OS"] == main.endpoints["OS"]
    assert variants["pfs_paper"].definition == main.definition


def test_levels_of_a_variable():
    values = pl.Series("tumour_size_mm", ["99.9", "100.0", "100.1", None]).cast(pl.Decimal(6, 1))
    assert make_variable("tumour_size", ("<=100", ">100")).code(values).to_list() == ["<=100", "<=100", ">100", None]
    classes = pl.Series("child_pugh_class", ["A", "C", None])
    assert make_variable("child_pugh_class", ("A", "B|C")).code(classes).to_list() == ["A", "B|C", None]
    assert make_variable("ecog", ("0", ">=1")).code(pl.Series("ecog", [0, 1, 3])).to_list() == ["0", ">=1", ">=1"]
    assert make_variable("age").code(pl.Series("age", [60])).to_list() == [60.0]
