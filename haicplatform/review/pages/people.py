"""People: pairs of two hospitals' patients who may be one person, and the decision about them.

Belongs here: how a pair is laid out, and the two buttons. Does not belong here: what is compared (review/people.py),
what a decision does (warehouse.linkage).
"""

from __future__ import annotations

from asyncio import to_thread
from html import escape

from nicegui import ui

from haicplatform.core.people import ADMINISTRATOR, DATA_MANAGER
from haicplatform.review.data import messages
from haicplatform.review.data.hospitals import names_of
from haicplatform.review.data.page_context import PageContext
from haicplatform.review.data.people import UNDECIDED, Candidate, candidates, checked, counts, decide
from haicplatform.review.ui import layout
from haicplatform.warehouse.linkage import CONFIRMED, REJECTED

PATH = "/people"
TITLE = ("동일인 확인", "People")
ROLES = (ADMINISTRATOR, DATA_MANAGER)
MOST = 50
_LISTS = {
    UNDECIDED: ("확인 대기", "to decide"),
    CONFIRMED: ("동일인으로 확정", "confirmed as one person"),
    REJECTED: ("다른 사람으로 확정", "confirmed as two persons"),
}
_FIELDS = {
    "sex": ("성별", "sex"),
    "birth_year": ("출생연도", "year of birth"),
    "height_cm": ("키 (cm)", "height (cm)"),
    "first_haic_date": ("첫 HAIC", "first HAIC"),
    "etiology": ("간암의 원인", "etiology"),
    "hcc_dx_date": ("간암 진단일", "diagnosis of HCC"),
    "n_courses": ("치료 코스 수", "courses"),
    "regimens": ("치료", "treatments"),
    "first_course_date": ("첫 치료 시작", "first course"),
    "last_course_date": ("마지막 치료", "last course"),
    "last_event_date": ("마지막 추적", "last follow-up"),
    "death_date": ("사망", "death"),
}


async def show(ctx: PageContext, decision: str = UNDECIDED) -> None:
    checked(decision)
    layout.note(
        ctx.tr(
            "두 병원에 등록된 환자의 생년월일, 성별, 첫 HAIC 시행일, 키가 모두 같지만 연계키가 없는 경우입니다. "
            "확정한 내용은 다음 통합(harmonise)부터 반영됩니다.",
            "Two hospitals' patients with the same date of birth, sex, first HAIC date and height and no shared link "
            "key. A decision counts from the next harmonisation on.",
        )
    )
    found = await to_thread(counts, ctx)
    layout.show(_lists(ctx, decision, found))
    listed = await to_thread(candidates, ctx, decision)
    if not listed:
        layout.note(ctx.tr("해당하는 환자 쌍이 없습니다.", "There is no such pair."))
    for one in listed[:MOST]:
        _pair(ctx, one)
    if len(listed) > MOST:
        layout.note(ctx.tr(f"처음 {MOST}쌍만 표시합니다.", f"The first {MOST} pairs are shown."))


def _lists(ctx: PageContext, chosen: str, found: dict[str, int]) -> str:
    links = []
    for name, title in _LISTS.items():
        text = f"{ctx.tr(*title)} {found[name]:,}"
        links.append(f"<b>{escape(text)}</b>" if name == chosen else layout.link(text, f"{PATH}?decision={name}"))
    return f"<p>{' · '.join(links)}</p>"


def _pair(ctx: PageContext, one: Candidate) -> None:
    with ui.element("section").classes("panel pair"):
        layout.show(_side_by_side(ctx, one))
        link = one.link
        if link.decision is not None:
            said = f"{ctx.tr(*_LISTS[link.decision])} · {link.decided_by} · {link.decided_at:%Y-%m-%d} · {link.reason}"
            layout.note(said)
        reason = ui.input(ctx.tr("판단 근거", "What the decision rests on")).props("outlined dense maxlength=2000")
        reason.classes("wide reason")

        async def do(decision: str) -> None:
            # a refusal is told as a notice; what was typed stays in the box
            await to_thread(decide, ctx, link.pair.pair_id, decision, reason.value or "")
            ui.navigate.reload()

        async def confirm() -> None:
            await do(CONFIRMED)

        async def reject() -> None:
            await do(REJECTED)

        with ui.element("div").classes("line-up"):
            if link.decision != CONFIRMED:
                ui.button(ctx.tr("동일인으로 확정", "One person"), on_click=confirm).props("unelevated dense")
            if link.decision != REJECTED:
                ui.button(ctx.tr("다른 사람으로 확정", "Two persons"), on_click=reject).props("outline dense")


def _side_by_side(ctx: PageContext, one: Candidate) -> str:
    def code(value: object) -> str:
        parts = [] if value is None else str(value).split(", ")
        return ", ".join(messages.code(ctx, part) for part in parts)

    heads = []
    for (site, number), usubjid in zip(one.link.pair.patients, one.usubjids, strict=True):
        patient = layout.link(number, f"/patient/{usubjid}") if usubjid else escape(number)
        heads.append(f"<th scope='col'>{escape(ctx.tr(*names_of(ctx.home, site)))} {escape(site)}<br>{patient}</th>")
    rows = []
    for each in one.compared:
        chip = ""
        if each.agrees is not None:
            chip = layout.chip(
                *((ctx.tr("같음", "same"), "ok") if each.agrees else (ctx.tr("다름", "differs"), "warning"))
            )
        cells = "".join(f"<td>{layout.cell(code(value))}</td>" for value in (each.one, each.other))
        rows.append(f"<tr><th scope='row'>{escape(ctx.tr(*_FIELDS[each.name]))}</th>{cells}<td>{chip}</td></tr>")
    return (
        f"<div class='slide'><table class='plain'><thead><tr><th></th>{''.join(heads)}<th></th></tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )
