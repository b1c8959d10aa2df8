"""Forest plots of hazard ratios.

Belongs here: drawing lines of estimates on a log axis. Does not belong here: choosing the lines (document.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter

from haicplatform.report.drawing import COLOURS, GREY, style, to_svg
from haicplatform.report.numbers import Estimate, p_text, ratio


@dataclass(frozen=True)
class Line:
    """One line of a forest plot; `estimate` None is a heading."""

    label: str
    estimate: Estimate | None = None
    p: Estimate | None = None
    detail: str = ""
    is_summary: bool = False


def forest(lines: list[Line], low_label: str, high_label: str, name: str) -> str:
    """Hazard ratios on a log axis with their intervals; headings in bold."""
    shown = [line.estimate for line in lines if line.estimate is not None and line.estimate.value]
    ends = [end for row in shown for end in (row.value, row.ci_low, row.ci_high) if end]
    low, high = min([0.5, *ends]), max([2.0, *ends])
    low, high = max(low, 0.03), min(high, 30.0)
    with matplotlib.rc_context(style(name, "".join(line.label for line in lines))):
        height = 0.225 * len(lines) + 0.95
        figure = Figure(figsize=(6.9, height))
        bottom = 0.62 / height
        axis = figure.add_axes((0.42, bottom, 0.30, 1 - bottom - 0.28 / height))
        axis.set_xscale("log")
        axis.set_xlim(low * 0.85, high * 1.15)
        axis.set_ylim(len(lines) - 0.4, -0.6)
        axis.axvline(1, color=GREY, linewidth=0.8)
        for place, line in enumerate(lines):
            _forest_line(axis, line, place, low, high)
        _forest_axis(axis, low, high, low_label, high_label)
        head = 1 - 0.14 / height
        for x, text, align in ((0.745, "HR (95% CI)", "left"), (0.995, "p", "right")):
            figure.text(x, head, text, fontsize=8, fontweight="bold", ha=align, va="center")
        return to_svg(figure)


def _forest_line(axis: Axes, line: Line, place: int, low: float, high: float) -> None:
    left = axis.get_yaxis_transform()
    is_heading = line.estimate is None
    indent = -1.38 if is_heading or line.is_summary else -1.33
    weight = "bold" if is_heading or line.is_summary else "normal"
    axis.text(indent, place, line.label, transform=left, va="center", fontsize=8, fontweight=weight, clip_on=False)
    if line.detail:
        axis.text(-0.06, place, line.detail, transform=left, va="center", ha="right", fontsize=7.4, color=GREY)
    if is_heading:
        return
    row = line.estimate
    if row.value is None:
        text = row.note or row.status
        axis.text(1.083, place, text, transform=left, va="center", fontsize=7.2, color=GREY, style="italic")
        return
    colour = COLOURS[0]
    axis.plot([max(row.ci_low, low * 0.85), min(row.ci_high, high * 1.15)], [place, place], color=colour, linewidth=1.1)
    marker, size = ("D", 6.5) if line.is_summary else ("s", 4.6)
    axis.plot([row.value], [place], marker=marker, markersize=size, color=colour)
    text = f"{ratio(row.value)} ({ratio(row.ci_low)}–{ratio(row.ci_high)})"
    axis.text(1.083, place, text, transform=left, va="center", fontsize=8)
    if line.p is not None:
        axis.text(1.917, place, p_text(line.p.value), transform=left, va="center", ha="right", fontsize=8)


def _forest_axis(axis: Axes, low: float, high: float, low_label: str, high_label: str) -> None:
    ticks = [tick for tick in (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20) if low * 0.85 <= tick <= high * 1.15]
    axis.set_xticks(ticks)
    axis.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))
    axis.xaxis.set_minor_formatter(NullFormatter())
    axis.tick_params(axis="x", which="minor", length=0)
    axis.tick_params(axis="x", labelsize=7.5)
    axis.set_yticks([])
    for side in ("left", "right", "top"):
        axis.spines[side].set_visible(False)
    y = -0.36 / (axis.figure.get_figheight() * axis.get_position().height)
    axis.text(0, y, low_label, transform=axis.transAxes, fontsize=7.2, color=GREY, ha="left", va="top")
    axis.text(1, y, high_label, transform=axis.transAxes, fontsize=7.2, color=GREY, ha="right", va="top")
