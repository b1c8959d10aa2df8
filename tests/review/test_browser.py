"""In a real browser: logging in, a grid that asks the server, the language, and the end of a session."""

from __future__ import annotations

import re

import pytest

from haicplatform.ledger.accounts import store
from haicplatform.ledger.store import Ledger
from tests.review.conftest import PASSWORD


@pytest.fixture
def page(server, browser):
    """A page of a fresh browser; whatever it asks elsewhere, and every error of a script, fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="ko-KR")
    opened, wrong = context.new_page(), []
    host = server.url.removeprefix("http://")
    own = re.compile(rf"(http|ws)://{re.escape(host)}/|data:|blob:")
    opened.on("request", lambda request: own.match(request.url) or wrong.append(request.url))
    opened.on("websocket", lambda socket: own.match(socket.url) or wrong.append(socket.url))
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("console", lambda said: said.type == "error" and wrong.append(said.text))
    yield opened
    context.close()
    assert wrong == []


def log_in(page, server, name):
    page.goto(server.url + "/deliveries")
    page.fill("[name=name]", name)
    page.fill("[name=password]", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_selector(".q-table tbody tr")


def test_a_day_in_the_browser(page, server, review_home):
    with Ledger(review_home) as ledger:
        store.add(ledger, "test", "browser", "data_manager", (), PASSWORD)
        log_in(page, server, "browser")  # comes back to the page that was asked for
        assert page.url == server.url + "/deliveries"
        assert page.locator(".q-table tbody tr").count() == 4
        page.fill(".filter-file input", "no such file")
        page.wait_for_function("document.querySelectorAll('.q-table tbody tr').length === 0")
        page.fill(".filter-file input", "patient")
        page.wait_for_function("document.querySelectorAll('.q-table tbody tr').length === 4")
        page.click("text=English")
        page.wait_for_selector("text=Deliveries")
        page.click(".q-table tbody tr a >> nth=0")
        page.wait_for_selector("text=What changed against the one before")
        page.goto(server.url + "/deliveries")
        page.wait_for_selector(".q-table tbody tr")
        store.disable(ledger, "test", "browser")
        page.fill(".filter-file input", "x")
        page.wait_for_url("**/login?over=1")
        assert "session has ended" in page.text_content("main")


def test_logging_out_leaves_nothing_to_go_back_to(page, server):
    log_in(page, server, "of-aaa")
    assert page.locator(".q-table tbody tr").count() == 2
    page.click(".who button")
    page.wait_for_selector("[name=password]")
    page.go_back()
    page.wait_for_selector("[name=password]")
    assert page.locator(".q-table").count() == 0
