"""Who may open which page, what a refusal looks like, and what a page that fails says."""

from __future__ import annotations

import time
from importlib import import_module
from urllib.parse import quote

import pytest
from sqlalchemy import select

from haicplatform.core.people import Person
from haicplatform.ledger.engine import reading
from haicplatform.ledger.models import AuditEntry
from haicplatform.ledger.store import Ledger
from haicplatform.review.data.delivery_list import delivered
from haicplatform.review.server.app import PAGES
from tests.review.conftest import PEOPLE

MODULES = [import_module(f"haicplatform.review.pages.{name}") for name in PAGES]
LISTS = [module for module in MODULES if "{" not in module.PATH]


def refusals(home):
    with Ledger(home) as ledger, reading(ledger.engine, home) as session:
        query = select(AuditEntry).where(AuditEntry.action == "refused").order_by(AuditEntry.seq)
        return [(each.actor, each.subject) for each in session.scalars(query)]


@pytest.fixture(scope="module")
def clients(server):
    return {name: server.client(name) for name in PEOPLE}


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("module", LISTS, ids=lambda module: module.PATH)
def test_a_list_opens_for_its_roles_and_is_not_there_for_others(clients, module, language):
    for name, (role, _) in PEOPLE.items():
        clients[name].get(f"/language/{language}")
        answer = clients[name].get(module.PATH)
        assert answer.status_code == (200 if role in module.ROLES else 404), name
        if answer.status_code == 200:
            ko, en = module.TITLE
            assert (ko if language == "ko" else en) in answer.text


def test_the_menu_shows_what_may_be_opened(clients):
    menu = {name: clients[name].get("/").text for name in PEOPLE}
    for module in LISTS:
        for name, (role, _) in PEOPLE.items():
            assert (f'href=\\"{module.PATH}\\"' in menu[name]) == (role in module.ROLES), (name, module.PATH)


def test_another_language_keeps_the_page(clients):
    asked = "/findings?site=AAA&severity=error"
    assert f"/language/en?to={quote(asked, safe='')}" in clients["manager"].get(asked).text
    answer = clients["manager"].get("/language/ko", params={"to": asked})
    assert (answer.status_code, answer.headers["location"]) == (303, asked)


def test_a_reader_opens_no_page_of_rows_and_a_coordinator_none_of_the_centre():
    opened = {role: {module.PATH for module in MODULES if role in module.ROLES} for role, _ in PEOPLE.values()}
    assert opened["reader"] <= {"/", "/agreement", "/reports", "/trace", "/trace/{study}/{snapshot}/{estimate_id}"}
    assert opened["coordinator"].isdisjoint({"/people", "/accounts"})
    assert opened["administrator"] - opened["data_manager"] == {"/accounts"}
    assert opened["administrator"] == {module.PATH for module in MODULES}


def test_what_is_not_there_and_what_is_not_yours_look_the_same(clients, review_home):
    with Ledger(review_home) as ledger:
        of_aaa = delivered(review_home, ledger, Person("m", "data_manager"), "AAA")[0].delivery_id
    asked = [f"/deliveries/AAA/{of_aaa}", f"/deliveries/BBB/{of_aaa}", "/deliveries/AAA/none", "/nowhere", "/accounts"]
    answers = [clients["of-bbb"].get(path) for path in asked]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1
    assert clients["of-aaa"].get(asked[0]).status_code == 200
    assert clients["admin"].get("/accounts").status_code == 200


def test_a_refusal_is_in_the_audit_without_any_value(clients, review_home):
    before = len(refusals(review_home))
    clients["of-bbb"].get("/deliveries/AAA/secret-of-somebody")
    clients["reader"].get("/deliveries?site=secret-of-somebody")
    clients["reader"].get("/secret-of-somebody")
    for _ in range(100):
        found = refusals(review_home)[before:]
        if len(found) == 3:
            break
        time.sleep(0.05)
    assert found == [
        ("of-bbb", "page:/deliveries/{site}/{delivery}"), ("reader", "page:/deliveries"), ("reader", "page:unknown"),
    ]  # fmt: skip


def test_a_page_that_fails_quotes_nothing(clients, monkeypatch, caplog):
    from haicplatform.review.pages import overview

    value = "1234" + "5"

    def broken(ctx):
        raise ValueError(f"patient {value}")

    monkeypatch.setattr(overview, "show", broken)
    clients["manager"].get("/language/ko")
    answer = clients["manager"].get("/")
    assert answer.status_code == 500 and "관리자" in answer.text
    assert "ValueError" in caplog.text and "broken" in caplog.text
    assert value not in answer.text + caplog.text


def test_a_mistake_is_said_in_a_sentence(clients, monkeypatch):
    from haicplatform.core.errors import UsageError
    from haicplatform.review.pages import overview

    def wrong(ctx):
        raise UsageError("<b>Nothing</b> is published yet", todo="wait")

    monkeypatch.setattr(overview, "show", wrong)
    answer = clients["manager"].get("/")
    assert answer.status_code == 400 and "&lt;b&gt;Nothing&lt;/b&gt; is published yet" in answer.text


def test_scripts_in_what_hospitals_write_stay_text(clients):
    answer = clients["manager"].get("/deliveries", params={"site": "<script>alert(1)</script>", "status": "</script>"})
    assert answer.status_code == 200 and "<script>alert" not in answer.text
