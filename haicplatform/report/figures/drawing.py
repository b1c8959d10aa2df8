"""What the figures share: colours, fonts, and writing SVG and PNG, the same bytes for the same drawing.

Belongs here: style. Does not belong here: any one figure.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from unicodedata import east_asian_width

import matplotlib
import polars as pl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure as Drawing
from matplotlib.font_manager import fontManager
from PIL import Image

from haicplatform.report.document import fonts, model
from haicplatform.report.document.model import FIGURE_DATA, Text

COLOURS = ("#1d4e89", "#c1502e", "#3b7d4f", "#7b4f9d", "#8a6d1d")
# from good to bad, readable in grey too
RESPONSE_COLOURS = {
    "CR": "#1b6e3c", "PR": "#69a86b", "SD": "#d9b44a", "NON-CR/NON-PD": "#c9c27a", "PD": "#b5442e", "NE": "#9a9a9a",
    "MISSING": "#c8c8c8",
}  # fmt: skip
INK, GREY, LIGHT = "#222222", "#666666", "#d4d4d4"
WIDTH = 6.9
DOTS_PER_INCH = 200
# before the estimate in the name of a printed number
NUMBER = "of-"
# more makes files hardly smaller, and takes twice as long
PNG_EFFORT = 3


@cache
def families() -> list[str]:
    """The faces of figures under our own names: a font of the machine may be called as they are, and look otherwise.

    The first that has a letter draws it; few letters are left to another than the first choice (fonts.ODD).
    """
    folder = Path(_files().name)
    for number, ((family, is_bold), path) in enumerate(fonts.files().items()):
        try:
            _add(path, family, is_bold)
        except RuntimeError:
            raise fonts.broken(path) from None
        if family == fonts.SIGNS:
            odd = folder / f"{number}.ttf"
            odd.write_bytes(fonts.subset(family, is_bold, fonts.ODD))
            _add(odd, "odd", is_bold)
    return [_name(family) for family in ("odd", fonts.LETTERS, fonts.SIGNS)]


@cache
def _files() -> TemporaryDirectory:
    """A folder that lasts as long as this process: matplotlib opens fonts by their path."""
    return TemporaryDirectory(prefix="haicplatform-")


def _add(path: Path, family: str, is_bold: bool) -> None:
    fontManager.addfont(path)
    entry = fontManager.ttflist[-1]
    fontManager.ttflist[-1] = replace(entry, name=_name(family), weight=700 if is_bold else 400)


def _name(family: str) -> str:
    return f"haicplatform {family}"


def style(name: str) -> dict:
    """matplotlib settings; `name` salts the ids of the SVG."""
    return {
        "svg.hashsalt": name,
        "svg.fonttype": "path",
        "font.family": families(),
        "text.parse_math": False,  # a $ in a label is a $
        "font.size": 9,
        "axes.edgecolor": INK,
        "axes.labelcolor": INK,
        "axes.linewidth": 0.8,
        "axes.unicode_minus": True,
        "xtick.color": INK,
        "ytick.color": INK,
        "xtick.labelsize": 8.5,
        "ytick.labelsize": 8.5,
        "text.color": INK,
    }


class Data:
    """Collects what a picture shows, a row a mark (model.FIGURE_DATA)."""

    def __init__(self) -> None:
        self._rows: list[tuple] = []

    def add(
        self,
        series: str,
        item: str,
        *ids: str,
        x: float | None = None,
        y: float | None = None,
        low: float | None = None,
        high: float | None = None,
        shown: str = "",
    ) -> None:
        self._rows.append((series, item, x, y, low, high, shown, " ".join(dict.fromkeys(ids))))

    def add_rows(self, rows: Iterable[tuple]) -> None:
        """Whole rows in the order of FIGURE_DATA."""
        self._rows += rows

    def frame(self) -> pl.DataFrame:
        return pl.DataFrame(self._rows, schema=FIGURE_DATA, orient="row")


def figure(name: str, title: str, caption: Text, salt: str, draw: Callable[[Data], Drawing]) -> model.Figure:
    """Draw once; the picture as SVG and PNG with the data that `draw` put down."""
    data = Data()
    with matplotlib.rc_context(), warnings.catch_warnings():
        # a sign that no font has is drawn as a box
        warnings.filterwarnings("ignore", r"Glyph \d+ .* missing from font")
        matplotlib.rcdefaults()  # whatever this machine's matplotlibrc says
        matplotlib.rcParams.update(style(f"{salt}:{name}"))
        drawing = draw(data)
        svg, png = _svg(drawing), _png(drawing)
    return model.Figure(name, title, caption, svg, png, data.frame())


def _svg(drawing: Drawing) -> str:
    """An SVG element without a date or any other mark of its making."""
    FigureCanvasSVG(drawing)
    buffer = io.StringIO()
    drawing.savefig(buffer, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    text = buffer.getvalue()
    return text[text.index("<svg") :]


def _png(drawing: Drawing) -> bytes:
    """Without transparency: a third of the bytes."""
    drawing.set_dpi(DOTS_PER_INCH)
    canvas = FigureCanvasAgg(drawing)
    canvas.draw()
    buffer, dots = io.BytesIO(), (DOTS_PER_INCH, DOTS_PER_INCH)
    picture = Image.frombuffer("RGBA", canvas.get_width_height(), canvas.buffer_rgba())
    picture.convert("RGB").save(buffer, "png", dpi=dots, compress_level=PNG_EFFORT)
    return buffer.getvalue()


def latin_letters(text: str) -> int:
    """How many Latin letters are as wide as the text: a Korean syllable is as wide as nearly two."""
    return len(text) + round(0.8 * sum(east_asian_width(letter) in "WF" for letter in text))


def gid_of(*estimate_ids: str) -> str | None:
    """What a printed number of a figure is called in its SVG; of several estimates the first."""
    return f"{NUMBER}{estimate_ids[0]}" if estimate_ids else None


def inline(svg: str, prefix: str) -> str:
    """The SVG as part of an HTML page, where namespaces are known without being declared, its ids under `prefix`.

    Its printed numbers carry data-estimate, as those of the text do.
    """
    svg = re.sub(r' xmlns(:\w+)?="[^"]*"', "", svg)
    svg = re.sub(rf'\bid="{NUMBER}([^"]+)"', r'data-estimate="\1"', svg)
    svg = re.sub(r'\bid="', f'id="{prefix}-', svg)
    return re.sub(r'(href="#|url\(#)', rf"\1{prefix}-", svg)
