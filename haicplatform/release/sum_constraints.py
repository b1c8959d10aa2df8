"""How the printed counts of a report add up: what a reader could subtract.

Belongs here: every sum that holds between printed counts. Does not belong here: hiding. A sum is taken only where it
holds in the data: one that holds by chance makes the release more careful, never less.
"""

from __future__ import annotations

import itertools

from haicplatform.estimation.rows import ANY, CATEGORIES, CONTROL, GRADES, OBJECTIVE, SEVERE
from haicplatform.release.printed_counts import ALL, POOLED, SITE, Cells, Place

# statistic -> the statistics that it is the sum of, within one term
OF_STATISTICS = (
    ("n", (*(f"n_grade_{grade}" for grade in GRADES), "n_ungraded")),
    ("n_severe", tuple(f"n_grade_{grade}" for grade in GRADES if grade >= SEVERE)),
)
# term -> the terms that it is the sum of; each is tried and taken where it holds
OF_TERMS = (
    ("", CATEGORIES),
    ("ORR", OBJECTIVE),
    ("DCR", CONTROL),
    ("DCR", (*CONTROL, "NON-CR/NON-PD")),
    ("assessed", ("excluded", "")),
    ("progressed", (ANY, "none")),
)
BEFORE = ("events_before", "censored_before")


def relate(cells: Cells, smallest: int) -> Cells:
    """Add every equation and order to the cells. An unprinted remainder below `smallest` is a small count too."""
    _after_the_last_month(cells)
    _along_time(cells)
    _groups(cells, smallest)
    _hospitals(cells, smallest)
    _levels(cells, smallest)
    _within(cells)
    _differences(cells, smallest)
    return cells


def _differences(cells: Cells, smallest: int) -> None:
    """What an analysis or a set leaves out (patients of whom a value is not known), and those of a printed number of
    patients who had no event, are counts too where they are small.

    The events of one endpoint less those of another are not taken: to hide them a release would lose an endpoint's
    hazard ratio. README says so to whom releases.
    """
    pairs = list(cells.differing)
    for place, events in cells.at.items():
        patients = cells.at.get(place._replace(endpoint="", statistic="n")) if place.statistic == "events" else None
        if patients not in (None, events):
            pairs.append((patients, events))
    for _, by_population in cells.groups("population"):
        sets = [cell for name, cell in by_population.items() if name != POOLED and not name.startswith(SITE)]
        pairs += [(by_population[POOLED], cell) for cell in sets if POOLED in by_population]
    for pair in dict.fromkeys(pairs):
        less, more = sorted(pair, key=cells.values.__getitem__)
        rest = cells.values[more] - cells.values[less]
        if 0 < rest < smallest:
            cells.equation(more, [less, cells.unprinted(rest, is_harmless=False)])


def _remainder(cells: Cells, total: int, parts: list[int], is_absent: bool, smallest: int) -> None:
    """total = parts + what is not printed, where something is not; as large as a printed count it may be found out."""
    rest = cells.values[total] - sum(cells.values[part] for part in parts)
    if abs(rest) < 1e-9:
        cells.equation(total, parts)
    elif rest > 0 and is_absent:
        hidden = cells.unprinted(rest, is_harmless=rest >= smallest)
        cells.equation(total, [*parts, hidden])


def _groups(cells: Cells, smallest: int) -> None:
    """All patients are the groups together."""
    known: dict[str, set[str]] = {}
    for place in cells.at:
        if place.statistic == "n" and not place.term and place.grp != ALL:
            known.setdefault(place.variant, set()).add(place.grp)
    for place, by_group in cells.groups("grp"):
        groups = known.get(place.variant, set())
        parts = [cell for grp, cell in by_group.items() if grp in groups]
        if ALL in by_group and parts:
            _remainder(cells, by_group[ALL], parts, len(parts) < len(groups), smallest)


def _hospitals(cells: Cells, smallest: int) -> None:
    """The pooled count is the hospitals' together."""
    known: dict[str, set[str]] = {}
    for place in cells.at:
        if place.population.startswith(SITE):
            known.setdefault(place.variant, set()).add(place.population)
    for place, by_population in cells.groups("population"):
        sites = known.get(place.variant, set())
        parts = [cell for population, cell in by_population.items() if population in sites]
        if POOLED in by_population and parts:
            _remainder(cells, by_population[POOLED], parts, len(parts) < len(sites), smallest)


def _levels(cells: Cells, smallest: int) -> None:
    """The levels of a variable, and those of whom it is not known, are its group."""
    for place, by_term in list(cells.groups("term")):
        # analyses code a variable differently: levels add up within one analysis
        variables: dict[tuple[str, str], dict[str, int]] = {}
        for term, cell in by_term.items():
            variable, mark, level = term.partition("=")
            for analysis in cells.printed_by.get(place._replace(term=term), ()) if mark else ():
                variables.setdefault((variable, analysis), {})[level] = cell
        for (variable, _), levels in variables.items():
            for total in (variable, ""):
                if total in by_term:
                    _remainder(cells, by_term[total], list(levels.values()), True, smallest)
            for level, cell in levels.items():
                names = [f"{variable}={part}" for part in level.split("|")]
                parts = [by_term[name] for name in names if name in by_term]
                if len(names) > 1 and len(parts) == len(names) and cells.holds(cell, parts):
                    cells.equation(cell, parts)
    for place, cell in list(cells.at.items()):
        if place.statistic == "missing" and place.term:
            known = cells.at.get(place._replace(statistic="n"))
            everyone = cells.at.get(place._replace(family="", endpoint="", term="", statistic="n"))
            if known is not None and everyone is not None and cells.holds(everyone, [known, cell]):
                cells.equation(everyone, [known, cell])


def _within(cells: Cells) -> None:
    """Sums of statistics within a term, and of terms within an analysis."""
    for names, sums in (("statistic", OF_STATISTICS), ("term", OF_TERMS)):
        for place, by_name in list(cells.groups(names)):
            for total, parts in sums:
                whole = by_name.get(total)
                if names == "term" and not total:
                    whole = cells.at.get(_everyone(place))
                members = [by_name[part] for part in parts if part in by_name]
                members += [cells.at[_everyone(place)]] if "" in parts and _everyone(place) in cells.at else []
                if whole is not None and len(members) > 1 and cells.holds(whole, members):
                    cells.equation(whole, members)
    for place, cell in list(cells.at.items()):
        if place.statistic == "n_unmatched":
            matched, before = cells.at.get(_everyone(place)), cells.at.get(_everyone(place, POOLED))
            if matched is not None and before is not None and cells.holds(before, [matched, cell]):
                cells.equation(before, [matched, cell])


def _everyone(place: Place, population: str | None = None) -> Place:
    return Place(place.variant, "", population or place.population, "", place.grp, "", "n", None)


def _series(cells: Cells) -> dict[Place, dict[str, dict[float, int]]]:
    """Curve (a place without statistic and time) -> statistic -> month -> cell, the months in order."""
    found: dict[Place, dict[str, dict[float, int]]] = {}
    for place, cell in sorted(cells.at.items(), key=lambda item: item[0].at if item[0].at is not None else -1.0):
        if place.statistic in ("at_risk", *BEFORE) and place.at is not None:
            curve = place._replace(statistic="", at=None)
            found.setdefault(curve, {}).setdefault(place.statistic, {})[place.at] = cell
    return found


def _after_the_last_month(cells: Cells) -> None:
    """A hospital followed for less long has the counts of its last month in the later months of the others."""
    curves = _series(cells)
    for curve, series in curves.items():
        longest = curves.get(curve._replace(population=POOLED), {})
        at_risk = series.get("at_risk", {})
        if not at_risk or cells.values[at_risk[max(at_risk)]]:
            continue
        for statistic in series:
            for month in longest.get(statistic, {}):
                if month > max(series[statistic]):
                    cells.at[curve._replace(statistic=statistic, at=month)] = series[statistic][max(series[statistic])]


def _along_time(cells: Cells) -> None:
    """At risk, with an event and censored before are the group; the first falls, the others rise."""
    for curve, series in _series(cells).items():
        everyone = cells.at.get(_everyone(curve))
        for month, at_risk in series.get("at_risk", {}).items():
            parts = [at_risk, *(series[name][month] for name in BEFORE if month in series.get(name, {}))]
            if everyone is not None and len(parts) > 1 and cells.holds(everyone, parts):
                cells.equation(everyone, parts)
        events = cells.at.get(curve._replace(family="", statistic="events"))
        for name, by_month in series.items():
            line = list(by_month.values())
            later = list(itertools.pairwise(line))
            cells.orders += [(b, a) if name == "at_risk" else (a, b) for a, b in later if a != b]
        last = list(series.get("events_before", {}).values())[-1:]
        if last and events is not None and cells.holds(events, last):
            cells.equation(events, last)
