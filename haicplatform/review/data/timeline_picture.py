"""What a patient's timeline is drawn with: the sheet that grows downwards, colours, and a mark in words.

Belongs here: what every lane needs. Does not belong here: the lanes (timeline.py), the marks (patient.py).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape

from haicplatform.review.data import messages
from haicplatform.review.data.page_context import PageContext
from haicplatform.review.data.patient import LABS, Mark

WIDTH, LEFT, RIGHT = 1200, 150, 24
INK, MUTED, LINE, GRID = "#1d2630", "#5b6875", "#d5dce3", "#eceff2"
LABELS = {
    "course": ("치료 코스", "courses"),
    "infusion": ("투여", "infusions"),
    "scan": ("표적병변 합 (mm)", "sum of targets (mm)"),
    "response": ("산출된 반응", "derived response"),
    "recorded": ("기록된 반응", "recorded response"),
    "adverse_event": ("이상반응", "adverse events"),
    "followup": ("추적", "follow-up"),
}
EVENTS = {
    "DEATH": ("사망", "death"),
    "LAST_CONTACT": ("마지막 접촉", "last contact"),
    "CLIN_PROGRESSION": ("임상적 진행", "clinical progression"),
}


@dataclass
class Picture:
    """What is drawn so far, and how far down."""

    ctx: PageContext
    place: Callable[[dt.date], float]
    link: Callable[[Mark], str]
    chosen: int
    parts: list[str] = field(default_factory=list)
    y: float = 34

    def label(self, text: str, y: float, *, small: str = "") -> None:
        extra = f'<tspan fill="{MUTED}" font-size="11" dx="6">{escape(small)}</tspan>' if small else ""
        self.parts.append(f'<text x="0" y="{y:.1f}" font-size="12.5" fill="{INK}">{escape(text)}{extra}</text>')

    def small(self, text: str, x: float, y: float, *, size: float = 11, anchor: str = "start") -> None:
        self.parts.append(lettering(text, x, y, size=size, ink=MUTED, anchor=anchor))

    def rule(self) -> None:
        self.parts.append(f'<line x1="0" x2="{WIDTH}" y1="{self.y:.1f}" y2="{self.y:.1f}" stroke="{LINE}"/>')

    def mark(self, one: Mark, shape: str, title: str) -> None:
        """A shape as a link; the chosen one has a ring (class)."""
        look = ' class="chosen"' if one.number == self.chosen else ""
        self.parts.append(
            f'<a href="{escape(self.link(one))}"{look}><title>{escape(title)}</title>{shape}</a>'
        )  # fmt: skip


def lettering(text: str, x: float, y: float, *, size: float, ink: str, anchor: str = "start", weight: int = 400) -> str:
    """SVG of a line of words, escaped."""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" font-weight="{weight}" fill="{ink}" '
        f'text-anchor="{anchor}">{escape(text)}</text>'
    )


def describe(ctx: PageContext, one: Mark) -> str:
    """One mark in a line of words: what a mouse over it says, and the heading of its rows."""
    parts = [str(one.day)]
    if one.until and one.until != one.day:
        parts[0] += f" – {one.until}"
    if one.lane == "scan":
        size = ctx.tr("측정 불가", "not evaluable") if one.value is None else f"{one.value:g} mm"
        parts += [ctx.tr("표적병변 합", "sum of targets") + f" {size}", messages.code(ctx, one.reader_id)]
        parts += [ctx.tr("기저 검사", "baseline exam")] if one.is_baseline else []
    elif one.lane in ("response", "recorded"):
        parts += [ctx.tr(*LABELS[one.lane]), messages.code(ctx, one.code), messages.code(ctx, one.reader_id)]
        parts += [messages.said(ctx, messages.CRITERION, one.detail)] if one.lane == "recorded" else []
        parts += [ctx.tr("새 병변", "new lesion")] if one.lane == "response" and one.detail == "Y" else []
    elif one.lane == "lab":
        parts.append(f"{LABS.get(one.code, one.code)} {one.detail or ''}{one.value:g} {one.unit or ''}".strip())
    elif one.lane == "adverse_event":
        parts += [
            messages.code(ctx, one.code),
            "" if one.value is None else ctx.tr(f"{one.value:.0f}등급", f"grade {one.value:.0f}"),
        ]
    elif one.lane == "followup":
        parts.append(ctx.tr(*EVENTS.get(one.code, (one.code, one.code))))
        parts.append(messages.code(ctx, one.detail))
    elif one.lane == "infusion":
        parts += [one.detail or messages.code(ctx, one.code)]
    else:
        parts += [
            f"{ctx.tr('코스', 'course')} {one.course_no}",
            messages.code(ctx, one.code),
            messages.code(ctx, one.detail),
        ]
        parts += [ctx.tr("진행 중", "ongoing")] if one.is_open else []
    return " · ".join(part for part in parts if part)
