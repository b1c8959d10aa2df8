"""The rules of rules.yaml: which rows stand behind a statistic.

Belongs here: reading them and finding the one that fits an estimate. Does not belong here: what a rule says (the YAML
file), the rows themselves (sql/trace).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

import yaml

PARTS = ("analysis", "population", "term", "statistic")
_PERSONS, _ROWS = "count(DISTINCT r.usubjid)", "count(*)"


@dataclass(frozen=True, eq=False)
class Rule:
    """One entry of rules.yaml: patterns, the relation and its rows, what must be equal, and who counts in words."""

    number: int
    patterns: Mapping[str, tuple[str, ...]]
    of: str
    where: str
    en: str
    ko: str
    equals: Mapping[str, str] = field(default_factory=dict)
    own_population: bool = False
    own_group: bool = False
    beside: tuple[Mapping[str, str], ...] = ()

    def fits(self, estimate: Mapping[str, Any]) -> bool:
        return all(
            any(fnmatchcase(estimate[part], pattern) for pattern in patterns)
            for part, patterns in self.patterns.items()
        )

    def expected(self, statistic: str) -> str | None:
        """The aggregate over the rows that the statistic must be; None where it is no plain count or mean of them."""
        return next((sql for pattern, sql in self.equals.items() if fnmatchcase(statistic, pattern)), None)


@cache
def rules() -> tuple[Rule, ...]:
    """The rules in their order."""
    entries = yaml.safe_load((Path(__file__).parent / "rules.yaml").read_text(encoding="utf-8"))
    return tuple(_rule(number, entry) for number, entry in enumerate(entries))


def rule_of(estimate: Mapping[str, Any]) -> Rule | None:
    """The first rule that fits a row of analysis.estimate, or None: a number with no way back."""
    return next((rule for rule in rules() if rule.fits(estimate)), None)


def _rule(number: int, entry: dict[str, Any]) -> Rule:
    counted = {name: _PERSONS for name in _several(entry.get("persons"))}
    counted |= {name: _ROWS for name in _several(entry.get("rows"))}
    return Rule(
        number,
        {part: _several(entry[part]) for part in PARTS if part in entry},
        entry["of"],
        entry.get("where", "true"),
        entry["en"],
        entry["ko"],
        counted | entry.get("equals", {}),
        entry.get("own_population", False),
        entry.get("own_group", False),
        tuple(entry.get("beside", ())),
    )


def _several(patterns: str | list[str] | None) -> tuple[str, ...]:
    return () if patterns is None else (patterns,) if isinstance(patterns, str) else tuple(patterns)
