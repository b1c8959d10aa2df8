"""Which counts are hidden: the small ones, and as many others as it takes that none can be worked out.

Belongs here: primary and secondary suppression, and the proof by linear programming. Does not belong here: what the
counts are (printed_counts.py), how they add up (sum_constraints.py).
Source: Fischetti and Salazar, Oper Res 2001;49:819 (cell suppression and its audit); here by a greedy choice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import numpy as np

from haicplatform.release.printed_counts import Cells

TOLERANCE = 1e-6
# how far from the truth a table that fits is looked for, and how many are looked for at random in each part
FAR, AT_RANDOM = 50.0, 20


def hide(cells: Cells, smallest: int) -> set[int]:
    """The cells to hide: every count from 1 to below `smallest`, and others until no hidden one is determined.

    A reader is taken to know every sum, that a hidden count is not 0, and not which ones are hidden for being small.
    """
    of_cell: dict[int, list[int]] = defaultdict(list)
    for number, equation in enumerate(cells.equations):
        for cell in equation:
            of_cell[cell].append(number)
    hidden = {cell for cell, rows in enumerate(cells.rows) if not rows}
    small = {cell for cell, value in enumerate(cells.values) if 0 < value < smallest}
    search = _Search(cells, of_cell, hidden | small)
    search.close(range(len(cells.equations)))
    known: dict[tuple[int, ...], list[int]] = {}
    while found := determined(cells, search.hidden, known):
        before = set(search.hidden)
        for cell in (cell for part in found for cell in part):
            # one more near this cell may have been hidden for another one
            if not search.is_beside(cell, search.hidden - before):
                search.hide_beside([cell])
        if search.hidden == before:
            raise ValueError("a hidden count can be worked out, and nothing is left to hide beside it")
    return {cell for cell in search.hidden if cells.rows[cell]}


class _Search:
    """The greedy choice: an equation with one hidden cell gets a second one, the one that opens fewest others.

    The patients and events of a whole group come last: every table of the group hangs on them.
    """

    def __init__(self, cells: Cells, of_cell: dict[int, list[int]], hidden: set[int]) -> None:
        self.cells, self.of_cell, self.hidden = cells, of_cell, set(hidden)
        self.orders_of: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for pair in cells.orders:
            for cell in pair:
                self.orders_of[cell].append(pair)

    def close(self, numbers: Iterable[int]) -> None:
        """Hide more until no equation gives a hidden cell away."""
        waiting = list(numbers)
        while waiting:
            number = waiting.pop()
            unknown = [cell for cell in self.cells.equations[number] if cell in self.hidden]
            if len(unknown) != 1 or unknown[0] in self.cells.harmless:
                continue
            candidates = self._candidates([number])
            if candidates:
                waiting += self._take(candidates)

    def is_beside(self, cell: int, others: set[int]) -> bool:
        """Whether the cell shares an equation or an order with one of the others."""
        return not others.isdisjoint(self._neighbours(cell))

    def hide_beside(self, part: list[int]) -> None:
        """One more cell near determined ones: beside them, or where only totals are left there, farther away.

        Nothing where every count near them is hidden already.
        """
        seen, near, totals = set(part), set(part), set()
        while near:
            beside = {other for cell in near for other in self._neighbours(cell)} - seen
            printed = {cell for cell in beside - self.hidden if self.cells.values[cell] > 0}
            if printed - self.cells.totals:
                self.close(self._take(list(printed - self.cells.totals)))
                return
            totals |= printed
            seen |= beside
            near = beside & self.hidden
        if totals:
            self.close(self._take(list(totals)))

    def _neighbours(self, cell: int) -> set[int]:
        """The cells that share an equation or an order with it."""
        found = {other for number in self.of_cell[cell] for other in self.cells.equations[number]}
        return found | {other for pair in self.orders_of[cell] for other in pair}

    def _candidates(self, numbers: list[int]) -> list[int]:
        found = {cell for number in numbers for cell in self.cells.equations[number]} - self.hidden
        return [cell for cell in found if self.cells.values[cell] > 0]

    def _take(self, candidates: list[int]) -> list[int]:
        chosen = min(candidates, key=self._cost)
        self.hidden.add(chosen)
        return self.of_cell[chosen]

    def _cost(self, cell: int) -> tuple:
        """What hiding the cell would take from a reader: a total, a pooled count, other counts, its size."""
        of_all = cell in self.cells.pooled
        return cell in self.cells.totals, of_all, self._opened(cell), self.cells.values[cell], cell

    def _opened(self, cell: int) -> int:
        """Equations that hiding the cell would leave with it as the only unknown."""
        equations = (self.cells.equations[number] for number in self.of_cell[cell])
        return sum(all(other not in self.hidden for other in equation) for equation in equations)


def determined(cells: Cells, hidden: set[int], known: dict[tuple[int, ...], list[int]]) -> list[list[int]]:
    """The hidden cells of which only one whole number fits all printed counts, by linear programming, part by part.

    `known`: what was found of parts of the table before; hiding a cell beside a part makes it another part.
    """
    found = []
    for part in _components(cells, hidden):
        if tuple(part) not in known:
            low, high = bounds(cells, hidden, part)
            settled = np.floor(high + TOLERANCE) <= np.ceil(low - TOLERANCE)
            known[tuple(part)] = [cell for cell, is_so in zip(part, settled, strict=True) if is_so]
        found.append([cell for cell in known[tuple(part)] if cell not in cells.harmless])
    return [part for part in found if part]


def _components(cells: Cells, hidden: set[int]) -> list[list[int]]:
    """Hidden cells that share equations, orders aside."""
    parent = {cell: cell for cell in hidden}

    def root(cell: int) -> int:
        while parent[cell] != cell:
            parent[cell] = parent[parent[cell]]
            cell = parent[cell]
        return cell

    for equation in cells.equations:
        unknown = [cell for cell in equation if cell in hidden]
        for cell in unknown[1:]:
            parent[root(cell)] = root(unknown[0])
    for a, b in cells.orders:
        if a in hidden and b in hidden:
            parent[root(a)] = root(b)
    parts: dict[int, list[int]] = defaultdict(list)
    for cell in sorted(hidden):
        parts[root(cell)].append(cell)
    return list(parts.values())


def bounds(cells: Cells, hidden: set[int], part: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """(least, greatest) value of each cell of `part` that fits the printed counts; not searched beyond a range of 1.

    Each solution is a whole table that fits, so one program settles many cells: first some with aims at random, then
    one or two for each cell that is still where it is.
    """
    from scipy.optimize import linprog  # large, and only for who makes a release

    truth = np.array([cells.values[cell] for cell in part], dtype=float)
    sides = _system(cells, hidden, {cell: number for number, cell in enumerate(part)})
    floor = np.minimum(truth, 1.0)
    limits = list(zip(floor, truth + FAR, strict=True))
    low, high = truth.copy(), truth.copy()
    random = np.random.default_rng(len(part))
    aims = [random.normal(size=len(part)) for _ in range(AT_RANDOM)] if len(part) > AT_RANDOM else []
    for aim in (*aims, *(sign * row for row in np.eye(len(part)) for sign in (1, -1))):
        wanted = np.flatnonzero(aim)
        if (high[wanted] - low[wanted] >= 1 - TOLERANCE).all():
            continue
        solved = linprog(aim, **sides, bounds=limits, method="highs")
        if solved.x is None:
            raise ValueError(f"the printed counts contradict each other: {solved.message}")
        low, high = np.minimum(low, solved.x), np.maximum(high, solved.x)
    return low, high


def _system(cells: Cells, hidden: set[int], place: dict[int, int]) -> dict:
    from scipy.sparse import csr_array

    right: list[float]
    rows, columns, factors, right = [], [], [], []
    for equation in cells.equations:
        if not any(cell in place for cell in equation):
            continue
        for cell, factor in equation.items():
            if cell in place:
                rows.append(len(right))
                columns.append(place[cell])
                factors.append(factor)
        right.append(-sum(factor * cells.values[cell] for cell, factor in equation.items() if cell not in hidden))
    sides: dict[str, object] = {}
    if right:
        sides |= {"A_eq": csr_array((factors, (rows, columns)), shape=(len(right), len(place))), "b_eq": right}
    rows, columns, factors, right = [], [], [], []
    for less, more in cells.orders:
        inside = [(cell, factor) for cell, factor in ((less, 1), (more, -1)) if cell in place]
        outside = [(cell, factor) for cell, factor in ((less, 1), (more, -1)) if cell not in place]
        if inside and all(cell not in hidden for cell, _ in outside):
            for cell, factor in inside:
                rows.append(len(right))
                columns.append(place[cell])
                factors.append(factor)
            right.append(-sum(factor * cells.values[cell] for cell, factor in outside))
    if right:
        sides |= {"A_ub": csr_array((factors, (rows, columns)), shape=(len(right), len(place))), "b_ub": right}
    return sides
