"""A patient's timeline as a picture: SVG, each mark a link to its rows.

Belongs here: where a mark stands and how it looks. Does not belong here: the marks (patient.py), colours of pages.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Sequence
from html import escape

from haicplatform.review.data import messages
from haicplatform.review.data.page_context import PageContext
from haicplatform.review.data.patient import LABS, Mark
from haicplatform.review.data.timeline_picture import (
    EVENTS,
    GRID,
    INK,
    LABELS,
    LEFT,
    MUTED,
    RIGHT,
    WIDTH,
    Picture,
    describe,
    lettering,
)
from schemas.lab_tests import LAB_TESTS

ROW, BAR, CHART, SMALL = 24, 14, 120, 46
READERS = {"R1": "#17527a", "R2": "#b06a00", "ADJ": "#6b3fa0", "LOCAL": "#4a5661"}
# dark enough for white letters
OTHER_RESPONSE = "#70757a"
RESPONSES = {
    "CR": "#1d6b3a",
    "PR": "#2f8052",
    "SD": "#5f7388",
    "NON-CR/NON-PD": "#5f7388",
    "PD": "#b3261e",
    "NE": OTHER_RESPONSE,
}
GRADES = {1: "#c9d1d9", 2: "#e3b75f", 3: "#d0762c", 4: "#b3261e", 5: "#5d1310"}
LOGARITHMIC = ("AFP",)
SHORT = {"NON-CR/NON-PD": "N/N", "MISSING": "–"}


def timeline(ctx: PageContext, marks: Sequence[Mark], link: Callable[[Mark], str], chosen: int = -1) -> str:
    """SVG of the marks; link: where a mark leads; chosen: the number of the one that is shown below."""
    if not marks:
        return ""
    first = min(one.day for one in marks) - dt.timedelta(days=20)
    last = max(max(one.day, one.until or one.day) for one in marks) + dt.timedelta(days=20)
    span = max(1, (last - first).days)

    def place(day: dt.date) -> float:
        return LEFT + (day - first).days / span * (WIDTH - LEFT - RIGHT)

    drawn = Picture(ctx, place, link, chosen)
    lanes: dict[str, list[Mark]] = {}
    for one in marks:
        lanes.setdefault(one.lane, []).append(one)
    _courses(drawn, lanes.get("course", []), last)
    _infusions(drawn, lanes.get("infusion", []))
    _scans(drawn, lanes.get("scan", []))
    for lane in ("response", "recorded"):
        _responses(drawn, lane, lanes.get(lane, []))
    _labs(drawn, lanes.get("lab", []))
    _adverse_events(drawn, lanes.get("adverse_event", []))
    _followup(drawn, lanes.get("followup", []))
    drawn.rule()
    height = drawn.y + 26
    axis = _axis(first, last, place, drawn.y)
    name = escape(ctx.tr("환자의 경과 그림", "the patient's timeline"))
    return (
        f'<svg class="timeline" viewBox="0 0 {WIDTH} {height:.0f}" role="img" aria-label="{name}" '
        f'font-family="inherit">{axis}{"".join(drawn.parts)}</svg>'
    )


def _courses(drawn: Picture, marks: list[Mark], last: dt.date) -> None:
    if not marks:
        return
    drawn.label(drawn.ctx.tr(*LABELS["course"]), drawn.y + 17)
    ends: list[float] = []
    for one in marks:
        start = drawn.place(one.day)
        end = max(drawn.place(last if one.is_open else one.until or one.day), start + 5)
        text = messages.code(drawn.ctx, one.code)
        wide = sum(11 if "가" <= letter <= "힣" else 6.4 for letter in text) + 10
        fits = wide <= end - start
        row = next((place for place, taken in enumerate(ends) if taken < start), len(ends))
        ends[row : row + 1] = [end if fits else end + wide]
        y = drawn.y + 6 + row * ROW
        colour = "#17527a" if one.kind == "HAIC" else "#7d93a8"
        bar = (
            f'<rect x="{start:.1f}" y="{y:.1f}" width="{end - start:.1f}" height="{BAR}" rx="3" fill="{colour}"/>'
        ) + lettering(text, (start if fits else end) + 4, y + 11, size=11, ink="#fff" if fits else INK)
        drawn.mark(one, bar, describe(drawn.ctx, one))
    drawn.y += 8 + len(ends) * ROW


def _infusions(drawn: Picture, marks: list[Mark]) -> None:
    if not marks:
        return
    drawn.rule()
    drawn.label(drawn.ctx.tr(*LABELS["infusion"]), drawn.y + 17)
    for one in marks:
        x = drawn.place(one.day)
        shape = f'<rect x="{x - 1.8:.1f}" y="{drawn.y + 5:.1f}" width="3.6" height="15" rx="1.5" fill="#2f7fb5"/>'
        drawn.mark(one, shape, describe(drawn.ctx, one))
    drawn.y += ROW + 2


def _scans(drawn: Picture, marks: list[Mark]) -> None:
    sized = [(one, one.value) for one in marks if one.value is not None]
    if not sized:
        return
    drawn.rule()
    top, bottom = drawn.y + 12, drawn.y + CHART
    most = _round_up(max(size for _, size in sized))
    drawn.label(drawn.ctx.tr(*LABELS["scan"]), drawn.y + 17)
    readers = sorted({one.reader_id or "" for one, _ in sized})
    for place, reader in enumerate(readers):
        colour = READERS.get(reader, INK)
        y = drawn.y + 38 + 18 * place
        drawn.parts.append(f'<circle cx="6" cy="{y - 4:.1f}" r="4" fill="{colour}"/>')
        drawn.parts.append(lettering(messages.code(drawn.ctx, reader), 16, y, size=12, ink=INK))
    for share in (0, 0.5, 1):
        y = bottom - share * (bottom - top)
        drawn.parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="{GRID}"/>')
        drawn.small(f"{share * most:g}", LEFT - 6, y + 4, anchor="end")

    def height(value: float) -> float:
        return bottom - value / most * (bottom - top)

    for number, reader in enumerate(readers):
        # two readers of one exam must both be reached
        aside = 5 * (number - (len(readers) - 1) / 2)
        colour = READERS.get(reader, INK)
        for course in sorted({one.course_no or 0 for one, _ in sized}):
            line = [(one, size) for one, size in sized if (one.reader_id or "", one.course_no or 0) == (reader, course)]
            points = " ".join(f"{drawn.place(one.day) + aside:.1f},{height(size):.1f}" for one, size in line)
            if len(line) > 1:
                drawn.parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.6"/>')
            for one, size in line:
                fill = "#fff" if one.is_baseline else colour
                shape = (
                    f'<circle cx="{drawn.place(one.day) + aside:.1f}" cy="{height(size):.1f}" r="4.2" '
                    f'fill="{fill}" '
                    f'stroke="{colour}" stroke-width="1.6"/>'
                )
                drawn.mark(one, shape, describe(drawn.ctx, one))
    drawn.y += CHART + 12


def _responses(drawn: Picture, lane: str, marks: list[Mark]) -> None:
    for place, key in enumerate(sorted({(one.reader_id or "", one.detail or "") for one in marks} if lane == "recorded"
                                       else {(one.reader_id or "", "") for one in marks})):  # fmt: skip
        reader, criterion = key
        if place == 0:
            drawn.rule()
        named = messages.said(drawn.ctx, messages.CRITERION, criterion)
        small = " ".join(part for part in (messages.code(drawn.ctx, reader), named) if part)
        drawn.label(drawn.ctx.tr(*LABELS[lane]) if place == 0 else "", drawn.y + 16)
        y = drawn.y + 18 if place == 0 else drawn.y
        drawn.small(small, 0, y + 14, size=11.5)
        for one in marks:
            if (one.reader_id or "", (one.detail or "") if lane == "recorded" else "") != key:
                continue
            x, text = drawn.place(one.day), SHORT.get(one.code, one.code)
            colour = RESPONSES.get(one.code, OTHER_RESPONSE)
            look = f'fill="{colour}"' if lane == "response" else f'fill="#fff" stroke="{colour}"'
            ink = "#fff" if lane == "response" else colour
            shape = f'<rect x="{x - 13:.1f}" y="{y + 2:.1f}" width="26" height="16" rx="4" {look}/>'
            shape += lettering(text, x, y + 14, size=10.5, ink=ink, anchor="middle", weight=600)
            drawn.mark(one, shape, describe(drawn.ctx, one))
        drawn.y = y + 22
    drawn.y += 4 if marks else 0


def _labs(drawn: Picture, marks: list[Mark]) -> None:
    for test, name in LABS.items():
        line = [(one, one.value) for one in marks if one.code == test and one.value is not None]
        if not line:
            continue
        drawn.rule()
        values = [_scaled(test, result) for _, result in line]
        low, high = min(values), max(values)
        top, bottom = drawn.y + 8, drawn.y + SMALL - 6
        ends = f"{min(result for _, result in line):g} – {max(result for _, result in line):g}"
        scale = drawn.ctx.tr(", 로그", ", log") if test in LOGARITHMIC else ""
        drawn.label(name, drawn.y + 18, small=f"{LAB_TESTS[test].unit}{scale}")
        drawn.small(ends, 0, drawn.y + 34)
        spots = [
            (drawn.place(one.day), bottom - (value - low) / ((high - low) or 1) * (bottom - top), one)
            for (one, _), value in zip(line, values, strict=True)
        ]
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in spots)
        drawn.parts.append(f'<polyline points="{points}" fill="none" stroke="#9db4c7" stroke-width="1.3"/>')
        for x, y, one in spots:
            drawn.mark(one, f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="#3d6d92"/>', describe(drawn.ctx, one))
        drawn.y += SMALL


def _adverse_events(drawn: Picture, marks: list[Mark]) -> None:
    if not marks:
        return
    drawn.rule()
    drawn.label(drawn.ctx.tr(*LABELS["adverse_event"]), drawn.y + 17)
    for one in marks:
        x, grade = drawn.place(one.day), None if one.value is None else int(one.value)
        ink = "#fff" if (grade or 0) >= 4 else INK
        shape = f'<circle cx="{x:.1f}" cy="{drawn.y + 13:.1f}" r="8" fill="{GRADES.get(grade or 0, "#c9d1d9")}"/>'
        text = "?" if grade is None else str(grade)
        shape += lettering(text, x, drawn.y + 17, size=10.5, ink=ink, anchor="middle")
        drawn.mark(one, shape, describe(drawn.ctx, one))
    drawn.y += ROW + 4


def _followup(drawn: Picture, marks: list[Mark]) -> None:
    if not marks:
        return
    drawn.rule()
    drawn.label(drawn.ctx.tr(*LABELS["followup"]), drawn.y + 17)
    codes = sorted({one.code for one in marks})
    for one in marks:
        x, y = drawn.place(one.day), drawn.y + 13 + ROW * codes.index(one.code)
        dead = one.code == "DEATH"
        shape = f'<path d="M{x:.1f},{y - 8:.1f} l8,8 l-8,8 l-8,-8 z" fill="{INK if dead else "#fff"}" stroke="{INK}"/>'
        event = drawn.ctx.tr(*EVENTS.get(one.code, (one.code, one.code)))
        is_right = x > WIDTH - 160
        aside, anchor = (-12, "end") if is_right else (12, "start")
        shape += lettering(event, x + aside, y + 4, size=11.5, ink=INK, anchor=anchor)
        drawn.mark(one, shape, describe(drawn.ctx, one))
    drawn.y += ROW * len(codes) + 4


def _axis(first: dt.date, last: dt.date, place: Callable[[dt.date], float], bottom: float) -> str:
    """Vertical lines at round months, dated above and below."""
    months = (last - first).days / 30.4
    step = next((each for each in (1, 2, 3, 6, 12, 24) if months / each <= 14), 24)
    day, parts = dt.date(first.year, 1, 1), []
    while day <= last:
        if day >= first:
            x = place(day)
            parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="28" y2="{bottom:.1f}" stroke="{GRID}"/>')
            for y in (20, bottom + 18):
                parts.append(lettering(f"{day:%Y-%m}", x, y, size=11.5, ink=MUTED, anchor="middle"))
        month = day.month - 1 + step
        day = dt.date(day.year + month // 12, month % 12 + 1, 1)
    return "".join(parts)


def _scaled(test: str, value: float) -> float:
    return math.log10(max(value, 1)) if test in LOGARITHMIC else value


def _round_up(value: float) -> float:
    step = 10 ** math.floor(math.log10(max(value, 1)))
    return max(10.0, math.ceil(value / step * 2) / 2 * step)
