"""What another definition would change: persons by kind and hospital, results, and names that do not exist."""

from __future__ import annotations

import json
from datetime import date

import polars as pl
import pytest
from harness import Rows, harmonise, mrecist_rows, yaml_cases
from tiny_study import tiny

from haicplatform.core.errors import UsageError
from haicplatform.core.settings import Home
from haicplatform.estimation.flow import changed_persons
from haicplatform.estimation.rows import Rows as EstimateRows
from haicplatform.lineage import comparison
from haicplatform.lineage.comparison_page import persons_table, results_table
from haicplatform.report.document.model import plain
from haicplatform.studies.derivation import Derivation
from haicplatform.warehouse import warehouse

CASES = {case["id"]: case for case in yaml_cases("mrecist")}
# exactly 30 % and exactly 20 %, a growth of 3 mm, a lesion that qualifies later, and one that none of them changes
CHOSEN = ("MR-O-01", "MR-O-03", "MR-O-04", "MR-O-09", "MR-O-18")


@pytest.fixture(scope="module")
def con():
    rows = Rows()
    for name in CHOSEN:
        mrecist_rows(rows, CASES[name])
    return harmonise(rows)


def compare(con, a: str, b: str, study=None) -> comparison.Comparison:
    study = study or tiny()
    sides = {name: study.model_copy(update={"definition": name}) for name in (a, b)}
    return comparison.compare_studies(con, study, sides, "snapshot")


def changes(found: comparison.Comparison, *kinds: str) -> list[tuple]:
    frame = found.changes.filter(pl.col("what").is_in(kinds))
    return frame.select(pl.col("usubjid").str.slice(4), "what", "day_date", "a", "b").rows()


def test_strict_thresholds_change_the_exact_boundaries_only(con):
    found = compare(con, "lencioni2010", "seed2024")
    assert changes(found, "response") == [
        ("MR-O-01", "response", date(2023, 3, 7), "PR", "SD"),
        ("MR-O-03", "response", date(2022, 10, 3), "PD", "SD"),
    ]
    assert changes(found, "progression", "PFS") == [
        ("MR-O-03", "PFS", None, "event 2022-10-03", "censored 2022-10-03"),
        ("MR-O-03", "progression", None, "2022-10-03", "-"),
    ]
    assert changes(found, "best_response", "group", "stage", "OS") == []


def test_the_count_by_hospital_has_every_kind_and_its_denominator(con):
    found = compare(con, "lencioni2010", "nobackdate")
    counts = {row["patients with another"]: (row["S01"], row["all"]) for row in found.persons_changed()}
    assert counts == {
        "(patients)": (5, 5), "response": (1, 1), "progression": (1, 1), "best response": (1, 1),
        "confirmed best response": (1, 1), "stage": (0, 0), "group": (0, 0), "OS": (0, 0), "PFS": (1, 1),
    }  # fmt: skip
    assert changes(found, "PFS") == [("MR-O-09", "PFS", None, "event 2023-04-10", "event 2023-06-12")]


def test_results_stand_side_by_side(con):
    found = compare(con, "lencioni2010", "seed2024")
    events = [row for row in found.results() if (row["result"], row["of"]) == ("events", "PFS all")]
    assert events == [
        {"result": "events", "of": "PFS all", "lencioni2010": "3", "seed2024": "2", "change": "-1"}
    ]  # fmt: skip
    assert {row["of"].split()[0] for row in found.results(only_changed=True)} == {"PFS"}


def test_a_stage_changes_where_the_variant_takes_the_other_one(con):
    rows = Rows()
    rows.patient("A")
    rows.course("A", 1, "HAIC_FP", date(2023, 1, 2), date(2023, 1, 2))
    rows.add("baseline_status", "A", assess_date=date(2023, 1, 2), ecog=0, bclc_recorded="B")
    study = tiny()
    sides = {"main": study, "derived": study.model_copy(update={"bclc": "derived"})}
    found = comparison.compare_studies(harmonise(rows), study, sides, "s")
    assert changes(found, "stage") == [("A", "stage", None, "B", "-")]


def test_a_sensitivity_analysis_says_of_how_many_it_changes_what(con):
    """As a study's run does: the main analysis remembered, then each variant against it."""
    derivation, rows = Derivation(con), EstimateRows("tiny", "s", "strict")
    derivation.of(tiny(definition="lencioni2010"))
    comparison.keep_baseline(con)
    for name in ("nobackdate", "seed2024"):  # a second comparison is against main again
        derivation.of(tiny(definition=name))
        _, by_hospital = comparison.diff(con)
    changed_persons(rows, by_hospital)
    found = rows.frame().filter(analysis="definition_change", variant="strict")
    values = {tuple(row[:2]): row[2] for row in found.select("population", "term", "value").iter_rows()}
    assert values == {
        ("pooled", "response"): 2, ("pooled", "progression"): 1, ("pooled", "best_response"): 0,
        ("pooled", "confirmed_best_response"): 0, ("pooled", "stage"): 0, ("pooled", "group"): 0, ("pooled", "OS"): 0,
        ("pooled", "PFS"): 1, ("site:S01", "response"): 2, ("site:S01", "progression"): 1, ("site:S01", "PFS"): 1,
    }  # fmt: skip


def test_nothing_differs_between_equals_and_json_can_be_read(con):
    study = tiny(definition="abs5")
    found = comparison.compare_studies(con, study, {"one": study, "same": study}, "s")
    written = json.loads(json.dumps(found.as_dict(), default=str))
    assert (written["a"], written["changes"]) == ("one", [])
    assert found.results(only_changed=True) == []


def test_the_section_masks_small_hospitals_and_names_no_patient(con):
    found = compare(con, "lencioni2010", "seed2024")
    table = persons_table(found, {"S01": "First hospital"})
    rows = [[plain(cell) for cell in row.cells[:3]] for row in table.rows]
    assert rows == [["First hospital", "5", "<5"], ["All hospitals", "5", "2"]]
    shown = " ".join(plain(cell) for part in (table, results_table(found)) for row in part.rows for cell in row.cells)
    assert "MR-O" not in shown


@pytest.mark.parametrize(
    ("a", "b", "study", "sentence"),
    [
        ("nope", "abs5", "s", "There is no definition 'nope'. Expected: a definition (abs5, lencioni2010, nobackdate"),
        ("abs5", "abs5", "s", "A definition is compared with another one"),
        ("abs5", "seed2024", "other", "There is no study 'other'. Expected: one of"),
    ],
)
def test_a_wrong_name_is_answered_with_what_there_is(con, tmp_path, monkeypatch, a, b, study, sentence):
    home = Home(tmp_path).create()
    real = comparison.load_study
    monkeypatch.setattr(comparison, "load_study", lambda name, home: tiny() if name == "s" else real(name, home))
    with warehouse.writable(home) as empty:
        empty.execute("CREATE SCHEMA harmonised")
        frame = con.execute("FROM harmonised.definition").pl()  # noqa: F841 (DuckDB reads it by name)
        empty.execute("CREATE TABLE harmonised.definition AS FROM frame")
    warehouse.publish(home)
    with pytest.raises(UsageError) as error:
        comparison.compare(home, a, b, study)
    assert sentence in str(error.value)


def test_what_is_made_in_a_scratch_copy_is_gone(tmp_path):
    home = Home(tmp_path).create()
    with warehouse.writable(home) as made:
        made.execute("CREATE SCHEMA harmonised; CREATE TABLE harmonised.person AS SELECT 'A' AS usubjid")
        made.execute("CREATE VIEW harmonised.patient AS FROM harmonised.person")  # a relation may be a view
    warehouse.publish(home)
    with warehouse.scratch_copy(home) as scratch:
        scratch.execute("CREATE SCHEMA study; CREATE TABLE study.x AS FROM harmonised.person")
        assert scratch.execute("FROM study.x").fetchall() == [("A",)]
        assert scratch.execute("FROM harmonised.patient").fetchall() == [("A",)]
    with warehouse.published(home) as kept:
        assert warehouse.relations(kept) == {"harmonised.person", "harmonised.patient"}
