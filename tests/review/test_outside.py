"""No page asks anything of another host, in either language, and none shows an error of its scripts."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from haicplatform.ledger.engine import reading
from haicplatform.ledger.models import Query
from haicplatform.ledger.store import Ledger
from haicplatform.review.server.app import PAGES
from haicplatform.warehouse import warehouse
from tests.review.conftest import PASSWORD

# reached from a report of a study, which this home has none of
NOT_HERE = {"trace"}


@pytest.fixture(scope="module")
def addresses(review_home) -> dict[str, str]:
    """An address of every page that this home has something to show on."""
    from importlib import import_module

    with Ledger(review_home) as ledger, reading(ledger.engine, review_home) as session:
        query = session.scalars(select(Query).where(Query.site_id == "AAA").order_by(Query.number)).first()
    with warehouse.published(review_home) as con:
        usubjid = con.execute("SELECT min(usubjid) FROM harmonised.person").fetchone()[0]
    known = {
        "site": "AAA", "delivery": query.delivery_id, "number": query.number, "fingerprint": query.fingerprint,
        "usubjid": usubjid,
    }  # fmt: skip
    return {
        name: import_module(f"haicplatform.review.pages.{name}").PATH.format(**known)
        for name in PAGES if name not in NOT_HERE
    }  # fmt: skip


@pytest.mark.parametrize("language", ["ko", "en"])
def test_no_page_asks_another_host(server, browser, addresses, language):
    host = urlsplit(server.url).netloc
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page, asked, wrong = context.new_page(), [], []
    context.on("request", lambda request: asked.append(request.url))
    page.on("websocket", lambda socket: asked.append(socket.url))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: said.type == "error" and wrong.append(said.text))
    page.goto(f"{server.url}/language/{language}?to=/login")
    page.fill("[name=name]", "admin")
    page.fill("[name=password]", PASSWORD)
    page.click("button[type=submit]")
    for name, path in addresses.items():
        page.goto(server.url + path)
        page.wait_for_selector("main.page h1")
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.lang").startswith(language), name
        width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert width[0] <= width[1], f"{name} is wider than the window"
    context.close()
    places = [urlsplit(url) for url in asked]
    outside = [one.geturl() for one in places if one.scheme not in ("data", "blob") and one.netloc != host]
    assert outside == [] and wrong == []
    assert len(asked) > 10 * len(addresses)  # the listener heard them: scripts, styles and a socket a page
