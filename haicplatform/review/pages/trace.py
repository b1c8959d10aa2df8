"""Trace: a number of a report, the patients behind it, and one step further their cells.

Belongs here: how it is laid out. Does not belong here: what stands behind a number and who may see it
(review/trace.py).
"""

from __future__ import annotations

from asyncio import to_thread
from html import escape
from math import ceil

from haicplatform.core.people import ROLES
from haicplatform.review.data.hospitals import names_of
from haicplatform.review.data.page_context import PageContext
from haicplatform.review.data.trace import PAGE, Traced, TracedRow, ask_for_newest, cells_of, traced
from haicplatform.review.ui import layout
from haicplatform.review.ui.source_html import sources_of

PATH = "/trace/{study}/{snapshot}/{estimate_id}"
TITLE = ("숫자의 근거", "Behind a number")
ROLES = ROLES


async def show(ctx: PageContext, study: str, snapshot: str, estimate_id: str, row: int = -1, page: int = 1) -> None:
    here = f"/trace/{study}/{snapshot}/{estimate_id}"
    page = max(1, min(page, 100_000))
    await to_thread(ask_for_newest, ctx, study, snapshot)
    found = await to_thread(traced, ctx, estimate_id, (page - 1) * PAGE)
    if (found.study_id, found.snapshot_id) != (study, snapshot):
        ctx.refuse()
    layout.show(_number(ctx, found))
    if row >= 0:
        told, sources = await to_thread(cells_of, ctx, estimate_id, row)
        layout.heading(ctx.tr("원자료의 행", "Rows as the hospital delivered them"))
        layout.show(_line(ctx, told) + sources_of(ctx, sources))
    layout.heading(ctx.tr("이 숫자에 포함된 자료", "What counts"))
    layout.note(_who(ctx, found))
    if found.listed:
        layout.show(_rows(ctx, found, here, row, page) + _pages(ctx, found, here, page))
    if found.beside:
        layout.heading(ctx.tr("이 숫자를 만든 다른 숫자", "Numbers it was made from"))
        root = f"/trace/{study}/{snapshot}"
        rows = [[layout.link(words, f"{root}/{one}"), escape(value)] for one, words, value in found.beside]
        head = [ctx.tr("숫자", "number"), ctx.tr("값", "value")]
        if not any(value for *_, value in found.beside):
            head, rows = head[:1], [row[:1] for row in rows]
        layout.show(layout.table(head, rows, numbers=[1]))


def _number(ctx: PageContext, found: Traced) -> str:
    hidden = ctx.tr("표시하지 않음", "not shown")
    value = f"<div class='big'>{escape(found.value or hidden)}</div>"
    status = f"<p>{layout.chip(found.status, 'warning')}</p>" if found.status else ""
    facts = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(text)}</dd></div>" for name, text in found.facts)
    return f"<div class='panel number'>{value}{status}<dl class='facts'>{facts}</dl></div>"


def _who(ctx: PageContext, found: Traced) -> str:
    """Who counts and how many, as one sentence and what of it is not listed."""
    if found.patients is None:
        return ctx.tr(
            f"{found.who}. 환자 수가 공개 기준보다 적어 숫자를 표시하지 않습니다.",
            f"{_capital(found.who)}. Too few patients to show the number.",
        )
    rows = "" if found.rows == found.patients else ctx.tr(f", {found.rows:,}행", f" ({found.rows:,} rows)")
    count = ctx.tr(f"{found.patients:,}명{rows}", f"{found.patients:,}{rows}")
    if not found.patients and found.rows:
        count = ctx.tr(f"{found.rows:,}건", f"{found.rows:,}")
    others = ""
    if found.others:
        others = ctx.tr(
            f" 이 중 다른 병원 환자 {found.others:,}명은 표시하지 않습니다.",
            f" Of these {found.others:,} are patients of other hospitals, who are not listed.",
        )
    if not found.is_listed:
        others = ctx.tr(" 환자 목록은 이 계정에 표시하지 않습니다.", " Patients are not listed for your account.")
    return f"{_capital(found.who)}: {count}.{others}"


def _rows(ctx: PageContext, found: Traced, here: str, chosen: int, page: int) -> str:
    head = [ctx.tr("환자", "patient"), ctx.tr("병원", "hospital"), ctx.tr("날짜", "date"),
            ctx.tr("값", "value"), ctx.tr("원자료", "delivered rows")]  # fmt: skip
    rows = []
    for one in found.listed:
        link = ""
        if one.n_sources:
            words = ctx.tr(f"원자료 {one.n_sources}행", f"{one.n_sources} row{'s' if one.n_sources > 1 else ''}")
            link = layout.link(words, f"{here}?row={one.number}&page={page}")
        rows.append([_patient(one), _site(ctx, one), layout.cell(one.day), layout.cell(one.result), link])
        if one.number == chosen:
            rows[-1][0] = f"<b>{rows[-1][0]}</b>"
    return layout.table(head, rows)


def _line(ctx: PageContext, one: TracedRow) -> str:
    parts = [_patient(one), _site(ctx, one), layout.cell(one.day) if one.day else "", escape(one.result or "")]
    return f"<p>{' · '.join(part for part in parts if part)}</p>"


def _patient(one: TracedRow) -> str:
    return layout.link(one.patient, f"/patient/{one.patient}") if one.patient else layout.cell(None)


def _site(ctx: PageContext, one: TracedRow) -> str:
    return f"{escape(ctx.tr(*names_of(ctx.home, one.site_id)))} <span class='muted'>{escape(one.site_id)}</span>"


def _pages(ctx: PageContext, found: Traced, here: str, page: int) -> str:
    last = ceil(found.n_listed / PAGE)
    if last < 2:
        return ""
    said = ctx.tr(f"{found.n_listed:,}행 중 {page} / {last}쪽", f"page {page} of {last}, {found.n_listed:,} rows")
    before = layout.link(ctx.tr("이전", "Earlier"), f"{here}?page={page - 1}") if page > 1 else ""
    after = layout.link(ctx.tr("다음", "Next"), f"{here}?page={page + 1}") if page < last else ""
    return f"<p class='line-up'>{before}<span class='muted'>{said}</span>{after}</p>"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
