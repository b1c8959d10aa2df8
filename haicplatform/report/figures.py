"""Kaplan-Meier figures: one large, or a small one a hospital.

Belongs here: drawing curves from estimates. Does not belong here: estimating, HTML, forest plots (forest.py).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib
import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from haicplatform.report.drawing import COLOURS, GREY, style, to_svg
from haicplatform.report.lookup import Estimates
from haicplatform.report.numbers import Estimate, fixed, p_text

# the place of the axes in a figure, leaving room for the names of the groups at risk
LEFT, WIDTH = 0.195, 0.79


@dataclass(frozen=True)
class Curve:
    """What is drawn of one group."""

    label: str
    survival: pl.DataFrame
    censored: pl.DataFrame
    at_risk: pl.DataFrame
    median: Estimate | None


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
    with matplotlib.rc_context(style(name, title + "".join(curve.label for curve in curves))):
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
        return to_svg(figure)


def small_multiples(panels: list[tuple[str, list[Curve], Estimate | None]], name: str) -> str:
    """One small panel a hospital, on one time axis."""
    columns = min(4, max(2, len(panels)))
    lines = math.ceil(len(panels) / columns)
    months = _months([curve for _, curves, _ in panels for curve in curves])
    with matplotlib.rc_context(style(name, "".join(label for label, _, _ in panels))):
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
        return to_svg(figure)


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
