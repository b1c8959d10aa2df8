"""What stands behind a number, for each role: a coordinator its own hospital, a reader no patient."""

from __future__ import annotations

import polars as pl
import pytest

from haicplatform.core.errors import NotThere, UsageError
from haicplatform.core.people import Person
from haicplatform.lineage.trace.lookup import rows_of
from haicplatform.review.data import trace
from haicplatform.review.data.page_context import PageContext
from haicplatform.review.data.patient import patient, rows_of_mark
from haicplatform.review.data.trace import ask_for_newest, cells_of, traced
from haicplatform.warehouse import warehouse

MANAGER, READER = Person("m", "data_manager"), Person("r", "reader")
OF_SSM = Person("c", "coordinator", frozenset({"SSM"}))


@pytest.fixture
def desk(traced_home):
    return lambda person, language="en": PageContext(traced_home, person, language)


@pytest.fixture
def events(estimate):
    return estimate(analysis="km", endpoint="OS", grp="all", statistic="events")["estimate_id"]


def count(traced_home, where):
    with warehouse.published(traced_home) as con:
        return con.execute(f"SELECT count(DISTINCT usubjid) FROM analysis.adtte WHERE {where}").fetchone()[0]


def test_a_number_its_patients_and_a_cell(desk, events, traced_home):
    found = traced(desk(MANAGER), events)
    n = count(traced_home, "paramcd = 'OS' AND cnsr = 0")
    assert (found.value, found.patients, found.n_listed) == (str(n), n, n)
    dead = next(row for row in found.listed if row.site_id == "ICN")
    told, sources = cells_of(desk(MANAGER), events, dead.number)
    assert told.patient == dead.patient and {part.site_id for part in sources.parts} == {"ICN"}
    death = next(part for part in sources.parts if "event_date" in part.header)
    asked = [row for row in death.rows if row.is_asked]
    marked = {death.header[place]: row.cells[place] for row in asked for place in row.marked}
    assert marked == {"event_type": "DEATH", "event_date": str(dead.day)}


def test_the_words_are_in_the_readers_language(desk, events):
    korean = dict(traced(desk(MANAGER, "ko"), events).facts)
    assert (korean["통계량"], korean["평가변수"]) == ("사건 수", "전체생존기간")
    assert dict(traced(desk(MANAGER), events).facts)["Statistic"] == "events"


def test_a_coordinator_sees_its_own_patients_and_how_many_others_there_are(desk, events, traced_home):
    found = traced(desk(OF_SSM), events)
    own = count(traced_home, "paramcd = 'OS' AND cnsr = 0 AND siteid = 'SSM'")
    assert {row.site_id for row in found.listed} == {"SSM"} and found.n_listed == own
    assert found.others == count(traced_home, "paramcd = 'OS' AND cnsr = 0 AND siteid <> 'SSM'")
    assert all(row.patient.startswith("SSM:") for row in found.listed), "a usubjid can name another hospital"
    assert found.beside == () or all(value == "" for *_, value in found.beside)
    everybody = traced(desk(MANAGER), events, limit=10_000)
    last = max(row.number for row in everybody.listed)
    with pytest.raises(NotThere):
        cells_of(desk(OF_SSM), events, last)


def test_what_rests_on_another_hospitals_rows_too_is_not_told(desk, events, monkeypatch):
    """A death that the other hospital reported, of a patient of both."""
    before = traced(desk(OF_SSM), events).listed

    def of_both(con, estimate):
        rule, rows = rows_of(con, estimate)
        elsewhere = rows.filter(siteid="ICN")["sources"][0].to_list()
        return rule, rows.with_columns(
            sources=pl.when(siteid="SSM").then(pl.concat_list("sources", pl.lit(elsewhere))).otherwise("sources")
        )

    with monkeypatch.context() as patch:
        patch.setattr(trace, "rows_of", of_both)
        after = traced(desk(OF_SSM), events).listed
    assert {(row.day, row.result) for row in after} == {(None, None)}
    assert all(row.day and row.result for row in before)
    assert [row.n_sources for row in after] == [row.n_sources for row in before]


def test_a_number_that_would_tell_of_few_patients_elsewhere_is_not_shown(desk, traced_home):
    with warehouse.published(traced_home) as con:
        few = con.execute("""
            SELECT e.estimate_id FROM analysis.estimate AS e
            WHERE e.variant = 'main' AND e.population = 'pooled' AND e.analysis = 'response' AND e.statistic = 'n'
                AND e.endpoint = 'BOR' AND e.grp = 'all' AND (
                    SELECT count(*) FROM analysis.adrs AS r
                    WHERE r.paramcd = 'BOR' AND r.avalc = e.term AND r.siteid <> 'SSM'
                ) BETWEEN 1 AND 4
        """).fetchall()
    assert few
    for (estimate_id,) in few:
        hidden, whole = traced(desk(OF_SSM), estimate_id), traced(desk(MANAGER), estimate_id)
        assert (hidden.value, hidden.patients, hidden.rows, hidden.others) == (None, None, None, None)
        assert hidden.beside == () and whole.value is not None


@pytest.mark.parametrize(
    "key",
    [
        {"analysis": "km", "endpoint": "OS", "grp": "all", "statistic": "n", "population": "site:ICN"},
        {"analysis": "by_hospital", "endpoint": "OS", "grp": "ICN", "statistic": "n"},
        {"analysis": "logrank", "endpoint": "OS", "statistic": "p", "population": "leave_out:ICN"},
    ],
    ids=["population", "by hospital", "without it"],
)
def test_another_hospitals_number_is_not_there_for_a_coordinator(desk, estimate, key):
    number = estimate(**key)["estimate_id"]
    assert traced(desk(MANAGER), number).patients > 0
    with pytest.raises(NotThere) as refused:
        traced(desk(OF_SSM), number)
    with pytest.raises(NotThere) as unknown:
        traced(desk(OF_SSM), "f" * 16)
    assert "ICN" not in str(refused.value) and refused.value.exit_code == unknown.value.exit_code


def test_a_reader_sees_what_the_number_is_and_no_patient(desk, events, estimate):
    found = traced(desk(READER), events)
    assert found.value and found.patients and found.listed == () and not found.is_listed
    with pytest.raises(NotThere):
        cells_of(desk(READER), events, 0)
    a_patients = estimate(analysis="waterfall", statistic="best_change", term="001")["estimate_id"]
    assert traced(desk(MANAGER), a_patients).patients == 1
    with pytest.raises(NotThere):
        traced(desk(READER), a_patients)


def test_a_hospitals_small_count_is_masked_for_a_reader_as_in_the_report(desk, traced_home):
    with warehouse.published(traced_home) as con:
        small = con.execute(
            "SELECT estimate_id FROM analysis.estimate WHERE variant = 'main' AND population = 'site:ICN' "
            "AND analysis = 'response' AND statistic = 'n' AND value BETWEEN 1 AND 4 LIMIT 1"
        ).fetchone()[0]
    hidden = traced(desk(READER), small)
    assert (hidden.value, hidden.patients) == (None, None) and traced(desk(MANAGER), small).patients < 5


def test_ten_numbers_lead_to_their_cells_in_two_steps(desk, traced_home):
    with warehouse.published(traced_home) as con:
        ids = con.execute(
            "SELECT any_value(estimate_id) FROM analysis.estimate WHERE variant = 'main' AND population = 'pooled' "
            "AND value > 0 AND analysis NOT IN ('quality', 'propensity') GROUP BY analysis ORDER BY analysis"
        ).fetchall()
    led = 0
    for (estimate_id,) in ids:
        found = traced(desk(MANAGER), estimate_id)
        assert found.listed, found.facts
        _, sources = cells_of(desk(MANAGER), estimate_id, found.listed[0].number)
        assert any(row.marked for part in sources.parts for row in part.rows if row.is_asked), found.facts
        led += 1
    assert led >= 10


def test_a_patient_is_told_to_who_may_see_it(desk, traced_home):
    with warehouse.published(traced_home) as con:
        usubjid, number = con.execute(
            "SELECT usubjid, p.patient_id FROM harmonised.person AS p WHERE site_id = 'ICN' AND usubjid IN "
            "(SELECT usubjid FROM harmonised.visit_response) AND usubjid NOT IN "
            "(SELECT usubjid FROM harmonised.person WHERE site_id = 'SSM') LIMIT 1"
        ).fetchone()
    found = patient(desk(MANAGER, "ko"), usubjid)
    assert {"course", "scan", "response", "lab"} <= {mark.lane for mark in found.marks} and found.story.language == "ko"
    assert patient(desk(MANAGER), f"ICN:{number}").name == usubjid
    for person in (OF_SSM, READER):
        for name in (usubjid, f"ICN:{number}", "ICN-none"):
            with pytest.raises(NotThere, match="no such patient"):
                patient(desk(person), name)
            with pytest.raises(NotThere, match="no such patient"):
                rows_of_mark(desk(person), name, None, 0)


def test_a_mark_leads_to_its_row(desk, traced_home):
    with warehouse.published(traced_home) as con:
        usubjid, row_id, row = con.execute(
            "SELECT p.usubjid, f.row_id, f.source_row FROM validated.followup_event AS f "
            "INNER JOIN harmonised.person AS p USING (site_id, patient_id) WHERE event_type = 'DEATH' "
            "AND site_id = 'SSM' AND event_date_precision = 'day' AND usubjid NOT IN "
            "(SELECT usubjid FROM harmonised.person WHERE site_id = 'ICN') LIMIT 1"
        ).fetchone()
    found = patient(desk(OF_SSM), usubjid)
    death = next(mark for mark in found.marks if mark.code == "DEATH" and row_id in mark.row_ids)
    told, sources = rows_of_mark(desk(OF_SSM), found.name, None, death.number)
    assert told == death and [r.number for part in sources.parts for r in part.rows if r.is_asked] == [row]
    with pytest.raises(NotThere):
        rows_of_mark(desk(OF_SSM), found.name, None, len(found.marks))


def test_a_report_of_an_earlier_snapshot_says_so(desk, estimate, traced_home):
    one = estimate(analysis="km", endpoint="OS", grp="all", statistic="events")
    study, now = one["study_id"], one["snapshot_id"]
    for snapshot in ("0123456789abcdef", now):
        folder = traced_home.reports / study / snapshot
        folder.mkdir(parents=True)
        folder.joinpath("report.html").write_text("SYNTHETIC")
    ask_for_newest(desk(MANAGER), study, now)
    with pytest.raises(UsageError, match="earlier snapshot") as found:
        ask_for_newest(desk(MANAGER), study, "0123456789abcdef")
    assert "이전 스냅숏" in found.value.said("ko")
    ask_for_newest(desk(OF_SSM), study, "0123456789abcdef")  # who may not read it hears nothing
    ask_for_newest(desk(MANAGER), study, "there-is-no-such")
