"""Our words in each language, from one catalogue.

Belongs here: looking a sentence up and putting values into it. Does not belong here: the sentences (catalogue/*.yaml),
words of a study (its file says them in both languages), numbers (number_format.py).
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

import yaml

from haicplatform.estimation.rows import OK, STATUSES
from haicplatform.report.document.model import Run, Text, concat
from haicplatform.studies.variables import CATALOGUE

LANGUAGES = ("en", "ko")
_SLOT = re.compile(r"\{(\w+)\}")
# the form after a final consonant, and after none; a stem that ends in ㄹ takes 로
_PARTICLES = {
    "은(는)": ("은", "는"),
    "이(가)": ("이", "가"),
    "을(를)": ("을", "를"),
    "과(와)": ("과", "와"),
    "으로(로)": ("으로", "로"),
}
_PARTICLE = re.compile("([가-힣])(" + "|".join(re.escape(form) for form in _PARTICLES) + ")")
_RIEUL = 8


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """key -> language -> sentence, of every file of the catalogue; the English of statuses and variables is theirs."""
    found: dict[str, dict[str, str]] = {}
    for path in sorted(
        files("haicplatform.report.document").joinpath("catalogue").iterdir(), key=lambda path: path.name
    ):
        found |= yaml.safe_load(path.read_text(encoding="utf-8"))
    for code, sentence in STATUSES.items():
        if code != OK:
            found.setdefault(f"status.{code}", {})["en"] = sentence
    for name, entry in CATALOGUE.items():
        found.setdefault(f"variable.{name}", {})["en"] = entry[2]
    return found


class Words:
    """The catalogue in one language. KeyError where a sentence or its language is missing: our fault."""

    def __init__(self, language: str) -> None:
        self.language = language

    def __call__(self, key: str, **values: object) -> str:
        """The sentence with the values in its slots."""
        sentence = catalogue()[key][self.language]
        return particles(_SLOT.sub(lambda slot: str(values[slot[1]]), sentence))

    def has(self, key: str) -> bool:
        return key in catalogue()

    def text(self, key: str, **values: str | Run | Text) -> Text:
        """The same as runs: values that are runs keep their ids."""
        sentence = catalogue()[key][self.language]
        pieces: list[str | Run | Text] = []
        for place, piece in enumerate(_SLOT.split(sentence)):
            pieces.append(values[piece] if place % 2 else piece)
        runs = concat(*pieces)
        return tuple(_joined(runs))

    def series(self, names: list[str], link: str) -> str:
        """a, b or c; `link` is `or` or `and_list`."""
        return names[0] if len(names) == 1 else self(link, first=", ".join(names[:-1]), last=names[-1])

    def pick(self, thing: object, name: str = "label") -> str | None:
        """`<name>_ko` of a study's part where the language asks for it and it is given, else `<name>`."""
        own = getattr(thing, f"{name}_{self.language}", None)
        return own or getattr(thing, name, None)


def particles(sentence: str) -> str:
    """Korean particles chosen by the syllable before them; after anything else both forms stay."""
    return _PARTICLE.sub(lambda found: found[1] + _form(found[1], found[2]), sentence)


def _form(syllable: str, written: str) -> str:
    final = (ord(syllable) - ord("가")) % 28
    after, bare = _PARTICLES[written]
    return bare if not final or (written == "으로(로)" and final == _RIEUL) else after


def _joined(runs: Text) -> list[Run]:
    """Particles that follow a value stand in the next run; choose their form there."""
    found: list[Run] = []
    for run in runs:
        text = run.text
        if found and found[-1].text:
            before = found[-1].text[-1]
            text = particles(before + text)[1:]
        found.append(Run(particles(text), run.estimate_ids, run.style))
    return found
