"""Overview: which hospital needs attention this morning.

Belongs here: how it is laid out. Does not belong here: what is counted (review/overview.py).
"""

from __future__ import annotations

from asyncio import to_thread
from collections.abc import Sequence
from html import escape
from urllib.parse import urlencode

from haicplatform.core.clock import now
from haicplatform.core.people import READER, ROLES
from haicplatform.ledger.store import ACCEPTED, REFUSED
from haicplatform.queries import transitions as life
from haicplatform.review.data.messages import DONE
from haicplatform.review.data.overview import Hospital, hospitals
from haicplatform.review.data.page_context import PageContext
from haicplatform.review.ui import layout
from haicplatform.warehouse import warehouse
from schemas.contract import TABLES

PATH = "/"
TITLE = ("현황", "Overview")
ROLES = ROLES
# of the line that shows how a number went over the last deliveries
_WIDTH, _HEIGHT, _EDGE = 110, 24, 4


async def show(ctx: PageContext) -> None:
    rows = await to_thread(_asked, ctx)
    if not rows:
        layout.note(ctx.tr("아직 등록된 병원이 없습니다.", "No hospital is set up yet."))
        return
    layout.show(_cards(ctx, rows))
    layout.heading(ctx.tr("병원별 자료 수신 현황", "Hospitals and their deliveries"))
    layout.show(_state(ctx, rows))
    layout.heading(ctx.tr("병원과 표별 오류율", "Share of rows with an error, by hospital and table"))
    layout.note(
        ctx.tr(
            "반영된 자료에서 오류가 있는 행의 비율입니다. 진한 칸은 병원의 허용 한도에 가깝다는 뜻입니다.",
            "Of the data in force. A cell is darkest where the share reaches the hospital's own gate.",
        )
    )
    layout.show(_heat(ctx, rows))
    layout.heading(ctx.tr("지난 24시간 동안 달라진 점", "What changed in the last 24 hours"))
    layout.show(_news(ctx, rows))


def _asked(ctx: PageContext) -> list[Hospital]:
    if not warehouse.is_published(ctx.home):
        return hospitals(ctx.home, ctx.ledger(), None, ctx.person, now())
    with ctx.warehouse() as con:
        return hospitals(ctx.home, ctx.ledger(), con, ctx.person, now())


def _cards(ctx: PageContext, rows: list[Hospital]) -> str:
    waiting = sum(row.open + row.answered for row in rows)
    came = sum(row.last is not None for row in rows)
    cards = (
        (ctx.tr("자료를 보낸 병원", "hospitals that have delivered"), f"{came} / {len(rows)}"),
        (
            ctx.tr("최근 자료나 파일이 거부된 병원", "last delivery, or a file of it, refused"),
            sum(_is_refused(row) or row.refused_files > 0 for row in rows),
        ),
        (ctx.tr("자료가 늦은 병원", "late with a delivery"), sum(row.is_overdue for row in rows)),
        (ctx.tr("대기 중인 질의", "queries waiting"), f"{waiting:,}"),
    )  # fmt: skip
    return f'<div class="cards">{"".join(_card(str(number), label) for label, number in cards)}</div>'


def _card(number: str, label: str) -> str:
    return f'<div class="panel"><b>{escape(number)}</b>{escape(label)}</div>'


def _state(ctx: PageContext, rows: list[Hospital]) -> str:
    head = [
        ctx.tr("병원", "hospital"), ctx.tr("상태", "state"), ctx.tr("최근 추출일", "last extract"),
        ctx.tr("받은 뒤 경과일", "days since"), ctx.tr("추이 (1,000행당 오류)", "trend (errors per 1,000 rows)"),
        ctx.tr("열린 질의", "open queries"), ctx.tr("답변된 질의", "answered"),
        ctx.tr("가장 오래 기다린 질의", "longest waiting"),
    ]  # fmt: skip
    body = [
        [
            _name(ctx, row), _chips(ctx, row), _extract(ctx, row), layout.cell(row.days),
            _spark(row.trend, ctx.tr("최근 자료", "last deliveries")), _queries(ctx, row, life.OPEN, row.open),
            _queries(ctx, row, life.ANSWERED, row.answered), _days(ctx, row.oldest_days),
        ]
        for row in rows
    ]  # fmt: skip
    return layout.table(head, body, numbers=(3, 5, 6, 7))


def _name(ctx: PageContext, row: Hospital) -> str:
    return f"<b>{escape(ctx.tr(*row.names))}</b> <span class='muted small'>{escape(row.site_id)}</span>"


def _chips(ctx: PageContext, row: Hospital) -> str:
    found = []
    if row.mistake:
        chip = layout.chip(ctx.tr("사이트 파일 오류", "site file wrong"), "error")
        found.append(f"<span title='{escape(row.mistake, quote=True)}'>{chip}</span>")
    if row.last is None:
        found.append(layout.chip(ctx.tr("자료 없음", "nothing yet"), "wait"))
    elif _is_refused(row):
        found.append(layout.chip(ctx.tr("거부", "refused"), "error"))
    elif row.last.status == ACCEPTED:
        found.append(layout.chip(ctx.tr("반영", "accepted"), "ok"))
    else:
        found.append(layout.chip(ctx.tr("처리 대기", "waits"), "wait"))
    if files := row.refused_files:
        said = f"받지 못한 파일 {files}개", f"{files} {'file' if files == 1 else 'files'} refused"
        found.append(layout.chip(ctx.tr(*said), "warning"))
    if row.is_overdue:
        found.append(layout.chip(ctx.tr("지연", "late"), "warning"))
    return " ".join(found)


def _extract(ctx: PageContext, row: Hospital) -> str:
    if row.last is None:
        return layout.cell(None)
    day = row.last.extracted_at.date().isoformat()
    if ctx.person.role == READER:
        return day
    return layout.link(day, f"/deliveries/{row.site_id}/{row.last.delivery_id}")


def _queries(ctx: PageContext, row: Hospital, state: str, count: int) -> str:
    if not count or ctx.person.role == READER:
        return f"{count:,}"
    return layout.link(f"{count:,}", f"/queries?{urlencode({'site': row.site_id, 'state': state})}")


def _days(ctx: PageContext, days: int | None) -> str:
    return layout.cell(None if days is None else ctx.tr(f"{days}일", f"{days} days"))


def _heat(ctx: PageContext, rows: list[Hospital]) -> str:
    shown = [row for row in rows if row.rates]
    if not shown:
        return layout.table([ctx.tr("병원", "hospital")], [[layout.cell(None)]])
    columns = [(table.name, ctx.tr(table.ko, table.en)) for table in TABLES.values()]
    head = "".join(f"<th class='heat' scope='col'>{escape(title)}</th>" for _, title in columns)
    lines = []
    for row in sorted(shown, key=lambda each: -each.rate.share):
        cells = "".join(_warmth(ctx, row, name) for name, _ in columns)
        total = f"{row.rate.share:.2%}"
        lines.append(f"<tr><td class='named'>{_name(ctx, row)}</td><td class='num'><b>{total}</b></td>{cells}</tr>")
    first = f"<th scope='col'>{ctx.tr('병원', 'hospital')}</th><th class='num'>{ctx.tr('전체', 'all')}</th>"
    return (
        f"<div class='slide'><table class='plain'><thead><tr>{first}{head}</tr></thead>"
        f"<tbody>{''.join(lines)}</tbody></table></div>"
    )


def _warmth(ctx: PageContext, row: Hospital, table: str) -> str:
    """One cell: darker with the share of rows, darkest at the hospital's gate."""
    rate = row.rates.get(table)
    if rate is None:
        return f"<td class='heat muted'>{ctx.tr('없음', 'none')}</td>"
    depth = min(1.0, rate.share / row.full_share)
    said = ctx.tr(f"{rate.rows:,}행 가운데 {rate.bad:,}행에 오류", f"{rate.bad:,} of {rate.rows:,} rows with an error")
    text = f"{rate.share:.2%}" if rate.bad else "0"
    if rate.bad and ctx.person.role != READER:
        where = urlencode({"site": row.site_id, "table": table, "severity": "error"})
        text = layout.link(text, f"/findings?{where}")
    colour = f"background:rgba(179,38,30,{0.08 + 0.62 * depth:.2f})" if rate.bad else ""
    return f"<td class='heat' title='{escape(said)}' style='{colour}'>{text}</td>"


def _news(ctx: PageContext, rows: list[Hospital]) -> str:
    lines = []
    for row in rows:
        said = [
            ctx.tr("자료 거부", "delivery refused") if each.status == REFUSED else ctx.tr("새 자료", "new delivery")
            for each in row.new_deliveries
        ]
        parts = [f"{text} {said.count(text)}" for text in dict.fromkeys(said)]
        parts += [
            f"{_small(ctx.tr(*words))} {row.news[action]:,}" for action, words in DONE.items() if row.news[action]
        ]
        if parts:
            lines.append([_name(ctx, row), escape(", ".join(parts))])
    if not lines:
        return f"<p class='muted'>{ctx.tr('달라진 점이 없습니다.', 'Nothing changed.')}</p>"
    return layout.table([ctx.tr("병원", "hospital"), ctx.tr("내용", "what")], lines)


def _small(words: str) -> str:
    return words[:1].lower() + words[1:]


def _is_refused(row: Hospital) -> bool:
    return row.last is not None and row.last.status == REFUSED


def _spark(values: Sequence[float], label: str) -> str:
    """A line as small as a word: the values from left to right, zero at the bottom, the last one beside it."""
    if not values:
        return "<span class='muted'>–</span>"
    top = max(*values, 1e-9) if len(values) > 1 else max(values[0], 1e-9)
    step = (_WIDTH - 2 * _EDGE) / max(1, len(values) - 1)
    points = [
        (_EDGE + step * place, _HEIGHT - _EDGE - (_HEIGHT - 2 * _EDGE) * value / top)
        for place, value in enumerate(values)
    ]
    if len(points) == 1:
        points = [(_WIDTH - _EDGE, points[0][1])]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    said = f"{label}: {', '.join(f'{value:.2f}' for value in values)}"
    x, y = points[-1]
    return (
        f"<span class='nowrap'><svg class='spark' width='{_WIDTH}' height='{_HEIGHT}' role='img'>"
        f"<title>{escape(said)}</title>"
        f"<line x1='{_EDGE}' x2='{_WIDTH - _EDGE}' y1='{_HEIGHT - _EDGE}' y2='{_HEIGHT - _EDGE}' stroke='#d5dce3'/>"
        f"<polyline points='{line}' fill='none' stroke='#17527a' stroke-width='1.5'/>"
        f"<circle cx='{x:.1f}' cy='{y:.1f}' r='2.5' fill='#17527a'/></svg> {values[-1]:.2f}</span>"
    )
