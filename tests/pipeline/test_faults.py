"""Killed anywhere, starved of disk, two at once: the old state or the new one, and a rerun ends as if nothing had been.

The processes below Prefect are killed with SIGKILL at random moments; the disk is made full by the kernel's limit
on the size of a file, which DuckDB, SQLite, Polars and Python meet as a failed write.
"""

from __future__ import annotations

import random
import shutil
import time

import pytest

from haicplatform.core.settings import Home
from haicplatform.ledger.store import Ledger
from haicplatform.pipeline.harmonise import harmonise
from haicplatform.pipeline.ingest_hospital import ingest_site
from tests.pipeline.hospital import content, deliver, make_site, records
from tests.pipeline.victim import context, ingest_all, ingest_one, run_all

SEED = 20240815
victims = context()


def ledger_content(home):
    with Ledger(home) as ledger:
        states = [(state.site_id, state.state_hash, state.members) for state in ledger.current_states()]
        derived = {
            site: [(r.delivery_id, r.mapping, r.status) for r in ledger.derivations(site)] for site in ("AAA", "BBB")
        }
        return states, derived


def leftovers(home):
    return [path.name for path in home.root.rglob("*") if "building" in path.name]


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    """A home with yesterday's data in force and today's waiting; what it should become; how long that takes."""
    root = tmp_path_factory.mktemp("faults")
    before = Home(root / "before").create()
    make_site(before)
    make_site(before, "BBB", extract="incremental")
    deliver(before, records(12), "20240101")
    ingest_site(before, "AAA")
    harmonise(before)
    old = content(before.published / "warehouse.duckdb")
    rows = records(14)
    rows["administration"].append(rows["administration"][0] | {"course_no": 9})
    rows["treatment_course"][4]["end_date"] = "2020-01-01"
    deliver(before, rows, "20240102")
    deliver(before, records(8, prefix="Q"), "20240101", "BBB")
    deliver(before, {"followup_event": records(8, prefix="Q")["followup_event"][:2]}, "20240102", "BBB")
    after = Home(root / "after")
    shutil.copytree(before.root, after.root)
    started = time.monotonic()
    ingest_all(after)
    return before, after, old, content(after.warehouse), time.monotonic() - started


def kill_and_rerun(story, root, moment):
    before, after, old, new, _ = story
    home = Home(root / "home")
    shutil.copytree(before.root, home.root)
    victim = victims.Process(target=run_all, args=(home.root, root / "said"))
    victim.start()
    time.sleep(moment)
    victim.kill()
    victim.join()
    assert content(home.published / "warehouse.duckdb") in (old, new), f"killed after {moment:.3f} s"
    ingest_all(home)
    assert content(home.warehouse) == new == content(home.published / "warehouse.duckdb"), f"after {moment:.3f} s"
    assert ledger_content(home) == ledger_content(after)
    assert leftovers(home) == []
    shutil.rmtree(home.root)


@pytest.mark.parametrize("number", range(6))
def test_killed_at_a_random_moment(story, tmp_path, number):
    kill_and_rerun(story, tmp_path, random.Random(SEED + number).uniform(0, 1.1 * story[-1]))


@pytest.mark.soak
@pytest.mark.parametrize("number", range(30))
def test_killed_at_a_random_moment_again_and_again(story, tmp_path, number):
    kill_and_rerun(story, tmp_path, random.Random(SEED * 2 + number).uniform(0, 1.1 * story[-1]))


@pytest.mark.parametrize("largest", [500, 8_000, 60_000, 300_000, 3_000_000])
def test_no_room_on_the_disk_is_one_sentence_and_loses_nothing(story, tmp_path, largest):
    before, after, old, new, _ = story
    home = Home(tmp_path / "home")
    shutil.copytree(before.root, home.root)
    starved = victims.Process(target=run_all, args=(home.root, tmp_path / "said", largest))
    starved.start()
    starved.join(120)
    assert starved.exitcode in (0, 3)
    if starved.exitcode == 3:
        [sentence] = (tmp_path / "said").read_text().splitlines()
        assert "What to do:" in sentence
    assert content(home.published / "warehouse.duckdb") in (old, new)
    ingest_all(home)
    assert content(home.warehouse) == new
    assert ledger_content(home) == ledger_content(after)
    assert leftovers(home) == []


def test_two_hospitals_at_once_are_as_one_after_the_other(story, tmp_path):
    before, after, _, new, _ = story
    home = Home(tmp_path / "home")
    shutil.copytree(before.root, home.root)
    barrier = victims.Barrier(2)
    runs = [victims.Process(target=ingest_one, args=(home.root, site, barrier)) for site in ("AAA", "BBB")]
    for run in runs:
        run.start()
    for run in runs:
        run.join(120)
    assert [run.exitcode for run in runs] == [0, 0]
    harmonise(home)
    assert content(home.warehouse) == new
    assert ledger_content(home) == ledger_content(after)
