"""The fonts of every document and figure: files that come with our dependencies, never those of the machine.

Belongs here: where the files are, which font has a letter, a font of a few letters only. Does not belong here: how a
format uses them.

NanumGothic (Open Font License) has Korean and Latin letters and is carried by koreanize-matplotlib; that package itself
is not imported, it would change matplotlib's settings. DejaVu Sans, which matplotlib carries, has the signs that
NanumGothic lacks (−, µ), and Last Resort beside it has a box for everything else.
"""

from __future__ import annotations

import io
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from haicplatform.core.errors import UsageError

if TYPE_CHECKING:
    from fontTools.ttLib import TTFont

LETTERS, SIGNS, CODE = "NanumGothic", "DejaVu Sans", "DejaVu Sans Mono"
# drawn by NanumGothic as brackets 〈 〉 and as dots
ODD = "<>←→"
# what bold letters weigh, as the file of NanumGothic Bold says of itself
BOLD = 600
_FOLDERS = {"koreanize-matplotlib": "koreanize_matplotlib/fonts", "matplotlib": "matplotlib/mpl-data/fonts/ttf"}
# (family, is_bold) -> package and file
_FILES = {
    (LETTERS, False): ("koreanize-matplotlib", "NanumGothic.ttf"),
    (LETTERS, True): ("koreanize-matplotlib", "NanumGothicBold.ttf"),
    (SIGNS, False): ("matplotlib", "DejaVuSans.ttf"),
    (SIGNS, True): ("matplotlib", "DejaVuSans-Bold.ttf"),
}


@cache
def files() -> dict[tuple[str, bool], Path]:
    """(family, is_bold) -> its file. UsageError where a package or a file is missing."""
    return {face: _file(*place) for face, place in _FILES.items()}


def _file(package: str, name: str) -> Path:
    module, _, folder = _FOLDERS[package].partition("/")
    found = find_spec(module)
    if found is None or not found.origin:
        raise _lost(package, name, f"no package {package}")
    path = Path(found.origin).parent / folder / name
    if not path.is_file():
        raise _lost(package, name, f"no file {path}")
    return path


def broken(path: Path) -> UsageError:
    """What to say of a file that no program can read as a font."""
    package = next(package for package, name in _FILES.values() if name == path.name)
    return _lost(package, path.name, f"{path} is no font")


def _lost(package: str, name: str, found: str) -> UsageError:
    return UsageError(
        f"The font {name} of documents and figures cannot be used",
        found=found,
        todo=f"install the package {package} again, as `make install` does",
    )


@cache
def _has(family: str) -> frozenset[str]:
    from fontTools.ttLib import TTFont

    with TTFont(files()[family, False], lazy=True) as font:
        return frozenset(map(chr, font.getBestCmap()))


def by_family(text: str) -> dict[str, str]:
    """family -> the letters of the text that it draws, each once and in order; those that no font has fall out."""
    letters = sorted(set(text))
    own = [letter for letter in letters if letter in _has(LETTERS) and letter not in ODD]
    others = [letter for letter in letters if letter in _has(SIGNS) and letter not in own]
    return {LETTERS: "".join(own), SIGNS: "".join(others)}


def subset(family: str, is_bold: bool, letters: str, flavor: str | None = None) -> bytes:
    """The font with these letters alone; flavor: woff2, None as it is. The same letters give the same bytes."""
    from fontTools.subset import Options, Subsetter

    options = Options(hinting=False, layout_features=[], recalc_timestamp=False, notdef_outline=True)
    options.drop_tables += ["FFTM", "kern", *(f"TSI{number}" for number in range(6))]
    buffer = io.BytesIO()
    with _opened(files()[family, is_bold]) as font:
        maker = Subsetter(options)
        maker.populate(text=letters)
        maker.subset(font)
        font.flavor = flavor
        font.save(buffer)
    return buffer.getvalue()


def _opened(path: Path) -> TTFont:
    from fontTools.ttLib import TTFont

    return TTFont(path, lazy=True, recalcTimestamp=False)
