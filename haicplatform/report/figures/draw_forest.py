"""Forest plots of ratios, and the Love plot of balance.

Belongs here: drawing lines of estimates beside an axis. Does not belong here: choosing the lines (sections).
"""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing
from matplotlib.ticker import FuncFormatter, NullFormatter, NullLocator

from haicplatform.report.document.estimate_lookup import Estimate
from haicplatform.report.document.model import Text, ids_of, plain
from haicplatform.report.document.number_format import fixed, p_text, ratio_interval
from haicplatform.report.document.report_context import ReportContext
from haicplatform.report.figures.drawing import COLOURS, GREY, LIGHT, WIDTH, Data, gid_of

# no axis of ratios is wider than this; arrows show what goes on beyond it
LOWEST, HIGHEST = 0.03, 30.0
TICKS = (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20)
LINE, HEAD, FOOT = 0.215, 0.3, 0.62
# where columns begin, in inches
LABEL, DETAIL, PLOT, PLOT_END, SHOWN, P = 0.04, 2.82, 2.95, 5.0, 5.1, 6.86


@dataclass(frozen=True)
class Line:
    """One line. kind: '' a ratio, heading, summary (a diamond), prediction (a dotted interval)."""

    label: str
    estimate: Estimate | None = None
    p: Estimate | None = None
    detail: Text = ()
    kind: str = ""


def forest(
    ctx: ReportContext, lines: list[Line], low_label: str, high_label: str, detail: str, p_head: str, data: Data
) -> Drawing:
    """Ratios on a log axis with their intervals; headings in bold. `detail`, `p_head`: heads of those columns."""
    shown = [line.estimate for line in lines if line.estimate is not None and line.estimate.value]
    ends = [end for row in shown for end in (row.value, row.ci_low, row.ci_high) if end]
    low, high = max(min([0.5, *ends]), LOWEST), min(max([2.0, *ends]), HIGHEST)
    height = LINE * len(lines) + HEAD + FOOT
    drawing = Drawing(figsize=(WIDTH, height))
    axis = drawing.add_axes((PLOT / WIDTH, FOOT / height, (PLOT_END - PLOT) / WIDTH, 1 - (FOOT + HEAD) / height))
    axis.set_xscale("log")
    axis.set_xlim(low * 0.88, high * 1.13)
    axis.set_ylim(len(lines) - 0.4, -0.6)
    axis.axvline(1, color=GREY, linewidth=0.8, zorder=0)
    for place, line in enumerate(lines):
        _line(ctx, axis, line, place, data)
    _axis(axis, height, low_label, high_label)
    head = 1 - 0.15 / height
    for x, text, align in ((SHOWN, ctx.words("head.hr"), "left"), (P, p_head, "right"), (DETAIL, detail, "right")):
        drawing.text(x / WIDTH, head, text, fontsize=7.8, fontweight="bold", ha=align, va="center")
    return drawing


def _x(inches: float) -> float:
    """Inches from the left of the figure, as a part of the axes."""
    return (inches - PLOT) / (PLOT_END - PLOT)


def _line(ctx: ReportContext, axis: Axes, line: Line, place: int, data: Data) -> None:
    left = axis.get_yaxis_transform()
    is_strong = line.kind in ("heading", "summary")
    label = LABEL if line.kind else LABEL + 0.1
    axis.text(
        _x(label),
        place,
        line.label,
        transform=left,
        va="center",
        fontsize=7.8,
        fontweight="bold" if is_strong else "normal",
    )
    if line.detail:
        text = plain(line.detail)
        gid = gid_of(*ids_of(line.detail))
        x = _x(DETAIL)
        axis.text(x, place, text, transform=left, va="center", ha="right", fontsize=7.4, color=GREY, gid=gid)
        data.add(line.label, "counts", *ids_of(line.detail), shown=text)
    if line.p is not None:
        text = p_text(line.p.value)
        gid = gid_of(line.p.estimate_id)
        axis.text(_x(P), place, text, transform=left, va="center", ha="right", fontsize=7.8, gid=gid)
        data.add(line.label, "p", line.p.estimate_id, y=line.p.value, shown=text)
    row = line.estimate
    if row is None:
        return
    if row.value is None:
        text = plain(ctx.numbers.why(row))
        gid, x = gid_of(row.estimate_id), _x(SHOWN)
        axis.text(x, place, text, transform=left, va="center", fontsize=7.2, color=GREY, style="italic", gid=gid)
        data.add(line.label, "hr", row.estimate_id, shown=text)
        return
    text = ratio_interval(row)
    if line.kind == "prediction":
        text = text[text.find("(") :]
    _mark(axis, row, row.value, place, line.kind)
    axis.text(_x(SHOWN), place, text, transform=left, va="center", fontsize=7.8, gid=gid_of(row.estimate_id))
    item = "prediction" if line.kind == "prediction" else "hr"
    data.add(line.label, item, row.estimate_id, y=row.value, low=row.ci_low, high=row.ci_high, shown=text)


def _mark(axis: Axes, row: Estimate, value: float, place: int, kind: str) -> None:
    left, right = axis.get_xlim()
    if row.ci_low is None and row.ci_high is None:  # an estimate without an interval is no wide one
        axis.plot([value], [place], marker="D", markersize=4.6, color=COLOURS[1], markerfacecolor="none")
        return
    low, high = (left if row.ci_low is None else row.ci_low), (right if row.ci_high is None else row.ci_high)
    ends = [max(low, left), min(high, right)]
    if kind == "summary":
        corners = [max(low, left), value, min(high, right), value]
        axis.fill(corners, [place, place - 0.32, place, place + 0.32], color=COLOURS[1], linewidth=0)
        return
    dash = (0, (1.5, 1.5)) if kind == "prediction" else "-"
    axis.plot(ends, [place, place], color=COLOURS[1 if kind else 0], linewidth=1.1, linestyle=dash)
    for end, beyond, marker in ((ends[0], low < left, "<"), (ends[1], high > right, ">")):
        if beyond:
            axis.plot([end], [place], marker=marker, markersize=4, color=COLOURS[0], clip_on=False)
    if not kind and left <= value <= right:
        axis.plot([value], [place], marker="s", markersize=4.6, color=COLOURS[0])


def _axis(axis: Axes, height: float, low_label: str, high_label: str) -> None:
    left, right = axis.get_xlim()
    axis.set_xticks([tick for tick in TICKS if left <= tick <= right])
    axis.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))
    axis.xaxis.set_minor_formatter(NullFormatter())
    axis.xaxis.set_minor_locator(NullLocator())
    axis.tick_params(axis="x", labelsize=7.5)
    axis.set_yticks([])
    for side in ("left", "right", "top"):
        axis.spines[side].set_visible(False)
    y = -0.34 / (height * axis.get_position().height)
    middle = axis.transData + axis.transAxes.inverted()
    equal = middle.transform((1, 0))[0]
    axis.text(equal - 0.02, y, low_label, transform=axis.transAxes, fontsize=7.2, color=GREY, ha="right", va="top")
    axis.text(equal + 0.02, y, high_label, transform=axis.transAxes, fontsize=7.2, color=GREY, ha="left", va="top")


def love(
    ctx: ReportContext, lines: list[tuple[str, Estimate | None, Estimate | None]], limit: float | None, data: Data
) -> Drawing:
    """Absolute standardised differences before (open) and after (filled), a line a variable or level."""
    height = 0.19 * len(lines) + 0.75
    drawing = Drawing(figsize=(WIDTH, height))
    axis = drawing.add_axes((0.4, 0.55 / height, 0.58, 1 - 0.75 / height))
    for item, marker, colour, place in (("smd_before", "o", COLOURS[1], 1), ("smd_after", "o", COLOURS[0], 2)):
        drawn = [
            (row.estimate_id, abs(row.value), spot, label)
            for spot, (label, *rows) in enumerate(lines)
            if (row := rows[place - 1]) is not None and row.value is not None
        ]
        face = "none" if place == 1 else colour
        axis.plot(
            [size for _, size, _, _ in drawn],
            [spot for _, _, spot, _ in drawn],
            linestyle="none",
            marker=marker,
            markersize=4.6,
            markerfacecolor=face,
            markeredgecolor=colour,
            label=ctx.words(f"figure.{item}"),
            clip_on=False,
            zorder=3,
        )
        for estimate_id, size, _, label in drawn:
            data.add(label, item, estimate_id, y=size)
    if limit is not None:
        axis.axvline(limit, color=GREY, linewidth=0.8, linestyle=(0, (3, 2)), zorder=0)
    axis.set_ylim(len(lines) - 0.4, -0.6)
    axis.set_xlim(left=0)
    axis.set_yticks(range(len(lines)), [label for label, _, _ in lines], fontsize=7.6)
    axis.grid(axis="y", color=LIGHT, linewidth=0.5)
    axis.set_axisbelow(True)
    axis.tick_params(axis="y", length=0, pad=6)
    axis.xaxis.set_major_formatter(FuncFormatter(lambda x, _: fixed(x, 2)))
    axis.set_xlabel(ctx.words("figure.smd"), fontsize=8.5)
    axis.legend(loc="lower right", frameon=True, framealpha=0.9, edgecolor="none", fontsize=8)
    for side in ("right", "top", "left"):
        axis.spines[side].set_visible(False)
    return drawing
