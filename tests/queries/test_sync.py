"""Queries follow the state in force: opened, closed and opened again by deliveries alone."""

from __future__ import annotations

import random
import shutil

import pytest

from haicplatform.core.errors import UsageError
from haicplatform.core.people import Person
from haicplatform.core.settings import Home
from haicplatform.ledger.store import Ledger
from haicplatform.pipeline.ingest_hospital import ingest_site
from haicplatform.queries import actions
from haicplatform.queries.actions import Request
from haicplatform.queries.sync import SyncCounts, sync_site
from tests.pipeline.hospital import deliver, make_site, records

MANAGER = Person("manager", "data_manager")


@pytest.fixture
def home(tmp_path):
    home = Home(tmp_path / "home").create()
    make_site(home)
    return home


def delivery(home, day, **wrong):
    """A delivery whose patients named in `wrong` have that body height, far outside what can be."""
    rows = records(8)
    rows["followup_event"][0]["event_date"] = f"2023-06-{day[-2:]}"  # the same bytes are the same delivery
    for number, height in wrong.items():
        rows["patient"][int(number[1:])]["height_cm"] = height
    deliver(home, rows, day)
    ingest_site(home, "AAA")
    return sync_site(home, "AAA")


@pytest.fixture(scope="module")
def asked_once(tmp_path_factory):
    """The delivery of the first day: one body height is wrong, and one query says so."""
    home = Home(tmp_path_factory.mktemp("asked") / "home").create()
    make_site(home)
    assert delivery(home, "20240101", p1="900").opened == 1
    return home


@pytest.fixture
def asked(asked_once, tmp_path):
    return Home(shutil.copytree(asked_once.root, tmp_path / "asked"))


def queries(home, **wanted):
    with Ledger(home) as ledger:
        return actions.listed(ledger, MANAGER, **wanted)


def steps(home, number=1):
    with Ledger(home) as ledger:
        return [entry.action for entry in actions.history(ledger, MANAGER, number)[1]]


def act(home, action, note="because", number=1, **more):
    with Ledger(home) as ledger:
        return actions.act(ledger, MANAGER, [Request(number, action, note, **more)])


def test_a_finding_opens_one_query_and_the_same_files_again_open_none(home):
    assert delivery(home, "20240101", p1="900").opened == 1
    ingest_site(home, "AAA")
    assert sync_site(home, "AAA") == SyncCounts()
    [query] = queries(home)
    assert (query.state, query.rule_id, query.source_row, query.value) == ("open", "patient.height_cm.range", 3, "900")


def test_a_delivery_without_the_finding_closes_it_with_the_new_value(asked):
    assert delivery(asked, "20240102").closed == 1
    [query] = queries(asked)
    with Ledger(asked) as ledger:
        last = actions.history(ledger, MANAGER, query.number)[1][-1]
    assert (query.state, last.action, last.actor) == ("closed", "closed_by_delivery", "delivery")
    assert '"value": "900"' in last.old and '"value": "170.0"' in last.new


def test_the_finding_back_again_reopens_the_same_query(asked):
    delivery(asked, "20240102")
    assert delivery(asked, "20240103", p1="901") == SyncCounts(reopened=1)
    [query] = queries(asked)
    assert (query.number, query.state, query.value) == (1, "open", "901")
    assert steps(asked) == ["opened", "closed_by_delivery", "reopened_by_delivery"]


def test_an_accepted_value_stays_accepted_until_it_changes(asked):
    act(asked, "accept")
    assert delivery(asked, "20240102", p1="900") == SyncCounts()
    assert queries(asked)[0].state == "accepted"
    assert delivery(asked, "20240103", p1="905") == SyncCounts(reopened=1)
    assert queries(asked)[0].state == "open"


def test_what_a_person_closed_opens_again_with_the_next_delivery_that_has_it(asked):
    act(asked, "close")
    sync_site(asked, "AAA")
    assert queries(asked)[0].state == "closed"
    delivery(asked, "20240102", p1="900")
    assert queries(asked)[0].state == "open"


def test_not_applicable_holds_whatever_the_value(asked):
    act(asked, "not_applicable")
    assert delivery(asked, "20240102", p1="950") == SyncCounts()
    assert queries(asked)[0].state == "not_applicable"


def test_an_answer_about_another_value_is_asked_again(asked):
    act(asked, "answer", "will be mended")
    assert delivery(asked, "20240102", p1="900") == SyncCounts()
    assert delivery(asked, "20240103", p1="910") == SyncCounts(reopened=1)
    assert queries(asked)[0].answer == "will be mended"


def test_twenty_shuffled_and_replayed_deliveries_leave_what_the_last_one_says(home):
    """The order of arrival does not count, the order of the extracts does."""
    chance = random.Random(4)
    days = [f"202401{day:02d}" for day in range(1, 11)]
    wrong = {day: {f"p{n}": str(900 + n) for n in chance.sample(range(8), 3)} for day in days}
    order = days + chance.sample(days, 10)
    chance.shuffle(order)
    came = set()
    for day in order:
        if day not in came:
            delivery(home, day, **wrong[day])
            came.add(day)
        else:
            ingest_site(home, "AAA", [home.inbox / "AAA" / f"delivery_{day}"])
            assert sync_site(home, "AAA") == SyncCounts()
    found = queries(home)
    assert len({(q.rule_id, q.patient_id) for q in found}) == len(found) > len(wrong[days[-1]])
    assert {q.source_row - 2 for q in found if q.state == "open"} == {int(p[1:]) for p in wrong[days[-1]]}
    assert {q.state for q in found} == {"open", "closed"}


def test_illegal_steps_are_refused_and_nothing_is_half_done(home):
    delivery(home, "20240101", p1="900", p2="910")
    reader, coordinator = Person("r", "reader"), Person("c", "coordinator", frozenset({"AAA"}))
    elsewhere = Person("e", "coordinator", frozenset({"BBB"}))
    for person, request, said in (
        (reader, Request(1, "answer", "x"), "may not"),
        (coordinator, Request(1, "accept", "x"), "may not"),
        (elsewhere, Request(1, "answer", "x"), "no query 2"),
        (MANAGER, Request(1, "accept", " "), "needs a reason"),
        (MANAGER, Request(1, "reopen", "x"), "cannot take"),
        (MANAGER, Request(1, "delete", "x"), "Nothing called"),
        (MANAGER, Request(1, "accept", "x", expected_state="answered"), "changed meanwhile"),
        (MANAGER, Request(1, "comment", "call 010-1234-5678"), "telephone"),
        (MANAGER, Request(1, "comment", "x" * 3000), "too long"),
    ):
        with Ledger(home) as ledger, pytest.raises(UsageError, match=said):
            actions.act(ledger, person, [Request(2, "comment", "fine"), request])
    assert steps(home, 1) == steps(home, 2) == ["opened"]
    assert [query.state for query in queries(home)] == ["open", "open"]
