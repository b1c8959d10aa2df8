"""Figures are drawn with our own fonts whatever the machine has: every letter has a shape, a $ is a $."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path

import pytest
from matplotlib import _text_helpers, rc_context
from matplotlib.figure import Figure as Drawing
from matplotlib.font_manager import FontProperties, findfont, fontManager, get_font

from haicplatform.core.errors import UsageError
from haicplatform.operations.doctor import Check, documents
from haicplatform.report.document import fonts
from haicplatform.report.figures.drawing import families, figure, style
from haicplatform.report.formats import pdf
from tests.report.cohort import document

KOREAN = "가나다 뷁똠 전체생존율 HAIC 95% <0.001 ≥2 −3 µ → ←"


def picture(text: str) -> str:
    """The SVG of a figure that holds a title, a line's label and a tick with this text."""

    def draw(data) -> Drawing:
        drawing = Drawing(figsize=(4, 2))
        axis = drawing.subplots()
        axis.plot([0, 1], [0, 1], label=text)
        axis.set_title(text, fontweight="bold")
        axis.set_yticks([0.5], [text])
        axis.legend()
        return drawing

    return figure("a", "title", (), "salt", draw).svg


def test_each_letter_is_drawn_by_one_of_our_files():
    with rc_context(style("a")):
        for weight in ("normal", "bold"):
            asked = FontProperties(weight=weight)
            # as matplotlib itself goes from family to family
            paths = [
                findfont(FontProperties(family=one, weight=weight), fallback_to_default=False) for one in families()
            ]
            names = {path.name for path in fonts.files().values()}
            assert {path.rpartition("/")[2] for path in paths[1:]} <= names
            assert asked.get_weight() == weight
            for letter in KOREAN:
                assert any(get_font(path).get_char_index(ord(letter)) for path in paths), letter


def test_korean_is_drawn_without_a_box_where_no_font_of_the_machine_is_known(monkeypatch: pytest.MonkeyPatch):
    def complain(*about: object) -> None:
        raise AssertionError(about)

    monkeypatch.setattr(_text_helpers, "warn_on_missing_glyph", complain)
    own = [font for font in fontManager.ttflist if font.name in families()]
    usual = picture(KOREAN)
    monkeypatch.setattr(fontManager, "ttflist", own)
    assert picture(KOREAN) == usual
    with pytest.raises(AssertionError):
        picture("\U0001fabf")


@pytest.mark.parametrize("text", ["HAIC $5_{ $10", "$x^2$", "a_b^c {", "\\frac{1}{2}", "%d {0}"])
def test_a_label_is_drawn_letter_by_letter(text: str):
    others = picture("a").count("<use") - 3
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert picture(text).count("<use") - others == 3 * len(text)


def test_a_sign_that_no_font_has_is_a_box_and_no_warning(capfd: pytest.CaptureFixture):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert picture("\U0001fabf")
    assert capfd.readouterr() == ("", "")


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """The folder where the Korean fonts are looked for; what is kept of the real ones is forgotten."""
    folder = tmp_path / "koreanize_matplotlib" / "fonts"
    real, kept = fonts.files(), (fonts.files, families, pdf._fonts)
    folder.mkdir(parents=True)
    for (family, _), path in real.items():
        if family == fonts.LETTERS:
            (folder / path.name).symlink_to(path)
    spec = ModuleSpec("koreanize_matplotlib", None, origin=str(folder.parent / "__init__.py"))
    monkeypatch.setattr(fonts, "find_spec", lambda name: spec if name == spec.name else find_spec(name))
    monkeypatch.setattr(fontManager, "ttflist", list(fontManager.ttflist))
    for one in kept:
        one.cache_clear()
    yield folder
    for one in kept:
        one.cache_clear()


def test_the_doctor_does_what_a_report_does(place: Path):
    assert documents() == Check("documents", True, "NanumGothic and DejaVu Sans, a trial page as PDF", True)


@pytest.mark.parametrize("spoil", ["no package", "no file", "no font"])
def test_a_font_that_cannot_be_used_is_said_by_report_and_doctor(place: Path, monkeypatch, spoil: str):
    if spoil == "no package":
        monkeypatch.setattr(fonts, "find_spec", lambda name: None)
    for file in place.iterdir() if spoil != "no package" else ():
        file.unlink()
        if spoil == "no font":
            file.write_bytes(b"\0" * 2000)
    for write in (families, pdf._fonts):
        with pytest.raises(UsageError, match=rf"{spoil}.*install the package koreanize-matplotlib again"):
            write()
    check = documents()
    assert not check.is_ok and check.needed and spoil in check.found
    assert check.todo.startswith("install the package koreanize-matplotlib again")


def test_a_font_of_few_letters_has_those_and_the_same_bytes():
    once = fonts.subset(fonts.LETTERS, False, "가A", "woff2")
    assert once == fonts.subset(fonts.LETTERS, False, "A가", "woff2") and once[:4] == b"wOF2" and len(once) < 4000


def test_every_letter_of_a_report_is_in_our_fonts():
    text = "".join(run.text for language in ("en", "ko") for _, run in document(language).runs())
    assert set(text) - set("".join(fonts.by_family(text).values())) <= {"\n"}
