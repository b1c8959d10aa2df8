"""One query: the cell in the hospital's own file, the rule in words, what was said and done, what can be done now.

Belongs here: how it is laid out. Does not belong here: putting it together (review/one_query.py), what is legal
(queries/transitions.py).
"""

from __future__ import annotations

from asyncio import to_thread
from functools import partial
from html import escape

from nicegui import ui

from haicplatform.core.errors import ChangedMeanwhile, HaicError
from haicplatform.review.data import messages, one_query
from haicplatform.review.data.hospitals import names_of
from haicplatform.review.data.one_query import Event, Found, OneQuery
from haicplatform.review.data.page_context import WORKERS, PageContext
from haicplatform.review.pages.deliveries import when
from haicplatform.review.ui import layout
from haicplatform.review.ui.source_html import TO_MARKED, table_of

PATH = "/queries/{number}"
TITLE = ("질의 상세", "One query")
ROLES = WORKERS
# the one that is most often right stands out
FIRST = ("answer", "accept", "reopen")


async def show(ctx: PageContext, number: str) -> None:
    if not number.isdecimal() or len(number) > 9:
        ctx.refuse()
    query = await to_thread(one_query.query, ctx, int(number))
    _Shown(ctx, query)


def show_found(ctx: PageContext, found: Found) -> None:
    """What was found, in words, and the row in the hospital's own sheet with the cell marked."""
    about = found.about
    layout.show(f"<p class='question'>{escape(found.message(ctx.language))}</p>" + _facts(ctx, found))
    layout.heading(ctx.tr("병원 파일의 해당 행", "The row in the hospital's file"))
    if found.place is not None:
        layout.show(table_of(ctx, found.place, about["source_row"], found.marked))
        ui.run_javascript(TO_MARKED)
    elif about["source_row"] is None:
        layout.note(ctx.tr("파일 전체에 대한 내용이라 해당 행이 없습니다.", "It is about the file, not about one row."))
    else:
        layout.note(
            ctx.tr(
                "이 행이 들어 있던 자료를 더 이상 볼 수 없습니다.",
                "The delivery with this row cannot be read any more.",
            )
        )


class _Shown:
    """The page of one query while it is open. What was typed stays in its boxes until it was taken."""

    def __init__(self, ctx: PageContext, query: OneQuery) -> None:
        self.ctx, self.query = ctx, query
        self.top = layout.show("")
        show_found(ctx, query.found)
        with ui.element("div").classes("two"):
            with ui.element("section"):
                layout.heading(ctx.tr("답변과 처리", "Answer and decide"))
                self.note = ui.textarea(ctx.tr("답변 또는 사유", "Answer or reason")).classes("wide note")
                self.note.props("outlined dense maxlength=2000")
                self.corrected = ui.input(ctx.tr("고친 값 (답변할 때)", "Corrected value (with an answer)"))
                self.corrected.classes("wide corrected").props("outlined dense maxlength=200")
                self.buttons = ui.element("div").classes("line-up")
                self.nothing = layout.show("")
            with ui.element("section"):
                layout.heading(ctx.tr("이력", "History"))
                self.history = layout.show("")
        self.put()

    def put(self) -> None:
        """Show the query as it stands; the boxes are left alone."""
        ctx, query = self.ctx, self.query
        self.top.content = _top(ctx, query)
        self.history.content = (
            "<ol class='history'>" + "".join(_event(ctx, one) for one in query.history[::-1]) + "</ol>"
        )
        first = next((name for name in FIRST if name in query.actions), "")
        self.buttons.clear()
        with self.buttons:
            for name in query.actions:
                button = ui.button(ctx.tr(*messages.ACTION[name]), on_click=partial(self.do, name))
                button.classes(f"do-{name}").props("no-caps dense" + ("" if name == first else " outline"))
        self.corrected.set_visibility("answer" in query.actions)

    async def do(self, action: str) -> None:
        ctx, query = self.ctx, self.query
        try:
            await to_thread(
                one_query.decide,
                ctx,
                query.number,
                action,
                self.note.value or "",
                self.corrected.value or "",
                query.state,
            )
        except ChangedMeanwhile as error:
            self.query = await to_thread(one_query.query, ctx, query.number)
            self.put()
            layout.say_error(ctx, error)
            return
        except HaicError as error:
            layout.say_error(ctx, error)
            return
        self.note.value = self.corrected.value = ""
        self.query = await to_thread(one_query.query, ctx, query.number)
        self.put()
        ui.notify(ctx.tr("저장했습니다.", "Saved."), type="positive", position="top")


def _top(ctx: PageContext, query: OneQuery) -> str:
    about = query.found.about
    waited = ctx.tr(
        f"{when(query.opened_at)[:10]} 질의 · {query.days}일", f"asked {when(query.opened_at)[:10]} · {query.days} days"
    )
    line = (
        f"<p class='line-up'><b class='no'>#{query.number}</b>"
        + layout.chip(messages.said(ctx, messages.STATE, query.state), messages.STATE_KIND.get(query.state, ""))
        + layout.chip(messages.said(ctx, messages.SEVERITY, about["severity"]), about["severity"])
        + f"<span>{escape(ctx.tr(*names_of(ctx.home, about['site_id'])))} {escape(about['site_id'])}</span>"
        + f"<span class='muted'>{escape(waited)}</span></p>"
    )
    if query.answer:
        said = ctx.tr("병원 답변", "Answer")
        value = ctx.tr("고친 값", "corrected value")
        corrected = (
            f" <span class='muted'>({value}: {escape(query.corrected_value)})</span>" if query.corrected_value else ""
        )
        line += f"<p class='panel said'><b>{said}</b> <span class='typed'>{escape(query.answer)}</span>{corrected}</p>"
    return line


def _facts(ctx: PageContext, found: Found) -> str:
    about = found.about
    patient = ""
    if found.patient:
        patient = layout.link(found.patient, f"/patient/{found.patient}")
    pairs = (
        (ctx.tr("표", "Table"), escape(messages.table_title(ctx, about["table_name"]))),
        (ctx.tr("환자", "Patient"), patient),
        (ctx.tr("파일", "File"), layout.cell(about["source_file"])),
        (
            ctx.tr("위치", "Place"),
            escape(messages.place(ctx, about["source_sheet"], about["source_row"], about["source_column"])),
        ),
        (ctx.tr("현재 값", "Value"), layout.cell(about["value"])),
        (ctx.tr("허용되는 값", "Expected"), layout.cell(found.expected) if found.expected else ""),
        (
            ctx.tr("규칙", "Rule"),
            f"{escape(found.rule(ctx.language))} <code>{escape(about['rule_id'])}</code>",
        ),
    )
    return (
        "<dl class='about panel'>"
        + "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in pairs if value)
        + "</dl>"
    )


def _event(ctx: PageContext, one: Event) -> str:
    who = ctx.tr("자료 반영", "delivery") if one.is_by_delivery else one.actor
    parts = []
    for name, label in (
        ("state", ctx.tr("상태", "state")), ("value", ctx.tr("값", "value")),
        ("corrected_value", ctx.tr("고친 값", "corrected value")),
    ):  # fmt: skip
        before, after = one.before.get(name), one.after.get(name)
        if before == after or (name == "value" and after is None and before is None):
            continue
        if name == "state":
            before, after = (messages.said(ctx, messages.STATE, each) for each in (before, after))
        parts.append(
            f"{label}: {layout.cell(before)} → {layout.cell(after)}" if before else f"{label}: {layout.cell(after)}"
        )
    changed = f"<div class='muted'>{' · '.join(parts)}</div>" if parts else ""
    note = f"<div class='typed'>{escape(one.note)}</div>" if one.note else ""
    return (
        f"<li><div><b>{escape(messages.said(ctx, messages.DONE, one.action))}</b> <span class='muted'>{escape(who)} · "
        f"{when(one.at.replace(tzinfo=None))}</span></div>{note}{changed}</li>"
    )
