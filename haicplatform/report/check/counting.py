"""Counts of the estimates: they add up, and percentages, intervals and p values are theirs.

Belongs here: relations of counts that hold by construction. Does not belong here: times and models (modelling.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from haicplatform.estimation.rows import CATEGORIES, CONTROL, OBJECTIVE
from haicplatform.report.check.estimate_index import ALL, POOLED, SITE, Contradiction, Key, Rows, near, wrong
from haicplatform.survival import tables

# every patient of these has a group and a hospital, and is counted once
BY_GROUP = ("flow", "baseline", "response", "adverse_events", "lab_toxicity", "post_progression")
DENOMINATORS = ("patients", "progressed", "cycles")
WEIGHTED = "weighted"


def percentages(rows: Rows) -> Iterator[Contradiction]:
    """A percentage is its count over its group (those of whom the variable is known), with its exact interval."""
    for key, row in rows.of("pct", "pct_severe"):
        count = rows.value(key, statistic=key.statistic.replace("pct", "n", 1))
        names = (key.term.partition("=")[0], *DENOMINATORS)
        groups = [n for name in names if name != key.term and (n := rows.value(key, term=name, statistic="n"))]
        if count is None or not groups or key.population == WEIGHTED:
            continue
        fitting = [n for n in groups if near(100 * count / n, row["value"])]
        if not fitting:
            yield wrong(key, "a percentage is its count over its group", row["value"], 100 * count / groups[0])
        elif row["method"] == "clopper_pearson" and row["ci_low"] is not None:
            low, high = tables.clopper_pearson(int(count), int(fitting[0]))
            for end, exact in (("ci_low", 100 * low), ("ci_high", 100 * high)):
                if not near(row[end], exact):
                    yield wrong(key, "an interval is that of its count", row[end], exact)


def sums(rows: Rows) -> Iterator[Contradiction]:
    """Levels and missing are the group; groups are all; hospitals are pooled."""
    for key, row in rows.of("n", "missing", "events"):
        n = row["value"]
        if key.analysis in BY_GROUP or (key.analysis == "km" and key.at is None):
            if key.grp == ALL:
                groups = [v for grp, v in rows.beside(key, "grp").items() if grp not in ("", ALL)]
                yield from _sum(key, "the groups add up to all", n, groups, len(groups) == rows.groups)
            if key.population == POOLED and key.variant == "main":
                sites = [v for name, v in rows.beside(key, "population").items() if name.startswith(SITE)]
                # a released report shows no tables by hospital
                is_all = 0 < len(sites) == rows.sites and (key.analysis != "flow" or key.term == "included")
                yield from _sum(key, "the hospitals add up to all", n, sites, is_all)
        if key.analysis == "baseline" and key.statistic == "n" and "=" not in key.term and key.term != "patients":
            levels = [v for term, v in rows.beside(key, "term").items() if term.startswith(f"{key.term}=")]
            yield from _sum(key, "the levels add up to those known", n, levels, bool(levels))
            whole, missing = rows.value(key, term="patients"), rows.value(key, statistic="missing")
            if whole is not None and missing is not None and not near(n + missing, whole):
                yield wrong(key, "known and missing add up to the group", n, whole - missing)


def _sum(
    key: Key, relation: str, printed: float, parts: Sequence[float | None], is_due: bool
) -> Iterator[Contradiction]:
    known = [part for part in parts if part is not None]
    if is_due and len(known) == len(parts) and not near(printed, sum(known)):
        yield wrong(key, relation, printed, sum(known))


def flow(rows: Rows) -> Iterator[Contradiction]:
    """Who was assessed is who was left out and who is in, at every stage; the groups of every analysis are those in."""
    for key, row in rows.of("n"):
        if key.analysis == "flow" and key.term == "assessed":
            excluded = rows.value(key, term="excluded")
            included = rows.value(key, term="included", grp=ALL)
            reasons = [v for term, v in rows.beside(key, "term").items() if term.startswith("excluded=")]
            both = None if excluded is None or included is None else excluded + included
            if both is not None and not near(row["value"], both):
                yield wrong(key, "assessed are excluded and included", row["value"], both)
            if excluded is not None and reasons:
                yield from _sum(key._replace(term="excluded"), "the reasons add up", excluded, reasons, True)
        elif key.analysis in ("baseline", "response") and key.term == "patients":
            included = rows.value(key, analysis="flow", endpoint="", term="included")
            if included is not None and not near(row["value"], included):
                yield wrong(key, "the patients of a table are those of the flow", row["value"], included)


def response(rows: Rows) -> Iterator[Contradiction]:
    """Best responses add up to the group; objective response and disease control are sums of them."""
    controls = (CONTROL, (*CONTROL, "NON-CR/NON-PD"))
    for key, row in rows.of("n"):
        if key.analysis != "response":
            continue
        count = {term: n for term in CATEGORIES if (n := rows.value(key, term=term)) is not None}
        if len(count) < len(CATEGORIES):
            continue
        if key.term == "patients":
            yield from _sum(key, "the responses add up to the group", row["value"], list(count.values()), True)
        elif key.term == "ORR":
            yield from _sum(key, "ORR is CR and PR", row["value"], [count[term] for term in OBJECTIVE], True)
        elif key.term == "DCR":
            possible = [sum(count[term] for term in terms) for terms in controls]
            if not any(near(row["value"], total) for total in possible):
                yield wrong(key, "DCR is CR, PR and SD", row["value"], possible[0])


def tests(rows: Rows) -> Iterator[Contradiction]:
    """The p value of a table is that of its counts by the test it names."""
    made = {"pearson": tables.pearson, "fisher": tables.fisher}
    for key, row in rows.of("p"):
        if key.grp or row["method"] not in made or key.analysis not in ("baseline", "response"):
            continue
        counts = _table(rows, key)
        if counts is None:
            continue
        expected = made[row["method"]](counts).p
        if expected is not None and not near(row["value"], expected):
            yield wrong(key, f"a p value is that of its counts ({row['method']})", row["value"], expected)


def _table(rows: Rows, key: Key) -> list[list[float]] | None:
    """Counts by group and level, or by group and response or none."""
    n = key._replace(statistic="n", at=None)
    groups = [grp for grp in rows.beside(n._replace(term="patients"), "grp") if grp not in ("", ALL)]
    table: list[list[float]] = []
    for grp in groups:
        here = n._replace(grp=grp)
        if key.analysis == "response":
            count, whole = rows.value(here), rows.value(here, term="patients")
            counts = [] if count is None or whole is None else [count, whole - count]
        else:
            levels = {term: v for term, v in rows.beside(here, "term").items() if term.startswith(f"{key.term}=")}
            known = [value for _, value in sorted(levels.items()) if value is not None]
            counts = known if len(known) == len(levels) else []
        table.append(counts)
    is_whole = len(table) > 1 and all(table)
    return table if is_whole and len({len(counts) for counts in table}) == 1 else None
