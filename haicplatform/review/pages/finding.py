"""One finding that nobody is asked about: what it says, and the row in the hospital's own file.

Belongs here: how it is laid out. Does not belong here: putting it together (review/one_query.py).
"""

from __future__ import annotations

import re
from asyncio import to_thread

from nicegui import ui

from haicplatform.review.data import messages, one_query
from haicplatform.review.data.hospitals import names_of
from haicplatform.review.data.page_context import WORKERS, PageContext
from haicplatform.review.pages.query import show_found
from haicplatform.review.ui import layout

PATH = "/findings/{fingerprint}"
TITLE = ("점검 결과 상세", "One finding")
ROLES = WORKERS


async def show(ctx: PageContext, fingerprint: str) -> None:
    if not re.fullmatch("[0-9a-f]{64}", fingerprint):
        ctx.refuse()
    found = await to_thread(one_query.finding, ctx, fingerprint)
    about = found.about
    with ui.element("p").classes("line-up"):
        layout.show(layout.chip(messages.said(ctx, messages.SEVERITY, about["severity"]), about["severity"]))
        layout.show(layout.cell(f"{ctx.tr(*names_of(ctx.home, about['site_id']))} {about['site_id']}"))
    show_found(ctx, found)
    number = await to_thread(one_query.number_of, ctx, fingerprint)
    if number is not None:
        layout.show(f"<p>{layout.link(ctx.tr(f'질의 {number}번', f'Query {number}'), f'/queries/{number}')}</p>")
