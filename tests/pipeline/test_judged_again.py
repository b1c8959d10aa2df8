"""Changed thresholds judge again from the kept counts: no delivered file, and no cell of one, is read."""

from __future__ import annotations

import shutil

import pytest

from haicplatform.core.settings import Home
from haicplatform.ingest.validation.acceptance import results_of
from haicplatform.ledger.store import Ledger
from haicplatform.pipeline.ingest_hospital import ingest_site
from haicplatform.queries.sync import SyncCounts, sync_site
from tests.pipeline.hospital import deliver, make_site, records, state_rows

FIRST, SECOND = "20240101", "20240102"


def gates(home: Home, text: str) -> None:
    path = home.sites / "AAA" / "site.yaml"
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("gates:")]
    path.write_text("\n".join([*lines, f"gates: {text}"]), encoding="utf-8")


def take_away(home: Home) -> int:
    """Move everything that was delivered, and its cells as text, out of the platform's reach."""
    moved = [*home.landing.glob("AAA/*/original"), *home.landing.glob("AAA/*/*/raw"), *home.inbox.glob("AAA/*")]
    for number, folder in enumerate(moved):
        folder.rename(home.root / f"away{number}")
    return len(moved)


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    """Two accepted deliveries of twelve patients; in the second, nine have lost their etiology and performance."""
    home = Home(tmp_path_factory.mktemp("judged") / "home").create()
    make_site(home)
    for day, emptied in ((FIRST, 0), (SECOND, 9)):
        rows = records(12)
        rows["followup_event"][0]["event_date"] = f"2023-06-{day[-2:]}"
        for row in rows["patient"][:emptied]:
            row["etiology"] = None
        for row in rows["baseline_status"][:emptied]:
            row["ecog"] = None
        deliver(home, rows, day)
        ingest_site(home, "AAA")
    sync_site(home, "AAA")
    return home


@pytest.fixture
def home(judged, tmp_path):
    return Home(shutil.copytree(judged.root, tmp_path / "home"))


def in_force(home) -> list:
    with Ledger(home) as ledger:
        return [delivery for delivery, _ in ledger.current_state("AAA").members]


def test_a_lower_threshold_asks_and_a_higher_one_takes_it_back(home):
    before = in_force(home)
    assert take_away(home) == 6
    assert ingest_site(home, "AAA").deliveries == []
    gates(home, "{expect: {delivery.missing_share: {limit: 10, least: 12}}}")
    ingest_site(home, "AAA")
    found = state_rows(home, "AAA", "finding", "rule_id, table_name, column_name, severity, value")
    assert ("delivery.missing_share", "patient", "etiology", "warning", "75.0 %") in found
    assert sync_site(home, "AAA").opened == sum(row[0] == "delivery.missing_share" for row in found) > 0
    gates(home, "{expect: {delivery.missing_share: {limit: 80, least: 12}}}")
    ingest_site(home, "AAA")
    assert sync_site(home, "AAA").closed > 0
    assert in_force(home) == before


def test_a_stricter_gate_refuses_what_was_accepted_and_back(home):
    take_away(home)
    second = in_force(home)
    gates(home, "{expect: {delivery.missing_share: {least: 12, refuse: true}}}")
    [result] = ingest_site(home, "AAA").deliveries
    assert result.status == "refused"
    assert result.gate_reasons == [
        f"delivery.missing_share: {place}: found 75.0 %, expected <= 0.0 % + 10"
        for place in ("baseline_status.ecog", "patient.etiology")
    ]
    assert in_force(home) != second
    gates(home, "{expect: {delivery.missing_share: {least: 12}}}")
    [result] = ingest_site(home, "AAA").deliveries
    assert result.status == "accepted" and in_force(home) == second


def test_nothing_is_judged_again_when_nothing_changed(home, monkeypatch):
    monkeypatch.setattr("haicplatform.ingest.validation.gates.assess", lambda *_: pytest.fail("judged again"))
    assert ingest_site(home, "AAA").deliveries[0].status == "unchanged"
    assert sync_site(home, "AAA") == SyncCounts()


def test_what_every_expectation_came_to_is_kept(home):
    with Ledger(home) as ledger:
        rows = {row.delivery_id: row for row in ledger.derivations("AAA")}
        order = [each.delivery_id for each in ledger.deliveries("AAA")]
    first, second = ([*results_of(home.landing / "AAA" / each, rows[each].counts["expectations"])] for each in order)
    assert {each.status for each in first} == {"not_run"} and all(each.note for each in first)
    status = {(each.rule_id, each.table_name): each.status for each in second}
    assert status["delivery.volume", "lab"] == "passed" and status["delivery.distribution", "lab"] == "not_run"
