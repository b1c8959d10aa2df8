"""A hospital is overdue after its agreed days and its grace, and not before; one that never delivered is not."""

from __future__ import annotations

import datetime as dt

import pytest

from haicplatform.core.settings import Home
from haicplatform.ingest.validation.overdue import overdue_hospitals
from haicplatform.ledger.store import Ledger
from tests.pipeline.hospital import make_site

LANDED = dt.datetime(2024, 8, 1, 3, 0)


@pytest.fixture
def home(tmp_path):
    home = Home(tmp_path / "home").create()
    make_site(home, more="expected_every_days: 7\ngrace_days: 2")
    make_site(home, "BBB")
    with Ledger(home) as ledger:
        ledger.add_delivery("AAA", "old", LANDED, LANDED - dt.timedelta(days=30), [])
        ledger.add_delivery("AAA", "new", LANDED - dt.timedelta(days=90), LANDED, [])
    return home


@pytest.mark.parametrize(("days", "late"), [(8, []), (9, []), (10, ["AAA"])])
def test_overdue_after_the_agreed_days_and_the_grace(home, days, late):
    now = LANDED + dt.timedelta(days=days)
    assert [row["site_id"] for row in overdue_hospitals(home, now)] == late


def test_the_finding_names_the_last_delivery_and_what_was_agreed(home):
    [row] = overdue_hospitals(home, LANDED + dt.timedelta(days=12))
    assert (row["rule_id"], row["delivery_id"], row["severity"]) == ("delivery.overdue", "new", "warning")
    assert "every 7 days" in row["message_en"]
