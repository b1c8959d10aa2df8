"""p values between arms from what is printed of each arm: counts, percentages, means with SDs, rates with intervals.

Belongs here: finding the arms' numbers, and every method by which they can be compared. Does not belong here: the
tests (arithmetic.py). A p value agrees when one of the methods gives it within the rounding of all the numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product

from haicplatform.report.paper_check import arithmetic
from haicplatform.report.paper_check.arithmetic import Range
from haicplatform.report.paper_check.entries import Check, Published, Sourced, exact, unique
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
    fitting = {name: p for name, p in methods.items() if entry.numeric.can_be(*p)}
    sentence = note + ", ".join(f"{name} {span(*p)}" for name, p in (fitting or methods).items())
    if not fitting:
        wrong = [f"{name} {span(*p)}" for name, p in wrong_methods.items() if entry.numeric.can_be(*p)]
        sentence += f"; what would give it, wrongly: {', '.join(wrong)}" if wrong else ""
    return Check(relation, (entry,), unique(sources), bool(fitting), sentence)


def _of_means(published: Published, entry: Entry, arms: list[str]) -> Check | None:
    sizes = _sizes(published, arms)
    means = [mean for arm in arms if (mean := published.get("mean", entry.meaning.what, arm)) is not None]
    spreads = [mean.spread for mean in means if mean.spread is not None]
    if sizes is None or len(spreads) < len(arms):
        return None
    methods = arithmetic.tests_of_means(
        [(mean.numeric.ends, sd.ends, n) for mean, sd, (n, _) in zip(means, spreads, sizes, strict=True)]
    )
    sources = [*means, *(e for _, of_size in sizes for e in of_size)]
    return _check("p of means with SDs", entry, sources, methods, {}) if methods else None


def _sizes(published: Published, arms: list[str]) -> list[Sourced] | None:
    """Each arm's size; None where one is not known."""
    sizes = [size for arm in arms if (size := published.size(arm)) is not None]
    return sizes if len(sizes) == len(arms) else None


def _of_levels(published: Published, entry: Entry, arms: list[str]) -> Check | None:
    levels = [published.levels(entry.meaning.what, arm) for arm in arms]
    names = list(dict.fromkeys(name for of_arm in levels for name in of_arm))
    if not names or any(set(of_arm) != set(names) for of_arm in levels):
        return None
    table = [[exact(of_arm[name]) or 0 for name in names] for of_arm in levels]
    sources = [e for of_arm in levels for e in of_arm.values()]
    methods = _tests([table] if len(names) > 1 else [])
    sizes = _sizes(published, arms)
    if sizes is not None and any(n != sum(row) for (n, _), row in zip(sizes, table, strict=True)):
        # the other patients are missing, or of a level that is not printed: either may have been tested
        whole = [[*row, n - sum(row)] for (n, _), row in zip(sizes, table, strict=True)]
        if min(min(row) for row in whole) >= 0:
            methods |= {f"{name} with the rest as a level": p for name, p in _tests([whole]).items()}
            sources += [e for _, of_size in sizes for e in of_size]
    return _check("p of counts by level", entry, sources, methods, {}) if methods else None


def _of_counts(published: Published, entry: Entry, arms: list[str]) -> Check | None:
    counted = [count for arm in arms if (count := published.counted(entry.meaning.what, arm)) is not None]
    sizes = _sizes(published, arms)
    if sizes is None or len(counted) < len(arms):
        return None
    possible = list(product(*(count.candidates for count in counted)))
    if len(possible) > MOST_TABLES:
        return None
    tables = [[[k, n - k] for k, (n, _) in zip(ks, sizes, strict=True) if k <= n] for ks in possible]
    tables = [table for table in tables if len(table) == len(arms)]
    sources = [e for of_arm in (*(c.sources for c in counted), *(s for _, s in sizes)) for e in of_arm]
    methods = _tests(tables)
    shown = f"{' v '.join(f'{k}/{k + rest}' for k, rest in tables[0])}: " if len(tables) == 1 else ""
    one_sided = _ranges(arithmetic.one_sided_tests_of_counts(table) for table in tables)
    return _check("p of counts", entry, sources, methods, one_sided, shown) if methods else None


def _of_rates(published: Published, entry: Entry, arms: list[str]) -> Check | None:
    what = entry.meaning.what.removesuffix("%").strip()
    pair = [rate for arm in arms if (rate := _rate(published, what, arm)) is not None]
    if len(arms) != 2 or len(pair) != 2:
        return None
    methods: dict[str, Range] = {}
    errors = [relative_errors(rate) for rate in pair]
    for first, second in product(*(dict.fromkeys(by_scale.values()) for by_scale in errors)):
        tests = arithmetic.tests_of_rates((share_of(pair[0].numeric), first), (share_of(pair[1].numeric), second))
        methods = {name: _hull([p, methods.get(name, p)]) for name, p in tests.items()}
    if not methods:
        return None
    one_sided = {f"{name}, one-sided": (low / 2, high / 2) for name, (low, high) in methods.items()}
    others = one_sided | _as_proportions(published, pair, arms)
    scales = " and ".join("/".join(by_scale) for by_scale in errors)
    note = f"standard errors from intervals on the scale {scales}: "
    return _check("p of rates at one time", entry, pair, methods, others, note)


def _rate(published: Published, what: str, arm: str) -> Entry | None:
    known = (entry for entry in published.of("rate") if entry.group == arm)
    return next((entry for entry in known if entry.statistic.removesuffix("%").strip() == what), None)


def _as_proportions(published: Published, rates: list[Entry], arms: list[str]) -> dict[str, Range]:
    """The rates taken as shares of all patients, as if nobody were censored: no method, yet done."""
    sizes = _sizes(published, arms)
    if sizes is None:
        return {}
    table = []
    for rate, (n, _) in zip(rates, sizes, strict=True):
        k = min(n, max(0, round(rate.numeric.value * n / 100)))
        table.append([k, n - k])
    return {f"{name} as if nobody were censored": p for name, p in _tests([table]).items()}


def _tests(tables: list[list[list[int]]]) -> dict[str, Range]:
    return _ranges(arithmetic.tests_of_counts(table) for table in tables)


def _ranges(results: Iterable[dict[str, float]]) -> dict[str, Range]:
    """Several results of the same methods as one range a method."""
    ranges: dict[str, Range] = {}
    for result in results:
        for name, p in result.items():
            ranges[name] = _hull([(p, p), ranges.get(name, (p, p))])
    return ranges


def _hull(ranges: list[Range]) -> Range:
    return min(low for low, _ in ranges), max(high for _, high in ranges)
