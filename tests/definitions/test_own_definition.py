"""Definitions of a study's own file: computed as the shipped ones are, listed, compared, explained, and refused."""

from __future__ import annotations

import json
from datetime import date, timedelta

import polars as pl
import pytest
import yaml
from harness import SITE, Rows, harmonise
from tiny_study import TINY, run, store, tiny
from typer.testing import CliRunner

from haicplatform.cli.main import app
from haicplatform.core.errors import UsageError
from haicplatform.core.settings import Home
from haicplatform.lineage.explain import explain
from haicplatform.studies.derivation import BY_DEFINITION
from haicplatform.studies.loading import read_study
from haicplatform.warehouse import warehouse

START = date(2023, 1, 2)
# Growth of 20 % is PD by lencioni2010; a study's 10 mm on top of it leaves out what grew by less, 10.00 being enough.
# patient: sum before, sum on day 56, PD by lencioni2010, PD with 10 mm
GROWTH = {
    "A": (30, "36.00", True, False),
    "B": (30, "39.99", True, False),
    "C": (30, "40.00", True, True),
    "D": (100, "120.00", True, True),
    "E": (100, "119.99", False, False),
}
CHARTER = {"charter10": {"like": "lencioni2010", "pd_abs_mm": "10"}}


def course(rows: Rows, who: str, before: float, *later: tuple[int, str], baseline_days: int = 0) -> None:
    """One HAIC course with a baseline so many days before it, and sums so many days after."""
    rows.patient(who)
    rows.course(who, 1, "HAIC_FP", START, START)
    for day, size in ((-baseline_days, before), *later):
        rows.targets(who, rows.exam(who, START + timedelta(days=day)), {"T1": size})


@pytest.fixture(scope="module")
def con():
    rows = Rows()
    for who, (before, after, *_) in GROWTH.items():
        course(rows, who, before, (56, after))
    for days in (20, 21, 60, 61):
        course(rows, f"W{days}", 50, (56, "50"), baseline_days=days)
    course(rows, "R55", 100, (56, "60"), (111, "60"))
    course(rows, "R56", 100, (56, "60"), (112, "60"))
    rows.response("A", START + timedelta(days=57), "PD")
    return harmonise(rows)


def responses(con, definitions: dict, name: str) -> dict[str, str]:
    frame = run(con, tiny(definitions=definitions, definition=name))["visit_response"]
    assert set(frame["definition"]) == {name}
    return dict(frame.filter(exam_date=START + timedelta(days=56)).select("patient_id", "overall_response").iter_rows())


def test_it_changes_the_patients_that_its_threshold_separates(con):
    theirs = dict(
        con.execute(
            "SELECT patient_id, overall_response FROM harmonised.visit_response "
            "WHERE definition = 'lencioni2010' AND exam_date = ?",
            [START + timedelta(days=56)],
        ).fetchall()
    )
    own = responses(con, CHARTER, "charter10")
    assert {who: theirs[who] == "PD" for who in GROWTH} == {who: by_2010 for who, (*_, by_2010, _) in GROWTH.items()}
    assert {who: own[who] == "PD" for who in GROWTH} == {who: by_own for who, (*_, by_own) in GROWTH.items()}
    assert {who for who in own if own[who] != theirs[who]} == {"A", "B"}


def test_with_the_thresholds_of_a_shipped_one_it_gives_the_same_rows(con):
    """Made by the same SQL: each relation by definition is that of abs5, its name apart."""
    run(con, tiny(definitions={"mine": {"like": "lencioni2010", "pd_abs_mm": 5}}, definition="mine"))
    for relation in BY_DEFINITION:
        own = con.execute(f"SELECT * EXCLUDE (study_id, definition) FROM study.{relation} ORDER BY ALL").pl()
        abs5 = con.execute(
            f"SELECT * EXCLUDE definition FROM harmonised.{relation} WHERE definition = 'abs5' ORDER BY ALL"
        ).pl()
        if relation in ("first_progression", "progression"):  # and the recorded one of A, under its own definition
            assert own.height == abs5.height + 1
            continue
        assert own.height > 0 and own.equals(abs5)


def test_every_relation_by_definition_is_made_for_the_study(con):
    made = con.execute(
        "SELECT table_name FROM duckdb_columns() WHERE schema_name = 'harmonised' AND column_name = 'definition'"
    ).fetchall()
    assert {name for (name,) in made} == {*BY_DEFINITION, "definition", "recorded_response"}


@pytest.mark.parametrize(
    ("days", "status"), [(20, "OK"), (21, "STALE"), (60, "STALE"), (61, "NONE")], ids=lambda value: str(value)
)
def test_its_own_windows_before_the_start_count(con, days, status):
    own = {"mine": {"like": "lencioni2010", "baseline_window_days": 20, "baseline_fallback_days": 60}}
    frame = run(con, tiny(definitions=own, definition="mine"))["visit_response"]
    assert frame.filter(patient_id=f"W{days}")["baseline_status"].to_list() == [status]


def test_one_may_be_like_another_of_the_file(con):
    own = CHARTER | {"slow": {"like": "charter10", "confirm_days": 56, "pr_pct": "40.00", "pr_inclusive": False}}
    frames = run(con, tiny(definitions=own, definition="slow"))
    row = frames["definition"].row(0, named=True)
    said = {
        name: row[name] for name in ("definition", "is_default", "pd_abs_mm", "confirm_days", "pr_inclusive", "max_ne")
    }
    assert {name: float(value) if name == "pd_abs_mm" else value for name, value in said.items()} == {
        "definition": "slow", "is_default": False, "pd_abs_mm": 10.0, "confirm_days": 56, "pr_inclusive": False,
        "max_ne": 1,
    }  # fmt: skip
    assert set(frames["adrs"].filter(paramcd="BOR", usubjid=f"{SITE}-R56")["avalc"]) == {"SD"}  # exactly 40 %


def test_its_confirmation_counts_in_the_best_response(con):
    own = {"slow": {"like": "lencioni2010", "confirm_days": 56}}
    adrs = run(con, tiny(definitions=own, definition="slow"))["adrs"].filter(paramcd="CBOR")
    best = dict(adrs.select("usubjid", "avalc").iter_rows())
    assert (best[f"{SITE}-R55"], best[f"{SITE}-R56"]) == ("SD", "PR")


def test_a_sensitivity_analysis_may_use_it(con):
    entry = {"name": "by_charter", "definition": "charter10"}
    study = tiny(definition="lencioni2010", definitions=CHARTER, sensitivity=[entry])
    sides = {name: run(con, one)["adrs"].filter(paramcd="OVR", avalc="PD") for name, one in study.variants().items()}
    who = {name: set(frame["usubjid"].str.slice(4)) for name, frame in sides.items()}
    assert who == {"main": {"A", "B", "C", "D"}, "by_charter": {"C", "D"}}


@pytest.fixture(scope="module")
def home(con, tmp_path_factory):
    """A platform whose published warehouse has these patients, and a study with a definition of its own."""
    home = Home(tmp_path_factory.mktemp("home")).create()
    home.inbox.mkdir(exist_ok=True)
    with warehouse.writable(home) as made:
        for relation in sorted(warehouse.relations(con)):
            schema, _ = relation.split(".")
            if schema != "study":
                made.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
                made.register("rows_of_it", con.execute(f"FROM {relation}").arrow())
                made.execute(f"CREATE TABLE {relation} AS FROM rows_of_it")
        made.execute("CREATE TABLE quality.snapshot_member AS SELECT 'snap' AS snapshot_id")
    warehouse.publish(home)
    content = {name: value for name, value in TINY.items() if name != "study_id"}
    content |= {"definition": "lencioni2010", "definitions": CHARTER}
    (home.studies / "mine.yaml").write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    return home


def haic(home: Home, *words: str):
    return CliRunner().invoke(app, ["--home", str(home.root), *words], catch_exceptions=True)


def test_the_command_line_lists_and_compares_it(home):
    listed = json.loads(haic(home, "definitions", "list", "--study", "mine", "--json").output)
    assert [row["pd_abs_mm"] for row in listed if row["definition"] == "charter10"] == ["10"]
    assert "charter10" not in haic(home, "definitions", "list", "--json").output
    done = haic(home, "definitions", "compare", "lencioni2010", "charter10", "--study", "mine", "--json")
    found = pl.DataFrame(json.loads(done.output)["changes"]).filter(pl.col("what") == "response")
    assert found.select("usubjid", "a", "b").rows() == [(f"{SITE}-A", "PD", "SD"), (f"{SITE}-B", "PD", "SD")]


def test_a_story_is_told_by_it(con):
    store(con, tiny(definitions=CHARTER, definition="charter10"))
    text = explain(con, f"{SITE}:B", study_id="tiny").as_text()
    assert text == explain(con, f"{SITE}:B", study_id="tiny", definition="charter10").as_text()
    assert "Definition of response: charter10: PR is a fall of 30 % or more" in text
    assert "(PD is a rise of 20 % or more and of 10 mm or more)" in text and "no progression on this course" in text
    assert "the study sets pd_abs_mm (least growth for PD, mm) to 10.00 instead of 0.00 (lencioni2010)" in text
    assert "progression of this course, read by R1" in explain(con, f"{SITE}:B").as_text()


MISTAKES = {
    "unknown key": ({"a": {"like": "abs5", "pd_abs": 3}}, "pd_abs", "unknown key `pd_abs` in definitions.a"),
    "of every definition": ({"a": {"like": "abs5", "labs_days": 14}}, "labs_days", "unknown key `labs_days`"),
    "nothing": ({"a": {"like": "abs5"}}, "a", "this definition changes no threshold"),
    "no like": ({"a": {"pr_pct": 20}}, "a", "`definitions.a.like` is missing"),
    "unknown like": ({"a": {"like": "b", "pr_pct": 20}}, "like", "there is no definition 'b'; there are lencioni2010"),
    "taken": ({"abs5": {"like": "seed2024", "pr_pct": 20}}, "abs5", "the name 'abs5' is taken"),
    "main": ({"main": {"like": "seed2024", "pr_pct": 20}}, "main", "the name 'main' is taken"),
    "itself": ({"a": {"like": "a", "pr_pct": 20}}, "like", "in a circle: a → a"),
    "circle": (
        {"a": {"like": "b", "pr_pct": 20}, "b": {"like": "c", "pr_pct": 20}, "c": {"like": "b", "pr_pct": 20}},
        "like",
        "in a circle: b → c → b",
    ),
    "pr 0": ({"a": {"like": "abs5", "pr_pct": 0}}, "pr_pct", "`definitions.a.pr_pct`: input should be greater than 0"),
    "pr 100": ({"a": {"like": "abs5", "pr_pct": 100}}, "pr_pct", "less than 100"),
    "pd 0": ({"a": {"like": "abs5", "pd_pct": 0}}, "pd_pct", "greater than 0"),
    "negative": ({"a": {"like": "abs5", "confirm_days": -1}}, "confirm_days", "greater than or equal to 0"),
    "negative mm": ({"a": {"like": "abs5", "pd_abs_mm": -1}}, "pd_abs_mm", "greater than or equal to 0"),
    "no number": ({"a": {"like": "abs5", "pd_abs_mm": "ten"}}, "pd_abs_mm", "(found 'ten')"),
    "recorded": (
        {"a": {"like": "recorded", "pr_pct": 20}},
        "pr_pct",
        "cannot change a response that is taken as recorded",
    ),
    "window": (
        {"a": {"like": "abs5", "baseline_window_days": 91}},
        "baseline_window_days",
        "baseline_window_days 91 is more than baseline_fallback_days 90",
    ),
    "fallback": (
        {"a": {"like": "abs5", "baseline_fallback_days": 41}},
        "baseline_fallback_days",
        "baseline_window_days 42 is more than baseline_fallback_days 41",
    ),
    "too old": (
        {"a": {"like": "abs5", "baseline_fallback_days": 91}},
        "baseline_fallback_days",
        "scans are kept up to 90 days before a start, not 91",
    ),
    "response": (
        {"a": {"like": "abs5", "sd_min_days": 56}},
        "sd_min_days",
        "sd_min_days 56 of the definition a contradicts sd_min_days 0 of response",
    ),
}


def written(folder, definitions: dict, **changes):
    content = {name: value for name, value in TINY.items() if name != "study_id"}
    content |= {"response": {"best": ["confirmed"], "sd_min_days": 0}} | changes
    path = folder / "wrong.yaml"
    text = yaml.safe_dump(content | {"definitions": definitions}, sort_keys=False, allow_unicode=True)
    path.write_text(text, encoding="utf-8")
    return path, text.splitlines()


@pytest.mark.parametrize(("definitions", "at", "said"), MISTAKES.values(), ids=MISTAKES)
def test_a_wrong_one_is_refused_with_its_line(tmp_path, definitions, at, said):
    path, lines = written(tmp_path, definitions)
    with pytest.raises(UsageError) as error:
        read_study(path)
    assert error.value.exit_code == 2 and said in str(error.value) and str(path) in str(error.value)
    after = next(number for number, line in enumerate(lines, 1) if line == "definitions:")
    line = next(number for number, line in enumerate(lines, 1) if number > after and line.strip().startswith(f"{at}:"))
    assert f"line {line}: " in str(error.value)


def test_thresholds_of_lesions_under_recorded_responses_are_refused(tmp_path):
    path, _ = written(tmp_path, CHARTER, definition="recorded", response={"best": ["confirmed"], "pr_pct": 20})
    with pytest.raises(UsageError, match="pr_pct cannot change a response taken as recorded"):
        read_study(path)


def test_nothing_runs_for_a_study_with_a_wrong_one(home):
    path, _ = written(home.studies, {"a": {"like": "a", "pr_pct": 20}})
    try:
        done = haic(home, "study", "run", "wrong")
    finally:
        path.unlink()
    assert isinstance(done.exception, UsageError) and "in a circle" in str(done.exception)
