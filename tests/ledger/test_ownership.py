"""A ledger is one home's: another home that names it is refused, and a restored or moved home is the same home."""

from __future__ import annotations

import shutil

import pytest
from sqlalchemy import create_engine, text

from haicplatform.backup import back_up, restore
from haicplatform.errors import UsageError
from haicplatform.ingestion import ingest_site
from haicplatform.ledger.store import Ledger
from haicplatform.settings import HOME_ID_FILE, Home
from tests.ingestion.hospital import deliver, make_site, records


@pytest.fixture
def shared(tmp_path, monkeypatch) -> str:
    """A ledger outside of any home, as an administrator names it."""
    url = f"sqlite:///{tmp_path / 'shared.sqlite'}"
    monkeypatch.setenv("HAIC_LEDGER_URL", url)
    return url


def content(url: str) -> list:
    with create_engine(url).connect() as connection:
        names = [row[0] for row in connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'"))]
        return [(name, connection.execute(text(f'SELECT * FROM "{name}"')).fetchall()) for name in sorted(names)]


def test_another_home_is_refused_and_changes_nothing(tmp_path, shared):
    first = Home(tmp_path / "first").create()
    make_site(first)
    deliver(first, records(3), "20240101")
    ingest_site(first, "AAA")
    before = content(shared)
    second = Home(tmp_path / "second").create()
    make_site(second)
    deliver(second, records(2), "20240201")
    with pytest.raises(UsageError, match="belongs to another home") as refused:
        ingest_site(second, "AAA")
    assert str(first.root) in str(refused.value) and "HAIC_LEDGER_URL" in str(refused.value)
    assert content(shared) == before
    Ledger(first).close()


def test_a_ledger_in_another_homes_folder_is_refused(tmp_path, monkeypatch):
    first = Home(tmp_path / "first").create()
    Ledger(first).close()
    monkeypatch.setenv("HAIC_LEDGER_URL", f"sqlite:///{first.ledger}")
    with pytest.raises(UsageError, match="belongs to another home"):
        Ledger(Home(tmp_path / "second").create())
    Ledger(first).close()


def test_a_copy_beside_the_home_is_another_home_and_a_moved_home_is_the_same(tmp_path, shared):
    first = Home(tmp_path / "first").create()
    Ledger(first).close()
    copy = Home(shutil.copytree(first.root, tmp_path / "copy"))
    with pytest.raises(UsageError, match="belongs to another home"):
        Ledger(copy)
    shutil.rmtree(first.root)
    Ledger(copy).close()
    moved = Home(copy.root.rename(tmp_path / "moved"))
    Ledger(moved).close()


def test_a_restored_home_is_the_same_home(tmp_path):
    first = Home(tmp_path / "first").create()
    Ledger(first).close()
    back_up(first, tmp_path / "backup")
    again = Home(tmp_path / "again")
    restore(again, tmp_path / "backup")
    assert again.home_id() == first.home_id()
    Ledger(again).close()
    Ledger(first).close()


def test_a_home_of_before_is_adopted(tmp_path, shared):
    home = Home(tmp_path / "home").create()
    (home.root / HOME_ID_FILE).unlink()
    Ledger(home).close()
    assert (home.root / HOME_ID_FILE).exists()
    with pytest.raises(UsageError, match="belongs to another home"):
        Ledger(Home(tmp_path / "other").create())
