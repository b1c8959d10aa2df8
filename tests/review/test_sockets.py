"""A page's events are taken from the session that opened the page, and from nobody else."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager

import pytest
import socketio

from haicplatform.ledger.accounts import sessions, store
from haicplatform.ledger.store import Ledger
from haicplatform.review.server.guard import COOKIE
from tests.review.conftest import PASSWORD, run

REFUSED = (socketio.exceptions.ConnectionError, socketio.exceptions.TimeoutError)


class Page:
    """The list of deliveries, opened by somebody: its id, and the grid on the server."""

    def __init__(self, server, client):
        from nicegui import Client, ui

        self.token = client.cookies[COOKIE]
        self.id = server.client_id(client.get("/deliveries").text)
        self.table = next(each for each in Client.instances[self.id].elements.values() if isinstance(each, ui.table))

    def message(self, rows: int) -> dict:
        """What the browser sends when somebody asks for so many rows a page."""
        listener = next(each for each in self.table._event_listeners.values() if each.type == "request")
        wanted = {"pagination": {"page": 1, "rowsPerPage": rows, "sortBy": None, "descending": False}}
        return {"client_id": self.id, "id": self.table.id, "listener_id": listener.id, "args": [json.dumps(wanted)]}

    async def shows(self, rows: int) -> bool:
        for _ in range(40):
            if self.table.pagination["rowsPerPage"] == rows:
                return True
            await asyncio.sleep(0.05)
        return False


@asynccontextmanager
async def socket(server, token, client_id, origin=None):
    """A browser's socket to the page of that id, with the cookie of a session."""
    opened = socketio.AsyncClient(reconnection=False)
    opened.sent_to = []
    opened.on("open", lambda message: opened.sent_to.append(message["path"]))
    query = f"client_id={client_id}&tab_id=t-{client_id}&document_id=d&next_message_id=0&implicit_handshake=true"
    headers = {"Origin": origin or server.url} | ({"Cookie": f"{COOKIE}={token}"} if token else {})
    await opened.connect(
        f"{server.url}?{query}", headers=headers, socketio_path="/_nicegui_ws/socket.io", transports=["websocket"],
        wait_timeout=5,
    )  # fmt: skip
    try:
        yield opened
    finally:
        await opened.disconnect()


@pytest.fixture
def page(server):
    return Page(server, server.client("manager"))


def test_the_own_page_answers(server, page):
    async def asked():
        async with socket(server, page.token, page.id) as own:
            await own.emit("event", page.message(25))
            return await page.shows(25)

    assert run(asked())


@pytest.mark.parametrize("name", [None, "forged", "of-bbb", "manager"])
def test_no_other_session_gets_a_socket_to_the_page(server, page, name):
    """Not even another session of the same person: the page belongs to the session that opened it."""
    token = {None: None, "forged": "x" * 43}[name] if name in (None, "forged") else server.client(name).cookies[COOKIE]

    async def asked():
        async with socket(server, token, page.id):
            pytest.fail("the socket was opened")

    with pytest.raises(REFUSED):
        run(asked())


def test_another_page_of_the_web_gets_no_socket(server, page):
    async def asked():
        async with socket(server, page.token, page.id, origin="http://evil.example"):
            pytest.fail("the socket was opened")

    with pytest.raises(REFUSED):
        run(asked())


def test_an_event_that_names_somebody_elses_page_does_nothing(server, page):
    own = Page(server, server.client("of-bbb"))

    async def asked():
        async with socket(server, own.token, own.id) as other:
            await other.emit("event", page.message(100))
            await other.emit("handshake", {"client_id": page.id, "tab_id": "t", "document_id": "d"})
            for name in ("javascript_response", "ack", "log"):
                await other.emit(name, {"client_id": page.id, "request_id": "x", "next_message_id": 9, "result": 1})
            await other.emit("event", "no message at all")
            await other.emit("event", own.message(200))
            assert await own.shows(200)  # the socket itself works
            return await page.shows(100)

    assert not run(asked())


@pytest.mark.parametrize("end", ["logout", "disable"])
def test_after_the_session_nothing_is_done_and_the_page_is_sent_away(server, review_home, end):
    with Ledger(review_home) as ledger:
        name = f"socket-{end}"
        store.add(ledger, "test", name, "data_manager", (), PASSWORD)
        page = Page(server, server.client(name))

        async def asked():
            async with socket(server, page.token, page.id) as own:
                await own.emit("event", page.message(25))
                assert await page.shows(25)
                if end == "logout":
                    sessions.end(ledger, sessions.hash_of(page.token))
                else:
                    store.disable(ledger, "test", name)
                await own.emit("event", page.message(100))
                return await page.shows(100), own.sent_to

        assert run(asked()) == (False, ["/login?over=1"])


def test_what_belongs_to_a_page_is_nobody_elses(server, page):
    path = f"/_nicegui/client/{page.id}/upload/1"
    assert server.client("of-bbb").post(path).status_code == 404
    assert server.client("manager").post(path).status_code == 404
    assert server.client().post(path).status_code == 401
    assert server.client("manager").get("/_nicegui/auto/static/x/passwd").status_code == 404
