"""What the tests of the review application share: a small home of two hospitals, one server, people, a browser.

One server serves all tests of a process: the framework knows one application. A test that writes makes accounts or
queries of its own, or copies the home.
"""

from __future__ import annotations

import asyncio
import re
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import httpx
import pytest

from haicplatform.core.settings import Home
from tests.conftest import need, need_library

PASSWORD = "correct horse battery staple"
PEOPLE = {
    "admin": ("administrator", ()),
    "manager": ("data_manager", ()),
    "of-aaa": ("coordinator", ("AAA",)),
    "of-bbb": ("coordinator", ("BBB",)),
    "reader": ("reader", ()),
}


@pytest.fixture(scope="session")
def review_home(tmp_path_factory) -> Home:
    """AAA and BBB have each delivered twice and are harmonised; two body heights of each cannot be."""
    from haicplatform.ledger.accounts import store
    from haicplatform.ledger.store import Ledger
    from haicplatform.pipeline.harmonise import harmonise
    from haicplatform.pipeline.ingest_hospital import ingest_site
    from haicplatform.queries.sync import sync_site, sync_snapshot
    from tests.pipeline.hospital import deliver, make_site, records

    home = Home(tmp_path_factory.mktemp("review") / "home").create()
    for site_id in ("AAA", "BBB"):
        make_site(home, site_id)
        for day, patients in (("20240101", 8), ("20240201", 9)):
            rows = records(patients, prefix=f"{site_id}-P")
            for number in (1, 3):
                rows["patient"][number]["height_cm"] = 900 + number
            if day == "20240201":
                rows["patient"][5]["height_cm"] = 171
            deliver(home, rows, day, site_id)
            ingest_site(home, site_id)
            sync_site(home, site_id)
    harmonise(home)
    sync_snapshot(home)
    with Ledger(home) as ledger:
        for name, (role, sites) in PEOPLE.items():
            store.add(ledger, "test", name, role, sites, PASSWORD)
    return home


@dataclass(frozen=True)
class Server:
    """The running application. `client(name)` is a browser without scripts that is logged in under that name."""

    url: str

    def client(self, name: str | None = None, password: str = PASSWORD) -> httpx.Client:
        client = httpx.Client(base_url=self.url, headers={"origin": self.url}, timeout=30)
        if name is not None:
            answer = client.post("/login", data={"name": name, "password": password})
            assert answer.status_code == 303, answer.text
        return client

    def client_id(self, text: str) -> str:
        """The framework's id of a page, from its HTML."""
        return re.search(r"[\"']client_id[\"']: *[\"']([0-9a-f-]{36})", text).group(1)


@pytest.fixture(scope="session")
def server(review_home):
    """The application of `review_home` on a free port of this machine."""
    import uvicorn

    from haicplatform.review.server.app import build

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = uvicorn.Config(build(review_home), port=port, log_level="warning", timeout_graceful_shutdown=1)
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    until = time.monotonic() + 60
    while not running.started:
        assert thread.is_alive() and time.monotonic() < until, "the server did not start"
        time.sleep(0.05)
    yield Server(f"http://127.0.0.1:{port}")
    running.should_exit = True
    thread.join(10)


def run(coroutine):
    """asyncio.run in a thread of its own: Playwright keeps a loop in the tests' thread. Returns what it returns."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()


@pytest.fixture(scope="module")
def browser():
    """Debian's Chromium without a window; closed after each file, because its loop stops others from having one."""
    need("chromium", "chromium")
    need_library("libatomic.so.1", "libatomic1")  # of Playwright's driver
    from playwright.sync_api import sync_playwright

    quiet = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync"]  # fmt: skip
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=quiet)
        yield opened
        opened.close()
