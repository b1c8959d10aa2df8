"""The estimates as a checker looks them up, what a contradiction is, and what a report that has one raises.

Belongs here: only that. Does not belong here: any relation.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, TypedDict, Unpack

import polars as pl

from haicplatform.core.errors import HaicError

ALL, POOLED, SITE = "all", "pooled", "site:"
# estimates are doubles; what they are compared with is computed from doubles
NEAR = 1e-6
MOST_SAID = 5


@dataclass(frozen=True)
class Contradiction:
    """where: the part of the report, or the key of the estimate. relation: what does not hold."""

    where: str
    relation: str
    printed: str
    expected: str

    def __str__(self) -> str:
        return f"{self.where}: {self.relation}; printed {self.printed}, expected {self.expected}"


class Key(NamedTuple):
    """What one statistic is about; the study and the snapshot are the same throughout."""

    variant: str
    population: str
    analysis: str
    endpoint: str
    grp: str
    term: str
    statistic: str
    at: float | None


class Changes(TypedDict, total=False):
    """Parts of a key that another row has otherwise."""

    variant: str
    population: str
    analysis: str
    endpoint: str
    grp: str
    term: str
    statistic: str
    at: float | None


class Rows:
    """Rows of analysis.estimate by their key and by their id."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self.by_key: dict[Key, dict] = {}
        self.by_id: dict[str, dict] = {}
        self._by_statistic: dict[str, list[Key]] = {}
        self._indexes: dict[str, dict[tuple, dict]] = {}
        for row in frame.iter_rows(named=True):
            key = Key(*(row[name] for name in Key._fields))
            self.by_key[key] = row
            self.by_id[row["estimate_id"]] = row
            self._by_statistic.setdefault(key.statistic, []).append(key)
        # how many exposure groups and hospitals there are: a sum over some of them is no total
        self.groups = len({key.grp for key in self.by_key if key.analysis == "flow" and key.grp not in ("", ALL)})
        self.sites = len({key.population for key in self.by_key if key.population.startswith(SITE)})

    def of(self, *statistics: str) -> Iterator[tuple[Key, dict]]:
        """Rows of these statistics that have a value."""
        for statistic in statistics:
            for key in self._by_statistic.get(statistic, ()):
                if self.by_key[key]["value"] is not None:
                    yield key, self.by_key[key]

    def value(self, key: Key, **changes: Unpack[Changes]) -> float | None:
        """The value of the row beside `key` with these parts changed; None where there is no row or value."""
        row = self.by_key.get(key._replace(**changes))
        return None if row is None else row["value"]

    def curve_of(self, row: dict) -> dict | None:
        """The height of the curve where a count at one of its times stands; None of any other row."""
        key = Key(*(row[name] for name in Key._fields))
        return self.by_key.get(key._replace(statistic="survival")) if key.statistic == "n_censor" else None

    def beside(self, key: Key, name: str) -> dict[str, float | None]:
        """name (a part of the key) -> value, of the rows that agree with `key` in all other parts."""
        return self._index(name).get(_without(key, name), {})

    def times(self, key: Key) -> dict[float, float]:
        """time -> value, of the rows that agree with `key` in all but the time and have a value."""
        index = self._index("at").get(_without(key, "at"), {})
        return {at: value for at, value in index.items() if at is not None and value is not None}

    def _index(self, name: str) -> dict[tuple, dict]:
        if name not in self._indexes:
            index = self._indexes[name] = {}
            for key, row in self.by_key.items():
                index.setdefault(_without(key, name), {})[getattr(key, name)] = row["value"]
        return self._indexes[name]


def _without(key: Key, name: str) -> tuple:
    return tuple(part for field, part in zip(Key._fields, key, strict=True) if field != name)


def near(a: float, b: float) -> bool:
    """Whether two numbers that were computed in different ways are the same."""
    return abs(a - b) <= NEAR * max(1.0, abs(a), abs(b))


def where(key: Key) -> str:
    """The estimate in words, for a sentence."""
    parts = [key.analysis, *(part for part in key[:2] if part not in ("main", POOLED)), key.endpoint, key.grp, key.term]
    at = f" at {key.at:g} months" if key.at is not None else ""
    return f"estimate {' '.join(part for part in parts if part)} {key.statistic}{at}"


def wrong(key: Key, relation: str, printed: float, expected: float | str) -> Contradiction:
    shown = expected if isinstance(expected, str) else f"{expected:.6g}"
    return Contradiction(where(key), relation, f"{printed:.6g}", shown)


def refuse_contradictions(contradictions: Iterable[Contradiction]) -> None:
    """Raise a sentence where a report contradicts itself: where, what is printed and what was expected."""
    all_of_them = list(contradictions)
    if not all_of_them:
        return
    first, more = all_of_them[0], all_of_them[1:]
    others = "; ".join(f"{each.where}: {each.printed}, expected {each.expected}" for each in more[: MOST_SAID - 1])
    rest = f" Also {others}" if others else ""
    rest += f"; and {len(more) - MOST_SAID + 1} more" if len(more) >= MOST_SAID else ""
    raise HaicError(
        f"The report contradicts itself in {len(all_of_them)} place{'s' if more else ''}, so it was not written: "
        f"{first.where}, {first.relation}",
        found=first.printed,
        expected=first.expected,
        todo=f"send this sentence to whoever runs the platform; the earlier report is kept.{rest}",
    )
