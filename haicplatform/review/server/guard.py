"""The guard in front of every page, call and socket: which host, from where, and who.

Belongs here: what is decided before any page is asked, and the headers of every answer. Does not belong here: what a
page shows to whom (the page), passwords (accounts/). Knows no NiceGUI.
"""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from starlette.requests import cookie_parser
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from haicplatform.ledger.accounts import sessions
from haicplatform.ledger.store import Ledger

COOKIE, LANGUAGE_COOKIE = "haic_session", "haic_language"
# where the pages find them in the scope of a request
SESSION, HOME = "haic.session", "haic.home"
NONCE = "haic.nonce"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
LARGEST_BODY = 25_000_000
OPEN_PATHS = ("/login", "/language/", "/assets/", "/favicon.ico")
# the framework's own scripts and styles, the same for everybody
_ASSETS = re.compile(r"/_nicegui/[0-9.]+/|/assets/|/favicon\.ico$")
# what belongs to one page that somebody opened, such as its uploads
_OF_PAGE = re.compile(r"/_nicegui/client/([^/]+)/")
# files that the framework would hand to everybody who knows the address: downloads of ours ask who it is
_NEVER = "/_nicegui/auto/"
_SCRIPT = re.compile(rb"<script(?=[\s>])")
_READING = ("GET", "HEAD")


@dataclass(frozen=True)
class Rules:
    """hosts: the names this server answers to; is_https: whether the browser reaches it by https."""

    hosts: frozenset[str] = LOOPBACK
    is_https: bool = False


class Guard:
    """ASGI middleware in front of everything but the compression of answers."""

    def __init__(
        self, app: ASGIApp, ledger: Ledger, rules: Rules, owns: Callable[[sessions.Session | None, str], bool]
    ) -> None:
        """owns: whether a page of the framework, by its id, was opened in a session."""
        self.app, self.ledger, self.rules, self.owns = app, ledger, rules, owns

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        scope[NONCE] = secrets.token_urlsafe(16)
        answer = self._refusal(scope, headers)
        if answer is None:
            answer = self._known(scope, headers)
        if scope["type"] == "websocket":
            if answer is None:
                await self.app(scope, receive, send)
            else:
                await send({"type": "websocket.close", "code": 1008})
            return
        send = _Headers(scope, headers, self.rules, send)
        await (answer or self.app)(scope, _limited(receive), send)

    def _refusal(self, scope: Scope, headers: dict[str, str]) -> Response | None:
        """What is wrong with a request whoever sends it."""
        host = headers.get("host", "")
        if host_name(host) not in self.rules.hosts:
            return PlainTextResponse("This server does not answer to that name.", 421)
        is_socket = scope["type"] == "websocket"
        if not is_socket and scope["method"] not in (*_READING, "POST"):
            return PlainTextResponse("Not offered.", 405)
        if is_socket or scope["method"] not in _READING:
            if headers.get("origin") != f"{'https' if self.rules.is_https else 'http'}://{host}":
                return PlainTextResponse("The request came from another page.", 403)
        length = headers.get("content-length", "0")
        if not (length.isascii() and length.isdigit()) or int(length) > LARGEST_BODY:
            return PlainTextResponse(f"At most {LARGEST_BODY // 1_000_000} MB.", 413)
        return None

    def _known(self, scope: Scope, headers: dict[str, str]) -> Response | None:
        """Put the session into the scope; an answer where there must be one and is none."""
        path, token = scope["path"], cookie_of(headers, COOKIE)
        session = None
        if token:
            session = sessions.find(self.ledger, sessions.hash_of(token))
        scope[SESSION], scope[HOME] = session, self.ledger.home
        if session is not None:
            page = _OF_PAGE.match(path)
            if path.startswith(_NEVER) or (page and not self.owns(session, page.group(1))):
                return PlainTextResponse("Not there.", 404)
            if session.is_idle and not _ASSETS.match(path):
                touch_later(self.ledger, session)
            return None
        if path.startswith(OPEN_PATHS):
            return None
        if scope["type"] == "http" and scope["method"] == "GET" and not path.startswith("/_nicegui"):
            query = scope["query_string"].decode("latin-1")
            return RedirectResponse(f"/login?to={quote(path + ('?' + query if query else ''), safe='')}", 303)
        return PlainTextResponse("Log in first.", 401)


def touch_later(ledger: Ledger, session: sessions.Session) -> None:
    """Begin the idle time anew, without letting the request wait for the ledger's write lock."""
    asyncio.get_running_loop().run_in_executor(None, sessions.touch, ledger, session.identity)


def host_name(host: str) -> str:
    """The name in a Host header, without its port; empty for one that cannot be read."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def cookie_of(headers: dict[str, str], name: str) -> str | None:
    """A cookie's value. Another program on this machine shares its cookies with us: one of those may be malformed."""
    return cookie_parser(headers.get("cookie", "")).get(name)


def local_path(to: str | None) -> str:
    """Where to go after logging in: a path of this server and nothing else."""
    if not to or not to.startswith("/") or to.startswith(("//", "/\\", "/login", "/logout")) or not to.isprintable():
        return "/"
    return to


def _limited(receive: Receive) -> Receive:
    """A body without a length ends the request when it grows beyond what is taken."""
    taken = 0

    async def limited() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        return message if taken <= LARGEST_BODY else {"type": "http.disconnect"}

    return limited


class _Headers:
    """Puts the security headers on an answer, and the nonce on the scripts of a page."""

    def __init__(self, scope: Scope, headers: dict[str, str], rules: Rules, send: Send) -> None:
        self.scope, self.host, self.rules, self.send = scope, headers.get("host", ""), rules, send
        self.start: Message | None = None
        self.body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            is_page = self._dress(message)
            if is_page:
                self.start = message
                return
        elif self.start is not None and message["type"] == "http.response.body":
            self.body += message.get("body", b"")
            if message.get("more_body"):
                return
            await self._send_page(self.start)
            return
        await self.send(message)

    async def _send_page(self, start: Message) -> None:
        body = _SCRIPT.sub(f'<script nonce="{self.scope[NONCE]}"'.encode(), self.body)
        headers = [pair for pair in start["headers"] if pair[0].lower() != b"content-length"]
        start["headers"] = [*headers, (b"content-length", str(len(body)).encode())]
        await self.send(start)
        await self.send({"type": "http.response.body", "body": body})

    def _dress(self, message: Message) -> bool:
        """The headers; whether this is a page of the framework, whose scripts need the nonce."""
        found = {name.lower(): value for name, value in message["headers"]}
        is_page = found.get(b"x-nicegui-content") == b"page"
        own = {
            b"x-content-type-options": b"nosniff",
            b"x-frame-options": b"DENY",
            b"referrer-policy": b"same-origin",  # none: the browser would say no origin with our own forms either
            b"cross-origin-opener-policy": b"same-origin",
            b"cross-origin-resource-policy": b"same-origin",
            b"permissions-policy": b"camera=(), microphone=(), geolocation=(), payment=(), usb=()",
            b"content-security-policy": found.get(b"content-security-policy", self._policy().encode()),
        }
        if self.rules.is_https:
            own[b"strict-transport-security"] = b"max-age=31536000"
        if not _ASSETS.match(self.scope["path"]):
            own[b"cache-control"] = b"no-store"
        kept = [(name, value) for name, value in message["headers"] if name.lower() not in own]
        message["headers"] = [*kept, *own.items()]
        return is_page

    def _policy(self) -> str:
        """Scripts of this server with the page's nonce only; Vue compiles its templates, hence unsafe-eval."""
        socket = f"{'wss' if self.rules.is_https else 'ws'}://{self.host}"
        return (
            f"default-src 'none'; script-src 'self' 'nonce-{self.scope[NONCE]}' 'unsafe-eval'; "
            "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
            f"connect-src 'self' {socket}; form-action 'self'; frame-src 'self'; frame-ancestors 'none'; "
            "base-uri 'none'; object-src 'none'"
        )
