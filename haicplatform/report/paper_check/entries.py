"""The published numbers as one looks them up: by kind, outcome and group.

Belongs here: which groups are arms, the count behind a name, what a check is. Does not belong here: the relations.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from haicplatform.report.paper_check.grammar import grammar
from haicplatform.report.paper_check.read_entries import Entry

# so many counts that one printed percentage can stand for are tried
MOST_CANDIDATES = 20


@dataclass(frozen=True)
class Check:
    """One relation between numbers of a file.

    targets: the numbers that it judges; sources: those it computes from. expected: what should have been printed, and
    by which method. is_bound: the relation only limits a number, so that holding does not confirm it.
    """

    relation: str
    targets: tuple[Entry, ...]
    sources: tuple[Entry, ...]
    agrees: bool
    expected: str
    is_bound: bool = False


@dataclass(frozen=True)
class Counted:
    """Patients of one arm with an outcome: every count it can be (one, where it is printed), and from which numbers."""

    candidates: tuple[int, ...]
    sources: tuple[Entry, ...]


# patients, and from which numbers
Sourced = tuple[int, tuple[Entry, ...]]


@dataclass(frozen=True)
class Published:
    """The entries of one file."""

    entries: tuple[Entry, ...]
    _by_key: dict[tuple[str, str, str], Entry] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for entry in self.entries:
            self._by_key.setdefault((entry.meaning.kind, entry.meaning.what, entry.group), entry)

    def of(self, *kinds: str) -> list[Entry]:
        """Entries of these kinds that have a number, in the file's order."""
        return [entry for entry in self.entries if entry.meaning.kind in kinds and entry.number]

    def get(self, kind: str, what: str, group: str) -> Entry | None:
        entry = self._by_key.get((kind, what, group))
        return entry if entry is not None and entry.number else None

    @property
    def arms(self) -> list[str]:
        """The groups that are compared: those with a size; where no size is printed, those with counts or rates."""
        special = grammar().whole | grammar().comparison | grammar().method
        for kinds in (("size",), ("count", "mean", "rate", "percent")):
            groups = [entry.group for entry in self.of(*kinds) if entry.group not in special]
            if groups:
                return list(dict.fromkeys(groups))
        return []

    def arms_of(self, comparison: str) -> list[str]:
        """The arms that a p value of this group compares: all, or those its name has `v` or `vs` between."""
        parts = [part.strip() for part in comparison.replace(" versus ", " v ").replace(" vs ", " v ").split(" v ")]
        return parts if len(parts) > 1 and set(parts) <= set(self.arms) else self.arms

    def is_whole(self, group: str) -> bool:
        return group in grammar().whole

    def size(self, group: str) -> Sourced | None:
        """(patients of the group, from which numbers); the arms' sizes added where the whole has none."""
        entry = self.get("size", "", group)
        if entry is not None:
            whole = exact(entry)
            return None if whole is None else (whole, (entry,))
        return added([self.size(arm) for arm in self.arms] if self.is_whole(group) else [])

    def count(self, what: str, group: str) -> Sourced | None:
        """(patients with an outcome, from which numbers): as printed, its members added, or the arms added."""
        entry = self.get("count", what, group)
        if entry is not None and (printed := exact(entry)) is not None:
            return printed, (entry,)
        members = grammar().members(what)
        if members:
            return added([self.count(member, group) for member in members])
        return added([self.count(what, arm) for arm in self.arms] if self.is_whole(group) else [])

    def counted(self, what: str, group: str) -> Counted | None:
        """The printed count, or every count that the printed percentage of a known group can stand for."""
        printed = self.count(what, group)
        if printed:
            return Counted((printed[0],), printed[1])
        percent, size = self.get("percent", what, group), self.size(group)
        if percent is None or size is None:
            return None
        possible = counts_behind(percent, size[0])
        return Counted(possible, (percent, *size[1])) if 0 < len(possible) <= MOST_CANDIDATES else None

    def levels(self, variable: str, group: str) -> dict[str, Entry]:
        """level -> its count, for counts named `variable=level` or `variable: level`."""
        counts = {}
        for entry in self.of("count"):
            for mark in ("=", ":"):
                name, has_mark, level = entry.meaning.what.partition(mark)
                if has_mark and name.strip() == variable and entry.group == group and exact(entry) is not None:
                    counts[level.strip()] = entry
        return counts


def added(parts: Sequence[Sourced | None]) -> Sourced | None:
    """The parts added up; None where one is not known, or there is none."""
    known = [part for part in parts if part is not None]
    if not known or len(known) < len(parts):
        return None
    return sum(n for n, _ in known), tuple(entry for _, sources in known for entry in sources)


def exact(entry: Entry) -> int | None:
    """The whole number an entry prints, or None."""
    number = entry.number
    if number is None or number.unit != 1 or number.text.startswith(("<", ">", "≤", "≥")) or number.value < 0:
        return None
    return int(number.value)


def counts_behind(percent: Entry, n: int) -> tuple[int, ...]:
    """Every whole count of `n` whose percentage rounds to the printed one."""
    number = percent.numeric
    first = max(0, math.floor(number.low * n / 100))
    last = min(n, math.ceil(number.high * n / 100)) if math.isfinite(number.high) else n
    return tuple(k for k in range(first, last + 1) if number.can_be(100 * k / n)) if n else ()


def unique(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    return tuple({entry.id: entry for entry in entries}.values())
