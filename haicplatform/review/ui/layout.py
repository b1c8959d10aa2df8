"""The frame of every page: head, menu, language, styles, and the parts pages are built from.

Belongs here: what is the same on every page, and small helpers (heading, note, plain table). Does not belong here: the
grid that asks the server (grid.py), and what any page says.

Styles come from assets/review.css; the framework's own utility classes are switched off. Classes to use: `line-up`,
`stack`, `wide`, `muted`, `small`, `num`, `panel`, `cards`, `chip error|warning|info|ok|wait`,
table class `plain`, `nowrap`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from html import escape
from urllib.parse import quote

from nicegui import ui

from haicplatform.core.errors import HaicError, NotThere
from haicplatform.review.data.hospitals import is_any_synthetic
from haicplatform.review.data.page_context import ENGLISH, KOREAN, PageContext
from haicplatform.review.ui.static_pages import asset_url

STYLE = "review.css"
ROLE_WORDS = {
    "administrator": ("관리자", "administrator"),
    "data_manager": ("데이터 매니저", "data manager"),
    "coordinator": ("병원 코디네이터", "hospital coordinator"),
    "reader": ("열람자", "reader"),
}


@contextmanager
def page_layout(
    ctx: PageContext, title: tuple[str, str], menu: Sequence[tuple[str, tuple[str, str]]], path: str
) -> Iterator[None]:
    """The page around its content. A HaicError of a button's handler is told as a notice on the page.

    menu: (path, title) of the pages that this person may open; path: this one.
    """
    ui.add_head_html(f'<link rel="stylesheet" href="{asset_url(STYLE)}">')
    ui.page_title(f"{ctx.tr(*title)} · HAIC")
    ui.colors(primary="#17527a", negative="#b3261e", positive="#1d6b3a", warning="#8a5a00")
    ui.context.client.on_exception(lambda error: _tell(ctx, path, error))
    ui.html(_head(ctx, menu, path), sanitize=False).classes("head-holder")
    with ui.element("main").classes("page"):
        ui.html(f"<h1>{escape(ctx.tr(*title))}</h1>", sanitize=False)
        yield


def say_error(ctx: PageContext, error: HaicError) -> None:
    """Tell a person's mistake where it happened, without leaving the page."""
    ui.notify(error.said(ctx.language), type="negative", multi_line=True, timeout=0, position="top",
              close_button=ctx.tr("확인", "OK"))  # fmt: skip


def heading(text: str) -> None:
    ui.html(f"<h2>{escape(text)}</h2>", sanitize=False)


def note(text: str) -> None:
    """A sentence below a heading."""
    ui.html(f'<p class="muted">{escape(text)}</p>', sanitize=False)


def chip(text: str, kind: str = "info") -> str:
    """HTML of a small coloured label; kind: error, warning, info, ok, wait."""
    return f'<span class="chip {escape(kind)}">{escape(text)}</span>'


def link(text: str, to: str) -> str:
    """HTML of a link to a path of this application."""
    return f'<a href="{escape(quote(to, safe="/?=&%:#"))}">{escape(text)}</a>'


def table(head: Iterable[str], rows: Iterable[Sequence[str]], numbers: Iterable[int] = (), caption: str = "") -> str:
    """HTML of a small table. Cells are HTML: escape what comes from data (`cell`). numbers: columns set right."""
    right = set(numbers)
    top = "".join(f"<th{_num(i, right)} scope='col'>{escape(name)}</th>" for i, name in enumerate(head))
    body = "".join(
        "<tr>" + "".join(f"<td{_num(i, right)}>{value}</td>" for i, value in enumerate(row)) + "</tr>" for row in rows
    )
    said = f"<caption>{escape(caption)}</caption>" if caption else ""
    table_html = f"<table class='plain'>{said}<thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"
    return f"<div class='slide'>{table_html}</div>"


def show(html: str) -> ui.html:
    """Put our own HTML on the page; whatever of it came from data was escaped by whoever made it."""
    return ui.html(html, sanitize=False)


def cell(value: object) -> str:
    """A value as HTML text; a dash where there is none."""
    return "<span class='muted'>–</span>" if value in (None, "") else escape(str(value))


def _tell(ctx: PageContext, path: str, error: Exception) -> None:
    if isinstance(error, NotThere):
        ctx.note_refusal(path)
    if isinstance(error, HaicError):
        say_error(ctx, error)
        return
    sentence = ctx.tr(
        "처리하지 못했습니다. 다시 시도해 보시고, 계속되면 관리자에게 알려 주십시오.",
        "This could not be done. Try again, and tell the administrator if it stays.",
    )
    ui.notify(sentence, type="negative", position="top")


def _num(position: int, right: set[int]) -> str:
    return " class='num'" if position in right else ""


def _head(ctx: PageContext, menu: Sequence[tuple[str, tuple[str, str]]], path: str) -> str:
    items = "".join(
        f'<a href="{to}"{" aria-current=page" if to == path else ""}>{escape(ctx.tr(*title))}</a>' for to, title in menu
    )
    person = ctx.person
    sites = f" · {', '.join(sorted(person.sites))}" if person.sites is not None else ""
    synthetic = ctx.tr("가상 자료 SYNTHETIC", "SYNTHETIC DATA")
    label = f'<span class="synthetic">{synthetic}</span>' if is_any_synthetic(ctx.home) else ""
    asked = ui.context.client.request.url
    here = quote(asked.path + (f"?{asked.query}" if asked.query else ""), safe="")
    chosen = {ctx.language: " aria-current=true"}
    languages = " ".join(
        f'<a href="/language/{code}?to={here}" lang="{code}" class="lang"{chosen.get(code, "")}>{name}</a>'
        for code, name in ((KOREAN, "한국어"), (ENGLISH, "English"))
    )
    return (
        f'<header class="head"><div class="top"><a class="brand" href="/">HAIC '
        f"<span>{ctx.tr('다기관 데이터 검토', 'multi-hospital data review')}</span></a>{label}"
        f'<div class="who"><span class="name">{escape(person.name)}</span>'
        f'<span class="role">{escape(ctx.tr(*ROLE_WORDS[person.role]) + sites)}</span>{languages}'
        f'<form method="post" action="/logout"><button type="submit">{ctx.tr("로그아웃", "Log out")}</button></form>'
        f'</div></div><nav aria-label="{ctx.tr("메뉴", "menu")}">{items}</nav></header>'
    )
