"""Survival curves and cumulative incidences: one large with its table under the axis, or a small one a hospital.

Belongs here: drawing curves from estimates. Does not belong here: estimating, other figures.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing
from matplotlib.ticker import FuncFormatter

from haicplatform.report.document.estimate_lookup import Estimate
from haicplatform.report.document.number_format import fixed, p_equals
from haicplatform.report.document.report_context import ReportContext
from haicplatform.report.figures.drawing import COLOURS, GREY, WIDTH, Data, gid_of, latin_letters

# the place of the axes in a figure, leaving room for the names of the lines under it
LEFT, SPAN = 0.2, 0.785
COUNTS = ("at_risk", "censored_before", "events_before")
LINE = 0.155
# the title of a small panel, and how many of its letters a quarter of the width holds
TITLE, PANEL_LETTERS = 7.4, 26


@dataclass(frozen=True)
class Curve:
    """What is drawn of one group; `counts`: statistic -> month -> row."""

    label: str
    points: pl.DataFrame
    censored: pl.DataFrame
    counts: dict[str, dict[float, Estimate]]
    median: Estimate | None


def curves_of(ctx: ReportContext, endpoint: str, population: str = "pooled") -> list[Curve]:
    """The Kaplan-Meier curves of the study's groups that have points."""
    curves = []
    for group, label in ctx.groups():
        key = {"population": population, "endpoint": endpoint, "grp": group}
        points = ctx.found.curve("survival", **key).drop_nulls("value")
        if not points.height:
            continue
        censored = ctx.found.curve("n_censor", **key).filter(pl.col("value") > 0)
        censored = censored.select("at", "estimate_id").join(points.select("at", "value"), on="at")
        counts = {name: _at(ctx, name, key) for name in COUNTS}
        curves.append(Curve(label, points, censored, counts, ctx.found.get("km", "median", **key)))
    return curves


def _at(ctx: ReportContext, statistic: str, key: dict[str, str]) -> dict[float, Estimate]:
    months = _months_of(ctx, key)
    rows = {month: ctx.found.get("km", statistic, month, **key) for month in months}
    return {month: row for month, row in rows.items() if row is not None}


def _months_of(ctx: ReportContext, key: dict[str, str]) -> list[float]:
    return ctx.found.curve("at_risk", **key)["at"].to_list()


def kaplan_meier(ctx: ReportContext, curves: list[Curve], height_name: str, p: Estimate | None, data: Data) -> Drawing:
    """Curves with interval bands, censor ticks and medians; at risk, censored and events under the same axis."""
    lines = _lines(ctx, curves)
    table = (LINE * len(lines) + 0.1) if lines else 0
    drawing = Drawing(figsize=(WIDTH, 3.3 + table))
    height = drawing.get_figheight()
    bottom = 0.05 / height
    under_axis = 0.44 / height
    top = drawing.add_axes(
        (LEFT, bottom + table / height + under_axis, SPAN, 1 - bottom - table / height - under_axis - 0.08 / height)
    )
    months = months_of(curves)
    for curve, colour in zip(curves, COLOURS, strict=False):
        draw_curve(top, curve, colour, data)
    axes(top, months, height_name, ctx.words("months"))
    top.legend(loc="upper right", frameon=False, handlelength=1.6, borderaxespad=0.2, labelspacing=0.35, fontsize=8.5)
    if p is not None and p.value is not None:
        shown = ctx.words("figure.logrank", p=p_equals(p.value))
        at, gid = (0.985, 0.965 - 0.07 * len(curves)), gid_of(p.estimate_id)
        top.text(*at, shown, transform=top.transAxes, ha="right", va="top", fontsize=8.5, gid=gid)
        data.add("", "logrank_p", p.estimate_id, y=p.value, shown=shown)
    if lines:
        under = drawing.add_axes((LEFT, bottom, SPAN, table / height))
        _counts(under, lines, months, top.get_xlim(), data)
    return drawing


class _Line(NamedTuple):
    """A line under the axis: the name of a curve, or one of its counts."""

    label: str
    colour: str
    is_name: bool
    series: str
    statistic: str
    rows: dict[float, Estimate]


def _lines(ctx: ReportContext, curves: list[Curve]) -> list[_Line]:
    lines: list[_Line] = []
    for curve, colour in zip(curves, COLOURS, strict=False):
        given = [(name, curve.counts[name]) for name in COUNTS if curve.counts[name]]
        if given:
            lines.append(_Line(curve.label, colour, True, curve.label, "", {}))
            lines += [_Line(ctx.words(f"figure.{name}"), GREY, False, curve.label, name, rows) for name, rows in given]
    return lines


def _counts(axis: Axes, lines: list[_Line], months: list[float], limits: tuple[float, float], data: Data) -> None:
    axis.set_xlim(limits)
    axis.set_ylim(len(lines) - 0.5, -0.9)
    axis.axis("off")
    left = axis.get_yaxis_transform()
    for place, (label, colour, is_name, series, statistic, rows) in enumerate(lines):
        weight = "bold" if is_name else "normal"
        axis.text(-0.245, place, label, transform=left, color=colour, fontsize=7.8, fontweight=weight, va="center")
        for month in months:
            row = rows.get(month)
            if row is not None:
                shown = fixed(row.value, 0)
                axis.text(month, place, shown, ha="center", va="center", fontsize=7.8, gid=gid_of(row.estimate_id))
                data.add(series, statistic, row.estimate_id, x=month, y=row.value, shown=shown)


def draw_curve(axis: Axes, curve: Curve, colour: str, data: Data, *, panel: str = "", is_small: bool = False) -> None:
    """A step curve with its band, censor ticks and (large) the median; the same rows go to `data`."""
    points = curve.points
    time = np.concatenate([[0.0], points["at"].to_numpy()])
    height = np.concatenate([[1.0], points["value"].to_numpy()])
    low = np.concatenate([[1.0], points["ci_low"].fill_null(np.nan).to_numpy()])
    high = np.concatenate([[1.0], points["ci_high"].fill_null(np.nan).to_numpy()])
    series = f"{panel}: {curve.label}" if panel else curve.label
    if points["ci_low"].null_count() < points.height:
        axis.fill_between(time, low, high, step="post", color=colour, alpha=0.13, linewidth=0)
    axis.step(time, height, where="post", color=colour, linewidth=1.1 if is_small else 1.5, label=curve.label)
    columns = ("at", "value", "ci_low", "ci_high", "estimate_id")
    data.add_rows((series, "survival", x, y, a, b, "", i) for x, y, a, b, i in points.select(columns).iter_rows())
    ticks = curve.censored
    axis.plot(
        ticks["at"].to_numpy(),
        ticks["value"].to_numpy(),
        linestyle="none",
        marker="|",
        markersize=3 if is_small else 5,
        markeredgewidth=0.8,
        color=colour,
    )
    marks = ticks.select("at", "value", "estimate_id").iter_rows()
    data.add_rows((series, "censored", x, y, None, None, "", i) for x, y, i in marks)
    if curve.median is not None and curve.median.value is not None and not is_small:
        middle = curve.median.value
        axis.plot([0, middle, middle], [0.5, 0.5, 0], color=colour, linewidth=0.8, linestyle=(0, (2, 2)))
        data.add(series, "median", curve.median.estimate_id, x=middle, y=0.5)


def axes(axis: Axes, months: list[float], title: str, unit: str) -> None:
    axis.set_xlim(0, months[-1] * 1.02)
    axis.set_ylim(0, 1.02)
    axis.set_xticks(months)
    axis.set_yticks([0, 0.2, 0.4, 0.6, 0.8, 1.0])
    axis.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{100 * y:.0f}"))
    axis.set_ylabel(title, fontsize=9)
    axis.yaxis.set_label_coords(-0.075, 0.5)
    axis.set_xlabel(unit, fontsize=9, labelpad=3.5)
    for side in ("right", "top"):
        axis.spines[side].set_visible(False)


def small_multiples(ctx: ReportContext, panels: list[tuple[str, list[Curve], Estimate | None]], data: Data) -> Drawing:
    """One small panel a hospital, on one time axis."""
    columns = min(4, max(2, len(panels)))
    lines = math.ceil(len(panels) / columns)
    months = months_of([curve for _, curves, _ in panels for curve in curves])
    drawing = Drawing(figsize=(WIDTH, 1.75 * lines + 0.45))
    grid = drawing.subplots(lines, columns, sharex=True, sharey=True, squeeze=False)
    used = list(grid.flat)
    colours = dict(zip((label for _, label in ctx.groups()), COLOURS, strict=False))
    longest = max(latin_letters(label) for label, _, _ in panels)
    size = TITLE * min(1, PANEL_LETTERS * 4 / columns / longest)
    for axis, (label, curves, p) in zip(used, panels, strict=False):
        for curve in curves:
            draw_curve(axis, curve, colours[curve.label], data, panel=label, is_small=True)
        axis.set_title(label, fontsize=size, loc="left", pad=3, fontweight="bold")
        if p is not None and p.value is not None:
            shown = p_equals(p.value)
            gid = gid_of(p.estimate_id)
            axis.text(0.97, 0.93, shown, transform=axis.transAxes, ha="right", va="top", fontsize=7.2, gid=gid)
            data.add(label, "logrank_p", p.estimate_id, y=p.value, shown=shown)
        _small_axes(axis, months)
    for axis in used[len(panels) :]:
        axis.set_visible(False)
    for place, axis in enumerate(used[: len(panels)]):
        if place + columns >= len(panels):
            axis.tick_params(labelbottom=True)
    height = drawing.get_figheight()
    drawing.subplots_adjust(left=0.075, right=0.99, top=1 - 0.2 / height, bottom=0.72 / height, hspace=0.34, wspace=0.1)
    handles = {h.get_label(): h for axis in used for h in axis.get_legend_handles_labels()[0]}
    handles = {label: handles[label] for _, label in ctx.groups() if label in handles}
    drawing.legend(handles.values(), handles.keys(), loc="lower center", ncols=len(handles), frameon=False, fontsize=8)
    drawing.text(0.99, 0.32 / height, ctx.words("months"), ha="right", fontsize=7.5, color=GREY)
    drawing.text(0.005, 1 - 0.02 / height, "%", ha="left", va="top", fontsize=7.5, color=GREY)
    return drawing


def _small_axes(axis: Axes, months: list[float]) -> None:
    axis.set_xlim(0, months[-1] * 1.02)
    axis.set_ylim(0, 1.03)
    axis.set_xticks(months[:: max(1, math.ceil(len(months) / 5))])
    axis.set_yticks([0, 0.5, 1.0])
    axis.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{100 * y:.0f}"))
    axis.tick_params(labelsize=7, length=2.5)
    for side in ("right", "top"):
        axis.spines[side].set_visible(False)


def cumulative_incidence(ctx: ReportContext, endpoint: str, data: Data) -> Drawing:
    """The event's incidence solid, the competing event's dashed, by group."""
    drawing = Drawing(figsize=(WIDTH, 3.6))
    axis = drawing.add_axes((0.09, 0.13, 0.895, 0.85))
    last = 0.0
    for (group, label), colour in zip(ctx.groups(), COLOURS, strict=False):
        for term, dash in (("event", "-"), ("competing", (0, (3, 2)))):
            points = ctx.found.curve("cif", analysis="cuminc", endpoint=endpoint, grp=group, term=term).drop_nulls(
                "value"
            )
            if not points.height:
                continue
            series = ctx.words("figure.cuminc", group=label, event=ctx.words(f"cuminc.{term}"))
            time = np.concatenate([[0.0], points["at"].to_numpy()])
            height = np.concatenate([[0.0], points["value"].to_numpy()])
            axis.step(time, height, where="post", color=colour, linewidth=1.4, linestyle=dash, label=series)
            if term == "event" and points["ci_low"].null_count() < points.height:
                low, high = (
                    np.concatenate([[0.0], points[c].fill_null(np.nan).to_numpy()]) for c in ("ci_low", "ci_high")
                )
                axis.fill_between(time, low, high, step="post", color=colour, alpha=0.12, linewidth=0)
            columns = ("at", "value", "ci_low", "ci_high", "estimate_id")
            data.add_rows((series, term, x, y, a, b, "", i) for x, y, a, b, i in points.select(columns).iter_rows())
            last = max(last, time[-1])
    step = max(1, 6 * math.ceil(last / 48))
    axes(
        axis,
        [float(month) for month in range(0, math.ceil(last / step) * step + 1, step)],
        ctx.words("figure.incidence"),
        ctx.words("months"),
    )
    axis.legend(loc="lower right", frameon=True, framealpha=0.85, edgecolor="none", handlelength=2.4, fontsize=8)
    return drawing


def months_of(curves: list[Curve]) -> list[float]:
    """The ticks of the longest curve, carried on until every curve ends within them."""
    last = max(max(curve.points["at"].to_list()) for curve in curves)
    ticks = sorted({month for curve in curves for rows in curve.counts.values() for month in rows}) or [0.0]
    if len(ticks) < 2:
        step = max(1, 6 * math.ceil(last / 48))
        ticks = [0.0, float(step)]
    while ticks[-1] < last:
        ticks.append(ticks[-1] + ticks[1] - ticks[0])
    return ticks
