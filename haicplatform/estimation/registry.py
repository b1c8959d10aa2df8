"""The registry of estimates: what registry.yaml says of an analysis and a statistic.

Belongs here: reading it, refusing mistakes with their line, finding what is declared of a row of analysis.estimate.
Does not belong here: what it says (the YAML file), what others make of it (release, lineage, report).
"""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import cache, lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from haicplatform.core.yaml_lines import Lines, Mistake, mistakes_of, parse, refuse

FILE = Path(__file__).with_name("registry.yaml")
# what a number tells of patients; registry.yaml says what each means
Disclosure = Literal[
    "own_count", "at_single_time", "of_patient", "of_count", "of_few", "of_group", "of_curve", "of_curve_month",
    "of_weights", "between_groups", "of_levels", "of_model", "of_balance", "harmless",
]  # fmt: skip
# units of counts of which a small one may not leave, and the disclosures that a number in them may have
COUNTED = ("patients", "readings", "pairs")
COUNTS: tuple[Disclosure, ...] = ("own_count", "at_single_time")
_PERSONS, _ROWS = "count(DISTINCT r.usubjid)", "count(*)"
_Patterns = Annotated[tuple[str, ...], BeforeValidator(lambda said: (said,) if isinstance(said, str) else tuple(said))]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Wording(_Part):
    """en, ko: what it is called."""

    en: str
    ko: str


class Analysis(Wording):
    """One analysis: which section prints it, which sentence describes it, which STROBE items its parts meet."""

    section: str | None
    methods: str | None
    strobe: Mapping[str, tuple[str, ...]] = {}
    shares_levels: bool = False
    own_patients: bool = False
    without_events: bool = False


class Statistic(NamedTuple):
    """What is declared of one statistic."""

    disclosure: Disclosure
    units: tuple[str, ...]


class Row(Wording):
    """Statistics of an analysis that the same rows stand behind, and who counts, in words."""

    analysis: _Patterns
    population: _Patterns = ("*",)
    term: _Patterns = ("*",)
    statistics: Mapping[str, Annotated[Statistic, BeforeValidator(lambda said: _statistic(said))]]
    of: str
    where: str = "true"
    persons: _Patterns = ()
    rows: _Patterns = ()
    equals: Mapping[str, str] = {}
    own_population: bool = False
    own_group: bool = False
    beside: tuple[Mapping[str, str], ...] = ()

    def __hash__(self) -> int:
        return id(self)

    def fits(self, population: str, term: str, statistic: str) -> bool:
        return statistic in self.statistics and _fits(population, self.population) and _fits(term, self.term)

    def expected(self, statistic: str) -> str | None:
        """The aggregate over the rows that the statistic must be; None where it is no plain count or mean of them."""
        aggregates = dict.fromkeys(self.persons, _PERSONS) | dict.fromkeys(self.rows, _ROWS) | dict(self.equals)
        return next((sql for pattern, sql in aggregates.items() if fnmatchcase(statistic, pattern)), None)


class Registry(_Part):
    """registry.yaml."""

    analyses: Mapping[str, Analysis]
    statistics: Mapping[str, Wording]
    terms: Mapping[str, Wording]
    rows: tuple[Row, ...]


@cache
def registry() -> Registry:
    """What the platform's own registry.yaml says."""
    return load(FILE.read_text(encoding="utf-8"), FILE.name)


def load(text: str, file: str) -> Registry:
    """Raises UsageError that names every mistake with its line."""
    content, lines = parse(text, file)
    try:
        found = Registry.model_validate(content)
    except ValidationError as error:
        refuse(file, mistakes_of(error, lines), "registry of estimates")
        raise
    refuse(file, _contradictions(found, lines), "registry of estimates")
    return found


def row_of(estimate: Mapping[str, Any]) -> Row | None:
    """The row of the registry that declares a row of analysis.estimate; None where none does."""
    return _find(estimate["analysis"], estimate["population"], estimate["term"], estimate["statistic"])


def disclosure_of(estimate: Mapping[str, Any]) -> Disclosure | None:
    """What a row of analysis.estimate tells of patients; None, which a release hides, where it is not declared or has
    another unit than is declared."""
    row = row_of(estimate)
    declared = row.statistics[estimate["statistic"]] if row else None
    return declared.disclosure if declared and estimate["unit"] in declared.units else None


def having(flag: Literal["shares_levels", "own_patients", "without_events"]) -> frozenset[str]:
    """The analyses with that flag."""
    return frozenset(name for name, analysis in registry().analyses.items() if getattr(analysis, flag))


@lru_cache(maxsize=65_536)
def _find(analysis: str, population: str, term: str, statistic: str) -> Row | None:
    return next((row for row in _rows_of(analysis) if row.fits(population, term, statistic)), None)


@cache
def _rows_of(analysis: str) -> tuple[Row, ...]:
    if analysis not in registry().analyses:
        return ()
    return tuple(row for row in registry().rows if _fits(analysis, row.analysis))


def _fits(text: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(text, pattern) for pattern in patterns)


def _statistic(said: str) -> Statistic:
    disclosure, _, units = said.partition(" ")
    known: dict[str, Disclosure] = {name: name for name in get_args(Disclosure)}
    if disclosure not in known:
        raise ValueError(f"no disclosure {disclosure!r}; there are {', '.join(known)}")
    return Statistic(known[disclosure], tuple("" if unit == "-" else unit for unit in units.split("/")))


def _contradictions(found: Registry, lines: Lines) -> list[Mistake]:
    """What holds between the entries and not in each alone."""
    mistakes: list[Mistake] = []
    for place, row in enumerate(found.rows):
        for pattern in row.analysis:
            if not any(fnmatchcase(name, pattern) for name in found.analyses):
                mistakes.append((lines.of("rows", place), f"no analysis {pattern!r} under `analyses`"))
        for name, declared in row.statistics.items():
            line = lines.of("rows", place, "statistics", name)
            if name not in found.statistics:
                mistakes.append((line, f"the statistic {name!r} has no words under `statistics`"))
            if (declared.disclosure == "own_count") and not set(declared.units) <= set(COUNTED):
                mistakes.append((line, f"{name!r} is a count of {', '.join(COUNTED)}: say of which"))
            if set(declared.units) & set(COUNTED) and declared.disclosure not in (*COUNTS, "of_balance"):
                mistakes.append((line, f"{name!r} counts {'/'.join(declared.units)}: its disclosure is own_count"))
    for name in found.analyses:
        if not any(_fits(name, row.analysis) for row in found.rows):
            mistakes.append((lines.of("analyses", name), f"the analysis {name!r} has no row under `rows`"))
    return mistakes
