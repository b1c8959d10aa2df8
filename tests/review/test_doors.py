"""Who gets in: the log-in, the session, the lock, and what a request must carry before any page is asked."""

from __future__ import annotations

import datetime as dt
import time

import pytest
from sqlalchemy import select, update

from haicplatform.core.clock import now
from haicplatform.ledger.accounts import sessions, store
from haicplatform.ledger.engine import reading, writing
from haicplatform.ledger.models import AuditEntry, LoginAddress, LoginSession
from haicplatform.ledger.store import Ledger
from haicplatform.review.server.guard import COOKIE, LARGEST_BODY, local_path
from tests.review.conftest import PASSWORD

OTHER = "another horse battery staple"


@pytest.fixture
def ledger(review_home):
    with Ledger(review_home) as opened:
        yield opened


@pytest.fixture
def fresh(ledger, request):
    """An account that only this test uses."""
    name = f"t{abs(hash(request.node.name)) % 10**9}"
    store.add(ledger, "test", name, "data_manager", (), PASSWORD)
    return name


def acts(ledger, name):
    with reading(ledger.engine, ledger.home) as session:
        query = select(AuditEntry.action).where(AuditEntry.subject == f"account:{name}").order_by(AuditEntry.seq)
        return list(session.scalars(query))


def age(ledger, token, **past):
    """Set a session's times back."""
    with writing(ledger.engine, ledger.home) as session:
        found = update(LoginSession).where(LoginSession.token_hash == sessions.hash_of(token))
        session.execute(found.values({name: now() - by for name, by in past.items()}))


def test_a_page_asks_who_it_is_and_comes_back(server):
    client = server.client()
    answer = client.get("/queries?site=AAA")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?to=%2Fqueries%3Fsite%3DAAA")
    assert client.get("/_nicegui_ws/socket.io/?transport=polling&EIO=4").status_code == 401
    back = client.post("/login", data={"name": "reader", "password": PASSWORD, "to": "/?a=1"})
    assert (back.status_code, back.headers["location"]) == (303, "/?a=1")


def test_the_cookie_is_closed_to_scripts_and_other_sites(server):
    answer = server.client().post("/login", data={"name": "reader", "password": PASSWORD})
    said = answer.headers["set-cookie"].lower()
    assert {"httponly", "samesite=strict", "path=/"} <= {part.strip() for part in said.split(";")}


def test_logging_out_closes_the_session_on_the_server(server, ledger, fresh):
    client = server.client(fresh)
    kept = client.cookies[COOKIE]
    assert client.get("/").status_code == 200
    client.post("/logout")
    client.cookies.clear()
    client.cookies.set(COOKIE, kept)
    assert client.get("/").status_code == 303
    assert acts(ledger, fresh) == ["account.add", "login", "logout"]


@pytest.mark.parametrize("token", ["", "x", "a" * 43, "../../etc", "\u00e9".encode().decode("latin-1"), "0" * 5000])
def test_a_forged_cookie_opens_nothing(server, token):
    client = server.client()
    assert client.get("/", headers={b"cookie": f"{COOKIE}={token}".encode("latin-1")}).status_code == 303


@pytest.mark.parametrize("foreign", ['prefs={"a":1, "b":2}', '_x="never closed', "a[b]=1", "한글=1"])
def test_a_malformed_cookie_of_another_program_locks_nobody_out(server, foreign):
    token = server.client("reader").cookies[COOKIE]
    assert server.client().get("/", headers={b"cookie": f"{foreign}; {COOKIE}={token}".encode()}).status_code == 200


def test_the_hash_in_the_ledger_is_no_cookie(server, ledger, fresh):
    client = server.client(fresh)
    client.cookies.set(COOKIE, sessions.hash_of(client.cookies[COOKIE]), domain="127.0.0.1", path="/")
    assert server.client().get("/", headers={"cookie": f"{COOKIE}={client.cookies[COOKIE]}"}).status_code == 303


@pytest.mark.parametrize(
    ("past", "is_in"),
    [
        ({"seen_at": sessions.IDLE - dt.timedelta(minutes=1)}, True),
        ({"seen_at": sessions.IDLE + dt.timedelta(minutes=1)}, False),
        ({"created_at": sessions.LONGEST - dt.timedelta(minutes=1)}, True),
        ({"created_at": sessions.LONGEST + dt.timedelta(minutes=1)}, False),
    ],
)
def test_a_session_ends_after_idle_and_after_its_longest_time(server, ledger, past, is_in):
    client = server.client("reader")
    age(ledger, client.cookies[COOKIE], **past)
    assert (client.get("/").status_code == 200) == is_in


def test_an_act_begins_the_idle_time_anew(server, ledger):
    client = server.client("reader")
    identity = sessions.hash_of(client.cookies[COOKIE])
    age(ledger, client.cookies[COOKIE], seen_at=dt.timedelta(minutes=20))
    assert sessions.find(ledger, identity).is_idle
    client.get("/")
    for _ in range(100):
        if not sessions.find(ledger, identity).is_idle:
            return
        time.sleep(0.05)
    pytest.fail("the session still looks idle")


@pytest.mark.parametrize("change", ["disable", "password", "role"])
def test_a_changed_account_has_to_log_in_again(server, ledger, fresh, change):
    client = server.client(fresh)
    assert client.get("/").status_code == 200
    if change == "disable":
        store.disable(ledger, "test", fresh)
    elif change == "password":
        store.set_password(ledger, "test", fresh, OTHER)
    else:
        store.set_role(ledger, "test", fresh, "coordinator", ["AAA"])
    assert client.get("/").status_code == 303
    again = server.client().post("/login", data={"name": fresh, "password": PASSWORD})
    assert again.status_code == (303 if change == "role" else 401)


def test_five_wrong_passwords_lock_the_account_and_a_command_opens_it(server, ledger, fresh):
    client = server.client()
    for _ in range(5):
        assert client.post("/login", data={"name": fresh, "password": OTHER}).status_code == 401
    locked = client.post("/login", data={"name": fresh, "password": PASSWORD})
    unknown = client.post("/login", data={"name": "nobody-at-all", "password": PASSWORD})
    assert (locked.status_code, locked.text) == (401, unknown.text)
    assert acts(ledger, fresh)[1:] == [*["login.failed"] * 5, "login.locked", "login.failed"]
    store.unlock(ledger, "test", fresh)
    assert client.post("/login", data={"name": fresh, "password": PASSWORD}).status_code == 303


def test_an_address_that_tries_every_account_is_slowed_down(ledger, fresh):
    from haicplatform.ledger.accounts.login import ADDRESS_FAILURES, ADDRESS_WAIT, LocalAccounts

    accounts, address = LocalAccounts(ledger), "203.0.113.9"
    with writing(ledger.engine, ledger.home) as session:
        session.add(LoginAddress(address=address, failures=ADDRESS_FAILURES, last_at=now()))
    assert accounts.authenticate(fresh, PASSWORD, address) is None
    assert accounts.authenticate(fresh, PASSWORD, "203.0.113.10") == fresh
    with writing(ledger.engine, ledger.home) as session:
        session.get(LoginAddress, address).last_at = now() - ADDRESS_WAIT - dt.timedelta(seconds=1)
    assert accounts.authenticate(fresh, PASSWORD, address) == fresh


def test_the_failure_that_slows_an_address_down_is_in_the_audit_and_those_after_it_are_not(ledger):
    from haicplatform.ledger.accounts.login import ADDRESS_FAILURES, LocalAccounts

    address = "203.0.113.11"
    with writing(ledger.engine, ledger.home) as session:
        session.add(LoginAddress(address=address, failures=ADDRESS_FAILURES - 1, last_at=now()))
    for _ in range(3):
        LocalAccounts(ledger).authenticate("nobody-at-all", OTHER, address)
    with reading(ledger.engine, ledger.home) as session:
        found = session.scalars(select(AuditEntry.action).where(AuditEntry.new.contains(address)))
        assert list(found) == ["login.failed", "login.slowed"]


def test_no_page_holds_the_token_or_its_hash(server):
    client = server.client("admin")
    token = client.cookies[COOKIE]
    for path in ("/", "/deliveries", "/accounts", "/nowhere"):
        text = client.get(path).text
        assert token not in text and sessions.hash_of(token) not in text and "argon2" not in text


def test_what_somebody_types_as_a_name_is_not_kept(server, ledger):
    server.client().post("/login", data={"name": "my secret by mistake", "password": OTHER})
    with reading(ledger.engine, ledger.home) as session:
        kept = [str((e.actor, e.subject, e.new, e.note)) for e in session.scalars(select(AuditEntry))]
    assert not [entry for entry in kept if "mistake" in entry]


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": ""},
        {"origin": "http://127.0.0.1:1"},
    ],
)
def test_a_form_of_another_page_is_refused(server, headers):
    client = server.client("reader")
    assert client.post("/logout", headers=headers).status_code == 403
    assert client.get("/").status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "[", "127.0.0.1@evil.example:80"])
def test_another_host_name_is_not_answered(server, host):
    assert server.client("reader").get("/", headers={"host": host}).status_code in (400, 421)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_other_methods_are_not_offered(server, method):
    assert server.client("reader").request(method, "/").status_code == 405


def test_an_endless_body_is_refused(server):
    client = server.client("reader")
    assert client.post("/logout", content=bytes(LARGEST_BODY + 1)).status_code == 413
    pieces = (b"x" * 1_000_000 for _ in range(LARGEST_BODY // 1_000_000 + 2))  # says no length
    assert client.post("/login", content=pieces).status_code >= 400
    assert client.get("/").status_code == 200


def test_every_answer_carries_the_security_headers(server):
    client = server.client("reader")
    for answer in (server.client().get("/login"), client.get("/"), client.get("/nowhere"), client.get("/favicon.ico")):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
        assert "unsafe-inline" not in policy.split("script-src")[1].split(";")[0]
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
    page = client.get("/")
    assert page.headers["cache-control"] == "no-store"
    nonce = page.headers["content-security-policy"].split("'nonce-")[1].split("'")[0]
    assert page.text.count("<script") == page.text.count(f'<script nonce="{nonce}"') > 3
    assert client.get("/").headers["content-security-policy"].count(nonce) == 0


@pytest.mark.parametrize(
    ("to", "path"),
    [
        ("/queries?a=1", "/queries?a=1"), ("//evil.example", "/"), ("/\\evil.example", "/"),
        ("https://evil.example", "/"), ("/a\r\nset-cookie: x", "/"), ("/logout", "/"), (None, "/"), ("", "/"),
    ],
)  # fmt: skip
def test_nobody_is_sent_to_another_server(to, path):
    assert local_path(to) == path


def test_the_language_is_kept_and_korean_without_one(server):
    client = server.client("reader")
    assert '<html lang="ko-KR"' in client.get("/").text
    assert client.get("/language/en?to=//evil.example").headers["location"] == "/"
    assert '<html lang="en-US"' in client.get("/").text
    client.get("/language/xx")
    assert '<html lang="en-US"' in client.get("/").text
