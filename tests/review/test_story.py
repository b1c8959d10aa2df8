"""A data manager's week in a real browser: queries out and in by Excel, closed and opened again by deliveries.

SYNTHETIC: two hospitals of the demo. With HAIC_SCREENSHOTS set to a folder, a picture of every step is left there.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from openpyxl import load_workbook

from haicplatform.core.settings import Home
from haicplatform.demo.dialects import ujb
from haicplatform.demo.dialects.page import write
from haicplatform.demo.generate import site_files, tables
from haicplatform.ledger import audit
from haicplatform.ledger.accounts import store
from haicplatform.ledger.engine import reading
from haicplatform.ledger.store import Ledger
from haicplatform.pipeline.harmonise import harmonise
from haicplatform.pipeline.ingest_hospital import ingest_site
from haicplatform.queries import workbook
from haicplatform.queries.sync import sync_site, sync_snapshot
from tests.review.conftest import PASSWORD

WORST, OTHER = "UJB", "SVH"
FIRST_DAY, CORRECTED, SPOILT = "20240815", "20240822", "20240829"
BAD_FILE, BAD_ROW = "lb_", 151  # a unit that cannot be converted, as the demo plants it
FIRST = workbook.HEADER_ROW + 1


def deliver(home: Home, site: str, files: dict[str, bytes], day: str) -> None:
    for name, data in files.items():
        path = home.inbox / site / name.replace(FIRST_DAY, day)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    ingest_site(home, site)
    sync_site(home, site)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    home = Home(tmp_path_factory.mktemp("story") / "home").create()
    for site in (WORST, OTHER):
        deliver(home, site, site_files(site)[0], FIRST_DAY)
    harmonise(home)
    sync_snapshot(home)
    with Ledger(home) as ledger:
        store.add(ledger, "test", "manager", "data_manager", (), PASSWORD)
    return home


@pytest.fixture(scope="module")
def url(home):
    """`haic review` as a person starts it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "haicplatform.cli.main", "--home", str(home.root), "review", "--port", str(port)]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    address, until = f"http://127.0.0.1:{port}", time.monotonic() + 60
    while True:
        try:
            httpx.get(f"{address}/login")
            break
        except httpx.TransportError:
            assert running.poll() is None and time.monotonic() < until, "the server did not start"
            time.sleep(0.2)
    yield address
    running.terminate()
    running.wait(20)


@pytest.fixture
def page(browser, url):
    context = browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    page = context.new_page()
    page.goto(f"{url}/login")
    page.fill("input[name=name]", "manager")
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_selector("main.page")
    yield page
    context.close()


def shot(page, name: str) -> None:
    folder = os.environ.get("HAIC_SCREENSHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.wait_for_timeout(500)
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def answered(path: Path) -> int:
    """Answer every query of a workbook but the last, as a coordinator does in Excel."""
    book = load_workbook(path)
    sheet = book[workbook.QUERIES]
    column = {name: place for place, (name, *_) in enumerate(workbook.COLUMNS, 1)}
    last = max(row for row in range(FIRST, sheet.max_row + 1) if sheet.cell(row, 1).value is not None)
    for row in range(FIRST, last):
        sheet.cell(row, column["answer"], workbook.ANSWERS[0])
        sheet.cell(row, column["comment"], "<b>차트 확인함</b>")
    book.save(path)
    return last - FIRST


def upload(page, path: Path) -> None:
    """Choose a workbook as a person does: by the button, not by the hidden input behind it."""
    with page.expect_file_chooser() as chooser:
        page.click(".q-uploader__header .q-btn")
    chooser.value.set_files(path)


def states(page, url: str, site: str) -> list[str]:
    """The states of a hospital's queries, as the list shows them."""
    page.goto(f"{url}/queries?site={site}")
    page.wait_for_selector(".q-table tbody tr")
    return page.locator(".q-table tbody tr td:nth-child(3)").all_inner_texts()


def test_a_week_of_a_data_manager(home, url, page, tmp_path):
    page.goto(f"{url}/queries")
    page.wait_for_selector(".q-table tbody tr")
    shot(page, "1-queries")
    worst = page.locator("table.plain tbody tr").first
    assert WORST in worst.inner_text()
    with page.expect_download() as download:
        worst.locator("a[download]").click()
    path = tmp_path / "answers.xlsx"
    download.value.save_as(path)
    count = answered(path)
    asked = len(states(page, url, WORST))
    assert count == asked - 1 == 8

    page.click(".back")
    upload(page, path)
    page.wait_for_selector(".sentence.good")
    assert f"답변 {count}건을 반영했습니다" in page.inner_text(".sentence.good")
    shot(page, "2-answers-taken")
    # the same file once more: the queries are answered by now, and every row says so
    upload(page, path)
    page.wait_for_selector(".dialog table.plain")
    assert page.locator(".dialog table.plain tbody tr").count() == count
    shot(page, "3-answers-refused")
    assert sorted(states(page, url, WORST)) == sorted(["답변됨"] * count + ["답변 대기"])

    [number] = numbers_of(home, WORST, BAD_FILE, BAD_ROW)
    page.goto(f"{url}/queries/{number}")
    page.wait_for_selector("td.marked")
    # the mark-up of the workbook is text here
    assert "<b>차트 확인함</b>" in page.inner_text(".said")
    bad = page.inner_text("td.marked")
    shot(page, "4-answered")

    # the next delivery comes while the page is open
    clean = write(ujb.pages(tables(WORST)))
    deliver(home, WORST, clean, CORRECTED)
    page.fill(".note textarea", "다시 확인 부탁드립니다")
    page.click(".do-close")
    page.wait_for_selector(".q-notification")
    assert "그 사이" in page.inner_text(".q-notification")
    assert page.input_value(".note textarea") == "다시 확인 부탁드립니다"
    assert "종결" in page.inner_text("p.line-up")
    shot(page, "5-changed-meanwhile")
    assert states(page, url, WORST) == ["종결"] * asked

    good = value_of(clean, BAD_FILE, BAD_ROW, bad)
    page.goto(f"{url}/queries/{number}")
    history = page.inner_text(".history")
    assert "자동 종결" in history and f"{bad} → {good}" in history
    shot(page, "6-closed-by-delivery")

    deliver(home, WORST, spoil(clean), SPOILT)
    page.reload()
    page.wait_for_selector("td.marked")
    assert page.inner_text("td.marked") == bad
    assert "답변 대기" in page.inner_text("p.line-up")
    assert "다시 열림" in page.inner_text(".history")
    shot(page, "7-reopened")
    assert sorted(states(page, url, WORST)) == sorted(["종결"] * (asked - 1) + ["답변 대기"])

    page.goto(f"{url}/language/en?to=%2Fqueries%2F{number}")
    page.goto(f"{url}/queries/{number}")
    page.wait_for_selector("td.marked")
    shot(page, "8-reopened-en")
    page.goto(f"{url}/queries")
    page.wait_for_selector(".q-table tbody tr")
    shot(page, "9-queries-en")

    with Ledger(home) as ledger, reading(ledger.engine, home) as session:
        assert audit.verify(session).broken_at is None
        done = [(entry.actor, entry.action) for entry in audit.history(session, f"query:{fingerprint(home, number)}")]
        assert [("manager", "queries.export"), ("manager", "queries.import")] == [
            (entry.actor, entry.action) for entry in audit.history(session, f"site:{WORST}")
        ]
    assert done == [
        ("delivery", "opened"), ("manager", "answer"), ("delivery", "closed_by_delivery"),
        ("delivery", "reopened_by_delivery"),
    ]  # fmt: skip


def numbers_of(home: Home, site: str, file: str, row: int) -> list[int]:
    from haicplatform.core.people import Person
    from haicplatform.queries.actions import listed

    with Ledger(home) as ledger:
        found = listed(ledger, Person("test", "data_manager"), site_id=site)
    return [query.number for query in found if query.source_file.startswith(file) and query.source_row == row]


def fingerprint(home: Home, number: int) -> str:
    from haicplatform.core.people import Person
    from haicplatform.queries.actions import history

    with Ledger(home) as ledger:
        return history(ledger, Person("test", "data_manager"), number)[0].fingerprint


def spoil(clean: dict[str, bytes]) -> dict[str, bytes]:
    """The clean files with one planted row back in."""
    planted = site_files(WORST)[0]
    [name] = [name for name in clean if name.startswith(BAD_FILE)]
    lines = clean[name].split(b"\n")
    lines[BAD_ROW - 1] = planted[name].split(b"\n")[BAD_ROW - 1]
    return clean | {name: b"\n".join(lines)}


def value_of(files: dict[str, bytes], file: str, row: int, bad: str) -> str:
    """The corrected cell: the one that differs from the planted row, which holds `bad`."""
    [name] = [name for name in files if name.startswith(file)]
    planted, clean = (
        each[name].decode().splitlines()[row - 1].split(",") for each in (site_files(WORST)[0], files)
    )  # fmt: skip
    [pair] = [pair for pair in zip(planted, clean, strict=True) if pair[0] != pair[1]]
    assert pair[0] == bad
    return pair[1]
