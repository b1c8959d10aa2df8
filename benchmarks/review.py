"""The review application under 20 people at once: 100,000 findings, 20,000 waiting queries, one machine.

Belongs here: the people, what they do, the times and the server's memory. Does not belong here: the rows (review_home).

A person logs in within the morning's first seconds, opens a list, searches, sorts and turns pages, some seconds
apart; an answer is timed from the request or the socket's event to the rows that came back. After them a browser says
when the rows are to be seen.
"""

from __future__ import annotations

import asyncio
import html
import json
import os
import random
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from itertools import chain
from pathlib import Path

import httpx
import socketio

from benchmarks.review_home import PASSWORD, PEOPLE, make_home
from haicplatform.core.people import Person
from haicplatform.core.settings import Home
from haicplatform.review.data import finding_list, query_list
from haicplatform.review.data.page_context import PageContext

FINDINGS, WAITING, LISTS_EACH = 100_000, 20_000, 4
LISTS = {
    "/findings": (
        finding_list,
        ("", "?severity=error", "?site=B03", "?state=open", "?age=30", "?category=completeness"),
    ),
    "/queries": (query_list, ("", "?state=open&severity=error", "?site=B03", "?age=30", "?state=closed")),
}
TEXTS = ("lab", "12", "혈", "mm")  # each leaves another list than all rows
THINKING = (3.0, 8.0)  # seconds between what a person does
MORNING = 10.0  # seconds in which everybody comes and opens the first list
LIMITS = {"server": 300, "seen": 1500, "memory": 600}  # ms, ms, MB of 10**6 bytes
Times = dict[str, list[float]]


def alone(home: Home) -> Times:
    """Milliseconds of each question asked of the server's own functions, one after the other."""
    desk, times = PageContext(home, Person("benchmark", "data_manager"), "ko"), {}
    for path, (module, opened) in LISTS.items():
        filters = [dict(pair.split("=") for pair in query[1:].split("&") if pair) for query in opened]
        asked = [(chosen, "", 0) for chosen in filters] + [({"text": text}, "", 0) for text in TEXTS]
        asked += [({}, sort, 0) for sort in sorted(module.SORTABLE)] + [({}, "message", 50_000)]
        times[path] = []
        for chosen, sort, offset in asked:
            start = time.perf_counter()
            module.rows(desk, chosen, sort, offset, 50)
            times[path].append(1000 * (time.perf_counter() - start))
    return times


class Browsing:
    """One person's browser without a screen: pages by HTTP, their events by socket."""

    def __init__(self, url: str, number: int, times: Times) -> None:
        self.url, self.number, self.times, self.random = url, number, times, random.Random(number)
        self.came = asyncio.Event()
        self.table = ""

    async def run(self) -> None:
        async with httpx.AsyncClient(base_url=self.url, headers={"origin": self.url}, timeout=60) as client:
            await asyncio.sleep(self.random.uniform(0, MORNING))
            start = time.perf_counter()
            await client.post("/login", data={"name": f"person{self.number % PEOPLE}", "password": PASSWORD})
            self.times["morning: logged in"].append(1000 * (time.perf_counter() - start))
            for turn in range(LISTS_EACH):
                path = list(LISTS)[(self.number + turn) % 2]
                if turn:
                    await asyncio.sleep(self.random.uniform(*THINKING))
                start = time.perf_counter()
                answer = await client.get(path + self.random.choice(LISTS[path][1]))
                answer.raise_for_status()
                what = f"{path} opened" if turn else f"morning: {path}"
                self.times[what].append(1000 * (time.perf_counter() - start))
                await self._use(path, answer.text, client.cookies["haic_session"])

    async def _use(self, path: str, text: str, token: str) -> None:
        page = re.search(r"['\"]client_id['\"]: ?['\"]([0-9a-f-]{36})", text).group(1)
        elements = json.loads(html.unescape(re.search(r"parseElements\(String\.raw`(.*?)`\)", text, re.S).group(1)))
        self.table, table = next((i, e) for i, e in elements.items() if "rowsPerPage" in str(e.get("props", {})))
        box_id, box = next((i, e) for i, e in elements.items() if "filter-text" in e.get("class", ()))
        opened = socketio.AsyncClient(reconnection=False)
        opened.on("update", self._updated)
        query = f"client_id={page}&tab_id=t&document_id=d&next_message_id=0&implicit_handshake=true"
        await opened.connect(
            f"{self.url}?{query}", headers={"Origin": self.url, "Cookie": f"haic_session={token}"},
            socketio_path="/_nicegui_ws/socket.io", transports=["websocket"], wait_timeout=30,
        )  # fmt: skip
        events = (
            ("searched", box_id, box, "update:value", lambda: self.random.choice(TEXTS)),
            ("sorted", self.table, table, "request", lambda: self._page(1)),
            ("turned", self.table, table, "request", lambda: self._page(self.random.randint(2, 9))),
        )
        for name, identity, element, kind, argument in events:
            await asyncio.sleep(self.random.uniform(*THINKING))
            listener = next(each["listener_id"] for each in element["events"] if each["type"] == kind)
            message = {
                "client_id": page,
                "id": int(identity),
                "listener_id": listener,
                "args": [json.dumps(argument())],
            }
            self.came.clear()
            start = time.perf_counter()
            await opened.emit("event", message)
            await asyncio.wait_for(self.came.wait(), 60)
            self.times[f"{path} {name}"].append(1000 * (time.perf_counter() - start))
        await opened.disconnect()

    def _page(self, page: int) -> dict:
        order = self.random.choice(["message", "severity", "place", "site"])
        return {"pagination": {"page": page, "rowsPerPage": 50, "sortBy": order, "descending": page % 2 == 0}}

    def _updated(self, message: dict) -> None:
        if "rows" in str(message.get(self.table, ""))[:100_000]:
            self.came.set()


async def together(url: str) -> Times:
    """Milliseconds of what 20 people did at once, by what they did."""
    times: Times = defaultdict(list)
    await asyncio.gather(*(Browsing(url, number, times).run() for number in range(PEOPLE)))
    return times


def seen(url: str) -> Times:
    """Milliseconds until the rows are to be seen in Chromium: the page opened, a text searched, a column sorted."""
    from playwright.sync_api import sync_playwright

    times: Times = defaultdict(list)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page()
        page.goto(f"{url}/login?to=/queries")
        page.fill("[name=name]", "person0")
        page.fill("[name=password]", PASSWORD)
        page.click("button[type=submit]")
        for _ in range(5):
            for path in LISTS:
                start = time.perf_counter()
                page.goto(url + path)
                page.wait_for_selector(".q-table tbody tr")
                times[f"{path} opened"].append(1000 * (time.perf_counter() - start))
                for word, name in (("no such text", "searched"), ("", "emptied")):
                    start = time.perf_counter()
                    page.fill(".filter-text input", word)
                    page.wait_for_function(
                        f"(document.querySelectorAll('.q-table tbody tr').length > 0) === {'false' if word else 'true'}"
                    )
                    times[f"{path} {name}"].append(1000 * (time.perf_counter() - start))
        browser.close()
    return times


def serve(home: Home) -> tuple[subprocess.Popen, str]:
    """`haic review` on a free port, as a process of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "haicplatform.cli.main", "--home", str(home.root), "review", "--port", str(port)]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    for _ in range(300):
        try:
            httpx.get(f"{url}/login")
            return running, url
        except httpx.TransportError:
            time.sleep(0.2)
    running.kill()
    raise RuntimeError("the review application did not start")


def used(pid: int) -> float:
    """Processor seconds of a process until now."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure() -> dict:
    with tempfile.TemporaryDirectory() as folder:
        home = make_home(Path(folder) / "home", FINDINGS, WAITING)
        one = alone(home)
        running, url = serve(home)
        try:
            before, began = used(running.pid), time.perf_counter()
            people = asyncio.run(together(url))
            count, seconds = sum(map(len, people.values())), time.perf_counter() - began
            processor = 1000 * (used(running.pid) - before) / count
            browser = seen(url)
            status = Path(f"/proc/{running.pid}/status").read_text()
        finally:
            running.terminate()
            running.wait(20)
    peak = int(re.search(r"VmHWM:\s+(\d+) kB", status).group(1)) * 1024 / 1e6
    return {
        "alone": one, "together": people, "seen": browser, "processor": processor, "a_second": count / seconds,
        "peak": peak,
    }  # fmt: skip


def main() -> None:
    found = measure()
    print(f"Review application: {FINDINGS:,} findings, {WAITING:,} waiting queries, {PEOPLE} people at once")
    for title, times in (
        ("one question at a time, on the server", found["alone"]),
        (f"{PEOPLE} people at once, until the answer is back", found["together"]),
        ("until it is seen in the browser (a search waits 400 ms for more letters)", found["seen"]),
    ):
        print(f"  {title}")
        for name, each in [*sorted(times.items()), ("all of these", list(chain(*times.values())))]:
            worst = sorted(each)[max(0, round(0.95 * len(each)) - 1)]
            print(f"    {name:22} median {statistics.median(each):5.0f} ms   95 % {worst:5.0f} ms   of {len(each)}")
    each = f"{found['a_second']:.1f} a second, {found['processor']:.0f} ms of processor time each"
    print(f"  answers to {PEOPLE} people, log-ins included: {each}")
    print(f"  largest memory of the server: {found['peak']:.0f} MB")
    print("  wanted: at most {server} ms on the server, {seen} ms until it is seen, {memory} MB".format(**LIMITS))


if __name__ == "__main__":
    main()
