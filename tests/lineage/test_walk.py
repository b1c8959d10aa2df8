"""Every number of a study leads to the rows that give it again, and every row to a cell of a hospital's file."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from haicplatform.cli.main import app
from haicplatform.core.errors import UsageError
from haicplatform.estimation.registry import registry, row_of
from haicplatform.estimation.rows import Rows
from haicplatform.ledger.store import Ledger
from haicplatform.lineage.trace import trace_audit
from haicplatform.lineage.trace.lookup import beside, rows_of
from haicplatform.lineage.trace.origins import origins, without_cell
from haicplatform.lineage.trace.trace_audit import audit_study
from haicplatform.lineage.trace.trace_relations import traceable
from haicplatform.report.document.context import Context
from haicplatform.report.sections.compose import compose
from haicplatform.studies.loading import load_study
from haicplatform.studies.variables import CATALOGUE
from haicplatform.warehouse import warehouse
from tests.estimation.declared import undeclared
from tests.lineage.conftest import SITES, STUDY
from tests.report.printed import unprinted


@pytest.fixture(scope="module")
def con(traced_home):
    with Ledger(traced_home) as ledger, traceable(traced_home, ledger, STUDY) as con:
        yield con


def behind(con, estimate):
    return rows_of(con, estimate)[1]


def test_every_number_of_every_analysis_is_given_again_by_its_rows(traced_home):
    walked = list(audit_study(traced_home, STUDY))
    assert [one.variant for one in walked] == ["main", "reader_2"]
    for one in walked:
        assert one.faults == [] and one.lost == [] and one.rows > 500
        assert one.agreed > 0.4 * one.numbers > 400


def test_every_analysis_that_a_study_can_ask_for_was_walked(con):
    made = {row[0] for row in con.execute("SELECT DISTINCT analysis FROM trace.estimate").fetchall()}
    # Firth's only where a model is separated
    assert {name for name in registry().analyses.keys() - made if not name.endswith("_firth")} == set()


def test_the_registry_declares_every_estimate_of_a_study_that_asks_for_everything(con):
    assert undeclared(con.execute("FROM analysis.estimate").pl()) == []


def test_every_analysis_that_a_study_can_ask_for_is_printed(traced_home, con):
    estimates = con.execute("FROM analysis.estimate").pl()
    context = Context("0" * 16, True, {site: site for site in SITES}, {}, {})
    assert unprinted(estimates, compose(load_study(STUDY, traced_home), estimates, context, "en")) == []


def test_every_variable_that_a_study_may_name_leads_to_delivered_rows(con):
    """Whichever study names it: sql/lineage/trace/variable_source.sql must know each of studies/variables.py."""
    known = {row[0] for row in con.execute("SELECT DISTINCT variable FROM trace.variable_source").fetchall()}
    assert sorted(CATALOGUE.keys() - known) == []


def test_a_count_that_its_rows_do_not_give_is_a_fault(traced_home, monkeypatch):
    """The walk can fail: one more than is true, of each kind of count."""
    count_all = trace_audit.count_all

    def one_more(con, variant):
        for one in count_all(con, variant):
            if one.expected is not None and one.estimate["value"] is not None:
                one.estimate["value"] += 1
            yield one

    monkeypatch.setattr(trace_audit, "count_all", one_more)
    walked = next(iter(audit_study(traced_home, STUDY)))
    assert walked.agreed == 0 and {what for *_, what, _ in walked.faults} == {trace_audit.DISAGREES}


def test_a_statistic_that_no_rule_names_has_no_way_back():
    rows = Rows(STUDY, "s").for_(analysis="new_analysis")
    rows.add("n", 1.0)
    assert row_of(rows.frame().row(0, named=True)) is None


@pytest.mark.parametrize(
    ("key", "query"),
    [
        (
            {"analysis": "flow", "term": "excluded=NO_HAIC", "statistic": "n"},
            "SELECT usubjid FROM analysis.cohort WHERE exclusion_reason = 'NO_HAIC'",
        ),
        (
            {"analysis": "response", "endpoint": "BOR", "term": "ORR", "statistic": "n", "grp": "POST_AB"},
            "SELECT r.usubjid FROM analysis.adrs AS r INNER JOIN analysis.adsl AS s USING (usubjid) "
            "WHERE paramcd = 'BOR' AND avalc IN ('CR', 'PR') AND exposure_group = 'POST_AB'",
        ),
        (
            {"analysis": "km", "endpoint": "OS", "grp": "all", "statistic": "events", "population": "site:SSM"},
            "SELECT usubjid FROM analysis.adtte WHERE paramcd = 'OS' AND cnsr = 0 AND siteid = 'SSM'",
        ),
        (
            {"analysis": "km", "endpoint": "OS", "grp": "all", "statistic": "at_risk", "at": 12.0},
            "SELECT usubjid FROM analysis.adtte WHERE paramcd = 'OS' AND aval_days / 30.4375 >= 12",
        ),
        (
            {"analysis": "cox_univariable", "endpoint": "OS", "term": "group=POST_AB", "statistic": "hr"},
            "SELECT usubjid FROM analysis.adsl",
        ),
        (
            {"analysis": "baseline", "term": "sex=F", "statistic": "pct", "grp": "all"},
            "SELECT usubjid FROM analysis.adsl WHERE sex = 'F'",
        ),
    ],
    ids=lambda value: value["analysis"] if isinstance(value, dict) else None,
)  # fmt: skip
def test_the_patients_behind_a_number_are_those_of_the_datasets(con, estimate, key, query):
    wanted = {row[0] for row in con.execute(query).fetchall()}
    assert set(behind(con, estimate(**key))["usubjid"]) == wanted != set()


def test_a_time_stands_on_the_rows_of_its_start_and_its_end(con, estimate):
    rows = behind(con, estimate(analysis="km", endpoint="OS", grp="all", statistic="events"))
    ends = dict(con.execute("SELECT usubjid, srcrow FROM analysis.adtte WHERE paramcd = 'OS'").fetchall())
    starts = dict(con.execute("SELECT usubjid, srcrow FROM analysis.adsl").fetchall())
    for row in rows.iter_rows(named=True):
        assert {starts[row["usubjid"]], ends[row["usubjid"]]} == set(row["sources"])


def test_a_pooled_hazard_ratio_leads_to_those_of_the_hospitals(con, estimate):
    pooled = estimate(analysis="pooled", endpoint="OS", statistic="hr")
    rule, _ = rows_of(con, pooled)
    assert {one["grp"] for one in beside(con, pooled, rule)} == {"SSM", "ICN"}


def test_the_place_of_a_row_is_where_the_hospital_wrote_it(traced_home, con):
    row_id, _day = con.execute(
        "SELECT row_id, event_date FROM validated.followup_event WHERE site_id = 'ICN' AND event_type = 'DEATH' LIMIT 1"
    ).fetchone()
    place = origins(con, [row_id])[row_id]
    assert (place.site_id, place.table) == ("ICN", "followup_event")
    assert without_cell(traced_home, [place]) == []
    beyond = type(place)(**(vars(place) | {"row": 100_000}))
    assert without_cell(traced_home, [beyond]) == [beyond]


def test_a_study_file_that_was_changed_must_be_run_again(traced_home):
    file = traced_home.studies / f"{STUDY}.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("screen_p: 0.1", "screen_p: 0.2"), encoding="utf-8")
    try:
        with pytest.raises(UsageError, match="not run as its file says now"):
            next(iter(audit_study(traced_home, STUDY)))
    finally:
        file.write_text(text, encoding="utf-8")


def test_the_command_prints_a_number_and_its_rows(traced_home, estimate):
    number = estimate(analysis="response", endpoint="BOR", term="CR", statistic="n", grp="all")
    with warehouse.published(traced_home) as con:
        who = [row[0] for row in con.execute(
            "SELECT usubjid FROM analysis.adrs WHERE paramcd = 'BOR' AND avalc = 'CR'").fetchall()]  # fmt: skip
    run = CliRunner().invoke(app, ["--home", str(traced_home.root), "trace", number["estimate_id"], "--json"])
    assert run.exit_code == 0 and all(usubjid in run.output for usubjid in who)
    one = CliRunner().invoke(
        app, ["--home", str(traced_home.root), "trace", number["estimate_id"], "--patient", who[0], "--json"]
    )
    assert '"table": "lesion_measurement"' in one.output
