"""Patients, agreement, people and numbers as pages: who is answered, and that the others hear of nothing."""

from __future__ import annotations

import polars as pl
import pytest

from haicplatform.core.errors import NotThere
from haicplatform.core.people import Person
from haicplatform.review.data import agreement, people
from haicplatform.review.data.page_context import PageContext
from haicplatform.warehouse import warehouse
from haicplatform.warehouse.linkage import Link, Pair
from tests.review.conftest import PEOPLE

MANAGER = Person("m", "data_manager")


@pytest.fixture(scope="module")
def clients(server):
    return {name: server.client(name) for name in PEOPLE}


@pytest.fixture(scope="module")
def of_aaa(review_home):
    with warehouse.published(review_home) as con:
        return con.execute("SELECT usubjid, patient_id FROM harmonised.person WHERE site_id = 'AAA' LIMIT 1").fetchone()


def test_a_patient_is_there_for_its_hospital_and_the_centre_alone(clients, of_aaa):
    usubjid, number = of_aaa
    for path in (f"/patient/{usubjid}", f"/patient/AAA:{number}", f"/patient/{usubjid}?mark=0"):
        answers = {name: clients[name].get(path) for name in PEOPLE}
        assert {name for name in answers if answers[name].status_code == 200} == {"admin", "manager", "of-aaa"}, path
        assert answers["of-bbb"].text == clients["of-bbb"].get("/patient/nobody").text
    assert "svg" in clients["of-aaa"].get(f"/patient/{usubjid}").text


@pytest.mark.parametrize("more", ["mark=100000", "told=0.999", "told=99.0"])
def test_what_a_patient_does_not_have_is_not_there(clients, of_aaa, more):
    assert clients["manager"].get(f"/patient/{of_aaa[0]}?{more}").status_code == 404


def test_scripts_in_an_address_are_shown_harmless(clients, of_aaa):
    answer = clients["manager"].get(f"/patient/{of_aaa[0]}?definition=<script>alert(1)</script>")
    assert answer.status_code == 200 and "<script>alert" not in answer.text
    answer = clients["manager"].get("/agreement?what=<script>alert(1)</script>&kind=<b>")
    assert answer.status_code == 200 and "<script>alert" not in answer.text


def test_a_coordinator_compares_its_own_hospital(clients):
    assert clients["of-aaa"].get("/agreement?site=AAA").status_code == 200
    assert clients["of-aaa"].get("/agreement?site=BBB").status_code == 404
    assert clients["manager"].get("/agreement?site=BBB").status_code == 200


def test_a_number_that_does_not_exist_is_not_there(clients):
    for name in PEOPLE:
        assert clients[name].get("/trace/small/none/0123456789abcdef").status_code == 404


def pairs(*rows: tuple[str, str | None, str | None]) -> pl.DataFrame:
    frame = pl.DataFrame(rows, schema=["site_id", "first", "second"], orient="row")
    return frame.with_columns(
        kind=pl.lit("stage"), what=pl.lit("BCLC"), usubjid=pl.lit("u"), day=None, is_named_otherwise=False
    )


def test_agreement_counts_pairs_and_its_kappa_is_cohens(review_home, monkeypatch):
    """Cohen 1960 by hand: 3 of 4 agree; chance 0.5 x 0.75 + 0.5 x 0.25 = 0.5; kappa = (0.75 - 0.5) / 0.5."""
    rows = [
        ("AAA", "B", "B"),
        ("AAA", "B", "B"),
        ("AAA", "C", "C"),
        ("BBB", "C", "B"),
        ("BBB", None, "C"),
        ("BBB", "A", None),
    ]
    monkeypatch.setattr(agreement, "_pairs", lambda con, ctx: (pairs(*rows), "x"))
    found = agreement.agreement(PageContext(review_home, MANAGER, "en"))
    everybody, of_a, of_b = found.counts
    assert (everybody.both, everybody.agree, everybody.first_only, everybody.second_only) == (4, 3, 1, 1)
    assert everybody.kappa == pytest.approx(0.5)
    assert (of_a.both, of_a.agree, of_a.kappa) == (3, 3, 1.0) and (of_b.both, of_b.agree) == (1, 0)
    assert found.matrix.counts[("C", "B")] == 1 and found.matrix.counts[(None, "C")] == 1
    listed, n = agreement.cases(PageContext(review_home, MANAGER, "en"), "stage", "BCLC", "", "C", "B")
    assert (n, listed[0].site_id) == (1, "BBB")
    with pytest.raises(NotThere):
        agreement.cases(PageContext(review_home, Person("r", "reader"), "en"), "stage", "BCLC", "", "C", "B")


def test_a_word_that_a_hospital_does_not_have_is_no_disagreement(review_home, monkeypatch):
    rows = [("AAA", "SD", "NON-CR/NON-PD"), ("AAA", "SD", "PD"), ("AAA", "PD", "PD"), ("AAA", "SD", "SD")]
    named = pl.Series("is_named_otherwise", [True, False, False, False])
    monkeypatch.setattr(agreement, "_pairs", lambda con, ctx: (pairs(*rows).with_columns(named), "x"))
    found = agreement.agreement(PageContext(review_home, MANAGER, "en"))
    assert (found.counts[0].both, found.counts[0].agree) == (4, 3)
    # by hand over NON-CR/NON-PD, SD, PD: chance 1/16 + 2/4 x 1/4 + 1/4 x 2/4 = 5/16; (3/4 - 5/16) / (11/16) = 7/11
    assert found.counts[0].kappa == pytest.approx(7 / 11)
    assert found.matrix.counts[("SD", "NON-CR/NON-PD")] == 1 and found.matrix.same == {("SD", "NON-CR/NON-PD")}


def test_two_patients_stand_side_by_side(review_home, of_aaa, monkeypatch):
    with warehouse.published(review_home) as con:
        other = con.execute("SELECT patient_id FROM harmonised.person WHERE site_id = 'BBB' LIMIT 1").fetchone()[0]
    link = Link(Pair("AAA", of_aaa[1], "BBB", other))
    monkeypatch.setattr(people.linkage, "listed", lambda home, person, decision=None: [link])
    (found,) = people.candidates(PageContext(review_home, MANAGER, "en"))
    said = {each.name: each for each in found.compared}
    assert said["sex"].agrees == (said["sex"].one == said["sex"].other)
    assert said["n_courses"].agrees is None, "two hospitals treat one person differently"
    assert found.usubjids[0] == of_aaa[0]
