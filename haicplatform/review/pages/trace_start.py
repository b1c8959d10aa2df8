"""Trace, its beginning: a number by its id, or one of the studies' main results.

Belongs here: the box and the list. Does not belong here: what stands behind a number (pages/trace.py).
"""

from __future__ import annotations

from asyncio import to_thread
from html import escape

from nicegui import ui

from haicplatform.core.people import ROLES
from haicplatform.review.data.page_context import PageContext
from haicplatform.review.data.trace import main_results, place_of
from haicplatform.review.ui import layout

PATH = "/trace"
TITLE = ("숫자 추적", "Trace a number")
ROLES = ROLES


async def show(ctx: PageContext) -> None:
    layout.note(
        ctx.tr(
            "보고서(HTML)를 이 화면의 보고서 메뉴에서 열고 숫자를 누르면 그 숫자의 근거로 이동합니다. "
            "숫자의 번호(16자리)를 알고 있으면 아래에 입력해 주십시오.",
            "Open a report (HTML) under Reports and click a number in it to see what stands behind it. "
            "If you know the id of a number (16 characters), type it here.",
        )
    )

    async def go() -> None:
        ui.navigate.to(await to_thread(place_of, ctx, box.value or ""))

    with ui.element("div").classes("line-up tools"):
        box = ui.input(ctx.tr("숫자의 번호", "id of the number")).props("outlined dense maxlength=40").classes("find")
        box.on("keydown.enter", go)
        ui.button(ctx.tr("찾기", "Find"), on_click=go).props("unelevated dense")
    for title, numbers in await to_thread(main_results, ctx):
        layout.heading(title)
        rows = [[layout.link(words, to), escape(value)] for to, words, value in numbers]
        layout.show(layout.table([ctx.tr("숫자", "number"), ctx.tr("값", "value")], rows, numbers=[1]))
