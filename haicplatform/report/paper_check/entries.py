"""The published numbers as one looks them up: by kind, outcome and group.

Belongs here: which groups are arms, the count behind a name, what a check is. Does not belong here: the relations.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
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
        found = self._by_key.get((kind, what, group))
        return found if found is not None and found.number else None

    @property
    def arms(self) -> list[str]:
        """The groups that are compared: those with a size; where no size is printed, those with counts or rates."""
        special = grammar().whole | grammar().comparison | grammar().method
        for kinds in (("size",), ("count", "mean", "rate", "percent")):
            found = [entry.group for entry in self.of(*kinds) if entry.group not in special]
            if found:
                return list(dict.fromkeys(found))
        return []

    def arms_of(self, comparison: str) -> list[str]:
        """The arms that a p value of this group compares: all, or those its name has `v` or `vs` between."""
        parts = [part.strip() for part in comparison.replace(" versus ", " v ").replace(" vs ", " v ").split(" v ")]
        return parts if len(parts) > 1 and set(parts) <= set(self.arms) else self.arms

    def is_whole(self, group: str) -> bool:
        return group in grammar().whole

    def size(self, group: str) -> tuple[int, tuple[Entry, ...]] | None:
        """(patients of the group, from which numbers); the arms' sizes added where the whole has none."""
        entry = self.get("size", "", group)
        if entry is not None:
            whole = exact(entry)
            return None if whole is None else (whole, (entry,))
        parts = [self.size(arm) for arm in self.arms] if self.is_whole(group) else []
        if not parts or None in parts:
            return None
        return sum(n for n, _ in parts), tuple(entry for _, sources in parts for entry in sources)

    def count(self, what: str, group: str) -> tuple[int, tuple[Entry, ...]] | None:
        """(patients with an outcome, from which numbers): as printed, its members added, or the arms added."""
        entry = self.get("count", what, group)
        if entry is not None and exact(entry) is not None:
            return exact(entry), (entry,)
        members = grammar().members(what)
        if members:
            parts = [self.count(member, group) for member in members]
        else:
            parts = [self.count(what, arm) for arm in self.arms] if self.is_whole(group) else []
        if not parts or None in parts:
            return None
        return sum(n for n, _ in parts), tuple(entry for _, sources in parts for entry in sources)

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
        found = {}
        for entry in self.of("count"):
            for mark in ("=", ":"):
                name, found_mark, level = entry.meaning.what.partition(mark)
                if found_mark and name.strip() == variable and entry.group == group and exact(entry) is not None:
                    found[level.strip()] = entry
        return found


def exact(entry: Entry) -> int | None:
    """The whole number an entry prints, or None."""
    number = entry.number
    is_whole = number is not None and number.unit == 1 and not number.text.startswith(("<", ">", "≤", "≥"))
    return int(number.value) if is_whole and number.value >= 0 else None


def counts_behind(percent: Entry, n: int) -> tuple[int, ...]:
    """Every whole count of `n` whose percentage rounds to the printed one."""
    number = percent.number
    first = max(0, math.floor(number.low * n / 100))
    last = min(n, math.ceil(number.high * n / 100)) if math.isfinite(number.high) else n
    return tuple(k for k in range(first, last + 1) if number.can_be(100 * k / n)) if n else ()


def unique(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    return tuple({entry.id: entry for entry in entries}.values())
