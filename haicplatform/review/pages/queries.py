"""Queries: what waits for whom, deciding about many at once, the workbooks out and in.

Belongs here: how the list is laid out, the two dialogs. Does not belong here: which queries, in which order
(review/data/query_list.py), what is legal and what a workbook holds (queries/).
"""

from __future__ import annotations

from asyncio import to_thread
from html import escape
from urllib.parse import quote

from nicegui import ui
from nicegui.events import UploadEventArguments
from starlette.responses import Response

from haicplatform.core.errors import ChangedMeanwhile, HaicError
from haicplatform.queries.answers import AnswersRefused
from haicplatform.review.data import bulk, messages, query_list
from haicplatform.review.data.hospitals import names_of
from haicplatform.review.data.page_context import WORKERS, PageContext
from haicplatform.review.server import workbook_io
from haicplatform.review.ui import layout
from haicplatform.review.ui.grid import Column, Filter, Grid, grid

PATH = "/queries"
TITLE = ("질의", "Queries")
ROLES = WORKERS
FILTERS = ("site", "state", "severity", "table", "rule", "age", "text")
SHOWN_PROBLEMS = 200


async def show(
    ctx: PageContext, site: str = "", state: str = "", severity: str = "", table: str = "", rule: str = "",
    age: str = "", text: str = "",
) -> None:  # fmt: skip
    given = dict(zip(FILTERS, (site, state, severity, table, rule, age, text), strict=True))
    if not any(given.values()):
        given["state"] = query_list.WAITING
    options = await to_thread(query_list.options, ctx)
    waiting = await to_thread(query_list.ageing, ctx)
    layout.heading(ctx.tr("병원별 대기 현황", "Waiting, by hospital"))
    layout.show(_ageing(ctx, waiting))
    with ui.element("div").classes("line-up tools"):
        layout.show(f"<h2>{ctx.tr('질의 목록', 'All queries')}</h2>")
        many = ui.button(ctx.tr("한꺼번에 처리", "Decide about many")).props("outline no-caps dense").classes("many")
        back = ui.button(ctx.tr("답변 파일 올리기", "Upload answers")).props("outline no-caps dense").classes("back")
    known = {"rule": options["rules"]}
    labels = {
        "site": ctx.tr("병원", "Hospital"),
        "state": ctx.tr("상태", "State"),
        "severity": ctx.tr("심각도", "Severity"),
        "table": ctx.tr("표", "Table"),
        "rule": ctx.tr("규칙", "Rule"),
        "age": ctx.tr("경과일", "Waiting"),
        "text": ctx.tr("번호·내용 검색", "Number or text"),
    }
    listed = await grid(
        ctx,
        [
            Column("number", ctx.tr("번호", "No."), "number", link="link", is_short=True),
            Column("state", labels["state"], "chip", is_short=True),
            Column("severity", labels["severity"], "chip", is_short=True),
            Column("site", labels["site"], is_short=True),
            Column("table", labels["table"], is_short=True),
            Column("place", ctx.tr("위치", "Place"), width=150),
            Column("message", ctx.tr("확인할 내용", "Question"), is_wrapped=True),
            Column("opened", ctx.tr("질의일", "Asked"), is_short=True),
            Column("answer", ctx.tr("답변", "Answer"), width=140),
        ],
        lambda *asked: query_list.rows(ctx, *asked),
        filters=[
            Filter(name, labels[name], options.get(name), known.get(name, ())) for name in FILTERS
        ],
        given=given, key="number", is_selectable=True,
    )  # fmt: skip
    many.on_click(lambda: _decide(ctx, listed))
    back.on_click(lambda: _upload(ctx, listed))


def export(ctx: PageContext, site: str) -> Response:
    """The workbook of a hospital's waiting queries."""
    name, data = workbook_io.workbook_of(ctx, site)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    said = {"content-disposition": f"attachment; filename*=utf-8''{quote(name)}"}
    return Response(data, media_type=kind, headers=said)


DOWNLOADS = {"/queries/export/{site}": export}


def _ageing(ctx: PageContext, waiting: list[query_list.Ageing]) -> str:
    """Hospitals with their waiting queries, each with a bar of three ages and its workbook."""
    if not waiting:
        return f"<p class='muted'>{ctx.tr('답을 기다리는 질의가 없습니다.', 'No query is waiting.')}</p>"
    first, second = query_list.AGES
    ages = (
        ctx.tr(f"{first}일 이내", f"up to {first} days"),
        ctx.tr(f"{first + 1}~{second}일", f"{first + 1} to {second} days"),
        ctx.tr(f"{second}일 초과", f"over {second} days"),
    )
    longest = max(one.total for one in waiting)
    rows = []
    for one in waiting:
        name = f"{ctx.tr(*names_of(ctx.home, one.site_id))} {one.site_id}"
        bar = "".join(
            f"<i class='age{age}' style='width:{100 * count / longest:.1f}%' title='{escape(said)}: {count:,}'></i>"
            for age, (said, count) in enumerate(zip(ages, one.by_age, strict=True))
        )
        rows.append(
            [
                layout.link(name, f"{PATH}?site={one.site_id}&state={query_list.WAITING}"),
                f"{one.errors:,}",
                f"{one.warnings:,}",
                f"{one.answered:,}",
                f"<span class='bar'>{bar}</span>",
                *(f"{count:,}" for count in one.by_age),
                ctx.tr(f"{one.oldest_days}일", f"{one.oldest_days} days"),
                f"<a class='nowrap' download href='/queries/export/{quote(one.site_id)}'>"
                f"{ctx.tr('질의서 내려받기 (.xlsx)', 'Workbook (.xlsx)')}</a>",
            ]
        )
    head = [
        ctx.tr("병원", "Hospital"), ctx.tr("오류", "Errors"), ctx.tr("경고", "Warnings"),
        ctx.tr("그중 답변됨", "Of these answered"), ctx.tr("경과일별", "By age"), *ages,
        ctx.tr("가장 오래된 질의", "Oldest"), ctx.tr("병원에 보낼 파일", "For the hospital"),
    ]  # fmt: skip
    return layout.table(head, rows, (1, 2, 3, 5, 6, 7, 8))


def _decide(ctx: PageContext, listed: Grid) -> None:
    """The dialog for one decision about many queries."""
    chosen = [number for number in listed.selected if isinstance(number, int)]
    which = (
        {"selected": ctx.tr(f"선택한 {len(chosen):,}건", f"those that are ticked ({len(chosen):,})")} if chosen else {}
    )
    which["all"] = ctx.tr(f"조건에 맞는 전체 {listed.total:,}건", f"all that fit the filters ({listed.total:,})")
    filters = dict(listed.filter)
    actions = {name: ctx.tr(*messages.ACTION[name]) for name in bulk.actions_of(ctx.person.role)}
    decided: list[bulk.Plan] = []
    with ui.dialog() as dialog, ui.card().classes("dialog"):
        layout.show(f"<h2>{ctx.tr('한꺼번에 처리', 'Decide about many')}</h2>")
        what = ui.select(actions, label=ctx.tr("처리", "Action")).classes("what").props("outlined dense")
        scope = ui.radio(which, value="selected" if chosen else None).props("dense").classes("scope")
        reason = ui.textarea(ctx.tr("사유", "Reason")).classes("reason").props("outlined dense maxlength=2000")
        said = ui.label().classes("muted")
        with ui.element("div").classes("line-up end"):
            ui.button(ctx.tr("취소", "Cancel"), on_click=dialog.close).props("flat no-caps")
            do = ui.button(ctx.tr("처리하기", "Do it")).props("no-caps").classes("do")
        do.disable()

    async def look() -> None:
        decided.clear()
        do.disable()
        if what.value not in actions or scope.value not in which:
            return
        numbers = chosen if scope.value == "selected" else None
        decided.append(await to_thread(bulk.plan, ctx, what.value, numbers=numbers, filters=filters))
        count, left = len(decided[0].seen), decided[0].left
        said.text = ctx.tr(
            f"{count:,}건을 처리합니다." + (f" {left:,}건은 지금 상태에서 할 수 없어 그대로 둡니다." if left else ""),
            f"{count:,} will be changed." + (f" {left:,} cannot take this now and stay as they are." if left else ""),
        )
        do.set_enabled(count > 0)

    async def carry_out() -> None:
        do.disable()
        try:
            count = await to_thread(bulk.carry_out, ctx, decided[0], reason.value or "")
        except ChangedMeanwhile as error:
            layout.say_error(ctx, error)
            await look()
            return
        except HaicError as error:
            layout.say_error(ctx, error)
            do.enable()
            return
        dialog.close()
        done = ctx.tr(f"{count:,}건을 처리했습니다.", f"{count:,} queries changed.")
        ui.notify(done, type="positive", position="top")
        listed.table.selected = []
        await listed.refresh()

    what.on_value_change(look)
    scope.on_value_change(look)
    do.on_click(carry_out)
    dialog.open()


def _upload(ctx: PageContext, listed: Grid) -> None:
    """The dialog that takes an answered workbook and lists what is wrong with it."""
    with ui.dialog() as dialog, ui.card().classes("dialog"):
        layout.show(f"<h2>{ctx.tr('답변 파일 올리기', 'Upload answers')}</h2>")
        layout.note(
            ctx.tr(
                "병원에서 답변을 적은 질의서(.xlsx)를 올려 주십시오. 한 행이라도 문제가 있으면 아무것도 반영하지 않고"
                " 문제를 모두 알려 드립니다.",
                "The workbook that the hospital answered in (.xlsx). If any row cannot be taken, nothing is, and"
                " everything that is wrong is listed.",
            )
        )
        said = ui.element("div").classes("said")

        async def came(event: UploadEventArguments) -> None:
            name, data = event.file.name, await event.file.read()
            said.clear()
            try:
                done = await to_thread(workbook_io.take, ctx, name, data)
            except HaicError as error:
                with said:
                    layout.show(_problems(ctx, error))
                return
            finally:
                box.reset()
            sentence = ctx.tr(
                f"{done.site_id}: 답변 {done.answered:,}건을 반영했습니다. 답변이 없는 행 {done.unanswered:,}건.",
                f"{done.site_id}: {done.answered:,} answers taken; {done.unanswered:,} rows without an answer.",
            )
            with said:
                layout.show(f"<p class='sentence good'>{escape(sentence)}</p>")
            await listed.refresh()

        box = ui.upload(
            label=ctx.tr("파일을 고르거나 끌어 놓으십시오", "Choose a file or drop it here"), on_upload=came,
            max_file_size=workbook_io.LARGEST, max_files=1, auto_upload=True,
            on_rejected=lambda: ui.notify(
                ctx.tr("5MB 이하의 .xlsx 파일 하나만 올릴 수 있습니다.", "One .xlsx file of at most 5 MB."),
                type="negative", position="top",
            ),
        ).props("accept=.xlsx flat bordered")  # fmt: skip
        with ui.element("div").classes("line-up end"):
            ui.button(ctx.tr("닫기", "Close"), on_click=dialog.close).props("flat no-caps")
    dialog.open()


def _problems(ctx: PageContext, error: HaicError) -> str:
    if not isinstance(error, AnswersRefused):
        return f"<p class='sentence bad'>{escape(error.said(ctx.language))}</p>"
    head = (ctx.tr("행", "Row"), ctx.tr("질의", "Query"), ctx.tr("문제", "What is wrong"))
    rows = [[str(one.row), layout.cell(one.query), escape(ctx.tr(one.ko, one.en))] for one in error.problems]
    count = len(rows)
    sentence = ctx.tr(
        error.said("ko"), f"Nothing was changed: {count:,} of the rows cannot be taken. Mend them and try again."
    )
    more = ctx.tr(f"그 밖에 {count - SHOWN_PROBLEMS:,}건", f"and {count - SHOWN_PROBLEMS:,} more")
    rest = f"<p class='muted'>{more}</p>" if count > SHOWN_PROBLEMS else ""
    return f"<p class='sentence bad'>{escape(sentence)}</p>" + layout.table(head, rows[:SHOWN_PROBLEMS], (0, 1)) + rest
