"""Patient: the timeline as a picture, stages, and why the platform concluded what it did; each mark leads to its rows.

Belongs here: how it is laid out. Does not belong here: what may be seen (review/patient.py), the picture
(review/timeline.py).
"""

from __future__ import annotations

from asyncio import to_thread
from html import escape
from urllib.parse import urlencode

from nicegui import ui

from haicplatform.lineage.explain.narrative import places
from haicplatform.review.data import messages as words
from haicplatform.review.data.hospitals import names_of
from haicplatform.review.data.page_context import WORKERS, PageContext
from haicplatform.review.data.patient import Patient, patient, rows_of_line, rows_of_mark
from haicplatform.review.data.source_rows import SourceRows
from haicplatform.review.data.timeline import timeline
from haicplatform.review.data.timeline_picture import describe
from haicplatform.review.ui import layout
from haicplatform.review.ui.source_html import TO_ROWS, sources_of

PATH = "/patient/{usubjid}"
TITLE = ("환자", "Patient")
ROLES = WORKERS
_SCALES = {"BCLC": "BCLC", "CHILD_PUGH": "Child-Pugh"}
AGREEMENT = {
    "MATCH": ("일치", "agree", "ok"),
    "MISMATCH": ("불일치", "differ", "error"),
    "RECORDED_ONLY": ("기록만 있음", "recorded only", "wait"),
    "DERIVED_ONLY": ("산출만 있음", "derived only", "wait"),
}


async def show(
    ctx: PageContext, usubjid: str, definition: str = "", study: str = "", mark: int = -1, told: str = ""
) -> None:
    found = await to_thread(patient, ctx, usubjid, definition or None, study or None)
    asked = {"definition": definition, "study": study}
    _head(ctx, found, asked)
    drawn = timeline(ctx, found.marks, lambda one: _link(found, asked, mark=one.number), mark)
    if drawn:
        layout.show(f"<div class='slide drawn'>{drawn}</div>")
        hint = ctx.tr(
            "그림의 표시를 누르면 병원이 보낸 원자료의 행을 볼 수 있습니다.",
            "Click a mark to see the rows that the hospital delivered.",
        )
        layout.note(hint)
    if mark >= 0:
        one, rows = await to_thread(rows_of_mark, ctx, usubjid, definition or None, mark)
        _sources(ctx, describe(ctx, one), rows)
    part, dot, line = told.partition(".")
    if dot and part.isdigit() and line.isdigit():
        sentence, rows = await to_thread(rows_of_line, ctx, found, int(part), int(line))
        day = f"{sentence.day} " if sentence.day else ""
        _sources(ctx, f"{day}{sentence.what}", rows)
    if found.stages:
        layout.heading(ctx.tr("코스 시작 시점의 병기", "Stages at the start of each course"))
        layout.show(_stages(ctx, found))
    _story(ctx, found, asked)


def _head(ctx: PageContext, found: Patient, asked: dict[str, str]) -> None:
    facts = [(ctx.tr("환자", "patient"), f"<code>{escape(found.name)}</code>")]
    for site, sex, born, etiology in found.facts:
        year = ctx.tr(f"{born}년생", f"born {born}") if born else ""
        said = ", ".join(part for part in (words.code(ctx, sex), year, words.code(ctx, etiology)) if part)
        facts.append((f"{ctx.tr(*names_of(ctx.home, site))} {site}", escape(said)))
    facts.append((ctx.tr("반응 기준", "definition of response"), _choices(
        found, asked, "definition", found.definitions, found.definition)))  # fmt: skip
    if found.study_ids:
        none = ctx.tr("없음", "none")
        facts.append((ctx.tr("연구", "study"), _choices(found, asked, "study", ("", *found.study_ids),
                                                        asked["study"], none)))  # fmt: skip
    html = "".join(f"<div><dt>{escape(name)}</dt><dd>{value}</dd></div>" for name, value in facts)
    layout.show(f'<dl class="facts panel">{html}</dl>')


def _choices(
    found: Patient, asked: dict[str, str], name: str, values: tuple[str, ...], chosen: str, none: str = ""
) -> str:
    links = [
        f"<b>{escape(value or none)}</b>"
        if value == chosen
        else layout.link(value or none, _link(found, asked | {name: value}))
        for value in values
    ]
    return " · ".join(links)


def _sources(ctx: PageContext, text: str, rows: SourceRows) -> None:
    layout.heading(ctx.tr("원자료의 행", "Rows as the hospital delivered them"))
    layout.show(f"<p>{escape(text)}</p>" + sources_of(ctx, rows))
    ui.run_javascript(TO_ROWS)


def _stages(ctx: PageContext, found: Patient) -> str:
    head = [ctx.tr("척도", "scale"), ctx.tr("코스", "course"), ctx.tr("시작일", "start"),
            ctx.tr("기록", "recorded"), ctx.tr("산출", "derived"), ""]  # fmt: skip
    rows = []
    for one in found.stages:
        *words, kind = AGREEMENT.get(one.agreement or "", ("", "", ""))
        chip = layout.chip(ctx.tr(*words), kind) if kind else ""
        cells = (_SCALES[one.scale], one.course_no, one.day, one.recorded, one.derived)
        rows.append([*(layout.cell(value) for value in cells), chip])
    return layout.table(head, rows)


def _story(ctx: PageContext, found: Patient, asked: dict[str, str]) -> None:
    layout.heading(ctx.tr("판정의 근거", "Why the platform concluded this"))
    if found.story is None:
        layout.note(
            ctx.tr(
                "이 환자의 판정 근거는 이 계정으로 볼 수 없습니다. 필요하면 데이터 매니저에게 문의해 주십시오.",
                "This account cannot see why; ask the data manager if you need it.",
            )
        )
        return
    layout.note(found.story.definition_text)
    for number, part in enumerate(found.story.parts):
        items = []
        for place, line in enumerate(part.lines):
            day = f"<td class='nowrap'>{line.day}</td>" if line.day else "<td></td>"
            why = "".join(f"<div class='muted small'>{escape(text)}</div>" for text in line.why)
            where = "; ".join(places(line.sources, found.story.language))
            link = _link(found, asked, told=f"{number}.{place}")
            rows = f"<a class='small' href='{escape(link)}'>{escape(where)}</a>" if where else ""
            items.append(f"<tr>{day}<td>{escape(line.what)}{why}</td><td class='from'>{rows}</td></tr>")
        layout.show(
            f"<div class='slide'><table class='plain story'><caption><b>{escape(part.title)}</b></caption>"
            f"<tbody>{''.join(items)}</tbody></table></div>"
        )


def _link(found: Patient, asked: dict[str, str], **more: object) -> str:
    query = urlencode({name: value for name, value in (asked | more).items() if value not in ("", None)})
    return f"/patient/{found.name}" + (f"?{query}" if query else "")
