"""The framework's sockets: a page's events are taken from the session that opened the page, while it lasts.

Belongs here: checking every message of a browser on the server. Does not belong here: requests (guard.py).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from urllib.parse import parse_qs

from nicegui import Client, core
from socketio.exceptions import ConnectionRefusedError

from haicplatform.ledger.accounts import sessions
from haicplatform.ledger.store import Ledger
from haicplatform.review.server.guard import SESSION, touch_later

LOGIN = "/login?over=1"
WATCH_SECONDS = 20
_guarded: list[Ledger] = []


def guard_sockets(ledger: Ledger) -> None:
    """Put a check before each of the framework's own handlers; the last ledger given is the one asked."""
    if _guarded:
        _guarded[:] = [ledger]
        return
    _guarded.append(ledger)
    core.sio.eio.cors_allowed_origins = None
    handlers = core.sio.handlers["/"]
    inner = dict(handlers)

    async def connect(sid: str, environ: dict, auth: object = None) -> object:
        query = parse_qs(environ.get("QUERY_STRING", ""))
        client_id = query.get("client_id", [""])[0]
        if not is_own(session_of(environ), client_id):
            raise ConnectionRefusedError("Implicit handshake failed")  # the words at which the browser loads anew
        return await inner["connect"](sid, environ, auth)

    async def handshake(sid: str, data: dict) -> object:
        return await inner["handshake"](sid, data) if _may(sid, data) else False

    async def event(sid: str, message: dict) -> None:
        if not _may(sid, message):
            return
        opened = session_of(core.sio.get_environ(sid) or {})
        session = sessions.find(_guarded[0], opened.identity) if opened else None
        if session is None:
            await _send_away(sid, Client.instances[message["client_id"]])
            return
        if session.is_idle:
            touch_later(_guarded[0], session)
        inner["event"](sid, message)

    handlers |= {"connect": connect, "handshake": handshake, "event": event}
    for name in ("javascript_response", "ack", "log"):
        handlers[name] = _checked(inner[name])


def session_of(environ: dict) -> sessions.Session | None:
    """The session that the guard found when the socket was opened."""
    return environ.get("asgi.scope", {}).get(SESSION)


def is_own(session: sessions.Session | None, client_id: str) -> bool:
    """Whether the page of that id was opened in this very session."""
    client = Client.instances.get(client_id)
    if session is None or client is None:
        return False
    opened = client.request.scope.get(SESSION)
    return opened is not None and opened.identity == session.identity


async def watch() -> None:
    """For as long as the server runs: send away the pages whose session is over, so that nothing is shown to them."""
    while True:
        await asyncio.sleep(WATCH_SECONDS)
        for client in list(Client.instances.values()):
            opened = client.request.scope.get(SESSION)
            if opened is None or sessions.find(_guarded[0], opened.identity) is None:
                await core.sio.emit("open", {"path": LOGIN, "new_tab": False}, room=client.id)
                client.delete()


def _checked(handler: Callable[[str, dict], None]) -> Callable[[str, dict], None]:
    def checked(sid: str, message: dict) -> None:
        if _may(sid, message):
            handler(sid, message)

    return checked


def _may(sid: str, message: object) -> bool:
    client_id = message.get("client_id") if isinstance(message, dict) else None
    return isinstance(client_id, str) and is_own(session_of(core.sio.get_environ(sid) or {}), client_id)


async def _send_away(sid: str, client: Client) -> None:
    await core.sio.emit("open", {"path": LOGIN, "new_tab": False}, room=sid)
    client.delete()
