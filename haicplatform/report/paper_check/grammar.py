"""What a statistic's words mean: its kind and what it is about.

Belongs here: applying grammar.yaml. Does not belong here: the words themselves (grammar.yaml), relations.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml


@dataclass(frozen=True)
class Meaning:
    """kind: one of grammar.yaml. what: the outcome or variable, for a p value's `p_of` the statistic it belongs to.
    at, unit: the time of a rate or the unit of a median. needs: what its recomputation would need."""

    kind: str
    what: str = ""
    at: float | None = None
    unit: str = ""
    needs: str = ""


@dataclass(frozen=True)
class Grammar:
    """grammar.yaml, compiled."""

    whole: frozenset[str]
    comparison: frozenset[str]
    method: frozenset[str]
    statistics: tuple[tuple[str, re.Pattern, str], ...]
    sums: dict[str, tuple[str, ...]]
    partitions: tuple[tuple[frozenset[str], dict[str, str]], ...]

    def meaning(self, statistic: str) -> Meaning:
        """The first kind whose pattern fits."""
        words = " ".join(statistic.split())
        kind, found, needs = next(
            (kind, found, needs) for kind, pattern, needs in self.statistics if (found := pattern.fullmatch(words))
        )
        parts = {name: value for name, value in found.groupdict().items() if value}
        at = float(parts["at"]) if "at" in parts else None
        return Meaning(kind, normal(parts.get("of", parts.get("what", ""))), at, parts.get("unit", ""), needs)

    def members(self, what: str) -> tuple[str, ...]:
        """The outcomes that `what` is the sum of; none where it is no sum."""
        return self.sums.get(what, ())


def normal(text: str) -> str:
    """Words as they are compared: lower case, single blanks."""
    return " ".join(text.lower().split())


@cache
def grammar() -> Grammar:
    """The shipped grammar."""
    said = yaml.safe_load((files("haicplatform.report.paper_check") / "grammar.yaml").read_text(encoding="utf-8"))
    return Grammar(
        whole=frozenset(said["groups"]["whole"]),
        comparison=frozenset(said["groups"]["comparison"]),
        method=frozenset(said["groups"]["method"]),
        statistics=tuple(
            (entry["kind"], re.compile(entry["pattern"], re.IGNORECASE), entry["needs"]) for entry in said["statistics"]
        ),
        sums={normal(name): tuple(normal(part) for part in parts) for name, parts in said["sums"].items()},
        partitions=tuple(
            (
                frozenset(normal(part) for part in entry["parts"]),
                {normal(name): normal(part) for name, part in entry["names"].items()},
            )
            for entry in said["partitions"]
        ),
    )
