"""A file that carries tonight's date in its name is one question for ever, not a new one every night."""

from __future__ import annotations

import pytest

from haicplatform.core.people import Person
from haicplatform.core.settings import Home
from haicplatform.ledger.store import Ledger
from haicplatform.pipeline.ingest_hospital import ingest_site
from haicplatform.queries import actions
from haicplatform.queries.sync import SyncCounts, sync_site
from tests.pipeline.hospital import deliver, make_site, records

DATED = 'tables: {lab: {file: "lab_*.csv"}}'


@pytest.fixture
def home(tmp_path):
    home = Home(tmp_path / "home").create()
    make_site(home, more=DATED)
    return home


def night(home, day, lab: bytes | None = None, extra: bool = False) -> SyncCounts:
    """A delivery with the laboratory file named after the day; lab: what it holds instead of results."""
    rows = records(3)
    rows["followup_event"][0]["event_date"] = f"2023-06-{day[-2:]}"
    folder = deliver(home, rows, day)
    file = (folder / "lab.csv").rename(folder / f"lab_{day}.csv")
    if lab is not None:
        file.write_bytes(lab)
    if extra:
        (folder / f"export_log_{day}.csv").write_text("a,b\n1,2\n")
    ingest_site(home, "AAA")
    return sync_site(home, "AAA")


def queries(home):
    with Ledger(home) as ledger:
        return actions.listed(ledger, Person("manager", "data_manager"))


def test_an_empty_file_every_night_is_one_query(home):
    assert night(home, "20240101", lab=b"") == SyncCounts(opened=1)
    assert night(home, "20240102", lab=b"") == SyncCounts()
    assert night(home, "20240103", lab=b"") == SyncCounts()
    [query] = queries(home)
    assert (query.number, query.rule_id, query.state) == (1, "file.empty", "open")
    assert query.source_file == "lab_20240103.csv"  # shown as it is called tonight


def test_a_good_file_closes_it_and_the_next_bad_one_opens_the_same_query(home):
    night(home, "20240101", lab=b"")
    assert night(home, "20240102") == SyncCounts(closed=1)
    assert night(home, "20240103", lab=b"") == SyncCounts(reopened=1)
    assert [query.number for query in queries(home)] == [1]


def test_a_file_that_no_table_reads_is_asked_about_once(home):
    assert night(home, "20240101", extra=True) == SyncCounts(opened=1)
    assert night(home, "20240102", extra=True) == SyncCounts()
    assert [query.rule_id for query in queries(home)] == ["file.unknown"]


def test_two_kinds_of_files_are_two_queries(home):
    assert night(home, "20240101", lab=b"", extra=True) == SyncCounts(opened=2)
