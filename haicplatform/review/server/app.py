"""The review application: pages, log-in, guard and server put together.

Belongs here: the list of pages and how a page is opened for a person. Does not belong here: what a page shows
(pages/), who may ask (guard.py), accounts.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from contextvars import ContextVar
from importlib import import_module
from types import ModuleType
from typing import Annotated, Literal

from fastapi import FastAPI, Form, Request
from fastapi.responses import FileResponse, RedirectResponse, Response
from nicegui import core, ui
from starlette.middleware.gzip import GZipMiddleware

from haicplatform.core.errors import EXIT_FAILED, HaicError, NotThere
from haicplatform.core.settings import Home
from haicplatform.ledger.accounts import login, sessions
from haicplatform.ledger.store import Ledger
from haicplatform.review.data.page_context import KOREAN, LANGUAGES, PageContext, shared_ledger
from haicplatform.review.server.guard import COOKIE, HOME, LANGUAGE_COOKIE, SESSION, Guard, Rules, cookie_of, local_path
from haicplatform.review.server.process import WhereOnly, limit_memory
from haicplatform.review.server.sockets import guard_sockets, is_own, watch
from haicplatform.review.ui import static_pages
from haicplatform.review.ui.layout import page_layout

# in the order of the menu; a page whose PATH has a part in braces is reached from another page
PAGES = (
    "overview",
    "deliveries",
    "delivery",
    "expectations",
    "findings",
    "finding",
    "queries",
    "query",
    "people",
    "agreement",
    "reports",
    "trace_start",
    "patient",
    "trace",
    "accounts",
)
_ASSETS = {"review.css": "text/css", "report.js": "text/javascript"}
SLOWEST_PAGE_SECONDS = 30.0
# how long a page, with what was typed into it, outlives a network that was gone
RECONNECT_SECONDS = 10.0
_LANGUAGE: ContextVar[str] = ContextVar("language", default=KOREAN)
_LOG = logging.getLogger(__name__)
_mounted: list[bool] = []


def build(home: Home, rules: Rules | None = None) -> FastAPI:
    """The application of one home, to be served by uvicorn. rules: the hosts it answers to; default: this machine."""
    limit_memory()
    rules = rules or Rules()
    ledger = shared_ledger(home, home.ledger_url)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        task = asyncio.create_task(watch())
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    _add_doors(app, ledger, rules)
    modules = [import_module(f"haicplatform.review.pages.{name}") for name in PAGES]
    for module in modules:
        for path, function in getattr(module, "DOWNLOADS", {}).items():
            app.get(path)(_download(function, module))
    app.add_exception_handler(Exception, _failed)
    _mount_pages(app, modules)
    guard_sockets(ledger)
    app.add_middleware(Guard, ledger=ledger, rules=rules, owns=is_own)
    app.add_middleware(GZipMiddleware, minimum_size=2000)
    return app


def context_of(request: Request) -> PageContext:
    """The context of who sent the request; the guard has found out who that is."""
    return PageContext(request.scope[HOME], request.scope[SESSION].person, language_of(request))


def language_of(request: Request) -> str:
    chosen = cookie_of(dict(request.headers), LANGUAGE_COOKIE)
    return chosen if chosen in LANGUAGES else KOREAN


def _add_doors(app: FastAPI, ledger: Ledger, rules: Rules) -> None:
    """Log in, log out, the language, our assets: the only addresses without the framework."""
    accounts: login.Authenticator = login.LocalAccounts(ledger)

    @app.get("/login")
    def login_form(request: Request, to: str = "/", over: str = "") -> Response:
        if request.scope.get(SESSION) is not None:
            return RedirectResponse(local_path(to), 303)
        return static_pages.login_form(language_of(request), local_path(to), "over" if over else None)

    @app.post("/login")
    def log_in(
        request: Request,
        name: Annotated[str, Form(max_length=40)] = "",
        password: Annotated[str, Form(max_length=1000)] = "",
        to: Annotated[str, Form(max_length=2000)] = "/",
    ) -> Response:
        address = request.client.host if request.client else ""
        account = accounts.authenticate(name.strip(), password, address)
        if account is None:
            return static_pages.login_form(language_of(request), local_path(to), "wrong")
        if old := request.scope.get(SESSION):
            sessions.end(ledger, old.identity)
        response = RedirectResponse(local_path(to), 303)
        response.set_cookie(
            COOKIE, sessions.begin(ledger, account), max_age=int(sessions.LONGEST.total_seconds()),
            httponly=True, samesite="strict", secure=rules.is_https, path="/",
        )  # fmt: skip
        return response

    @app.post("/logout")
    def log_out(request: Request) -> Response:
        sessions.end(ledger, request.scope[SESSION].identity)
        response = RedirectResponse("/login", 303)
        response.delete_cookie(COOKIE, httponly=True, samesite="strict", secure=rules.is_https, path="/")
        return response

    @app.get("/language/{code}")
    def choose_language(code: str, to: str = "/") -> Response:
        response = RedirectResponse(to if to == "/login" else local_path(to), 303)
        if code in LANGUAGES:
            response.set_cookie(
                LANGUAGE_COOKIE, code, max_age=31_536_000, httponly=True, samesite="strict", secure=rules.is_https
            )
        return response

    @app.get("/assets/{digest}/{name}")
    def asset(digest: str, name: str) -> Response:
        if name not in _ASSETS:
            return static_pages.not_there(KOREAN)
        kept = {"cache-control": "public, max-age=31536000"}
        return FileResponse(static_pages.ASSETS / name, media_type=_ASSETS[name], headers=kept)

    @app.get("/favicon.ico")
    def icon() -> Response:
        return FileResponse(static_pages.ASSETS / "icon.svg", media_type="image/svg+xml")


class _Page(ui.page):
    """A page in the language of who asks."""

    def resolve_language(self) -> Literal["ko-KR", "en-US"]:
        return "ko-KR" if _LANGUAGE.get() == KOREAN else "en-US"


def _mount_pages(app: FastAPI, modules: list[ModuleType]) -> None:
    """Register every page with the framework and mount it. Raises HaicError the second time in a process."""
    if _mounted:
        raise HaicError("The review application can be built once in a process")
    for module in modules:
        _Page(module.PATH, response_timeout=SLOWEST_PAGE_SECONDS)(_opener(module, modules))
    core.app._exception_handlers[:] = [_log]  # the framework's own writes messages, which can quote a value
    core.app.add_exception_handler(404, _nothing_there)
    core.app.add_exception_handler(Exception, _failed)
    ui.run_with(
        app, title="HAIC", tailwind=False, gzip_middleware_factory=None, binding_refresh_interval=None,
        show_welcome_message=False, reconnect_timeout=RECONNECT_SECONDS,
    )  # fmt: skip
    _mounted.append(True)


def _opener(module: ModuleType, modules: list[ModuleType]) -> Callable:
    """The function that opens a page: the role is asked, then the page shows itself in its frame."""

    async def shown(ctx: PageContext, given: dict) -> None:
        menu = [(m.PATH, m.TITLE) for m in modules if "{" not in m.PATH and ctx.person.role in m.ROLES]
        with page_layout(ctx, module.TITLE, menu, module.PATH):
            result = module.show(ctx, **given)
            if inspect.isawaitable(result):
                await result

    async def answered(ctx: PageContext, given: dict) -> Response | None:
        try:
            _ask_role(ctx, module)
            await shown(ctx, given)
            return None
        except Exception as error:
            return _said(ctx, module.PATH, error)

    def opened(request: Request, **given: object) -> Awaitable[Response | None]:
        ctx = context_of(request)
        _LANGUAGE.set(ctx.language)  # here, because the framework builds the page outside of what is awaited
        return answered(ctx, given)

    return _with_parameters(opened, module.show)


def _download(function: Callable, module: ModuleType) -> Callable:
    """A file instead of a page, for the roles of its page: function(ctx, …) gives the response."""

    def downloaded(request: Request, **given: object) -> Response:
        ctx = context_of(request)
        try:
            _ask_role(ctx, module)
            return function(ctx, **given)
        except Exception as error:
            return _said(ctx, module.PATH, error)

    return _with_parameters(downloaded, function)


def _with_parameters(outer: Callable, function: Callable) -> Callable:
    """`outer` with the function's parameters and the request in the context's place, for the framework to fill."""
    request = inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Request)
    own = list(inspect.signature(function, eval_str=True).parameters.values())[1:]
    outer.__signature__ = inspect.Signature([request, *own])  # type: ignore[attr-defined]  # what inspect reads
    return outer


def _ask_role(ctx: PageContext, module: ModuleType) -> None:
    if ctx.person.role not in module.ROLES:
        ctx.refuse()


def _said(ctx: PageContext, path: str, error: Exception) -> Response:
    """What went wrong, as a page without the framework. path: the page's address as it is registered, no value."""
    if isinstance(error, NotThere):
        ctx.note_refusal(path)
        return static_pages.not_there(ctx.language)
    _log(error)
    if isinstance(error, HaicError):
        return static_pages.mistake(ctx.language, error)
    return static_pages.failed(ctx.language)


def _nothing_there(request: Request, _: Exception) -> Response:
    if request.scope.get(SESSION) is not None and not request.url.path.startswith("/_nicegui"):
        context_of(request).note_refusal("unknown")
    return static_pages.not_there(language_of(request))


def _failed(request: Request, error: Exception) -> Response:
    _log(error)
    return static_pages.failed(language_of(request))


def _log(error: Exception) -> None:
    """Where it failed, not what the message says: a message may quote a patient's value, but none of ours does."""
    if isinstance(error, HaicError):
        if error.exit_code == EXIT_FAILED:
            _LOG.error("%s", error)
    else:
        _LOG.error("a page failed: %s", WhereOnly().formatException((type(error), error, error.__traceback__)))
