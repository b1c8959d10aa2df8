"""The baseline variables a study may name, and how a study codes them into levels.

Belongs here: name -> ADSL column, and the language of levels. Does not belong here: a cut point (a study file
says it) and any statistic.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

# name: (ADSL column, kind, label). `integer` values have no points between them; a `category` is compared as text.
CATALOGUE: dict[str, tuple[str, str, str]] = {
    "age": ("age", "integer", "Age, years"),
    "sex": ("sex", "category", "Sex"),
    "etiology": ("etiology", "category", "Etiology"),
    "bclc": ("bclc", "category", "BCLC stage"),
    "bclc_recorded": ("bclc_recorded", "category", "BCLC stage, recorded"),
    "bclc_derived": ("bclc_derived", "category", "BCLC stage, derived"),
    "child_pugh_class": ("child_pugh_class", "category", "Child-Pugh class"),
    "child_pugh_score": ("child_pugh_score", "integer", "Child-Pugh score"),
    "albi_grade": ("albi_grade", "category", "ALBI grade"),
    "ecog": ("ecog", "ordinal", "ECOG performance status"),
    "afp": ("afp_ng_ml", "continuous", "AFP, ng/mL"),
    "tumour_size": ("tumour_size_mm", "continuous", "Largest tumour, mm"),
    "tumour_number": ("tumour_number", "integer", "Number of tumours"),
    "portal_invasion": ("portal_invasion", "category", "Portal vein invasion"),
    "vp": ("vp", "category", "Portal vein invasion, Vp"),
    "metastasis": ("metastasis", "category", "Extrahepatic metastasis"),
    "beyond_reflect": ("beyond_reflect", "category", "Beyond the REFLECT criteria"),
    "ast": ("ast", "continuous", "AST, U/L"),
    "alt": ("alt", "continuous", "ALT, U/L"),
    "prior_tace": ("prior_tace", "category", "Earlier TACE"),
    "prior_rt": ("prior_rt", "category", "Earlier radiotherapy"),
    "site": ("siteid", "category", "Hospital"),
}

_COMPARISON = re.compile(r"^(<=|>=|<|>)\s*(-?\d+(?:\.\d+)?)$")
_NUMBER = re.compile(r"^-?\d+(?:\.\d+)?$")


@dataclass(frozen=True)
class Variable:
    """One baseline variable as a study uses it.

    kind: continuous (a number as it is) or category. levels: the study's levels in its order, empty where the
    values themselves are the levels. reference: the level others are compared with (category only).
    """

    name: str
    column: str
    kind: str
    levels: tuple[str, ...]
    reference: str | None
    label: str

    def code(self, values: pl.Series) -> pl.Series:
        """The level of each value as text (null stays null); a continuous variable as Float64."""
        if self.kind == "continuous":
            return values.cast(pl.Float64).alias(self.name)
        if not self.levels:
            return values.cast(pl.String).alias(self.name)
        expression = pl.lit(None, dtype=pl.String)
        column = pl.col(values.name)
        for level in reversed(self.levels):
            expression = pl.when(_condition(column, level)).then(pl.lit(level)).otherwise(expression)
        return values.to_frame().select(expression.alias(self.name)).to_series()


def make_variable(
    name: str, levels: Iterable[str] = (), reference: str | None = None, label: str | None = None
) -> Variable:
    """A Variable of the catalogue. Raises ValueError with a sentence for levels that contradict each other."""
    column, kind, default_label = CATALOGUE[name]
    levels = tuple(levels)
    if levels:
        check_levels(name, levels)
    is_number = kind in ("continuous", "integer")
    return Variable(
        name=name,
        column=column,
        kind="continuous" if is_number and not levels else "category",
        levels=levels,
        reference=reference,
        label=label or default_label,
    )


def check_levels(name: str, levels: tuple[str, ...]) -> None:
    """Raise ValueError unless every possible value of the variable falls into exactly one level."""
    kind = CATALOGUE[name][1]
    if len(levels) < 2 or len(set(levels)) < len(levels):
        raise ValueError(f"{name} needs at least two different levels")
    if kind == "category":
        members = [member for level in levels for member in level.split("|")]
        if any(_COMPARISON.match(level) for level in levels):
            raise ValueError(f"{name} has no numbers to compare with; name its values, as in A or B|C")
        if len(set(members)) < len(members):
            raise ValueError(f"a value of {name} is named in two levels")
        return
    lowest = min(_bounds(levels))
    for point in _test_points(levels, whole=kind != "continuous"):
        hits = [level for level in levels if _holds(point, level)]
        if len(hits) > 1:
            raise ValueError(f"the levels {' and '.join(hits)} of {name} contradict each other: {point:g} is in both")
        if not hits and point >= lowest:
            raise ValueError(f"the levels of {name} contradict each other: {point:g} is in none of them")


def parts_of(level: str) -> list[tuple[str, float | None, str]]:
    """(comparison, bound, text) of each part of a level: `<=100` compares with 100, `B|C` are two equal texts."""
    found = []
    for part in level.split("|"):
        match = _COMPARISON.match(part)
        number = float(match[2]) if match else float(part) if _NUMBER.match(part) else None
        found.append((match[1] if match else "=", number, part))
    return found


def _bounds(levels: tuple[str, ...]) -> list[float]:
    bounds = []
    for part in (part for level in levels for part in level.split("|")):
        match = _COMPARISON.match(part)
        if not match and not _NUMBER.match(part):
            raise ValueError(f"the level {part!r} is no number and no comparison such as <=100")
        bounds.append(float(match[2] if match else part))
    return bounds


def _test_points(levels: tuple[str, ...], *, whole: bool) -> list[float]:
    """Values around and between the bounds of numeric levels, where a gap or an overlap would show."""
    bounds = sorted(set(_bounds(levels)))
    if whole:
        return [float(point) for point in range(int(bounds[0]) - 1, int(bounds[-1]) + 2)]
    between = [(left + right) / 2 for left, right in itertools.pairwise(bounds)]
    return [bounds[0] - 1, *bounds, *between, bounds[-1] + 1]


def _holds(value: float, level: str) -> bool:
    for part in level.split("|"):
        match = _COMPARISON.match(part)
        if not match:
            if value == float(part):
                return True
            continue
        bound = float(match[2])
        if {"<": value < bound, "<=": value <= bound, ">": value > bound, ">=": value >= bound}[match[1]]:
            return True
    return False


def _condition(column: pl.Expr, level: str) -> pl.Expr:
    held = pl.lit(False)
    for part in level.split("|"):
        match = _COMPARISON.match(part)
        if not match:
            held = held | (column.cast(pl.String) == part)
            continue
        number, bound = column.cast(pl.Float64), float(match[2])
        compare = {"<": number < bound, "<=": number <= bound, ">": number > bound, ">=": number >= bound}
        held = held | compare[match[1]]
    return held
