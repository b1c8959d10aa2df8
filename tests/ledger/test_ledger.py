"""The ledger: one current state a hospital, snapshots by content, two writers at once, unusable databases."""

from __future__ import annotations

import datetime as dt
import hashlib
import multiprocessing
import os

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from haicplatform.core.errors import HaicError
from haicplatform.core.settings import Home
from haicplatform.ledger.models import Base
from haicplatform.ledger.store import ACCEPTED, REFUSED, Decision, Ledger, snapshot_id

WHEN = dt.datetime(2024, 8, 15)


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home").create()


def test_the_migrations_make_what_the_models_say(home):
    with Ledger(home) as ledger, ledger.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_a_delivery_is_recorded_once(home):
    with Ledger(home) as ledger:
        assert ledger.add_delivery("AAA", "d1", WHEN, WHEN, [])
        assert not ledger.add_delivery("AAA", "d1", WHEN, WHEN, [])
        assert [row.delivery_id for row in ledger.deliveries("AAA")] == ["d1"]


def test_deliveries_come_in_order_of_their_extract_then_content(home):
    with Ledger(home) as ledger:
        for identity, day in (("c", 2), ("b", 1), ("a", 2)):
            ledger.add_delivery("AAA", identity, dt.datetime(2024, 8, day), WHEN, [])
        assert [row.delivery_id for row in ledger.deliveries("AAA")] == ["b", "a", "c"]


def test_one_state_of_a_hospital_is_current(home):
    with Ledger(home) as ledger:
        for identity in ("d1", "d2"):
            ledger.add_delivery("AAA", identity, WHEN, WHEN, [])
        ledger.commit_site("AAA", [("m", Decision("d1", ACCEPTED, [], {}))], "s1", [("d1", "m")])
        ledger.commit_site("AAA", [("m", Decision("d2", ACCEPTED, [], {}))], "s2", [("d2", "m")])
        assert ledger.current_state("AAA").members == [["d2", "m"]]
        ledger.commit_site("AAA", [("m", Decision("d2", REFUSED, ["volume"], {}))], "s1", [("d1", "m")])
        assert ledger.current_state("AAA").state_hash == "s1"
        assert {row.delivery_id: row.status for row in ledger.derivations("AAA", "m")} == {
            "d1": ACCEPTED,
            "d2": REFUSED,
        }


def test_snapshot_id_is_the_hash_of_the_sorted_members(home):
    members = [("B", "d2", "m2"), ("A", "d1", "m1")]
    expected = hashlib.sha256(b'[["A","d1","m1"],["B","d2","m2"]]').hexdigest()[:16]
    assert snapshot_id(members) == expected
    with Ledger(home) as ledger:
        assert ledger.add_snapshot(members) == expected == ledger.add_snapshot(members[::-1])
        [(_snapshot, listed)] = ledger.snapshots()
        assert [(row.site_id, row.delivery_id, row.mapping) for row in listed] == sorted(members)


def write_many(root, site_id, start):
    start.wait()
    with Ledger(Home(root)) as ledger:
        for number in range(20):
            ledger.add_delivery(site_id, f"d{number}", WHEN, WHEN, [])
            ledger.commit_site(site_id, [("m", Decision(f"d{number}", ACCEPTED, [], {}))], f"s{number}", [])


def test_two_writers_at_once_on_a_new_ledger(tmp_path):
    root = tmp_path / "home"
    Home(root).create()
    spawn = multiprocessing.get_context("spawn")
    start = spawn.Barrier(2)
    writers = [spawn.Process(target=write_many, args=(root, site, start)) for site in ("AAA", "BBB")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert [writer.exitcode for writer in writers] == [0, 0]
    with Ledger(Home(root)) as ledger:
        assert len(ledger.deliveries()) == 40
        assert [state.state_hash for state in ledger.current_states()] == ["s19", "s19"]


def test_a_damaged_ledger_is_one_sentence(home):
    home.ledger.write_bytes(os.urandom(4096))
    with pytest.raises(HaicError, match=r"ledger .* cannot be used"):
        Ledger(home)


def test_runs_tell_what_ended_and_what_did_not(home):
    with Ledger(home) as ledger:
        ledger.start_run("ingest", "AAA")
        ledger.end_run(ledger.start_run("ingest", "BBB"), "accepted")
        assert [(run.subject, run.outcome) for run in ledger.runs()] == [("BBB", "accepted"), ("AAA", None)]
