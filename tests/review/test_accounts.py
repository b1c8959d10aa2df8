"""Accounts: what may be made and changed, and the commands that do it."""

from __future__ import annotations

import json
import os

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from haicplatform.cli.main import app
from haicplatform.core.errors import UsageError
from haicplatform.core.settings import Home
from haicplatform.ledger.accounts import login, passwords, sessions, store
from haicplatform.ledger.engine import reading
from haicplatform.ledger.models import Account, AuditEntry, LoginSession
from haicplatform.ledger.store import Ledger
from tests.pipeline.hospital import make_site

PASSWORD = "correct horse battery staple"


@pytest.fixture
def home(tmp_path):
    home = Home(tmp_path / "home").create()
    make_site(home)
    return home


@pytest.fixture
def ledger(home):
    with Ledger(home) as opened:
        store.add(opened, "test", "first", "administrator", (), PASSWORD)
        yield opened


def everything_in(ledger):
    with reading(ledger.engine, ledger.home) as session:
        rows = [*session.scalars(select(Account)), *session.scalars(select(LoginSession))]
        rows += session.scalars(select(AuditEntry))
        return json.dumps([{k: str(v) for k, v in vars(row).items() if k[0] != "_"} for row in rows])


@pytest.mark.parametrize(
    ("name", "role", "sites", "password"),
    [
        ("first", "reader", (), PASSWORD), ("A", "reader", (), PASSWORD), ("a b", "reader", (), PASSWORD),
        ("<script>", "reader", (), PASSWORD), ("x" * 41, "reader", (), PASSWORD), ("new", "king", (), PASSWORD),
        ("new", "coordinator", (), PASSWORD), ("new", "coordinator", ("NOWHERE",), PASSWORD),
        ("new", "reader", ("AAA",), PASSWORD), ("new", "reader", (), "short"), ("new", "reader", (), "a" * 20),
        ("new", "reader", (), "my NEW password 1"), ("new", "reader", (), "x1" * 200),
    ],
)  # fmt: skip
def test_an_account_that_cannot_be_is_refused(ledger, name, role, sites, password):
    with pytest.raises(UsageError):
        store.add(ledger, "test", name, role, sites, password)
    assert [each.name for each in store.listed(ledger)] == ["first"]


def test_a_password_is_kept_as_argon2_and_nowhere_else(ledger):
    token = sessions.begin(ledger, "first")
    kept = everything_in(ledger)
    assert "$argon2id$" in kept and PASSWORD not in kept and token not in kept
    assert login.LocalAccounts(ledger).authenticate("first", PASSWORD, "a") == "first"
    assert login.LocalAccounts(ledger).authenticate("first", PASSWORD + " ", "a") is None
    assert login.LocalAccounts(ledger).authenticate("FIRST", PASSWORD, "a") is None


def test_an_unknown_name_is_worked_on_as_long_as_a_known_one(ledger, monkeypatch):
    tried = []
    right = passwords._hasher().verify
    monkeypatch.setattr(type(passwords._hasher()), "verify", lambda self, p, kept: tried.append(kept) or right(p, kept))
    accounts = login.LocalAccounts(ledger)
    for name in ("first", "nobody"):
        assert accounts.authenticate(name, "wrong password here", "a") is None
    assert len(tried) == 2 and all(kept.startswith("$argon2id$") for kept in tried)


def test_the_last_administrator_stays(ledger):
    for change in (
        lambda: store.disable(ledger, "test", "first"),
        lambda: store.set_role(ledger, "test", "first", "reader", ()),
    ):
        with pytest.raises(UsageError, match="last administrator"):
            change()
    store.add(ledger, "test", "second", "administrator", (), PASSWORD)
    store.disable(ledger, "test", "first")
    with pytest.raises(UsageError, match="last administrator"):
        store.set_role(ledger, "test", "second", "reader", ())


def test_a_coordinator_is_a_person_of_the_own_hospitals(ledger):
    store.add(ledger, "test", "kim", "coordinator", ["AAA"], PASSWORD)
    person = sessions.find(ledger, sessions.hash_of(sessions.begin(ledger, "kim"))).person
    assert (person.name, person.role, person.may_see("AAA"), person.may_see("BBB")) == (
        "kim",
        "coordinator",
        True,
        False,
    )
    store.set_role(ledger, "test", "kim", "data_manager", ())
    person = sessions.find(ledger, sessions.hash_of(sessions.begin(ledger, "kim"))).person
    assert person.may_see("BBB")


def test_the_commands(home, tmp_path, monkeypatch):
    def haic(*words, typed=None):
        return CliRunner().invoke(app, ["--home", str(home.root), "accounts", *words], input=typed)

    kept = tmp_path / "password"
    kept.write_text(PASSWORD + "\n")
    os.chmod(kept, 0o644)
    added = haic("add", "kim", "--role", "administrator", "--password-file", str(kept))
    assert isinstance(added.exception, UsageError) and "chmod 600" in str(added.exception)
    os.chmod(kept, 0o600)
    assert haic("add", "kim", "--role", "administrator", "--password-file", str(kept)).exit_code == 0
    assert (
        haic("add", "lee", "--role", "coordinator", "--site", "AAA", typed=f"{PASSWORD}\n{PASSWORD}\n").exit_code == 0
    )
    assert haic("password", "lee", "--password-file", "-", typed="another horse battery\n").exit_code == 0
    assert haic("disable", "lee").exit_code == 0
    rows = {row["account"]: row for row in json.loads(haic("list", "--json").stdout)}
    assert (rows["lee"]["state"], rows["lee"]["hospitals"], rows["kim"]["state"]) == ("disabled", "AAA", "open")
    assert haic("enable", "lee").exit_code == haic("unlock", "lee").exit_code == 0
    assert haic("role", "lee", "--role", "reader").exit_code == 0
    assert isinstance(haic("unlock", "nobody").exception, UsageError)
    with Ledger(home) as ledger:
        assert login.LocalAccounts(ledger).authenticate("lee", "another horse battery", "a") == "lee"


def test_nobody_can_review_before_there_is_an_account(home):
    result = CliRunner().invoke(app, ["--home", str(home.root), "review"])
    assert isinstance(result.exception, UsageError) and "accounts add" in str(result.exception)
