"""Agreement: recorded against derived, reader against reader, by hospital; each count leads to its patients.

Belongs here: how it is laid out. Does not belong here: what is a pair, and who sees which (review/agreement.py).
"""

from __future__ import annotations

from asyncio import to_thread
from html import escape
from urllib.parse import urlencode

from haicplatform.core.people import READER, ROLES
from haicplatform.review.data import messages
from haicplatform.review.data.agreement import KINDS, Agreement, agreement, cases
from haicplatform.review.data.hospitals import names_of
from haicplatform.review.data.page_context import PageContext
from haicplatform.review.ui import layout

PATH = "/agreement"
TITLE = ("일치도", "Agreement")
ROLES = ROLES
NOTHING = "-"
DERIVED_BY = "MRECIST"
_KIND = {
    "stage": ("기록과 산출: 병기", "recorded and derived: stages"),
    "response": ("기록과 산출: 반응", "recorded and derived: responses"),
    "reader": ("판독의 사이", "between readers"),
}
_SIDES = {
    "stage": (("기록", "recorded"), ("산출", "derived")),
    "response": (("기록", "recorded"), ("산출", "derived")),
}
_SCALES = {"BCLC": "BCLC", "CHILD_PUGH": "Child-Pugh"}


async def show(
    ctx: PageContext, kind: str = KINDS[0], what: str = "", site: str = "", first: str = "", second: str = ""
) -> None:
    found = await to_thread(agreement, ctx, kind, what, site)
    if not found.counts:
        layout.note(ctx.tr("비교할 자료가 없습니다.", "There is nothing to compare."))
        return
    layout.show(_choices(ctx, found))
    layout.heading(ctx.tr("병원별 일치도", "By hospital"))
    if found.kind != "stage":
        layout.note(ctx.tr(f"반응 기준: {found.definition}", f"Definition of response: {found.definition}"))
    if found.kind == "response" and not found.what.endswith(DERIVED_BY):
        layout.note(
            ctx.tr(
                "산출된 반응은 mRECIST 기준입니다. 다른 기준으로 기록된 반응과는 둘 다 맞더라도 다를 수 있습니다.",
                "Derived responses are mRECIST: beside one recorded by another criterion both may be right.",
            )
        )
    layout.show(_counts(ctx, found))
    place = ctx.tr("전체 병원", "all hospitals") if not found.site_id else ctx.tr(*names_of(ctx.home, found.site_id))
    layout.heading(f"{_name(ctx, found.kind, found.what)}: {place}")
    layout.show(_matrix(ctx, found, first, second))
    if found.matrix.same:
        layout.note(
            ctx.tr(
                "NON-CR/NON-PD라는 말을 쓰지 않는 병원은 이를 SD로 기록합니다. 말만 다른 것이므로 일치로 셉니다.",
                "A hospital that does not have the word NON-CR/NON-PD records it as SD: that counts as agreement.",
            )
        )
    if first and second and ctx.person.role != READER:
        pair = [None if value == NOTHING else value for value in (first, second)]
        listed, n = await to_thread(cases, ctx, found.kind, found.what, found.site_id, *pair)
        layout.heading(ctx.tr(f"{first} → {second}: {n:,}건", f"{first} → {second}: {n:,}"))
        rows = [
            [layout.link(one.patient, f"/patient/{one.patient}"),
             f"{escape(ctx.tr(*names_of(ctx.home, one.site_id)))} <span class='muted'>{escape(one.site_id)}</span>",
             layout.cell(one.day)]
            for one in listed
        ]  # fmt: skip
        layout.show(layout.table([ctx.tr("환자", "patient"), ctx.tr("병원", "hospital"), ctx.tr("날짜", "date")], rows))
        if n > len(listed):
            layout.note(ctx.tr(f"처음 {len(listed)}건만 표시합니다.", f"The first {len(listed)} are listed."))


def _choices(ctx: PageContext, found: Agreement) -> str:
    lines = []
    for kind in KINDS:
        links = [
            f"<b>{escape(_name(ctx, *one))}</b>"
            if one == (found.kind, found.what)
            else layout.link(_name(ctx, *one), _to(kind=one[0], what=one[1], site=found.site_id))
            for one in found.choices
            if one[0] == kind
        ]
        if links:
            lines.append(f"<div><dt>{escape(ctx.tr(*_KIND[kind]))}</dt><dd>{' · '.join(links)}</dd></div>")
    return f'<dl class="facts panel">{"".join(lines)}</dl>'


def _counts(ctx: PageContext, found: Agreement) -> str:
    sides = _sides(ctx, found)
    head = [ctx.tr("병원", "hospital"), ctx.tr("비교한 수", "compared"), ctx.tr("일치", "agree"),
            ctx.tr("일치율", "share"), ctx.tr("카파", "kappa")]  # fmt: skip
    one_sided = any(one.first_only or one.second_only for one in found.counts)
    head += [ctx.tr(f"{side}만 있음", f"{side} only") for side in sides] if one_sided else []
    rows = []
    for one in found.counts:
        to = _to(kind=found.kind, what=found.what, site=one.site_id)
        name = ctx.tr(*names_of(ctx.home, one.site_id)) if one.site_id else ctx.tr("전체", "all")
        label = f"<b>{escape(name)}</b>" if one.site_id == found.site_id else layout.link(name, to)
        share = "" if not one.both else f"{100 * one.agree / one.both:.1f} %"
        kappa = "" if one.kappa is None else f"{one.kappa:.3f}"
        row = [f"{label} <span class='muted'>{escape(one.site_id)}</span>", f"{one.both:,}", f"{one.agree:,}",
               layout.cell(share), layout.cell(kappa)]  # fmt: skip
        rows.append(row + ([f"{one.first_only:,}", f"{one.second_only:,}"] if one_sided else []))
    return layout.table(head, rows, numbers=range(1, len(head)))


def _matrix(ctx: PageContext, found: Agreement, first: str, second: str) -> str:
    """Rows: the first, columns: the second; agreement on the diagonal, each other count coloured."""
    sides = _sides(ctx, found)

    def code(value: str | None) -> str:
        if value is None:
            return ctx.tr("없음", "none")
        return value if found.kind == "stage" else messages.code(ctx, value)

    corner = f"{sides[0]} ↓ {sides[1]} →"
    head = "".join(f"<th class='heat'>{escape(code(value))}</th>" for value in found.matrix.second)
    body = []
    for row in found.matrix.first:
        cells = []
        for column in found.matrix.second:
            n = found.matrix.counts.get((row, column), 0)
            text = f"{n:,}" if n else "<span class='muted'>·</span>"
            if n and ctx.person.role != READER:
                to = _to(
                    kind=found.kind, what=found.what, site=found.site_id, first=row or NOTHING, second=column or NOTHING
                )
                text = f"<a href='{escape(to)}'>{text}</a>"
            is_same = row == column or (row, column) in found.matrix.same
            look = "none" if None in (row, column) else "same" if is_same else "other" if n else ""
            chosen = " chosen" if n and (row or NOTHING, column or NOTHING) == (first, second) else ""
            cells.append(f"<td class='heat {look}{chosen}'>{text}</td>")
        body.append(f"<tr><th scope='row'>{escape(code(row))}</th>{''.join(cells)}</tr>")
    return (
        f"<div class='slide matrix'><table class='plain'><thead><tr><th>{escape(corner)}</th>{head}</tr></thead>"
        f"<tbody>{''.join(body)}</tbody></table></div>"
    )


def _sides(ctx: PageContext, found: Agreement) -> tuple[str, str]:
    if found.kind in _SIDES:
        first_words, second_words = _SIDES[found.kind]
        return ctx.tr(*first_words), ctx.tr(*second_words)
    first, _, second = found.what.partition(" : ")
    return messages.code(ctx, first), messages.code(ctx, second)


def _name(ctx: PageContext, kind: str, what: str) -> str:
    if kind == "stage":
        return _SCALES[what]
    if kind == "reader":
        return " : ".join(messages.code(ctx, one) for one in what.split(" : "))
    reader, _, criterion = what.partition(" ")
    return f"{messages.code(ctx, reader)} {messages.said(ctx, messages.CRITERION, criterion)}"


def _to(**asked: str) -> str:
    return f"{PATH}?{urlencode({name: value for name, value in asked.items() if value})}"
