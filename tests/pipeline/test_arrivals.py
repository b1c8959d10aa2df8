"""Deliveries of the same extract time: the later arrival counts, whatever its content, and every replay agrees."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haicplatform.core.people import Person
from haicplatform.core.settings import Home
from haicplatform.ingest.landing import land
from haicplatform.ledger.store import Ledger
from haicplatform.operations.backup import back_up, restore
from haicplatform.pipeline.harmonise import harmonise
from haicplatform.pipeline.ingest_hospital import ingest_site
from haicplatform.pipeline.summaries import list_hospitals
from haicplatform.review.data.changes import before_of
from haicplatform.review.data.delivery_list import delivered
from haicplatform.sites.model import ExtractedAt
from tests.pipeline.hospital import deliver, make_site, records, state_rows

FIXED = ExtractedAt.model_validate({"from": "value", "value": dt.date(2024, 8, 15)})
ARRIVAL = ExtractedAt()
OLD, NEW = 1_700_000_000, 1_700_003_600  # 2023-11-15 07:13:20 and an hour later in Korea
FIRST, SECOND = {"height_cm": 160}, {"height_cm": 170}


@pytest.fixture
def home(tmp_path):
    return made(tmp_path / "home")


def made(root, extract: str = "full") -> Home:
    home = Home(root).create()
    make_site(home, extract=extract)
    return home


def put(home: Home, name: str, patient: dict, at: int | None = None, *, tables: set | None = None) -> Path:
    """The day's delivery in one version. patient: what its first patient has; at: when its files were last changed."""
    rows = records(4)
    rows["patient"][0] |= patient
    if "_op" in patient:
        rows = {"patient": [{"patient_id": "P000", "_op": "D"}]}
    folder = deliver(home, rows, f"20240101{name}", only=tables)
    for path in folder.iterdir() if at is not None else ():
        os.utime(path, (at, at))
    return folder


def height(home: Home) -> int | None:
    """The first patient's height that is in force; None where there is no such patient."""
    return dict(state_rows(home, "AAA", "patient", "patient_id, height_cm::INTEGER")).get("P000")


def said(home: Home) -> list[tuple[str, ...]]:
    """(severity, English, Korean) of what is said about deliveries of the same extract time."""
    found = state_rows(home, "AAA", "finding", "rule_id, severity, message_en, message_ko")
    return [row[1:] for row in found if row[0] == "delivery.same_time"]


def in_force(home: Home) -> tuple[str, list]:
    with Ledger(home) as ledger:
        state = ledger.current_state("AAA")
        return state.state_hash, state.members


@pytest.mark.parametrize("versions", [(FIRST, SECOND), (SECOND, FIRST)])
def test_a_correction_of_the_same_day_counts_whatever_its_hash(home, versions):
    for name, version in zip("ab", versions, strict=True):
        put(home, name, version, at=NEW if name == "a" else OLD)  # copied with the times that they had
        ingest_site(home, "AAA")
        assert height(home) == version["height_cm"]
    assert said(home) == []
    with Ledger(home) as ledger:
        newest, older = delivered(home, ledger, Person("x", "administrator"))
        assert newest.is_in_force and before_of(newest, [newest, older], False) == [older]
        assert ledger.deliveries("AAA")[-1].delivery_id == newest.delivery_id


@pytest.mark.parametrize("times", [{"a": OLD, "b": NEW}, {"a": NEW, "b": OLD}])
def test_of_two_that_wait_together_the_one_changed_last_counts_and_it_is_said(home, times):
    for name, version in (("a", FIRST), ("b", SECOND)):
        put(home, name, version, at=times[name])
    ingest_site(home, "AAA")
    newer, older = sorted(times, key=times.get, reverse=True)
    assert height(home) == {"a": FIRST, "b": SECOND}[newer]["height_cm"]
    [(severity, english, korean)] = said(home)
    both = f"delivery_20240101{older} 2023-11-15 07:13:20, delivery_20240101{newer} 2023-11-15 08:13:20"
    assert severity == "warning" and both in english and both in korean
    assert f"prevails: 'delivery_20240101{newer}'" in english and f"우선합니다: 'delivery_20240101{newer}'" in korean
    put(home, "c", {"height_cm": 180})
    ingest_site(home, "AAA")
    assert height(home) == 180 and said(home) == []


@pytest.mark.parametrize("versions", [(FIRST, SECOND), (SECOND, FIRST)])
def test_of_two_with_equal_times_the_name_that_comes_last_counts_and_it_is_said(home, versions):
    for name, version in zip("ab", versions, strict=True):
        put(home, name, version, at=OLD)
    ingest_site(home, "AAA")
    assert height(home) == versions[1]["height_cm"]
    [(_, english, _)] = said(home)
    assert "of equal times the one whose name comes last" in english and "'delivery_20240101b'" in english


def test_three_of_a_day_are_said_in_their_order_once(home):
    for name, at in (("c", OLD), ("a", OLD + 60), ("b", NEW)):
        put(home, name, {"height_cm": 150 + ord(name) - 97}, at=at)
    ingest_site(home, "AAA")
    assert height(home) == 151
    [(_, english, _)] = said(home)
    assert english.index("20240101c 2") < english.index("20240101a 2") < english.index("20240101b 2")


def test_what_is_refused_prevails_over_nothing(home):
    put(home, "a", FIRST, at=OLD)
    for path in put(home, "b", SECOND, at=NEW).glob("patient.csv"):
        path.write_text("".join(path.read_text().splitlines(keepends=True)[:2]))  # one patient of four
    ingest_site(home, "AAA")
    assert height(home) == 160 and said(home) == []


def test_the_same_files_again_change_nothing(home):
    put(home, "a", FIRST, at=OLD)
    ingest_site(home, "AAA")
    put(home, "b", SECOND, at=OLD)
    ingest_site(home, "AAA")
    before = in_force(home)
    put(home, "c", FIRST, at=NEW)  # the bytes of the first one
    assert [each.status for each in ingest_site(home, "AAA").deliveries] == ["unchanged", "unchanged"]
    assert in_force(home) == before and height(home) == 170


@pytest.mark.parametrize("versions", [(SECOND, {"_op": "D"}), ({"_op": "D"}, SECOND)])
def test_of_incremental_extracts_of_one_time_the_later_arrival_has_the_last_word(tmp_path, versions):
    home = made(tmp_path / "home", "incremental")
    put(home, "", FIRST)
    ingest_site(home, "AAA")
    for name, version in zip("ab", versions, strict=True):
        put(home, name, version, tables={"patient"})
        ingest_site(home, "AAA")
        assert height(home) == version.get("height_cm")
    assert said(home) == []


def test_an_order_that_incremental_extracts_rest_on_is_said_as_long_as_they_do(tmp_path):
    home = made(tmp_path / "home", "incremental")
    put(home, "z", FIRST, at=OLD)
    put(home, "b", SECOND, at=OLD + 60, tables={"patient"})
    put(home, "a", {"_op": "D"}, at=NEW)
    ingest_site(home, "AAA")
    assert height(home) is None
    [told] = said(home)
    deliver(home, {"lab": records(4)["lab"][-1:]}, "20240102")
    ingest_site(home, "AAA")
    assert said(home) == [told] and "prevails: 'delivery_20240101a'" in told[1]


def test_a_run_killed_between_two_that_waited_together_ends_as_if_it_had_not_been(home, tmp_path, monkeypatch):
    other = made(tmp_path / "other")
    for each in (home, other):
        put(each, "a", SECOND, at=NEW)
        put(each, "b", FIRST, at=OLD)
    ingest_site(other, "AAA")
    copy = land._copy

    def killed(each, folder):
        if each.path.parent.name == "delivery_20240101a":
            raise KeyboardInterrupt
        copy(each, folder)

    monkeypatch.setattr(land, "_copy", killed)
    with pytest.raises(KeyboardInterrupt):
        ingest_site(home, "AAA")
    monkeypatch.undo()
    assert len(land.landed(home, "AAA")) == 1
    ingest_site(home, "AAA")
    assert height(home) == 170 and in_force(home) == in_force(other) and said(home) == said(other) != []


@pytest.fixture(scope="module")
def corrected(tmp_path_factory):
    """A home whose correction arrived later under the smaller id, so that ids alone give the other order."""
    scratch = made(tmp_path_factory.mktemp("scratch") / "home")
    for name, version in (("a", FIRST), ("b", SECOND)):
        put(scratch, name, version, at=OLD)
    ids = {each.name: each.delivery_id for each in land.land(scratch, "AAA", FIXED).deliveries}
    order = (FIRST, SECOND) if ids["delivery_20240101a"] > ids["delivery_20240101b"] else (SECOND, FIRST)
    home = made(tmp_path_factory.mktemp("corrected") / "home")
    for name, version in zip("ab", order, strict=True):
        put(home, name, version, at=OLD)
        ingest_site(home, "AAA")
    members = in_force(home)[1]
    assert height(home) == order[1]["height_cm"] and [each[0] for each in members] == [min(ids.values())]
    return home


@pytest.fixture
def copied(corrected, tmp_path):
    return Home(shutil.copytree(corrected.root, tmp_path / "home"))


def test_a_ledger_made_again_from_landing_has_the_same_order(corrected, copied):
    for path in copied.root.glob(f"{copied.ledger.name}*"):
        path.unlink()
    shutil.rmtree(copied.inbox / "AAA")
    ingest_site(copied, "AAA")
    assert in_force(copied) == in_force(corrected)


def test_a_mended_site_file_derives_again_in_the_same_order(corrected, copied):
    make_site(copied, more="defaults: {nulls: [없음]}")
    ingest_site(copied, "AAA")
    (before, then), (after, now) = in_force(corrected), in_force(copied)
    assert after != before and [each[0] for each in now] == [each[0] for each in then]
    assert height(copied) == height(corrected)


def test_a_restored_home_has_the_same_order_though_all_lands_again(corrected, copied, tmp_path):
    back_up(copied, tmp_path / "backup")
    again = Home(tmp_path / "again")
    restore(again, tmp_path / "backup")
    shutil.copy2(copied.key_file, again.key_file)
    shutil.copytree(copied.inbox / "AAA", again.inbox / "AAA")  # every file has the time of the copy or of any other
    for number, path in enumerate(sorted((again.inbox / "AAA").rglob("*.csv"), reverse=True)):
        os.utime(path, (NEW + number, NEW + number))
    assert {each.status for each in ingest_site(again, "AAA").deliveries} == {"unchanged"}
    assert in_force(again) == in_force(corrected)


def test_what_arrives_after_a_clock_was_set_back_is_the_later_one(copied):
    for path in (copied.landing / "AAA").glob("*/delivery.json"):
        path.write_text(json.dumps(json.loads(path.read_text()) | {"landed_at": "2090-01-01T00:00:00"}))
    put(copied, "c", {"height_cm": 181})
    ingest_site(copied, "AAA")
    assert height(copied) == 181


def test_a_home_of_an_earlier_version_is_put_right_by_its_next_run(copied):
    """There the greater id was in force, although it had arrived first, and records say nothing of how they waited."""
    for path in (copied.landing / "AAA").glob("*/delivery.json"):
        kept = json.loads(path.read_text())
        path.write_text(json.dumps({k: v for k, v in kept.items() if k not in ("name", "modified_at", "together")}))
    right = in_force(copied)[1]
    with Ledger(copied) as ledger:
        [wrong] = [row for row in ledger.derivations("AAA") if row.delivery_id != right[0][0]]
        ledger.commit_site("AAA", [], "wrong", [(wrong.delivery_id, wrong.mapping)])
    ingest_site(copied, "AAA")
    assert in_force(copied)[1] == right and said(copied) == []


def test_another_order_of_the_same_deliveries_is_another_snapshot(tmp_path):
    when = dt.datetime(2024, 8, 15)
    by_id, by_arrival = [["a", "m"], ["b", "m"]], [["b", "m"], ["a", "m"]]
    with Ledger(Home(tmp_path / "home").create()) as ledger:
        for hour, identity in enumerate("ba"):
            ledger.add_delivery("AAA", identity, when, when + dt.timedelta(hours=hour), [])
        assert [each.delivery_id for each in ledger.deliveries("AAA")] == ["b", "a"]
        snapshots = {}
        for name, members in (("s1", by_id), ("s2", by_arrival)):
            ledger.commit_site("AAA", [], name, members)
            snapshots[name] = ledger.add_snapshot([("AAA", *each) for each in members])
        assert len(set(snapshots.values())) == 2
        for name, identity in snapshots.items():
            assert [state.state_hash for state in ledger.states_of(identity)] == [name]


def test_the_list_of_hospitals_shows_what_became_of_the_later_arrival(copied):
    harmonise(copied)
    with Ledger(copied) as ledger:
        last = ledger.deliveries("AAA")[-1].delivery_id
        [shown] = [row for row in list_hospitals(copied) if row["site"] == "AAA"]
        assert (last, shown["last delivery"]) == (in_force(copied)[1][0][0], "accepted")


@pytest.mark.parametrize("rule", [FIXED, ARRIVAL], ids=["one time for all", "the time of arrival"])
@settings(max_examples=30, deadline=None)
@given(runs=st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=3), min_size=1, max_size=4))
def test_any_order_of_arrival_is_the_order_kept(rule, runs):
    """runs: nights on each of which deliveries wait together, with the times of their files."""
    with tempfile.TemporaryDirectory() as root:
        home, expected = Home(Path(root) / "home").create(), []
        for night, times in enumerate(runs):
            waiting = []
            for number, at in enumerate(times):
                path = home.inbox / "AAA" / f"d{night}{number}" / "a.csv"
                path.parent.mkdir(parents=True)
                path.write_text(f"{night},{number}")
                os.utime(path, (OLD + at, OLD + at))
                waiting.append((at, path.parent.name))
            land.land(home, "AAA", rule)
            expected += [name for _, name in sorted(waiting)]
        kept = land.landed(home, "AAA")
        assert [each.name for each in kept] == expected
        lonely = [len(times) == 1 for times in runs for _ in times]
        assert [each.together == () for each in kept] == lonely
