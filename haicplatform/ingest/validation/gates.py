"""Whether a delivery as a whole counts: the gates of its site file.

Belongs here: holding a derivation's counts against the site file's gates and against the deliveries accepted
before it, and the findings of that. Does not belong here: rows (rows.py), what is expected of a batch
(drift.py, schemas/batches.py), writing decisions (ledger/).

A judgement depends only on the thresholds, on the derivation's counts and on what was accepted before it, in the order
of the deliveries: deliveries that arrive in another order end in the same decisions, and other thresholds are tried
without reading a row again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from haicplatform.core.clock import WALL_CLOCK
from haicplatform.ingest.state.delivery_summary import Summary
from haicplatform.ingest.validation.drift import Batch, Before, measure
from haicplatform.ledger.store import ACCEPTED, REFUSED
from schemas.batches import BatchResult, check_delivery, thresholds

if TYPE_CHECKING:
    import polars as pl

    from haicplatform.ingest.landing.land import Landed
    from haicplatform.sites.model import Expect
    from haicplatform.sites.site import Site

PARENT_OF_ALL = "patient"
NOT_RUN = "delivery.not_run"
SAME_TIME = "delivery.same_time"
_BY_VALUE = ("delivery.never", NOT_RUN, SAME_TIME)  # what is found is another question each
_TO = "%Y-%m-%d %H:%M:%S"


@dataclass(frozen=True)
class Failure:
    """What a delivery as a whole does not pass. `value`: what was found, `expected`: what is asked for.

    part: the code that it is about, of the column or of the table's key.
    """

    rule_id: str
    table_name: str | None
    value: str
    expected: str
    column_name: str | None = None
    part: str | None = None

    def __str__(self) -> str:
        place = ".".join(each for each in (self.table_name, self.column_name) if each)
        place = f"{place} {self.part}" if self.part else place
        return f"{self.rule_id}: {place + ': ' if place else ''}found {self.value}, expected {self.expected}"


@dataclass(frozen=True)
class AcceptanceReport:
    """failures refuse the delivery; warnings are asked about; not_run: what could not run, with the reason.

    results: every whole-batch expectation, passed ones too; not part of as_json.
    """

    failures: list[Failure] = field(default_factory=list)
    not_run: list[str] = field(default_factory=list)
    warnings: list[Failure] = field(default_factory=list)
    results: list[BatchResult] = field(default_factory=list)

    @property
    def status(self) -> str:
        return REFUSED if self.failures else ACCEPTED

    @property
    def reasons(self) -> list[str]:
        return [str(failure) for failure in self.failures]

    def as_json(self) -> dict:
        return {
            "failures": [asdict(failure) for failure in self.failures],
            "warnings": [asdict(warning) for warning in self.warnings],
            "not_run": self.not_run,
        }

    @classmethod
    def from_json(cls, content: dict) -> AcceptanceReport:
        failures, warnings = ([Failure(**each) for each in content.get(name, ())] for name in ("failures", "warnings"))
        return cls(failures, content["not_run"], warnings)


def assess(
    site: Site, summary: Summary, batch: Batch, before: Before, beside: Sequence[Landed] = ()
) -> AcceptanceReport:
    """Hold one derivation against the gates. before: the deliveries accepted before this one.

    beside: where its files' times decided that it is the last of several, those and itself, in their order.
    """
    results = _expectations(site, batch, before)
    failed = [each for each in results if each.status == "failed"]
    own = site.gates.expect
    may_refuse = {each.rule_id for each in failed if each.rule_id not in thresholds() or _refuses(own, each.rule_id)}
    broken = [Failure(NOT_RUN, each.table_name, each.rule_id, each.note) for each in results if each.is_broken]
    failures = [
        *_share_quarantined(site, summary),
        *_never(site, summary),
        *(_failure(each) for each in failed if each.rule_id in may_refuse),
    ]
    warnings = [*(_failure(each) for each in failed if each.rule_id not in may_refuse), *broken]
    return AcceptanceReport(
        failures,
        [
            f"{each.rule_id}{' of ' + each.table_name if each.table_name else ''}: {each.note}"
            for each in results
            if each.status == "not_run"
        ],
        warnings if failures else [*warnings, *_same_time(beside)],  # what is refused prevails over nothing
        results,
    )


def _refuses(own: dict[str, Expect], rule: str) -> bool:
    return rule in own and own[rule].refuse


def _failure(result: BatchResult) -> Failure:
    return Failure(result.rule_id, result.table_name, result.value, result.expected, result.column_name, result.part)


def rows_delivered(summary: Summary) -> dict[str, int]:
    """Rows by table, before anything was set aside, of the tables that came whole."""
    return {table: count.delivered for table, count in summary.tables.items() if table in summary.whole}


def _share_quarantined(site: Site, summary: Summary) -> list[Failure]:
    """Rows set aside for an error, a table and altogether.

    A table so small that one row is more than the allowed share is only counted with the others.
    """
    allowed = site.gates.max_quarantined_percent
    shares: list[tuple[str | None, int, int]] = [
        (name, count.quarantined_for_error, count.delivered)
        for name, count in summary.tables.items()
        if count.delivered * allowed >= 100
    ]
    counts = summary.tables.values()
    shares.append((None, sum(c.quarantined_for_error for c in counts), sum(c.delivered for c in counts)))
    return [
        Failure("delivery.quarantined", name, f"{100 * bad / rows:.1f}", f"<= {allowed} %")
        for name, bad, rows in shares
        if rows and 100 * bad > allowed * rows
    ]


def _never(site: Site, summary: Summary) -> list[Failure]:
    """Rules of which no error or warning is accepted."""
    return [
        Failure("delivery.never", rule.partition(".")[0] if "." in rule else None, rule, "none")
        for rule in site.gates.never
        if summary.rules.get(rule)
    ]


def _same_time(beside: Sequence[Landed]) -> list[Failure]:
    """That the order of deliveries was read from the times of their files, which a copy may have changed."""
    times = [
        f"{each.name} {each.modified_at.replace(tzinfo=dt.UTC).astimezone(WALL_CLOCK):{_TO}}"
        for each in beside
        if each.modified_at is not None  # known of all that waited together
    ]
    return [Failure(SAME_TIME, None, beside[-1].name, ", ".join(times))] if beside else []


def _expectations(site: Site, batch: Batch, before: Before) -> list[BatchResult]:
    is_full = site.extract == "full"
    measured = measure(site, batch, before)
    results = check_delivery(
        batch.rows,
        before.rows or None,
        min_volume_percent=site.gates.min_volume_percent,
        # a table that has rows need not be asked whether it has any: that would load Great Expectations for nothing
        required=[PARENT_OF_ALL] if is_full and batch.rows.get(PARENT_OF_ALL) == 0 else [],
        not_comparable="" if is_full else "an incremental extract brings only what changed",
        further=measured.items,
    )
    return [*results, *measured.not_run]


def about_order(judgement: AcceptanceReport) -> AcceptanceReport:
    """Of a judgement, that the order of deliveries was read from their files' times."""
    return AcceptanceReport(warnings=[each for each in judgement.warnings if each.rule_id == SAME_TIME])


def findings_of(site: Site, delivery_id: str, judgement: AcceptanceReport) -> pl.DataFrame:
    """What a delivery as a whole does not pass, in the shape of quality.finding: errors refuse it."""
    import polars as pl

    from haicplatform.findings import findings

    drafts = [
        findings.draft_finding(
            each.rule_id,
            site_id=site.site_id,
            delivery_id=delivery_id,
            table_name=each.table_name,
            column_name=each.column_name,
            value=f"{each.part}: {each.value}" if each.part else each.value,
            expected=each.expected,
            severity=severity,
            key=[each.value] if each.rule_id in _BY_VALUE else [each.part] if each.part else [],
        )
        for severity, listed in (("error", judgement.failures), ("warning", judgement.warnings))
        for each in listed
    ]
    return findings.render_findings(pl.concat(drafts)) if drafts else findings.empty()
