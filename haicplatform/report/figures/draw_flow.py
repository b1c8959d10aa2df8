"""The flow of patients as boxes: assessed, left out by reason, analysed, and the groups.

Belongs here: drawing them. Does not belong here: counting.
"""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing
from matplotlib.patches import Rectangle

from haicplatform.report.document.model import Text, ids_of, plain
from haicplatform.report.figures.drawing import GREY, INK, WIDTH, Data, gid_of

LINE, PAD, GAP = 0.175, 0.11, 0.26
MIDDLE, SIDE, BOX = 1.75, 3.55, 2.6


def flow(top: Text, out: list[Text], middle: Text, ends: list[Text], data: Data) -> Drawing:
    """`out`: the side box's lines, its first the sum; `ends`: a box a group."""
    side = len(out) * LINE + 2 * PAD
    box = LINE + 2 * PAD
    height = box + GAP + side + GAP + box + (2 * GAP + box if ends else 0) + 0.1
    drawing = Drawing(figsize=(WIDTH, height))
    axis = drawing.add_axes((0, 0, 1, 1))
    axis.set_xlim(0, WIDTH)
    axis.set_ylim(height, 0)
    axis.axis("off")
    y = 0.05
    _box(axis, MIDDLE, y, BOX, [top], data, "assessed")
    start = y + box
    y = start + GAP
    _box(axis, SIDE + (WIDTH - SIDE - 0.05) / 2, y, WIDTH - SIDE - 0.05, out, data, "excluded", is_list=True)
    _arrow(axis, (MIDDLE, y + side / 2), (SIDE, y + side / 2))
    y += side + GAP
    _arrow(axis, (MIDDLE, start), (MIDDLE, y))
    _box(axis, MIDDLE, y, BOX, [middle], data, "included")
    if ends:
        _ends(axis, y + box, ends, data)
    return drawing


def _ends(axis: Axes, start: float, ends: list[Text], data: Data) -> None:
    width = min(2.9, (WIDTH - 0.1 - 0.2 * (len(ends) - 1)) / len(ends))
    first = max(0.05 + width / 2, MIDDLE - (len(ends) - 1) * (width + 0.2) / 2)
    places = [first + spot * (width + 0.2) for spot in range(len(ends))]
    bar = start + GAP
    axis.plot([MIDDLE, MIDDLE], [start, bar], color=INK, linewidth=0.9)
    axis.plot([min(MIDDLE, places[0]), max(MIDDLE, places[-1])], [bar, bar], color=INK, linewidth=0.9)
    for x, text in zip(places, ends, strict=True):
        _arrow(axis, (x, bar), (x, bar + GAP))
        _box(axis, x, bar + GAP, width, [text], data, "group")


def _box(
    axis: Axes, x: float, y: float, width: float, lines: list[Text], data: Data, item: str, *, is_list: bool = False
) -> None:
    height = len(lines) * LINE + 2 * PAD
    axis.add_patch(Rectangle((x - width / 2, y), width, height, facecolor="white", edgecolor=INK, linewidth=0.9))
    for place, text in enumerate(lines):
        at, align = (x - width / 2 + PAD + (0.12 if place else 0), "left") if is_list else (x, "center")
        colour, weight = (GREY, "normal") if is_list and place else (INK, "normal")
        shown = plain(text)
        axis.text(
            at,
            y + PAD + (place + 0.5) * LINE,
            shown,
            ha=align,
            va="center",
            fontsize=8.4,
            color=colour,
            fontweight=weight,
            gid=gid_of(*ids_of(text)),
        )
        data.add("", item, *ids_of(text), shown=shown)


def _arrow(axis: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    look = {
        "arrowstyle": "-|>,head_width=0.22,head_length=0.45",
        "color": INK,
        "linewidth": 0.9,
        "shrinkA": 0,
        "shrinkB": 0,
    }
    axis.annotate("", xy=end, xytext=start, arrowprops=look)
