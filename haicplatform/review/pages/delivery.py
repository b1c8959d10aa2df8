"""One delivery: its files, whether it counts and why, what it changed, and what was found in it.

Belongs here: how it is laid out. Does not belong here: what is counted (review/deliveries.py, changes.py).
"""

from __future__ import annotations

from html import escape
from urllib.parse import urlencode

from nicegui import run

from haicplatform.core.errors import NotThere
from haicplatform.operations.digest import STATUS
from haicplatform.review.data import messages
from haicplatform.review.data.changes import Change, before_of, changes
from haicplatform.review.data.delivery_list import Delivered, by_rule, delivered, judged, names_of_files, said_by_gates
from haicplatform.review.data.expectations import why_ko
from haicplatform.review.data.hospitals import names_of, site_of
from haicplatform.review.data.page_context import WORKERS, Desk
from haicplatform.review.pages.deliveries import KIND, when
from haicplatform.review.ui import layout
from haicplatform.sites.site import Site
from schemas.contract import TABLES
from schemas.rules import RULES

PATH = "/deliveries/{site}/{delivery}"
TITLE = ("받은 자료 상세", "One delivery")
ROLES = WORKERS


async def show(desk: Desk, site: str, delivery: str) -> None:
    desk.only(site)
    listed = await run.io_bound(delivered, desk.home, desk.ledger(), desk.person, site)
    found = next((each for each in listed if each.delivery_id == delivery), None)
    if found is None:
        raise NotThere("There is no such delivery", todo="go back and choose it from the list")
    kept, files = await run.io_bound(_kept, desk, found)
    layout.show(_facts(desk, found))
    _verdict(desk, found, kept)
    if found.mapping is not None:
        await _changes(desk, found, listed)
        layout.heading(desk.say("표별 행 수", "Rows by table"))
        layout.show(_tables(desk, found))
    layout.heading(desk.say("파일", "Files"))
    layout.show(_files(desk, found, files))
    if found.mapping is not None and found.summary.severities:
        layout.heading(desk.say("발견된 문제", "What was found"))
        layout.show(_rules(desk, found))


def _facts(desk: Desk, each: Delivered) -> str:
    state = layout.chip(messages.said(desk, STATUS, each.status), KIND[each.status])
    if each.is_in_force:
        state += " " + layout.chip(desk.say("사용 중", "in force"), "info")
    facts = (
        (desk.say("병원", "hospital"), f"<b>{escape(desk.say(*names_of(desk.home, each.site_id)))}</b> {each.site_id}"),
        (desk.say("상태", "state"), state),
        (desk.say("추출일", "extract of"), each.extracted_at.date().isoformat()),
        (desk.say("받은 시각 (KST)", "received (KST)"), when(each.landed_at)),
        (desk.say("자료 번호", "delivery"), f"<code>{escape(each.delivery_id)}</code>"),
        (desk.say("행", "rows"), f"{each.rows:,}"),
        (desk.say("오류", "errors"), f"{each.errors:,}"),
    )
    return f'<dl class="facts panel">{"".join(f"<div><dt>{n}</dt><dd>{v}</dd></div>" for n, v in facts)}</dl>'


def _kept(desk: Desk, each: Delivered) -> tuple[dict, tuple[str, ...]]:
    """What was recorded when it was judged, and the names of its files."""
    files = names_of_files(desk.ledger(), [each])
    return judged(desk.ledger(), each), files[each.site_id, each.delivery_id]


def _verdict(desk: Desk, each: Delivered, kept: dict) -> None:
    """Why it was refused, and what its gates warn of."""
    gates = kept.get("gates", {})
    said = said_by_gates(desk.home, each, gates)
    if said:
        layout.heading(desk.say("자료 전체에 대한 판정", "The delivery as a whole"))
        rows = [
            [
                layout.chip(messages.said(desk, messages.SEVERITY, one["severity"]), one["severity"]),
                escape(messages.table_title(desk, one["table_name"])) if one["table_name"] else "",
                escape(desk.say(one["message_ko"], one["message_en"])),
            ]
            for one in said
        ]
        layout.show(
            layout.table([desk.say("등급", "severity"), desk.say("표", "table"), desk.say("내용", "what")], rows)
        )
    not_run = gates.get("not_run", [])
    if not_run:
        text = desk.say(f"수행하지 못한 점검 {len(not_run)}건", f"{len(not_run)} checks could not run")
        items = "".join(f"<li>{escape(desk.say(why_ko(one), one))}</li>" for one in not_run)
        layout.show(
            f"<details class='more'><summary>{escape(text)}</summary><ul class='small muted'>{items}</ul></details>"
        )
    if kept.get("expectations"):
        to = f"/deliveries/{each.site_id}/{each.delivery_id}/expectations"
        layout.show(layout.link(desk.say("자료 전체 점검 결과 모두 보기", "All checks of the delivery as a whole"), to))


async def _changes(desk: Desk, each: Delivered, listed: list[Delivered]) -> None:
    layout.heading(desk.say("이전 자료와 달라진 점", "What changed against the one before"))
    site = site_of(desk.home, each.site_id)
    is_incremental = isinstance(site, Site) and site.extract == "incremental"
    before = before_of(each, listed, is_incremental)
    if not before:
        layout.note(
            desk.say("비교할 이전 자료가 없습니다.", "There is no accepted delivery before it to compare with.")
        )
        return
    day = before[-1].extracted_at.date().isoformat()
    link = layout.link(day, f"/deliveries/{each.site_id}/{before[-1].delivery_id}")
    said = desk.say("비교한 자료의 추출일", "Compared with the extract of")
    if is_incremental:
        said = desk.say(
            "지금까지 받은 자료를 모두 합한 것과 비교했습니다. 직전 추출일",
            "Compared with all earlier deliveries together; the last one is of",
        )
    layout.show(f"<p class='muted'>{said} {link}</p>")
    found = await run.io_bound(changes, desk.home, each, before, is_incremental)
    head = [
        desk.say("표", "table"), desk.say("이전 행", "rows before"), desk.say("추가", "added"),
        desk.say("변경", "changed"), desk.say("사라짐", "gone"), desk.say("보류", "held back"),
        desk.say("변경된 열 (행 수)", "columns that changed (rows)"),
    ]  # fmt: skip
    layout.show(layout.table(head, [_change(desk, one) for one in found], numbers=range(1, 6)))


def _change(desk: Desk, one: Change) -> list[str]:
    titles = {column.name: desk.say(column.title_ko, column.title_en) for column in TABLES[one.table_name].columns}
    columns = ", ".join(f"{titles[name]} ({count:,})" for name, count in one.columns)
    counts = [
        f"{n:,}" if n else "<span class='muted'>0</span>" for n in (one.added, one.changed, one.gone, one.held_back)
    ]
    return [escape(messages.table_title(desk, one.table_name)), f"{one.before:,}", *counts, escape(columns)]


def _tables(desk: Desk, each: Delivered) -> str:
    head = [
        desk.say("표", "table"), desk.say("받은 행", "delivered"), desk.say("통과", "passed"),
        desk.say("보류", "held back"), desk.say("오류로 보류", "held back for an error"),
        desk.say("삭제 통보", "deletions"), desk.say("비고", "note"),
    ]  # fmt: skip
    partly = desk.say(
        "일부 파일을 읽지 못해 이전 자료를 유지합니다", "a file of it was refused: the rows before stay in force"
    )
    rows = []
    for name in TABLES:
        if name not in each.summary.tables:
            continue
        count = each.summary.tables[name]
        numbers = (count.delivered, count.valid, count.quarantined, count.quarantined_for_error, count.deleted)
        note = "" if name in each.summary.whole else escape(partly)
        rows.append([escape(messages.table_title(desk, name)), *(f"{number:,}" for number in numbers), note])
    return layout.table(head, rows, numbers=range(1, 6))


def _files(desk: Desk, each: Delivered, files: tuple[str, ...]) -> str:
    refused = {file: (reason, sentence) for file, reason, sentence in each.summary.refused_files}
    rows = []
    for name in files:
        reason, sentence = refused.get(name, ("", ""))
        rule = RULES.get(f"file.{reason}")
        said = desk.say(rule.message_ko if rule else sentence, sentence)
        kind, word = ("error", desk.say("받지 못함", "refused")) if reason else ("ok", desk.say("받음", "taken"))
        rows.append([escape(name), layout.chip(word, kind), escape(said)])
    return layout.table([desk.say("파일", "file"), desk.say("상태", "state"), desk.say("이유", "why")], rows)


def _rules(desk: Desk, each: Delivered) -> str:
    rows = []
    for one in by_rule(each):
        where = urlencode({"site": each.site_id, "rule": one.rule_id})
        table = messages.table_title(desk, one.table_name) if one.table_name else ""
        known = one.table_name in TABLES and one.column_name in TABLES[one.table_name].names
        column = TABLES[one.table_name].column(one.column_name) if known else None
        field = desk.say(column.title_ko, column.title_en) if column else ""
        severity = layout.chip(messages.said(desk, messages.SEVERITY, one.severity), one.severity)
        count = layout.link(f"{one.count:,}", f"/findings?{where}")
        rows.append([count, severity, escape(table), escape(field), escape(one.rule_id)])
    head = [
        desk.say("건수", "count"), desk.say("등급", "severity"), desk.say("표", "table"), desk.say("항목", "field"),
        desk.say("규칙", "rule"),
    ]  # fmt: skip
    return layout.table(head, rows, numbers=(0,))
