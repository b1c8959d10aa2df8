"""The figures of a report as SVG, the same bytes for the same estimates.

Belongs here: drawing curves and forest plots from estimates. Does not belong here: estimating, HTML.
"""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib
import numpy as np
import polars as pl
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter

from haicplatform.report.lookup import Estimates
from haicplatform.report.numbers import Estimate, fixed, p_text, ratio

COLOURS = ("#1d4e89", "#c1502e", "#3b7d4f", "#7b4f9d", "#8a6d1d")
INK, GREY = "#222222", "#666666"
# the place of the axes in a figure, leaving room for the names of the groups at risk
LEFT, WIDTH = 0.195, 0.79
FAMILIES = ("Liberation Sans", "Arial", "Helvetica", "DejaVu Sans")
KOREAN_FAMILIES = ("NanumGothic", "NanumBarunGothic", "Noto Sans CJK KR")


@dataclass(frozen=True)
class Curve:
    """What is drawn of one group."""

    label: str
    survival: pl.DataFrame
    censored: pl.DataFrame
    at_risk: pl.DataFrame
    median: Estimate | None


@dataclass(frozen=True)
class Line:
    """One line of a forest plot; `estimate` None is a heading."""

    label: str
    estimate: Estimate | None = None
    p: Estimate | None = None
    detail: str = ""
    is_summary: bool = False


def curves_of(estimates: Estimates, endpoint: str, population: str, groups: Sequence[tuple[str, str]]) -> list[Curve]:
    """The curves of (group, label) pairs that have points."""
    found = []
    for group, label in groups:
        key = {"population": population, "endpoint": endpoint, "grp": group}
        survival = estimates.curve("survival", **key)
        if survival.height:
            censored = estimates.curve("n_censor", **key).filter(pl.col("value") > 0).select("at")
            found.append(
                Curve(
                    label,
                    survival,
                    censored.join(survival, on="at"),
                    estimates.curve("at_risk", **key),
                    estimates.get("km", "median", **key),
                )
            )
    return found


def kaplan_meier_figure(curves: list[Curve], title: str, p: Estimate | None, name: str) -> str:
    """Curves with interval bands, censor ticks and medians; the numbers at risk under the same axis."""
    with matplotlib.rc_context(_style(name, title + "".join(curve.label for curve in curves))):
        rows = len(curves)
        figure = Figure(figsize=(6.9, 3.6 + 0.19 * rows))
        height = figure.get_figheight()
        table = (0.19 * rows + 0.2) / height
        bottom = 0.06 / height
        top = figure.add_axes((LEFT, bottom + table + 0.5 / height, WIDTH, 1 - bottom - table - 0.58 / height))
        under = figure.add_axes((LEFT, bottom, WIDTH, table))
        months = _months(curves)
        for curve, colour in zip(curves, COLOURS, strict=False):
            _curve(top, curve, colour)
        _axes(top, months, title)
        top.legend(
            loc="upper right", frameon=False, handlelength=1.6, borderaxespad=0.2, labelspacing=0.35, fontsize=8.5
        )
        if p is not None and p.value is not None:
            text = p_text(p.value)
            shown = f"Log-rank p {text[0]} {text[1:]}" if text[0] in "<>" else f"Log-rank p = {text}"
            top.text(0.985, 0.96 - 0.075 * rows, shown, transform=top.transAxes, ha="right", va="top", fontsize=8.5)
        _at_risk(under, curves, months, top.get_xlim())
        return _svg(figure)


def small_multiples(panels: list[tuple[str, list[Curve], Estimate | None]], name: str) -> str:
    """One small panel a hospital, on one time axis."""
    columns = min(4, max(2, len(panels)))
    lines = math.ceil(len(panels) / columns)
    months = _months([curve for _, curves, _ in panels for curve in curves])
    with matplotlib.rc_context(_style(name, "".join(label for label, _, _ in panels))):
        figure = Figure(figsize=(6.9, 1.75 * lines + 0.45))
        axes = figure.subplots(lines, columns, sharex=True, sharey=True, squeeze=False)
        used = list(axes.flat)
        for axis, (label, curves, p) in zip(used, panels, strict=False):
            for curve, colour in zip(curves, COLOURS, strict=False):
                _curve(axis, curve, colour, is_small=True)
            text = (
                ""
                if p is None or p.value is None
                else f"p {p_text(p.value)}"
                if p.value < 0.001
                else f"p = {p_text(p.value)}"
            )
            axis.set_title(label, fontsize=7.6, loc="left", pad=3, fontweight="bold")
            axis.text(0.97, 0.93, text, transform=axis.transAxes, ha="right", va="top", fontsize=7.2)
            _small_axes(axis, months)
        for axis in used[len(panels) :]:
            axis.set_visible(False)
        for place, axis in enumerate(used[: len(panels)]):
            if place + columns >= len(panels):
                axis.tick_params(labelbottom=True)
        figure.subplots_adjust(
            left=0.075,
            right=0.99,
            top=0.93 - 0.02 / lines,
            bottom=0.72 / figure.get_figheight(),
            hspace=0.34,
            wspace=0.1,
        )
        handles = {h.get_label(): h for axis in used for h in axis.get_legend_handles_labels()[0]}
        figure.legend(
            handles.values(), handles.keys(), loc="lower center", ncols=len(handles), frameon=False, fontsize=8
        )
        figure.text(0.99, 0.32 / figure.get_figheight(), "Months", ha="right", fontsize=7.5, color=GREY)
        return _svg(figure)


def forest(lines: list[Line], low_label: str, high_label: str, name: str) -> str:
    """Hazard ratios on a log axis with their intervals; headings in bold."""
    shown = [line.estimate for line in lines if line.estimate is not None and line.estimate.value]
    ends = [end for row in shown for end in (row.value, row.ci_low, row.ci_high) if end]
    low, high = min([0.5, *ends]), max([2.0, *ends])
    low, high = max(low, 0.03), min(high, 30.0)
    with matplotlib.rc_context(_style(name, "".join(line.label for line in lines))):
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
        return _svg(figure)


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


def _curve(axis: Axes, curve: Curve, colour: str, *, is_small: bool = False) -> None:
    time = np.concatenate([[0.0], curve.survival["at"].to_numpy()])
    height = np.concatenate([[1.0], curve.survival["value"].to_numpy()])
    low = np.concatenate([[1.0], curve.survival["ci_low"].fill_null(np.nan).to_numpy()])
    high = np.concatenate([[1.0], curve.survival["ci_high"].fill_null(np.nan).to_numpy()])
    axis.fill_between(time, low, high, step="post", color=colour, alpha=0.13, linewidth=0)
    axis.step(time, height, where="post", color=colour, linewidth=1.1 if is_small else 1.5, label=curve.label)
    tick = 3 if is_small else 5
    axis.plot(
        curve.censored["at"].to_numpy(),
        curve.censored["value"].to_numpy(),
        linestyle="none",
        marker="|",
        markersize=tick,
        markeredgewidth=0.8,
        color=colour,
    )
    if curve.median is not None and curve.median.value is not None and not is_small:
        middle = curve.median.value
        axis.plot([0, middle, middle], [0.5, 0.5, 0], color=colour, linewidth=0.8, linestyle=(0, (2, 2)))


def _axes(axis: Axes, months: list[float], title: str) -> None:
    axis.set_xlim(0, months[-1] * 1.02)
    axis.set_ylim(0, 1.02)
    axis.set_xticks(months)
    axis.set_yticks([0, 0.2, 0.4, 0.6, 0.8, 1.0])
    axis.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{100 * y:.0f}"))
    axis.set_ylabel(f"{title}, %", fontsize=9)
    axis.set_xlabel("Months", fontsize=9, labelpad=2)
    for side in ("right", "top"):
        axis.spines[side].set_visible(False)


def _small_axes(axis: Axes, months: list[float]) -> None:
    shown = months[:: max(1, math.ceil(len(months) / 5))]
    axis.set_xlim(0, months[-1] * 1.02)
    axis.set_ylim(0, 1.03)
    axis.set_xticks(shown)
    axis.set_yticks([0, 0.5, 1.0])
    axis.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{100 * y:.0f}"))
    axis.tick_params(labelsize=7, length=2.5)
    for side in ("right", "top"):
        axis.spines[side].set_visible(False)


def _at_risk(axis: Axes, curves: list[Curve], months: list[float], limits: tuple[float, float]) -> None:
    axis.set_xlim(limits)
    axis.set_ylim(len(curves) - 0.5, -1.6)
    axis.axis("off")
    left = axis.get_yaxis_transform()
    axis.text(-0.045, -1.05, "Numbers at risk", transform=left, fontsize=8, fontweight="bold", ha="right", va="center")
    for place, (curve, colour) in enumerate(zip(curves, COLOURS, strict=False)):
        axis.text(-0.045, place, curve.label, transform=left, color=colour, fontsize=8, ha="right", va="center")
        counts = dict(curve.at_risk.select("at", "value").iter_rows())
        for month in months:
            axis.text(month, place, fixed(counts.get(month), 0), ha="center", va="center", fontsize=8)


def _months(curves: list[Curve]) -> list[float]:
    """The ticks of the longest curve, carried on until every curve ends within them."""
    longest = max(curves, key=lambda curve: curve.survival["at"].max())
    ticks = longest.at_risk["at"].to_list()
    step = ticks[1] - ticks[0] if len(ticks) > 1 else 1.0
    while ticks[-1] < longest.survival["at"].max():
        ticks.append(ticks[-1] + step)
    return ticks


def _style(name: str, text: str) -> dict:
    installed = {font.name for font in font_manager.fontManager.ttflist}
    families = [family for family in FAMILIES if family in installed][:1]
    if any("\uac00" <= letter <= "\ud7a3" for letter in text):
        families += [family for family in KOREAN_FAMILIES if family in installed][:1]
    return {
        "svg.hashsalt": name,
        "svg.fonttype": "path",
        "font.family": families,
        "font.size": 9,
        "axes.edgecolor": INK,
        "axes.labelcolor": INK,
        "axes.linewidth": 0.8,
        "xtick.color": INK,
        "ytick.color": INK,
        "xtick.labelsize": 8.5,
        "ytick.labelsize": 8.5,
        "text.color": INK,
    }


def _svg(figure: Figure) -> str:
    FigureCanvasSVG(figure)
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    text = buffer.getvalue()
    return text[text.index("<svg") :]
