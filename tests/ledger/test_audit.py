"""The audit only grows, and one changed byte is found."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from haicplatform.core.settings import Home
from haicplatform.ledger import audit
from haicplatform.ledger.engine import reading, writing
from haicplatform.ledger.store import Ledger


@pytest.fixture
def ledger(tmp_path):
    with Ledger(Home(tmp_path / "home").create()) as ledger:
        for number in range(4):
            with writing(ledger.engine, ledger.home) as session:
                acts = [audit.Act("answer", f"query:{number}", "AAA", {"state": "open"}, {"state": "answered"}, "한글")]
                audit.append(session, "manager", acts * 2)
        yield ledger


def verdict(ledger):
    with reading(ledger.engine, ledger.home) as session:
        return audit.verify(session)


def tamper(ledger, *statements):
    """As someone who may write the file: first the triggers go, then the row."""
    with ledger.engine.begin() as connection:
        for event in ("update", "delete"):
            connection.execute(text(f"DROP TRIGGER IF EXISTS audit_no_{event}"))
        for statement in statements:
            connection.execute(text(statement))


def test_an_untouched_audit_is_whole(ledger):
    found = verdict(ledger)
    assert (found.entries, found.broken_at) == (8, None)
    assert found.last_hash != audit.GENESIS


@pytest.mark.parametrize(
    "column", ["at", "actor", "action", "subject", "site_id", "old", "new", "note", "hash", "previous"]
)
def test_one_changed_byte_is_found_where_it_is(ledger, column):
    changed = f"UPDATE audit_entry SET {column} = 'x' || substr({column}, 2) WHERE seq = 5"
    tamper(ledger, changed)
    assert verdict(ledger).broken_at == 5


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM audit_entry WHERE seq = 5",
        "INSERT INTO audit_entry SELECT 9, at, actor, action, subject, site_id, old, new, note, previous, hash "
        "FROM audit_entry WHERE seq = 8",
    ],
)
def test_an_entry_taken_out_or_put_in_is_found(ledger, statement):
    tamper(ledger, statement)
    assert verdict(ledger).broken_at is not None


@pytest.mark.parametrize("statement", ["UPDATE audit_entry SET actor = 'x'", "DELETE FROM audit_entry"])
def test_the_database_itself_refuses_to_change_or_remove(ledger, statement):
    with pytest.raises(Exception, match="only grows"), ledger.engine.begin() as connection:
        connection.execute(text(statement))
    assert verdict(ledger).entries == 8
