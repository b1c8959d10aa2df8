"""One delivery: its files, whether it counts and why, what it changed, and what was found in it.

Belongs here: how it is laid out. Does not belong here: what is counted (review/deliveries.py, changes.py).
"""

from __future__ import annotations

from asyncio import to_thread
from html import escape
from urllib.parse import urlencode

from haicplatform.core.errors import NotThere
from haicplatform.operations.digest import STATUS
from haicplatform.review.data import messages
from haicplatform.review.data.changes import Change, before_of, changes
from haicplatform.review.data.delivery_list import Delivered, by_rule, delivered, judged, names_of_files, said_by_gates
from haicplatform.review.data.expectations import why_ko
from haicplatform.review.data.hospitals import names_of, site_of
from haicplatform.review.data.page_context import WORKERS, PageContext
from haicplatform.review.pages.deliveries import KIND, when
from haicplatform.review.ui import layout
from haicplatform.sites.site import Site
from schemas.contract import TABLES
from schemas.rules import RULES

PATH = "/deliveries/{site}/{delivery}"
TITLE = ("받은 자료 상세", "One delivery")
ROLES = WORKERS


async def show(ctx: PageContext, site: str, delivery: str) -> None:
    ctx.only(site)
    listed = await to_thread(delivered, ctx.home, ctx.ledger(), ctx.person, site)
    found = next((each for each in listed if each.delivery_id == delivery), None)
    if found is None:
        raise NotThere("There is no such delivery", todo="go back and choose it from the list")
    kept, files = await to_thread(_kept, ctx, found)
    layout.show(_facts(ctx, found))
    _verdict(ctx, found, kept)
    if found.mapping is not None:
        await _changes(ctx, found, listed)
        layout.heading(ctx.tr("표별 행 수", "Rows by table"))
        layout.show(_tables(ctx, found))
    layout.heading(ctx.tr("파일", "Files"))
    layout.show(_files(ctx, found, files))
    if found.mapping is not None and found.summary.severities:
        layout.heading(ctx.tr("발견된 문제", "What was found"))
        layout.show(_rules(ctx, found))


def _facts(ctx: PageContext, each: Delivered) -> str:
    state = layout.chip(messages.said(ctx, STATUS, each.status), KIND[each.status])
    if each.is_in_force:
        state += " " + layout.chip(ctx.tr("사용 중", "in force"), "info")
    facts = (
        (ctx.tr("병원", "hospital"), f"<b>{escape(ctx.tr(*names_of(ctx.home, each.site_id)))}</b> {each.site_id}"),
        (ctx.tr("상태", "state"), state),
        (ctx.tr("추출일", "extract of"), each.extracted_at.date().isoformat()),
        (ctx.tr("받은 시각 (KST)", "received (KST)"), when(each.landed_at)),
        (ctx.tr("자료 번호", "delivery"), f"<code>{escape(each.delivery_id)}</code>"),
        (ctx.tr("행", "rows"), f"{each.rows:,}"),
        (ctx.tr("오류", "errors"), f"{each.errors:,}"),
    )
    return f'<dl class="facts panel">{"".join(f"<div><dt>{n}</dt><dd>{v}</dd></div>" for n, v in facts)}</dl>'


def _kept(ctx: PageContext, each: Delivered) -> tuple[dict, tuple[str, ...]]:
    """What was recorded when it was judged, and the names of its files."""
    files = names_of_files(ctx.ledger(), [each])
    return judged(ctx.ledger(), each), files[each.site_id, each.delivery_id]


def _verdict(ctx: PageContext, each: Delivered, kept: dict) -> None:
    """Why it was refused, and what its gates warn of."""
    gates = kept.get("gates", {})
    said = said_by_gates(ctx.home, each, gates)
    if said:
        layout.heading(ctx.tr("자료 전체에 대한 판정", "The delivery as a whole"))
        rows = [
            [
                layout.chip(messages.said(ctx, messages.SEVERITY, one["severity"]), one["severity"]),
                escape(messages.table_title(ctx, one["table_name"])) if one["table_name"] else "",
                escape(ctx.tr(one["message_ko"], one["message_en"])),
            ]
            for one in said
        ]
        layout.show(layout.table([ctx.tr("등급", "severity"), ctx.tr("표", "table"), ctx.tr("내용", "what")], rows))
    not_run = gates.get("not_run", [])
    if not_run:
        text = ctx.tr(f"수행하지 못한 점검 {len(not_run)}건", f"{len(not_run)} checks could not run")
        items = "".join(f"<li>{escape(ctx.tr(why_ko(one), one))}</li>" for one in not_run)
        layout.show(
            f"<details class='more'><summary>{escape(text)}</summary><ul class='small muted'>{items}</ul></details>"
        )
    if kept.get("expectations"):
        to = f"/deliveries/{each.site_id}/{each.delivery_id}/expectations"
        layout.show(layout.link(ctx.tr("자료 전체 점검 결과 모두 보기", "All checks of the delivery as a whole"), to))


async def _changes(ctx: PageContext, each: Delivered, listed: list[Delivered]) -> None:
    layout.heading(ctx.tr("이전 자료와 달라진 점", "What changed against the one before"))
    site = site_of(ctx.home, each.site_id)
    is_incremental = isinstance(site, Site) and site.extract == "incremental"
    before = before_of(each, listed, is_incremental)
    if not before:
        layout.note(ctx.tr("비교할 이전 자료가 없습니다.", "There is no accepted delivery before it to compare with."))
        return
    day = before[-1].extracted_at.date().isoformat()
    link = layout.link(day, f"/deliveries/{each.site_id}/{before[-1].delivery_id}")
    said = ctx.tr("비교한 자료의 추출일", "Compared with the extract of")
    if is_incremental:
        said = ctx.tr(
            "지금까지 받은 자료를 모두 합한 것과 비교했습니다. 직전 추출일",
            "Compared with all earlier deliveries together; the last one is of",
        )
    layout.show(f"<p class='muted'>{said} {link}</p>")
    found = await to_thread(changes, ctx.home, each, before, is_incremental)
    head = [
        ctx.tr("표", "table"), ctx.tr("이전 행", "rows before"), ctx.tr("추가", "added"),
        ctx.tr("변경", "changed"), ctx.tr("사라짐", "gone"), ctx.tr("보류", "held back"),
        ctx.tr("변경된 열 (행 수)", "columns that changed (rows)"),
    ]  # fmt: skip
    layout.show(layout.table(head, [_change(ctx, one) for one in found], numbers=range(1, 6)))


def _change(ctx: PageContext, one: Change) -> list[str]:
    titles = {column.name: ctx.tr(column.title_ko, column.title_en) for column in TABLES[one.table_name].columns}
    columns = ", ".join(f"{titles[name]} ({count:,})" for name, count in one.columns)
    counts = [
        f"{n:,}" if n else "<span class='muted'>0</span>" for n in (one.added, one.changed, one.gone, one.quarantined)
    ]
    return [escape(messages.table_title(ctx, one.table_name)), f"{one.before:,}", *counts, escape(columns)]


def _tables(ctx: PageContext, each: Delivered) -> str:
    head = [
        ctx.tr("표", "table"), ctx.tr("받은 행", "delivered"), ctx.tr("통과", "passed"),
        ctx.tr("보류", "held back"), ctx.tr("오류로 보류", "held back for an error"),
        ctx.tr("삭제 통보", "deletions"), ctx.tr("비고", "note"),
    ]  # fmt: skip
    partly = ctx.tr(
        "일부 파일을 읽지 못해 이전 자료를 유지합니다", "a file of it was refused: the rows before stay in force"
    )
    rows = []
    for name in TABLES:
        if name not in each.summary.tables:
            continue
        count = each.summary.tables[name]
        numbers = (count.delivered, count.valid, count.quarantined, count.quarantined_for_error, count.deleted)
        note = "" if name in each.summary.whole else escape(partly)
        rows.append([escape(messages.table_title(ctx, name)), *(f"{number:,}" for number in numbers), note])
    return layout.table(head, rows, numbers=range(1, 6))


def _files(ctx: PageContext, each: Delivered, files: tuple[str, ...]) -> str:
    refused = {file: (reason, sentence) for file, reason, sentence in each.summary.refused_files}
    rows = []
    for name in files:
        reason, sentence = refused.get(name, ("", ""))
        rule = RULES.get(f"file.{reason}")
        said = ctx.tr(rule.message_ko if rule else sentence, sentence)
        kind, word = ("error", ctx.tr("받지 못함", "refused")) if reason else ("ok", ctx.tr("받음", "taken"))
        rows.append([escape(name), layout.chip(word, kind), escape(said)])
    return layout.table([ctx.tr("파일", "file"), ctx.tr("상태", "state"), ctx.tr("이유", "why")], rows)


def _rules(ctx: PageContext, each: Delivered) -> str:
    rows = []
    for one in by_rule(each):
        where = urlencode({"site": each.site_id, "rule": one.rule_id})
        table = messages.table_title(ctx, one.table_name) if one.table_name else ""
        columns = TABLES[one.table_name].columns if one.table_name in TABLES else ()
        field = next((ctx.tr(each.title_ko, each.title_en) for each in columns if each.name == one.column_name), "")
        severity = layout.chip(messages.said(ctx, messages.SEVERITY, one.severity), one.severity)
        count = layout.link(f"{one.count:,}", f"/findings?{where}")
        rows.append([count, severity, escape(table), escape(field), escape(one.rule_id)])
    head = [
        ctx.tr("건수", "count"), ctx.tr("등급", "severity"), ctx.tr("표", "table"), ctx.tr("항목", "field"),
        ctx.tr("규칙", "rule"),
    ]  # fmt: skip
    return layout.table(head, rows, numbers=(0,))
