"""The printed counts of a study as cells: rows that print one and the same count are one cell.

Belongs here: which rows of analysis.estimate are counts of patients, and what each counts. Does not belong here: how
cells add up (sum_constraints.py), which are hidden (suppression.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import polars as pl

from haicplatform.estimation.registry import COUNTS, disclosure_of, having
from haicplatform.estimation.rows import CATEGORIES

ALL, POOLED, SITE = "all", "pooled", "site:"
# the status of a row without its number
SUPPRESSED = "suppressed"
# terms that stand for all patients of a group
EVERYONE = ("", "patients", "included", "model")
GROUP = "group"


class Place(NamedTuple):
    """What a count counts. family: the analysis, empty where several print the same count (patients, events)."""

    variant: str
    family: str
    population: str
    endpoint: str
    grp: str
    term: str
    statistic: str
    at: float | None


@dataclass
class Cells:
    """values: the count by cell. rows: the printed rows of a cell (none: it is printed nowhere, but follows from
    others). at: the cell of a place, printed_by: the analyses that print it. equations: coefficient by cell, adding up
    to 0. orders: (a, b) where a <= b."""

    values: list[float] = field(default_factory=list)
    rows: list[list[int]] = field(default_factory=list)
    at: dict[Place, int] = field(default_factory=dict)
    printed_by: dict[Place, set[str]] = field(default_factory=dict)
    equations: list[dict[int, int]] = field(default_factory=list)
    orders: list[tuple[int, int]] = field(default_factory=list)
    # unprinted cells that stand for several counts together and are not small: they may be found out
    harmless: set[int] = field(default_factory=set)
    # the same count as several analyses have it, with different values: some leave patients out
    differing: list[tuple[int, int]] = field(default_factory=list)
    # the patients and the events of a whole group, and those of whom a variable is known
    totals: set[int] = field(default_factory=set)
    pooled: set[int] = field(default_factory=set)
    _same: dict[tuple, int] = field(default_factory=dict)

    def add(self, place: Place, analysis: str, value: float, row: int) -> None:
        """One printed row. The same count by another analysis or in another variant is the same cell."""
        usual = self.at.get(place)
        if differs := usual is not None and self.values[usual] != value:
            place = place._replace(family=f"row {row}")
        key = (place[1:], value)
        if key not in self._same:
            self._same[key] = self.new(value)
        cell = self._same[key]
        if usual is not None and differs:
            self.differing.append((usual, cell))
        self.at[place] = cell
        self.printed_by.setdefault(place, set()).add(analysis)
        if "=" not in place.term and place.statistic in ("n", "events") and place.term not in CATEGORIES:
            self.totals.add(cell)
        if place.population == POOLED:
            self.pooled.add(cell)
        self.rows[cell].append(row)

    def new(self, value: float) -> int:
        """A cell that no row prints yet."""
        self.values.append(value)
        self.rows.append([])
        return len(self.values) - 1

    def unprinted(self, value: float, *, is_harmless: bool) -> int:
        """A count that follows from others; is_harmless: it may be found out."""
        cell = self.new(value)
        if is_harmless:
            self.harmless.add(cell)
        return cell

    def equation(self, total: int, parts: list[int]) -> None:
        """total = the sum of parts; a cell on both sides falls out."""
        terms: dict[int, int] = {total: 1}
        for part in parts:
            terms[part] = terms.get(part, 0) - 1
        terms = {cell: factor for cell, factor in terms.items() if factor}
        if len(terms) > 1:
            self.equations.append(terms)

    def holds(self, total: int, parts: list[int]) -> bool:
        return abs(self.values[total] - sum(self.values[part] for part in parts)) < 1e-9

    def groups(self, *names: str) -> Iterator[tuple[Place, dict]]:
        """Places that agree in everything but `names`: (the first of them, value or values of `names` -> cell)."""
        found: dict[tuple, tuple[Place, dict]] = {}
        for place, cell in self.at.items():
            rest = tuple(part for name, part in zip(Place._fields, place, strict=True) if name not in names)
            key = getattr(place, names[0]) if len(names) == 1 else tuple(getattr(place, name) for name in names)
            found.setdefault(rest, (place, {}))[1][key] = cell
        yield from found.values()


def disclosures(frame: pl.DataFrame) -> pl.Series:
    """What each row tells of patients, by the registry of estimates; null where it declares nothing."""
    rows = frame.select("analysis", "population", "term", "statistic", "unit").iter_rows(named=True)
    return pl.Series("disclosure", [disclosure_of(row) for row in rows], dtype=pl.String)


def is_count(frame: pl.DataFrame) -> pl.Series:
    """Whether each row is a count of patients or readings that has a value."""
    return disclosures(frame).is_in(COUNTS) & frame["value"].is_not_null()


def read_cells(frame: pl.DataFrame) -> Cells:
    """The cells of one study's rows of analysis.estimate; rows are numbered as in the frame."""
    cells = Cells()
    names = ("variant", "analysis", "population", "endpoint", "grp", "term", "statistic", "at", "value")
    counts = frame.with_row_index("row").filter(is_count(frame))
    for row in counts.select("row", *names).iter_rows(named=True):
        cells.add(place_of(row), row["analysis"], row["value"], row["row"])
    return cells


def place_of(row: dict) -> Place:
    """What a row counts; the patients and events of a group are the same by whichever analysis prints them."""
    analysis, population, grp = row["analysis"], row["population"], row["grp"] or ALL
    term, statistic, endpoint, at = row["term"], row["statistic"], row["endpoint"], row["at"]
    if analysis == "by_hospital":
        population, grp, term = f"{SITE}{grp}", ALL, ""
    if term.startswith(f"{GROUP}="):
        grp, term = term.partition("=")[2], ""
    if term in EVERYONE:
        term = ""
    if statistic == "observed":
        statistic = "events"
    if statistic == "n_before":
        population, statistic = POOLED, "n"
    if statistic == "at_risk" and at == 0:
        statistic, at = "n", None
    is_shared = not term or ("=" in term and analysis in having("shares_levels"))
    if statistic == "n" and is_shared:
        return Place(row["variant"], "", population, "", grp, term, statistic, None)
    if statistic == "events" and is_shared:
        return Place(row["variant"], "", population, endpoint, grp, term, statistic, None)
    return Place(row["variant"], analysis, population, endpoint, grp, term, statistic, at)
