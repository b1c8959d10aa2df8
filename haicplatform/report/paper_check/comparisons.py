"""p values between arms from what is printed of each arm: counts, percentages, means with SDs, rates with intervals.

Belongs here: finding the arms' numbers, and every method by which they can be compared. Does not belong here: the
tests (arithmetic.py). A p value agrees when one of the methods gives it within the rounding of all the numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product

from haicplatform.report.paper_check import arithmetic
from haicplatform.report.paper_check.arithmetic import Range
from haicplatform.report.paper_check.entries import Check, Published, exact, unique
from haicplatform.report.paper_check.intervals import relative_errors, share_of
from haicplatform.report.paper_check.printed_number import span
from haicplatform.report.paper_check.read_entries import Entry

# so many tables that printed percentages can stand for are tested
MOST_TABLES = 60


def comparisons(published: Published) -> Iterator[Check]:
    """One check a p value between arms whose numbers are printed."""
    for entry in published.of("p"):
        arms = published.arms_of(entry.group)
        if len(arms) < 2:
            continue
        for made in (_of_means, _of_levels, _of_counts, _of_rates):
            check = made(published, entry, arms)
            if check is not None:
                yield check
                break


def _check(
    relation: str,
    entry: Entry,
    sources: Iterable[Entry],
    methods: dict[str, Range],
    wrong_methods: dict[str, Range],
    note: str = "",
) -> Check:
    """The methods that give the printed p, or all of them; and then what no method is but would give it."""
    fitting = {name: p for name, p in methods.items() if entry.number.can_be(*p)}
    said = note + ", ".join(f"{name} {span(*p)}" for name, p in (fitting or methods).items())
    if not fitting:
        wrong = [f"{name} {span(*p)}" for name, p in wrong_methods.items() if entry.number.can_be(*p)]
        said += f"; what would give it, wrongly: {', '.join(wrong)}" if wrong else ""
    return Check(relation, (entry,), unique(sources), bool(fitting), said)


def _of_means(published: Published, entry: Entry, arms: list[str]) -> Check | None:
    means = [published.get("mean", entry.meaning.what, arm) for arm in arms]
    sizes = [published.size(arm) for arm in arms]
    if None in sizes or any(mean is None or mean.spread is None for mean in means):
        return None
    found = arithmetic.tests_of_means(
        [(mean.number.ends, mean.spread.ends, n) for mean, (n, _) in zip(means, sizes, strict=True)]
    )
    sources = [*means, *(e for _, of_size in sizes for e in of_size)]
    return _check("p of means with SDs", entry, sources, found, {}) if found else None


def _of_levels(published: Published, entry: Entry, arms: list[str]) -> Check | None:
    levels = [published.levels(entry.meaning.what, arm) for arm in arms]
    names = list(dict.fromkeys(name for found in levels for name in found))
    if not names or any(set(found) != set(names) for found in levels):
        return None
    table = [[exact(found[name]) for name in names] for found in levels]
    sources = [e for found in levels for e in found.values()]
    methods = _tests([table] if len(names) > 1 else [])
    sizes = [published.size(arm) for arm in arms]
    if None not in sizes and any(n != sum(row) for (n, _), row in zip(sizes, table, strict=True)):
        # the other patients are missing, or of a level that is not printed: either may have been tested
        whole = [[*row, n - sum(row)] for (n, _), row in zip(sizes, table, strict=True)]
        if min(min(row) for row in whole) >= 0:
            methods |= {f"{name} with the rest as a level": p for name, p in _tests([whole]).items()}
            sources += [e for _, of_size in sizes for e in of_size]
    return _check("p of counts by level", entry, sources, methods, {}) if methods else None


def _of_counts(published: Published, entry: Entry, arms: list[str]) -> Check | None:
    counted = [published.counted(entry.meaning.what, arm) for arm in arms]
    sizes = [published.size(arm) for arm in arms]
    if None in counted or None in sizes:
        return None
    possible = list(product(*(found.candidates for found in counted)))
    if len(possible) > MOST_TABLES:
        return None
    tables = [[[k, n - k] for k, (n, _) in zip(ks, sizes, strict=True) if k <= n] for ks in possible]
    tables = [table for table in tables if len(table) == len(arms)]
    sources = [e for found in (*(c.sources for c in counted), *(s for _, s in sizes)) for e in found]
    methods = _tests(tables)
    shown = f"{' v '.join(f'{k}/{k + rest}' for k, rest in tables[0])}: " if len(tables) == 1 else ""
    one_sided = _ranges(arithmetic.one_sided_tests_of_counts(table) for table in tables)
    return _check("p of counts", entry, sources, methods, one_sided, shown) if methods else None


def _of_rates(published: Published, entry: Entry, arms: list[str]) -> Check | None:
    what = entry.meaning.what.removesuffix("%").strip()
    pair = [_rate(published, what, arm) for arm in arms]
    if len(pair) != 2 or None in pair:
        return None
    methods: dict[str, Range] = {}
    errors = [relative_errors(rate) for rate in pair]
    for first, second in product(*(dict.fromkeys(found.values()) for found in errors)):
        tests = arithmetic.tests_of_rates((share_of(pair[0].number), first), (share_of(pair[1].number), second))
        methods = {name: _hull([p, methods.get(name, p)]) for name, p in tests.items()}
    if not methods:
        return None
    one_sided = {f"{name}, one-sided": (low / 2, high / 2) for name, (low, high) in methods.items()}
    others = one_sided | _as_proportions(published, pair, arms)
    scales = " and ".join("/".join(found) for found in errors)
    note = f"standard errors from intervals on the scale {scales}: "
    return _check("p of rates at one time", entry, pair, methods, others, note)


def _rate(published: Published, what: str, arm: str) -> Entry | None:
    known = (entry for entry in published.of("rate") if entry.group == arm)
    return next((entry for entry in known if entry.statistic.removesuffix("%").strip() == what), None)


def _as_proportions(published: Published, rates: list[Entry], arms: list[str]) -> dict[str, Range]:
    """The rates taken as shares of all patients, as if nobody were censored: no method, yet done."""
    sizes = [published.size(arm) for arm in arms]
    if None in sizes:
        return {}
    table = []
    for rate, (n, _) in zip(rates, sizes, strict=True):
        k = min(n, max(0, round(rate.number.value * n / 100)))
        table.append([k, n - k])
    return {f"{name} as if nobody were censored": p for name, p in _tests([table]).items()}


def _tests(tables: list[list[list[int]]]) -> dict[str, Range]:
    return _ranges(arithmetic.tests_of_counts(table) for table in tables)


def _ranges(found: Iterable[dict[str, float]]) -> dict[str, Range]:
    """Several results of the same methods as one range a method."""
    ranges: dict[str, Range] = {}
    for result in found:
        for name, p in result.items():
            ranges[name] = _hull([(p, p), ranges.get(name, (p, p))])
    return ranges


def _hull(ranges: list[Range]) -> Range:
    return min(low for low, _ in ranges), max(high for _, high in ranges)
