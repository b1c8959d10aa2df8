"""A figure's PNG as the PDF holds it: its compressed rows as they are.

Belongs here: only that. Does not belong here: laying out pages (pdf.py), drawing (drawing.py).

The PDF renderer would unpack each picture and pack it again; a PNG without transparency is already what a PDF holds.
"""

from __future__ import annotations

import hashlib
import io
import struct
from collections.abc import Iterator

from PIL import Image
from weasyprint.images import RasterImage

_SIGNATURE = 8
_OPTIONS = {"optimize_images": False, "jpeg_quality": None, "dpi": None}


class Picture(RasterImage):
    """A PNG of 8 bits in red, green and blue, not interlaced; its rows are not packed again."""

    @staticmethod
    def _get_png_data(pillow_image: Image.Image) -> bytes:
        pillow_image.fp.seek(0)
        return b"".join(data for kind, data in _chunks(pillow_image.fp.read()) if kind == b"IDAT")


def pictures(figures: dict[str, bytes]) -> dict[str, Picture]:
    """The renderer's cache of pictures, so that it asks for none: address -> picture, from address -> PNG."""
    cache: dict = {}
    for address, png in figures.items():
        name = hashlib.sha256(address.encode("utf-8")).hexdigest()[:16]
        cache[address] = Picture(Image.open(io.BytesIO(png)), name, png, cache=cache, options=_OPTIONS)
    return cache


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = _SIGNATURE
    while place < len(png):
        (length,) = struct.unpack_from(">I", png, place)
        yield png[place + 4 : place + 8], png[place + 8 : place + 8 + length]
        place += length + 12
