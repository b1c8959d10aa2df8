"""A ledger is one home's: another home that names it is refused, and a restored or moved home is the same home."""

from __future__ import annotations

import os
import shutil

import pytest
from sqlalchemy import create_engine, make_url, text

from haicplatform.core.errors import UsageError
from haicplatform.core.settings import HOME_ID_FILE, Home
from haicplatform.ledger.ownership import refuse_another
from haicplatform.ledger.store import Ledger
from haicplatform.operations.backup import back_up, restore
from haicplatform.pipeline.ingest_hospital import ingest_site
from tests.pipeline.hospital import deliver, make_site, records


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


def as_before(url: str) -> None:
    """The ledger as the version before left it: it names no home."""
    with create_engine(url).begin() as connection:
        connection.execute(text("DROP TABLE home_identity"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0007'"))


def test_a_ledger_of_before_is_not_taken_by_a_home_that_landed_nothing_of_it(tmp_path, shared):
    first = Home(tmp_path / "first").create()
    make_site(first)
    deliver(first, records(3), "20240101")
    ingest_site(first, "AAA")
    as_before(shared)
    before = content(shared)
    with pytest.raises(UsageError, match="belongs to another home"):
        Ledger(Home(tmp_path / "second").create())
    assert content(shared) == before, "not even migrated: the first home's version may be an earlier one"
    Ledger(first).close()


def test_a_home_under_a_second_path_is_the_same(tmp_path, shared):
    first = Home(tmp_path / "first").create()
    Ledger(first).close()
    with create_engine(shared).begin() as connection:  # as a second mount of the folder would have left it
        other = tmp_path / "other"
        other.symlink_to(first.root)
        connection.execute(text("UPDATE home_identity SET root = :root"), {"root": str(other)})
    Ledger(first).close()


def test_the_refusal_names_the_ledger_without_its_password(tmp_path, shared):
    """By an address of SQLite that has one, which it does not look at."""
    Ledger(Home(tmp_path / "first").create()).close()
    engine = create_engine(shared)
    engine.url = make_url("postgresql+psycopg://haic:geheim@db/haic?password=geheim")
    with pytest.raises(UsageError) as refused:
        refuse_another(engine, Home(tmp_path / "second").create())
    assert "postgresql+psycopg://haic:***@db/haic" in str(refused.value) and "geheim" not in str(refused.value)


def test_two_processes_that_meet_a_home_of_before_give_it_one_id(tmp_path, monkeypatch):
    """The second one comes while the first is between making and writing."""
    real, seen = os.urandom, []

    def meanwhile(size: int) -> bytes:
        monkeypatch.setattr(os, "urandom", real)
        seen.append(Home(tmp_path).home_id())
        return real(size)

    monkeypatch.setattr(os, "urandom", meanwhile)
    own = Home(tmp_path).home_id()
    assert seen == [own] and len(own) == 64
    assert [path.name for path in tmp_path.iterdir()] == [HOME_ID_FILE], "nothing is left beside it"


def test_a_home_of_before_is_adopted(tmp_path, shared):
    home = Home(tmp_path / "home").create()
    (home.root / HOME_ID_FILE).unlink()
    Ledger(home).close()
    assert (home.root / HOME_ID_FILE).exists()
    with pytest.raises(UsageError, match="belongs to another home"):
        Ledger(Home(tmp_path / "other").create())
