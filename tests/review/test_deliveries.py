"""What the pages of deliveries and the overview count, and for whom."""

from __future__ import annotations

import datetime as dt

import pytest

from haicplatform.core.clock import now
from haicplatform.core.errors import NotThere
from haicplatform.core.people import Person
from haicplatform.core.settings import Home
from haicplatform.ledger.store import Ledger
from haicplatform.pipeline.ingest_hospital import ingest_site
from haicplatform.queries.actions import listed
from haicplatform.queries.sync import sync_site
from haicplatform.review.data.changes import before_of, changes
from haicplatform.review.data.delivery_list import by_rule, delivered, judged, one, said_by_gates
from haicplatform.review.data.overview import Rate, hospitals
from haicplatform.review.data.page_context import PageContext
from tests.pipeline.hospital import deliver, make_site, records

MANAGER = Person("m", "data_manager")
OF_BBB = Person("b", "coordinator", frozenset({"BBB"}))


@pytest.fixture
def home(tmp_path):
    home = Home(tmp_path / "home").create()
    make_site(home)
    return home


def receive(home, rows, day):
    deliver(home, rows, day)
    ingest_site(home, "AAA")
    sync_site(home, "AAA")


def compared(home, is_incremental=False):
    with Ledger(home) as ledger:
        every = delivered(home, ledger, MANAGER)
    found = changes(home, every[0], before_of(every[0], every, is_incremental), is_incremental)
    return {each.table_name: each for each in found}


def test_a_delivery_is_compared_with_the_one_before(home):
    rows = records(6)
    receive(home, rows, "20240101")
    later = records(7)  # P006 is new
    later["patient"] = later["patient"][1:]  # P000 is gone
    later["patient"][0]["height_cm"] = 181  # P001
    later["patient"][1] |= {"height_cm": 182, "etiology": "HCV"}  # P002
    later["patient"][2]["sex"] = "X"  # P003 is held back, not gone
    receive(home, later, "20240108")
    found = compared(home)["patient"]
    assert (found.before, found.now, found.added, found.changed, found.gone, found.quarantined) == (6, 5, 1, 2, 1, 1)
    assert found.columns == (("height_cm", 2), ("etiology", 1))


def test_the_same_rows_again_changed_nothing(home):
    receive(home, records(3), "20240101")
    receive(home, {name: rows[::-1] for name, rows in records(3).items()}, "20240108")
    assert {(each.added, each.changed, each.gone) for each in compared(home).values()} == {(0, 0, 0)}


def test_an_incremental_delivery_is_compared_with_all_before(tmp_path):
    home = Home(tmp_path / "home").create()
    make_site(home, extract="incremental")

    def some(*numbers, op="U", **change):
        return {"patient": [row | {"_op": op} | change for n, row in enumerate(records(9)["patient"]) if n in numbers]}

    receive(home, some(0, 1, 2, 3), "20240101")
    receive(home, some(3, op="D"), "20240102")
    both = some(1, height_cm=181)["patient"] + some(2, op="D")["patient"] + some(3, 4)["patient"]
    receive(home, {"patient": both}, "20240103")
    found = compared(home, is_incremental=True)["patient"]
    # P003 was deleted before, so it is new again; P000 was not spoken of and is not gone
    assert (found.before, found.added, found.changed, found.gone) == (3, 2, 1, 1)
    assert found.columns == (("height_cm", 1),)


def test_a_first_delivery_has_nothing_before_it(home):
    receive(home, records(2), "20240101")
    with Ledger(home) as ledger:
        every = delivered(home, ledger, MANAGER)
    assert before_of(every[0], every, False) == []


def test_a_refused_delivery_says_why_and_is_compared_with(home):
    receive(home, records(10), "20240101")
    receive(home, records(3), "20240108")
    receive(home, records(11), "20240115")
    with Ledger(home) as ledger:
        last, refused, first = delivered(home, ledger, MANAGER)
        gates = judged(ledger, refused)["gates"]
    assert [(each.status, each.is_in_force) for each in (last, refused, first)] == [
        ("accepted", True), ("refused", False), ("accepted", False),
    ]  # fmt: skip
    said = said_by_gates(home, refused, gates)
    assert ("error", "patient") in {(each["severity"], each["table_name"]) for each in said}
    assert before_of(last, [last, refused, first], False) == [first]


def test_findings_are_counted_by_rule_and_field(review_home):
    with Ledger(review_home) as ledger:
        found = delivered(review_home, ledger, MANAGER, "AAA")[0]
    counted = [(each.severity, each.rule_id, each.column_name, each.count) for each in by_rule(found)]
    assert counted[0] == ("warning", "patient.height_cm.range", "height_cm", 2)
    assert ("info", "imaging_visit.phase_complete.missing", "phase_complete", 18) in counted


def test_a_coordinator_gets_the_own_deliveries_alone(review_home):
    with Ledger(review_home) as ledger:
        every = delivered(review_home, ledger, MANAGER)
        own = delivered(review_home, ledger, OF_BBB)
        assert ({each.site_id for each in every}, {each.site_id for each in own}) == ({"AAA", "BBB"}, {"BBB"})
        foreign = next(each for each in every if each.site_id == "AAA")
        assert one(review_home, ledger, MANAGER, "AAA", foreign.delivery_id) == foreign
        for site_id in ("AAA", "BBB", "nowhere"):
            with pytest.raises(NotThere):
                one(review_home, ledger, OF_BBB, site_id, foreign.delivery_id)


def overview(home, person, time=None):
    ctx = PageContext(home, person, "en")
    with ctx.warehouse() as con:
        return {each.site_id: each for each in hospitals(home, ctx.ledger(), con, person, time or now())}


def test_the_overview_counts_what_waits_and_what_is_wrong(review_home):
    every = overview(review_home, MANAGER)
    found = every["AAA"]
    with Ledger(review_home) as ledger:
        waiting = listed(ledger, MANAGER, site_id="AAA", state="open")
    assert len(waiting) >= 2
    assert (found.open, found.answered, found.days, found.is_overdue) == (len(waiting), 0, 0, False)
    assert found.news["opened"] == len(waiting) and len(found.new_deliveries) == 2
    assert found.rates["patient"] == Rate(9, 0) and found.rate.rows > 100
    assert found.trend == (0.0, 0.0)
    assert [each.site_id for each in every.values() if each.last is None]  # shipped, nothing delivered
    assert set(overview(review_home, OF_BBB)) == {"BBB"}


def test_the_overview_knows_who_is_late_and_puts_them_first(review_home):
    later = overview(review_home, MANAGER, now() + dt.timedelta(days=3))
    assert list(later)[:2] == ["AAA", "BBB"] and later["AAA"].is_overdue and later["AAA"].days == 3
    assert not later["AAA"].news and not later["AAA"].new_deliveries


def test_an_error_counts_its_row_once_held_back_or_not(home):
    from haicplatform.pipeline.harmonise import harmonise

    rows = records(4)
    rows["patient"][0] |= {"sex": "X", "etiology": "Q"}  # two errors, one row, held back
    receive(home, rows, "20240101")
    harmonise(home)
    assert overview(home, MANAGER)["AAA"].rates["patient"] == Rate(4, 1)


def test_a_file_that_was_refused_shows_although_the_rest_counts(home):
    folder = deliver(home, records(4), "20240101")
    folder.joinpath("notes.csv").write_bytes(b"\x00\x01\x02")
    ingest_site(home, "AAA")
    with Ledger(home) as ledger:
        (found,) = (each for each in hospitals(home, ledger, None, MANAGER, now()) if each.site_id == "AAA")
    assert (found.last.status, found.refused_files) == ("accepted", 1)
