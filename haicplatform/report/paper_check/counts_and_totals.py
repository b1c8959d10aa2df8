"""Relations of counts: totals, parts of a whole, percentages and their intervals, one fact sentence twice.

Belongs here: only those. Does not belong here: p values (comparisons.py), ratios and rates (intervals.py).
"""

from __future__ import annotations

from collections.abc import Iterator

from haicplatform.report.paper_check.arithmetic import intervals_of_proportion
from haicplatform.report.paper_check.entries import Check, Published, added, counts_behind, exact, unique
from haicplatform.report.paper_check.grammar import grammar
from haicplatform.report.paper_check.printed_number import plain
from haicplatform.report.paper_check.read_entries import Entry


def totals(published: Published) -> Iterator[Check]:
    """A size or count of the whole is the arms' added up."""
    for entry in published.of("size", "count"):
        arms = published.arms
        if not published.is_whole(entry.group) or len(arms) < 2 or exact(entry) is None:
            continue
        printed = [published.get(entry.meaning.kind, entry.meaning.what, arm) for arm in arms]
        parts = [(part, n) for part in printed if part is not None and (n := exact(part)) is not None]
        if len(parts) < len(arms):
            continue
        total, sources = sum(n for _, n in parts), tuple(part for part, _ in parts)
        sentence = f"{' + '.join(part.text for part in sources)} = {total}"
        yield Check("the arms add up to the whole", (entry,), sources, total == exact(entry), sentence)


def partitions(published: Published) -> Iterator[Check]:
    """Outcomes of which each patient has one add up to the group; the known ones of them to no more; nor one alone."""
    for group in dict.fromkeys(entry.group for entry in published.of("count")):
        size = published.size(group)
        if size is None:
            continue
        n, of_size = size
        counts = {e: k for e in published.of("count") if e.group == group and (k := exact(e)) is not None}
        for entry, k in counts.items():
            yield Check("a count within its group", (entry,), of_size, k <= n, f"at most {n}", is_bound=True)
        for parts, names in grammar().partitions:
            seen: list[str] = []
            members = []
            for entry in counts:
                atoms = [names.get(atom.strip(), atom.strip()) for atom in entry.meaning.what.split("+")]
                if set(atoms) <= parts:
                    members.append(entry)
                    seen += atoms
            if len(members) < 2 or len(seen) > len(set(seen)):
                continue
            total, is_all = sum(counts[entry] for entry in members), set(seen) == parts
            sentence = f"{' + '.join(entry.text for entry in members)} = {total}, of {n} patients"
            agrees = total == n if is_all else total <= n
            yield Check("outcomes add up to the group", tuple(members), of_size, agrees, sentence, is_bound=not is_all)
        variables = dict.fromkeys(e.meaning.what.partition("=")[0].strip() for e in counts if "=" in e.meaning.what)
        for variable in variables:
            levels = tuple(published.levels(variable, group).values())
            total = sum(counts[entry] for entry in levels)
            sentence = f"{' + '.join(entry.text for entry in levels)} = {total}, of {n} patients"
            yield Check("levels within the group", levels, of_size, total <= n, sentence, is_bound=True)


def sums(published: Published) -> Iterator[Check]:
    """A count that is the sum of other outcomes."""
    for entry in published.of("count"):
        parts = [published.count(part, entry.group) for part in grammar().members(entry.meaning.what)]
        whole = added(parts)
        if whole is None or exact(entry) is None:
            continue
        total, sources = whole
        sentence = f"{' + '.join(str(part[0]) for part in parts if part)} = {total}"
        yield Check("sum of its outcomes", (entry,), unique(sources), total == exact(entry), sentence)


def percentages(published: Published) -> Iterator[Check]:
    """A percentage is its count over its group, rounded; without the count, it is that of some whole count."""
    for entry in published.of("percent"):
        size = published.size(entry.group)
        if size is None or not size[0]:
            continue
        n, of_size = size
        printed = published.count(entry.meaning.what, entry.group)
        if printed:
            k, sources = printed
            share = 100 * k / n
            sentence = f"{k}/{n} = {plain(share)}"
            if entry.numeric.is_truncation_of(share):
                sentence += f": cut off to {entry.text}, not rounded"
            agrees = entry.numeric.can_be(share)
            yield Check("percentage of a count", (entry,), unique((*sources, *of_size)), agrees, sentence)
        else:
            agrees = bool(counts_behind(entry, n))
            near = round(entry.numeric.value * n / 100)
            sentence = f"a whole count of {n} patients; nearest {near}/{n} = {plain(100 * near / n)}"
            yield Check("percentage of a whole count", (entry,), of_size, agrees, sentence, is_bound=True)
        yield from _interval(published, entry, n)


def _interval(published: Published, entry: Entry, n: int) -> Iterator[Check]:
    counted = published.counted(entry.meaning.what, entry.group)
    if counted is None or entry.low is None or entry.high is None:
        return
    fitting: list[str] = []
    others: list[str] = []
    for k in counted.candidates:
        for name, (low, high) in intervals_of_proportion(min(k, n), n).items():
            fits = entry.low.can_be(100 * low) and entry.high.can_be(100 * high)
            (fitting if fits else others).append(f"{name} of {k}/{n} {100 * low:.2f} to {100 * high:.2f}")
    sources = tuple(source for source in counted.sources if source != entry)
    yield Check("interval of a percentage", (entry,), sources, bool(fitting), "; ".join(fitting or others))


def said_twice(published: Published) -> Iterator[Check]:
    """Two statements of one fact: one statistic of one group on two lines; the periods of one group by any name."""
    facts: dict[tuple, list[Entry]] = {}
    for entry in published.entries:
        name = "period" if entry.meaning.kind == "period" else entry.statistic
        facts.setdefault((entry.group, name), []).append(entry)
    for entries in facts.values():
        if len(entries) > 1:
            sentence = " v ".join(
                f"{entry.printed} ({entry.where})" if entry.where else entry.printed for entry in entries
            )
            agrees = all(_same(entries[0], other) for other in entries[1:])
            yield Check(
                "one fact said twice", tuple(entries), (), agrees, f"the same in both places; printed {sentence}"
            )


def _same(a: Entry, b: Entry) -> bool:
    if a.number and b.number:
        ends = ((a.low, b.low), (a.high, b.high), (a.spread, b.spread))
        return all(
            x is None or y is None or x.can_be(*y.ends) for x, y in ((a.number, b.number), *ends)
        )  # fmt: skip
    # a month holds each of its days: what is compared is as exact as the less exact of the two
    pairs = list(zip(a.text.split(".."), b.text.split(".."), strict=False))
    return all(x.strip().startswith(y.strip()) or y.strip().startswith(x.strip()) for x, y in pairs) and len(
        a.text.split("..")
    ) == len(b.text.split(".."))
