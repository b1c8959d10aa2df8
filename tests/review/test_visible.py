"""In a real browser: what a page holds can also be seen and clicked, by its computed colours.

A button in the colour of its own background is there for every test but this one.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from playwright.sync_api import TimeoutError as Late

from haicplatform.core.people import ADMINISTRATOR, Person
from haicplatform.review.data.page_context import KOREAN, PageContext
from haicplatform.review.data.patient import Mark
from haicplatform.review.data.timeline import RESPONSES, timeline
from tests.review.conftest import PASSWORD

FAINT = (Path(__file__).parent / "contrast.js").read_text(encoding="utf-8")
FADE_MILLISECONDS = 3000  # dialogs and menus come slowly
QUERY = ".q-table tbody tr a >> nth=0"


@pytest.fixture(params=["ko", "en"])
def page(request, server, browser):
    """A page of the administrator, who sees everything, in each language."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    opened.goto(f"{server.url}/language/{request.param}?to=/login")
    assert faint(opened) == []
    opened.fill("[name=name]", "admin")
    opened.fill("[name=password]", PASSWORD)
    opened.press("[name=password]", "Enter")
    opened.wait_for_selector("main.page")
    yield opened
    context.close()


def faint(page) -> list[dict]:
    """What is still too faint once everything has come."""
    try:
        page.wait_for_function(f"({FAINT})().length === 0", timeout=FADE_MILLISECONDS)
    except Late:
        return page.evaluate(FAINT)
    return []


def test_everything_on_every_page_can_be_seen(page, server):
    menu = page.eval_on_selector_all("nav a", "links => links.map(link => link.getAttribute('href'))")
    seen = {}
    for path in menu:
        page.goto(server.url + path)
        seen[path] = faint(page)
    for path in ("/deliveries", "/queries"):  # a delivery, a query, its patient
        page.goto(server.url + path)
        page.click(QUERY)
        page.wait_for_url(f"**{path}/**")
        seen[page.url] = faint(page)
    page.click(".about a")
    page.wait_for_url("**/patient/**")
    seen[page.url] = faint(page)
    assert len(seen) == 12 and {path: wrong for path, wrong in seen.items() if wrong} == {}


def test_every_mark_of_a_timeline_can_be_read(page, review_home):
    day = dt.date(2024, 1, 1)
    codes = [*RESPONSES, "MISSING"]
    marks = [Mark(0, "response", day + dt.timedelta(30 * n), code) for n, code in enumerate(codes)]
    marks += [Mark(0, "recorded", one.day, one.code, reader_id="LOCAL", detail="MRECIST") for one in marks]
    marks += [Mark(0, "adverse_event", day + dt.timedelta(30 * n), "AE", value=n) for n in range(1, 6)]
    ctx = PageContext(review_home, Person("admin", ADMINISTRATOR, None), KOREAN)
    page.evaluate("html => document.body.innerHTML = html", timeline(ctx, marks, lambda _: "#"))
    assert page.locator("svg.timeline a").count() == len(marks) and faint(page) == []


def test_everything_in_the_dialogs_can_be_seen(page, server):
    page.goto(f"{server.url}/queries")
    page.click(".many")
    page.click(".dialog .what")
    page.wait_for_selector(".q-menu .q-item")
    assert faint(page) == []
    page.goto(f"{server.url}/accounts")
    page.click("main .q-btn >> nth=0")
    page.wait_for_selector(".form")
    assert faint(page) == []
    page.click(".form .q-btn")  # no name, no password: a notice
    page.wait_for_selector(".q-notification .q-btn")
    assert faint(page) == []


def test_the_button_that_uploads_can_be_seen_and_clicked(page, server):
    page.goto(f"{server.url}/queries")
    page.click(".back")
    page.wait_for_selector(".q-uploader__header .q-btn .q-icon")
    assert faint(page) == []
    for name, place in ((".q-btn", None), ("", {"x": 40, "y": 15})):  # the button, and the words beside it
        with page.expect_file_chooser():
            page.click(f".q-uploader__header {name}", position=place)
