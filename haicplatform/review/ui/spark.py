"""A line as small as a word: how a number went over the last deliveries.

Belongs here: that drawing, as SVG text. Does not belong here: other pictures.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

WIDTH, HEIGHT, EDGE = 110, 24, 4


def spark(values: Sequence[float], label: str) -> str:
    """The values from left to right, zero at the bottom, with the last one written beside it. A dash for none."""
    if not values:
        return "<span class='muted'>–</span>"
    top = max(*values, 1e-9) if len(values) > 1 else max(values[0], 1e-9)
    step = (WIDTH - 2 * EDGE) / max(1, len(values) - 1)
    points = [
        (EDGE + step * place, HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * value / top) for place, value in enumerate(values)
    ]
    if len(points) == 1:
        points = [(WIDTH - EDGE, points[0][1])]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    said = f"{label}: {', '.join(f'{value:.2f}' for value in values)}"
    x, y = points[-1]
    return (
        f"<span class='nowrap'><svg class='spark' width='{WIDTH}' height='{HEIGHT}' role='img'>"
        f"<title>{escape(said)}</title>"
        f"<line x1='{EDGE}' x2='{WIDTH - EDGE}' y1='{HEIGHT - EDGE}' y2='{HEIGHT - EDGE}' stroke='#d5dce3'/>"
        f"<polyline points='{line}' fill='none' stroke='#17527a' stroke-width='1.5'/>"
        f"<circle cx='{x:.1f}' cy='{y:.1f}' r='2.5' fill='#17527a'/></svg> {values[-1]:.2f}</span>"
    )
