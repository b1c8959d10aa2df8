"""What the figures share: colours, fonts, and writing SVG, the same bytes for the same drawing.

Belongs here: style. Does not belong here: any one figure.
"""

from __future__ import annotations

import io
import re

from matplotlib import font_manager
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

COLOURS = ("#1d4e89", "#c1502e", "#3b7d4f", "#7b4f9d", "#8a6d1d")
INK, GREY = "#222222", "#666666"
FAMILIES = ("Liberation Sans", "Arial", "Helvetica", "DejaVu Sans")
KOREAN_FAMILIES = ("NanumGothic", "NanumBarunGothic", "Noto Sans CJK KR")


def style(name: str, text: str) -> dict:
    """matplotlib settings; `name` salts the ids of the SVG, `text` says whether a Korean font is needed."""
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


def to_svg(figure: Figure) -> str:
    """The figure as an SVG element without a date or any other mark of its making."""
    FigureCanvasSVG(figure)
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    text = buffer.getvalue()
    return text[text.index("<svg") :]


def inline(svg: str) -> str:
    """The SVG as part of an HTML page, where namespaces are known without being declared."""
    return re.sub(r' xmlns(:\w+)?="[^"]*"', "", svg)
