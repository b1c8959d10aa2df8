"""Waterfall, spider and swimmer plots: a bar or line a patient, none of them named.

Belongs here: drawing them from estimates. Does not belong here: which patient is which (nothing here knows).
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure as Drawing
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from haicplatform.report.document.number_format import fixed
from haicplatform.report.document.report_context import ReportContext
from haicplatform.report.figures.drawing import COLOURS, GREY, INK, LIGHT, RESPONSE_COLOURS, WIDTH, Data, gid_of
from haicplatform.studies import definitions

# a bar that grows beyond this many % is cut there and its number printed
TALLEST = 150.0
SMALL_MARK = 2.5
# with more patients in a group than this, the marks of a swimmer plot would cover each other
MOST_MARKED = 120
MARKS = {
    "first_response": ("^", "#1b6e3c"),
    "progression": ("X", "#8c1c13"),
    "new_therapy": ("s", "#7b4f9d"),
    "death": ("D", INK),
    "treatment_end": ("|", INK),
    "ongoing": (">", "#1d4e89"),
}


def ranks(ctx: ReportContext, analysis: str, statistic: str) -> dict[str, list[str]]:
    """group -> its ranks in order; groups without any fall out."""
    terms = {g: sorted(ctx.found.terms(analysis, statistic, grp=g)) for g in ctx.names.order}
    return {group: [rank for rank in of if rank.isdigit()] for group, of in terms.items() if of}


def waterfall(ctx: ReportContext, data: Data) -> Drawing:
    """Best change of the sum of diameters, a panel a group, coloured by best response."""
    by_group = ranks(ctx, "waterfall", "best_change")
    drawing, panels = _panels(by_group, 3.2, [len(of) for of in by_group.values()])
    used = set()
    for axis, (group, of) in zip(panels, by_group.items(), strict=True):
        rows = [ctx.found.get("waterfall", "best_change", grp=group, term=rank) for rank in of]
        changes = [(row, row.value) for row in rows if row is not None and row.value is not None]
        for code in dict.fromkeys(row.note for row, _ in changes):
            tops = [(n, min(change, TALLEST)) for n, (row, change) in enumerate(changes) if row.note == code]
            _bars(axis, [(n - 0.43, 0, 0.86, top) for n, top in tops], RESPONSE_COLOURS.get(code, GREY), alpha=1)
        for place, (row, change) in enumerate(changes):
            used.add(row.note)
            shown = fixed(change, 0) if change > TALLEST else ""
            if shown:
                gid = gid_of(row.estimate_id)
                axis.text(
                    place, TALLEST, shown, ha="center", va="bottom", fontsize=5.6, rotation=90, color=GREY, gid=gid
                )
            data.add(ctx.names.group(group), row.note, row.estimate_id, x=place + 1, y=change, shown=shown)
        axis.axhline(0, color=INK, linewidth=0.8)
        _thresholds(ctx, axis)
        axis.set_xlim(-1, len(changes))
        axis.set_xticks([])
        axis.set_title(ctx.names.group(group), fontsize=8.4, loc="left", fontweight="bold", pad=8)
        axis.spines["bottom"].set_visible(False)
    panels[0].set_ylim(-105, _top(ctx, by_group))
    panels[0].set_ylabel(ctx.words("figure.best_change"), fontsize=8.5)
    codes = [code for code in RESPONSE_COLOURS if code in used]
    handles = [Patch(color=RESPONSE_COLOURS[code], label=ctx.names.code(code)) for code in codes]
    _legend(drawing, handles)
    return drawing


def _top(ctx: ReportContext, by_group: dict[str, list[str]]) -> float:
    rows = [ctx.found.get("waterfall", "best_change", grp=g, term=r) for g, of in by_group.items() for r in of]
    values = [row.value for row in rows if row is not None and row.value is not None]
    return min(TALLEST * 1.12, max([30.0, *values]) * 1.08)


def _thresholds(ctx: ReportContext, axis: Axes) -> None:
    """The study's own limits of a response and of a progression."""
    row = definitions.rows(ctx.study.definitions).get(ctx.study.definition, {})
    for name, sign in (("pr_pct", -1), ("pd_pct", 1)):
        own = getattr(ctx.study.response, name, None)
        limit = row.get(name) if own is None else own
        if limit is not None:
            axis.axhline(sign * float(limit), color=GREY, linewidth=0.7, linestyle=(0, (3, 2)), zorder=3)


def spider(ctx: ReportContext, data: Data) -> Drawing:
    """Change of the sum of diameters over time, a line a patient, a panel a group."""
    by_group = ranks(ctx, "spider", "change")
    drawing, panels = _panels(by_group, 3.1, [1] * len(by_group), foot=0.5)
    for axis, (group, of), colour in zip(panels, by_group.items(), COLOURS, strict=False):
        lines, ends = [], []
        for rank in of:
            points = ctx.found.curve("change", analysis="spider", grp=group, term=rank).drop_nulls("value")
            if not points.height:
                continue
            drawn = points.select("at", pl.col("value").clip(upper_bound=TALLEST)).to_numpy()
            lines.append(drawn)
            ends.append(drawn[-1])
            series = f"{ctx.names.group(group)} {rank}"
            columns = ("at", "value", "estimate_id")
            data.add_rows((series, "change", x, y, None, None, "", i) for x, y, i in points.select(columns).iter_rows())
        axis.add_collection(LineCollection(lines, colors=colour, linewidths=0.7, alpha=0.55))
        axis.plot(*zip(*ends, strict=True), linestyle="none", marker="o", markersize=1.8, color=colour)
        axis.xaxis.set_major_locator(MaxNLocator(integer=True))
        axis.axhline(0, color=INK, linewidth=0.8)
        _thresholds(ctx, axis)
        axis.set_xlim(left=0)
        axis.tick_params(labelsize=7.5)
        axis.set_title(ctx.names.group(group), fontsize=8.4, loc="left", fontweight="bold", pad=5)
        axis.set_xlabel(ctx.words("months"), fontsize=8.5)
    panels[0].set_ylim(-105, TALLEST * 1.04)
    panels[0].set_ylabel(ctx.words("figure.change"), fontsize=8.5)
    return drawing


def is_crowded(ctx: ReportContext) -> bool:
    """Whether marks on the swimmers of a group would cover each other."""
    return max(len(of) for of in ranks(ctx, "swimmer", "duration").values()) > MOST_MARKED


def swimmer(ctx: ReportContext, data: Data) -> Drawing:
    """Time on study, a bar a patient, coloured by best response, with marks for what happened.

    Where it is crowded the bars have no marks but are pale after progression; all marks are in `data`.
    """
    by_group = ranks(ctx, "swimmer", "duration")
    most, crowded = max(len(of) for of in by_group.values()), is_crowded(ctx)
    drawing, panels = _panels(
        by_group, min(7.6, max(2.4, 0.055 * most + 0.9)), [1] * len(by_group), foot=0.85, share="x"
    )
    size = min(4.2, max(1.5, 4.5 * 60 / max(60, most)))
    used: set[str] = set()
    marked: set[str] = set()
    for axis, (group, of) in zip(panels, by_group.items(), strict=True):
        label = ctx.names.group(group)
        bars: dict[str, list[tuple[int, float, float]]] = {}
        marks: dict[str, list[tuple[float, int]]] = {}
        for place, rank in enumerate(of):
            row = ctx.found.get("swimmer", "duration", grp=group, term=rank)
            if row is None or row.value is None:
                continue
            ahead = ctx.found.get("swimmer", "progression", grp=group, term=rank) if crowded else None
            turn = row.value if ahead is None or ahead.value is None else min(ahead.value, row.value)
            bars.setdefault(row.note, []).append((place, turn, row.value))
            data.add(f"{label} {rank}", row.note or "duration", row.estimate_id, x=row.value, y=place + 1)
            for name in MARKS:
                mark = ctx.found.get("swimmer", name, grp=group, term=rank)
                if mark is not None and mark.value is not None:
                    marks.setdefault(name, []).append((mark.value, place))
                    data.add(f"{label} {rank}", name, mark.estimate_id, x=mark.value, y=place + 1)
        for code, of_code in bars.items():
            colour, half = RESPONSE_COLOURS.get(code, LIGHT), 0.5 if crowded else 0.36
            boxes = [(0.0, place - half, turn, 2 * half) for place, turn, _ in of_code]
            _bars(axis, boxes, colour, alpha=1 if crowded else 0.8)
            later = [(turn, place - half, end - turn, 2 * half) for place, turn, end in of_code if end > turn]
            if later:
                _bars(axis, later, colour, alpha=0.35)
        for name, places in marks.items() if not crowded else ():
            _marks(axis, name, places, size)
        axis.autoscale_view(scaley=False)
        used |= set(bars)
        marked |= set() if crowded else set(marks)
        axis.set_ylim(most + 0.2 if len(by_group) > 1 else len(of), -1)
        axis.set_yticks([])
        axis.set_xlim(left=0)
        axis.tick_params(labelsize=7.5)
        axis.spines["left"].set_visible(False)
        axis.set_title(label, fontsize=8.4, loc="left", fontweight="bold", pad=4)
        axis.set_xlabel(ctx.words("months"), fontsize=8.5)
    codes = [code for code in RESPONSE_COLOURS if code in used]
    handles: list[Artist] = [Patch(color=RESPONSE_COLOURS[code], label=ctx.names.code(code)) for code in codes]
    for name, (marker, colour) in MARKS.items():
        if name in marked:
            label = ctx.words(f"figure.{name}")
            handles.append(Line2D([], [], label=label, marker=marker, color=colour, linestyle="none", markersize=4.5))
    _legend(drawing, handles)
    return drawing


def _bars(axis: Axes, boxes: list[tuple[float, float, float, float]], colour: str, *, alpha: float) -> None:
    """Boxes of one colour as (left, bottom, width, height): one element, because a bar each takes long to draw."""
    corners = [[(x, y), (x + width, y), (x + width, y + height), (x, y + height)] for x, y, width, height in boxes]
    axis.add_collection(PolyCollection(corners, facecolors=colour, linewidths=0, alpha=alpha))


def _marks(axis: Axes, name: str, places: list[tuple[float, int]], size: float) -> None:
    marker, colour = MARKS[name]
    # around a small mark a white edge would leave nothing of its colour
    edge, width = (colour, 0.8) if marker == "|" else ("white", 0.25 if size > SMALL_MARK else 0)
    axis.plot(
        *zip(*places, strict=True), linestyle="none", marker=marker, markersize=size, markerfacecolor=colour,
        markeredgecolor=edge, markeredgewidth=width, clip_on=False, zorder=3,
    )  # fmt: skip


def _panels(
    by_group: dict[str, list[str]], height: float, widths: list[int], *, foot: float = 0.45, share: str = "y"
) -> tuple[Drawing, list[Axes]]:
    drawing = Drawing(figsize=(WIDTH, height))
    ratios = [max(width, 0.12 * sum(widths)) for width in widths]
    grid = drawing.subplots(
        1, len(by_group), squeeze=False, sharey=share == "y", sharex=share == "x", gridspec_kw={"width_ratios": ratios}
    )
    panels = list(grid.flat)
    left = 0.085 if share == "y" else 0.012
    drawing.subplots_adjust(left=left, right=0.99, top=1 - 0.27 / height, bottom=foot / height, wspace=0.06)
    for axis in panels:
        axis.yaxis.set_major_formatter(FuncFormatter(lambda y, _: fixed(y, 0)))
        axis.tick_params(labelsize=7.5)
        for side in ("right", "top"):
            axis.spines[side].set_visible(False)
    return drawing, panels


def _legend(drawing: Drawing, handles: Sequence[Artist]) -> None:
    columns = min(6, max(1, len(handles)))
    drawing.legend(
        handles=handles,
        loc="lower center",
        ncols=columns,
        frameon=False,
        fontsize=7.4,
        handlelength=1.1,
        columnspacing=1.3,
    )
