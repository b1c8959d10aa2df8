"""One finding that nobody is asked about: what it says, and the row in the hospital's own file.

Belongs here: how it is laid out. Does not belong here: putting it together (review/one_query.py).
"""

from __future__ import annotations

import re

from nicegui import run, ui

from haicplatform.review.data import messages, one_query
from haicplatform.review.data.hospitals import names_of
from haicplatform.review.data.page_context import WORKERS, Desk
from haicplatform.review.pages.query import show_found
from haicplatform.review.ui import layout

PATH = "/findings/{fingerprint}"
TITLE = ("점검 결과 상세", "One finding")
ROLES = WORKERS


async def show(desk: Desk, fingerprint: str) -> None:
    if not re.fullmatch("[0-9a-f]{64}", fingerprint):
        desk.refuse()
    found = await run.io_bound(one_query.finding, desk, fingerprint)
    about = found.about
    with ui.element("p").classes("line-up"):
        layout.show(layout.chip(messages.said(desk, messages.SEVERITY, about["severity"]), about["severity"]))
        layout.show(layout.cell(f"{desk.say(*names_of(desk.home, about['site_id']))} {about['site_id']}"))
    show_found(desk, found)
    number = await run.io_bound(one_query.number_of, desk, fingerprint)
    if number is not None:
        layout.show(f"<p>{layout.link(desk.say(f'질의 {number}번', f'Query {number}'), f'/queries/{number}')}</p>")
