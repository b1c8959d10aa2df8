"""Every published number with its verdict.

Belongs here: which relations are tried, and what they say of a number together. Does not belong here: a relation,
reading the file, how a verdict is shown (commands).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from haicplatform.report.paper_check.comparisons import comparisons
from haicplatform.report.paper_check.counts_and_totals import partitions, percentages, said_twice, sums, totals
from haicplatform.report.paper_check.entries import Check, Published
from haicplatform.report.paper_check.intervals import contains, rates, ratios
from haicplatform.report.paper_check.read_entries import Entry, read_entries

CONSISTENT, NOT_RECOMPUTABLE, CONTRADICTS = "consistent", "not recomputable", "contradicts"
RELATIONS = (totals, partitions, sums, percentages, said_twice, contains, ratios, rates, comparisons)


@dataclass(frozen=True)
class Verdict:
    """One number: result is `consistent`, `not recomputable` or `contradicts`; reason: why, in words.

    checks: every relation the number enters, as what is judged or as what another is computed from.
    """

    entry: Entry
    result: str
    reason: str
    checks: tuple[Check, ...]


@dataclass(frozen=True)
class Outcome:
    """A file: a verdict a number in the file's order, and the relations that do not hold."""

    verdicts: tuple[Verdict, ...]
    contradictions: tuple[Check, ...]

    def count(self, result: str) -> int:
        return sum(verdict.result == result for verdict in self.verdicts)


def check_file(path: Path, mapping: Path | None = None) -> Outcome:
    """Check a CSV of published numbers (id, group, statistic, value, ci_low, ci_high, where_in_paper).

    Numbers pair by the words of group and statistic (grammar.yaml), or by those `mapping` (id, group, statistic) gives.
    Raises UsageError where a file cannot be used, see reading.read_entries.
    """
    published = Published(tuple(read_entries(path, mapping)))
    checks = [check for relation in RELATIONS for check in relation(published)]
    verdicts = tuple(_verdict(entry, checks) for entry in published.entries)
    return Outcome(verdicts, tuple(check for check in checks if not check.agrees))


def _verdict(entry: Entry, checks: list[Check]) -> Verdict:
    judged = [check for check in checks if entry in check.targets]
    used = [check for check in checks if entry in check.sources]
    entered = (*judged, *used)
    wrong = [check for check in judged if not check.agrees]
    if wrong:
        reason = "; ".join(f"{check.relation}: {check.expected}" for check in wrong)
        return Verdict(entry, CONTRADICTS, reason, entered)
    holding = [check for check in entered if check.agrees and not check.is_bound]
    if holding and not entry.problem:
        return Verdict(entry, CONSISTENT, "; ".join(_how(check, entry) for check in holding), entered)
    if entry.problem:
        return Verdict(entry, NOT_RECOMPUTABLE, entry.problem, entered)
    bounds = "; ".join(_how(check, entry) for check in entered if check.agrees)
    reason = entry.meaning.needs
    if entry.meaning.kind == "p":
        reason = f"{reason}: none are printed of {entry.meaning.what}"
    return Verdict(entry, NOT_RECOMPUTABLE, reason + (f" (no contradiction in: {bounds})" if bounds else ""), entered)


def _how(check: Check, entry: Entry) -> str:
    if entry in check.targets:
        return f"{check.relation}: {check.expected}"
    return f"used for {', '.join(target.id for target in check.targets)}"
