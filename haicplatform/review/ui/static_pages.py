"""Pages without the framework: the log-in form, and the answer to what is not there or failed.

Belongs here: those pages and their own assets. Does not belong here: anything with data on it.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, Template
from starlette.responses import HTMLResponse

from haicplatform.core.errors import EXIT_FAILED, HaicError
from haicplatform.review.data.page_context import KOREAN

ASSETS = Path(__file__).parent / "assets"
_TITLES = {
    "login": ("로그인", "Log in"),
    "not_there": ("찾을 수 없습니다", "Not there"),
    "mistake": ("처리할 수 없습니다", "This cannot be done"),
    "failed": ("오류가 발생했습니다", "Something failed"),
}
_SENTENCES = {
    "not_there": (
        "요청하신 화면이나 자료가 없거나, 볼 수 있는 권한이 없습니다.",
        "What you asked for does not exist, or is not yours to see.",
    ),
    "failed": (
        "입력하신 내용 때문에 생긴 문제가 아닙니다. 다시 시도해 보시고, 계속되면 관리자에게 알려 주십시오.",
        "This is not your fault. Try again, and tell the administrator if it stays.",
    ),
    "wrong": (
        "계정이나 비밀번호가 맞지 않거나, 계정이 잠시 잠겨 있습니다."
        " 비밀번호를 5번 틀리면 15분 동안 로그인할 수 없습니다.",
        "The account or the password is wrong, or the account is locked for a while:"
        " after 5 wrong passwords it stays locked for 15 minutes.",
    ),
    "over": (
        "로그인 시간이 끝났습니다. 다시 로그인해 주십시오.",
        "Your session has ended. Please log in again.",
    ),
}


def login_form(language: str, to: str, sentence: str | None = None) -> HTMLResponse:
    """The form; sentence: `wrong` or `over`."""
    said = _of(language, _SENTENCES[sentence]) if sentence in ("wrong", "over") else None
    return _page(
        "login", language, 401 if sentence == "wrong" else 200, said,
        is_login=True, to=to, is_bad=sentence == "wrong",
    )  # fmt: skip


def not_there(language: str) -> HTMLResponse:
    """The same for what does not exist and for what is somebody else's."""
    return _page("not_there", language, 404, _of(language, _SENTENCES["not_there"]))


def mistake(language: str, error: HaicError) -> HTMLResponse:
    """What the person can mend, or whoever runs the platform, in the error's own sentence."""
    return _page("mistake", language, 500 if error.exit_code == EXIT_FAILED else 400, error.said(language))


def failed(language: str) -> HTMLResponse:
    return _page("failed", language, 500, _of(language, _SENTENCES["failed"]))


@cache
def asset_url(name: str) -> str:
    """The address of a file of ours, another one when its content is another."""
    digest = hashlib.sha256((ASSETS / name).read_bytes()).hexdigest()[:12]
    return f"/assets/{digest}/{name}"


def _page(kind: str, language: str, status: int, sentence: str | None, **more: object) -> HTMLResponse:
    text = _template().render(
        title=_of(language, _TITLES[kind]), sentence=sentence, language=language, style=asset_url("review.css"), **more
    )
    return HTMLResponse(text, status)


def _of(language: str, words: tuple[str, str]) -> str:
    return words[0] if language == KOREAN else words[1]


@cache
def _template() -> Template:
    loader = FileSystemLoader(Path(__file__).parent / "templates")
    return Environment(loader=loader, autoescape=True).get_template("plain.html.j2")
