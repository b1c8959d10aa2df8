"""The checks of one delivery as a whole: what was found, what was expected, and what could not run and why.

Belongs here: how it is laid out. Does not belong here: the results (review/expectations.py).
"""

from __future__ import annotations

from asyncio import to_thread
from html import escape

from haicplatform.review.data import messages
from haicplatform.review.data.expectations import FAILED, NOT_RUN, PASSED, RULE, STATUS, counted, outcomes, why_ko
from haicplatform.review.data.hospitals import names_of
from haicplatform.review.data.page_context import WORKERS, PageContext
from haicplatform.review.ui import layout
from schemas.batches import BatchResult
from schemas.contract import TABLES

PATH = "/deliveries/{site}/{delivery}/expectations"
TITLE = ("자료 전체 점검", "Checks of the whole delivery")
ROLES = WORKERS
KIND = {FAILED: "warning", NOT_RUN: "wait", PASSED: "ok"}


async def show(ctx: PageContext, site: str, delivery: str) -> None:
    ctx.only(site)
    results = await to_thread(outcomes, ctx.home, ctx.ledger(), ctx.person, site, delivery)
    back = layout.link(f"{ctx.tr(*names_of(ctx.home, site))} {delivery}", f"/deliveries/{site}/{delivery}")
    chips = " ".join(
        layout.chip(f"{ctx.tr(*STATUS[status])} {count:,}", KIND[status]) for status, count in counted(results).items()
    )
    layout.show(f"<p>{back}</p><p>{chips}</p>")
    if not results:
        layout.note(ctx.tr("보관된 점검 결과가 없습니다.", "No results were kept."))
        return
    layout.note(
        ctx.tr(
            "지난번에 반영된 자료와 비교합니다. 수행하지 못한 점검은 통과한 것이 아닙니다."
            " PSI는 모집단 안정성 지수입니다.",
            "Compared with the last accepted delivery. What could not run has not passed. PSI is the population"
            " stability index.",
        )
    )
    for status in (FAILED, NOT_RUN, PASSED):
        part = [each for each in results if each.status == status]
        if part:
            shown = _table(ctx, part)
            label = escape(f"{ctx.tr(*STATUS[status])} {len(part):,}")
            is_open = " open" if status != PASSED else ""
            layout.show(f"<details class='more'{is_open}><summary>{label}</summary>{shown}</details>")


def _table(ctx: PageContext, part: list[BatchResult]) -> str:
    is_not_run = part[0].status == NOT_RUN
    last = [ctx.tr("이유", "why")] if is_not_run else [ctx.tr("결과", "found"), ctx.tr("기준", "expected")]
    head = [ctx.tr("점검", "check"), ctx.tr("표", "table"), ctx.tr("열", "column"), *last]
    rows = []
    for each in part:
        said = [ctx.tr(why_ko(each.note), each.note)] if is_not_run else [each.value, each.expected]
        table = messages.table_title(ctx, each.table_name) if each.table_name else ""
        cells = [messages.said(ctx, RULE, each.rule_id), table, _column(ctx, each), *said]
        rows.append([layout.cell(cell) for cell in cells])
    return layout.table(head, rows)


def _column(ctx: PageContext, each: BatchResult) -> str:
    """The column's title, and the code of it or of the table's key that the check is about."""
    if not each.table_name or not each.column_name:
        return ""
    column = TABLES[each.table_name].column(each.column_name)
    return f"{ctx.tr(column.title_ko, column.title_en)}{f' ({each.part})' if each.part else ''}"
