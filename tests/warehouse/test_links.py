"""Pairs of patients at two hospitals: found, decided by a person, followed by the next harmonisation, in the audit."""

from __future__ import annotations

import shutil

import pytest

from haicplatform.core.errors import UsageError
from haicplatform.core.people import Person
from haicplatform.core.settings import Home
from haicplatform.ledger import audit
from haicplatform.ledger.engine import reading
from haicplatform.ledger.store import Ledger, snapshot_id
from haicplatform.pipeline import harmonise
from haicplatform.warehouse import linkage, warehouse
from haicplatform.warehouse.linkage import Pair
from tests.pipeline.hospital import deliver, make_site, records

MANAGER = Person("manager", "data_manager")
SITES = ("AAA", "BBB", "CCC")


def take_in(home: Home, site: str, day: str, **link_keys: str) -> None:
    """Two patients of the hospital, <site>000 and <site>001, all born on one day and alike but for their sex."""
    from haicplatform.pipeline.ingest_hospital import ingest_site

    rows = records(2, prefix=site)
    for row in rows["patient"]:
        row |= {"birth_date": "1950-03-07", "birth_year": 1950, "link_key": link_keys.get(row["patient_id"])}
    rows["followup_event"][0]["event_date"] = f"2023-06-{day[-2:]}"
    deliver(home, rows, day, site)
    ingest_site(home, site)


@pytest.fixture(scope="module")
def undecided(tmp_path_factory):
    """Three hospitals; the first patients of all three are alike, and so are the second ones."""
    home = Home(tmp_path_factory.mktemp("undecided") / "home").create()
    for site in SITES:
        make_site(home, site)
        take_in(home, site, "20240101")
    harmonise.harmonise(home)
    return home


@pytest.fixture
def home(undecided, tmp_path):
    """A copy of that home to decide in."""
    return Home(shutil.copytree(undecided.root, tmp_path / "home"))


def pair(one: str, other: str) -> str:
    return Pair(one[:3], one, other[:3], other).pair_id


def decide(home, one, other, decision="confirmed", person=MANAGER):
    return linkage.decide(home, person, pair(one, other), decision, "the discharge letter names both")


def persons(home) -> dict[str, str]:
    with warehouse.published(home) as con:
        return dict(con.execute("SELECT patient_id, usubjid FROM harmonised.person").fetchall())


def findings(home, rule: str) -> list[str]:
    with warehouse.published(home) as con:
        query = "SELECT patient_id FROM quality.finding WHERE rule_id = ? ORDER BY ALL"
        return [row[0] for row in con.execute(query, [rule]).fetchall()]


def test_every_pair_that_agrees_is_listed_once_and_waits(undecided):
    found = linkage.listed(undecided, MANAGER)
    assert [link.pair.patients for link in found] == [
        ((one[:3], one), (other[:3], other))
        for one, other in (
            ("AAA000", "BBB000"), ("AAA000", "CCC000"), ("AAA001", "BBB001"), ("AAA001", "CCC001"),
            ("BBB000", "CCC000"), ("BBB001", "CCC001"),
        )
    ]  # fmt: skip
    assert {(link.decision, str(link.height_cm), str(link.first_haic_date)) for link in found} == {
        (None, "170.0", "2023-01-02")
    }


def test_decisions_count_from_the_next_harmonisation_on(home):
    decide(home, "AAA000", "BBB000")
    decide(home, "AAA001", "BBB001", "rejected")
    decide(home, "AAA001", "CCC001", "rejected")
    assert len(set(persons(home).values())) == 6
    assert len(findings(home, "patient.same_person_candidate")) == 6
    harmonise.harmonise(home)
    found = persons(home)
    assert found["AAA000"] == found["BBB000"] == "AAA-AAA000" != found["CCC000"]
    assert findings(home, "patient.same_person") == ["AAA000", "BBB000"]
    assert findings(home, "patient.same_person_candidate") == ["AAA000", "BBB000", "BBB001", "CCC000", "CCC001"]
    assert [len(linkage.listed(home, MANAGER, kind)) for kind in ("undecided", "confirmed", "rejected")] == [3, 1, 2]


def test_a_confirmation_that_would_join_a_rejected_pair_is_refused(home):
    decide(home, "AAA000", "CCC000", "rejected")
    decide(home, "AAA000", "BBB000")
    with pytest.raises(UsageError, match=f"rejected pair {pair('AAA000', 'CCC000')}"):
        decide(home, "BBB000", "CCC000")
    assert [
        link.decision for link in linkage.listed(home, MANAGER) if link.pair.pair_id == pair("BBB000", "CCC000")
    ] == [None]


def test_a_rejection_of_what_others_made_one_person_is_refused(home):
    decide(home, "AAA000", "BBB000")
    decide(home, "BBB000", "CCC000")
    with pytest.raises(UsageError, match="one person by other decisions"):
        decide(home, "AAA000", "CCC000", "rejected")


def test_two_numbers_of_one_hospital_do_not_become_one_person(home):
    """CCC has given its first patient the key of AAA's second one."""
    take_in(home, "AAA", "20240102", AAA001="k")
    take_in(home, "CCC", "20240102", CCC000="k")
    harmonise.harmonise(home)
    decide(home, "AAA000", "BBB000")
    with pytest.raises(UsageError, match=r"two patient numbers of one hospital.*two numbers of AAA"):
        decide(home, "BBB000", "CCC000")


def test_a_link_key_that_contradicts_a_rejection_is_followed_and_told(home):
    decide(home, "AAA000", "BBB000", "rejected")
    take_in(home, "AAA", "20240102", AAA000="k")
    take_in(home, "BBB", "20240102", BBB000="k")
    harmonise.harmonise(home)
    assert persons(home)["BBB000"] == "AAA-AAA000"
    assert findings(home, "patient.link_rejected") == ["AAA000", "BBB000"]


def test_a_decision_can_be_changed_and_the_audit_keeps_both(home):
    decide(home, "AAA000", "BBB000")
    with pytest.raises(UsageError, match="confirmed already"):
        decide(home, "AAA000", "BBB000")
    decide(home, "AAA000", "BBB000", "rejected")
    with Ledger(home) as ledger, reading(ledger.engine, home) as session:
        done = audit.history(session, f"link:{pair('AAA000', 'BBB000')}")
        assert [(act.actor, act.action, act.old) for act in done] == [
            ("manager", "link.confirmed", None),
            ("manager", "link.rejected", '{"decision": "confirmed"}'),
        ]
        assert not any("AAA000" in f"{act.subject}{act.new}{act.note}" for act in done)
        assert audit.verify(session).broken_at is None


@pytest.mark.parametrize(
    ("person", "pair_id", "decision", "reason", "said"),
    [
        (Person("c", "coordinator", frozenset({"AAA", "BBB"})), None, "confirmed", "x", "may not decide"),
        (Person("r", "reader"), None, "confirmed", "x", "may not decide"),
        (MANAGER, "0" * 12, "confirmed", "x", "no pair"),
        (MANAGER, None, "perhaps", "x", "No decision"),
        (MANAGER, None, "confirmed", "  ", "needs a reason"),
        (MANAGER, None, "confirmed", "010-1234-5678", "telephone"),
    ],
)
def test_what_is_refused_changes_nothing(undecided, person, pair_id, decision, reason, said):
    with pytest.raises(UsageError, match=said):
        linkage.decide(undecided, person, pair_id or pair("AAA000", "BBB000"), decision, reason)
    assert {link.decision for link in linkage.listed(undecided, MANAGER)} == {None}


def test_a_coordinator_does_not_see_pairs(undecided):
    with pytest.raises(UsageError, match="may not"):
        linkage.listed(undecided, Person("c", "coordinator", frozenset({"AAA"})))


def test_decisions_are_part_of_the_snapshot_and_an_earlier_one_can_be_repeated(home):
    with Ledger(home) as ledger:
        [(before, members)] = ledger.snapshots()
    triples = [(m.site_id, m.delivery_id, m.mapping) for m in members]
    assert before.snapshot_id == snapshot_id(triples)  # without decisions as ever
    decide(home, "AAA000", "BBB000")
    after = harmonise.harmonise(home).snapshot_id
    assert after != before.snapshot_id
    decide(home, "AAA001", "BBB001")
    with Ledger(home) as ledger:
        for wanted, count in ((before.snapshot_id, 6), (after, 5)):
            with harmonise.at_snapshot(home, ledger, wanted) as con:
                found = con.execute("SELECT count(DISTINCT usubjid) FROM harmonised.person").fetchone()
            assert found == (count,)
