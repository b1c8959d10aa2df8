"""Findings: everything that was found in the published data.

Belongs here: how the list is laid out. Does not belong here: which findings, in which order (review/findings.py).
"""

from __future__ import annotations

from asyncio import to_thread

from haicplatform.core.people import ADMINISTRATOR, COORDINATOR, DATA_MANAGER
from haicplatform.review.data import finding_list
from haicplatform.review.data.page_context import PageContext
from haicplatform.review.ui import layout
from haicplatform.review.ui.grid import Column, Filter, grid
from haicplatform.warehouse import warehouse

PATH = "/findings"
TITLE = ("점검 결과", "Findings")
ROLES = (ADMINISTRATOR, DATA_MANAGER, COORDINATOR)
FILTERS = ("site", "table", "rule", "severity", "category", "state", "age", "text")


async def show(
    ctx: PageContext, site: str = "", table: str = "", rule: str = "", severity: str = "", category: str = "",
    state: str = "", age: str = "", text: str = "",
) -> None:  # fmt: skip
    if not warehouse.is_published(ctx.home):
        layout.note(ctx.tr("아직 공개된 자료가 없습니다.", "Nothing is published yet."))
        return
    given = dict(zip(FILTERS, (site, table, rule, severity, category, state, age, text), strict=True))
    options = await to_thread(finding_list.options, ctx)
    layout.note(
        ctx.tr(
            "적용 중인 자료에서 발견된 모든 항목입니다. 위치를 누르면 병원 파일의 해당 행을 볼 수 있습니다.",
            "Everything that was found in the data in force. The place leads to the row in the hospital's own file.",
        )
    )
    known = {"rule": options["rules"]}
    labels = {
        "site": ctx.tr("병원", "Hospital"),
        "table": ctx.tr("표", "Table"),
        "rule": ctx.tr("규칙", "Rule"),
        "severity": ctx.tr("심각도", "Severity"),
        "category": ctx.tr("종류", "Kind"),
        "state": ctx.tr("질의 상태", "State of the query"),
        "age": ctx.tr("경과일", "Waiting"),
        "text": ctx.tr("내용 검색", "Search the text"),
    }
    await grid(
        ctx,
        [
            Column("severity", labels["severity"], "chip", is_short=True),
            Column("site", labels["site"], is_short=True),
            Column("table", labels["table"], is_short=True),
            Column("place", ctx.tr("위치", "Place"), link="link", width=150),
            Column("message", ctx.tr("내용", "What was found"), is_wrapped=True),
            Column("file", ctx.tr("파일", "File"), width=190),
            Column("state", labels["state"], "chip", is_sortable=False, is_short=True),
        ],
        lambda *asked: finding_list.rows(ctx, *asked),
        filters=[Filter(name, labels[name], options.get(name), known.get(name, ())) for name in FILTERS],
        given={name: value for name, value in given.items() if value},
    )
