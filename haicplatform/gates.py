"""Whether a delivery as a whole counts: the gates of its site file.

Belongs here: holding a derivation's counts against the site file's gates and against the deliveries accepted
before it, and the findings of a refusal. Does not belong here: rows (validation.py), expectations on a batch
(schemas/batches.py), writing decisions (ledger/).

A judgement depends only on the derivation and on what was accepted before it, in the order of the extracts:
deliveries that arrive in another order end in the same decisions.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from haicplatform.derivation import Summary
from haicplatform.ledger.store import ACCEPTED, REFUSED

if TYPE_CHECKING:
    import polars as pl

    from haicplatform.sites.site import Site

PARENT_OF_ALL = "patient"


@dataclass(frozen=True)
class Failure:
    """One gate that a delivery does not pass. `value`: what was found, `expected`: what the gate asks for."""

    rule_id: str
    table_name: str | None
    value: str
    expected: str

    def __str__(self) -> str:
        table = f"{self.table_name}: " if self.table_name else ""
        return f"{self.rule_id}: {table}found {self.value}, expected {self.expected}"


@dataclass(frozen=True)
class Judgement:
    """failures refuse the delivery; not_run lists the checks that could not run, with the reason."""

    failures: list[Failure] = field(default_factory=list)
    not_run: list[str] = field(default_factory=list)

    @property
    def status(self) -> str:
        return REFUSED if self.failures else ACCEPTED

    @property
    def reasons(self) -> list[str]:
        return [str(failure) for failure in self.failures]

    def as_json(self) -> dict:
        return {"failures": [asdict(failure) for failure in self.failures], "not_run": self.not_run}

    @classmethod
    def from_json(cls, content: dict) -> Judgement:
        return cls([Failure(**failure) for failure in content["failures"]], content["not_run"])


def judge(site: Site, summary: Summary, previous: dict[str, int]) -> Judgement:
    """Hold one derivation against the gates.

    previous: rows by table as last delivered whole by an accepted delivery before this one; empty: none.
    """
    failures = [*_share_quarantined(site, summary), *_never(site, summary)]
    batch, not_run = _batch(site, summary, previous)
    return Judgement([*failures, *batch], not_run)


def rows_delivered(summary: Summary) -> dict[str, int]:
    """Rows by table, before anything was set aside, of the tables that came whole."""
    return {table: count.delivered for table, count in summary.tables.items() if table in summary.whole}


def _share_quarantined(site: Site, summary: Summary) -> list[Failure]:
    """Rows set aside for an error, a table and altogether.

    A table so small that one row is more than the allowed share is only counted with the others.
    """
    allowed = site.gates.max_quarantined_percent
    shares = [
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


def _batch(site: Site, summary: Summary, previous: dict[str, int]) -> tuple[list[Failure], list[str]]:
    from schemas.batches import check_delivery

    is_full = site.extract == "full"
    rows = rows_delivered(summary)
    results = check_delivery(
        rows,
        previous or None,
        min_volume_percent=site.gates.min_volume_percent,
        # a table that has rows need not be asked whether it has any: that would load Great Expectations for nothing
        required=[PARENT_OF_ALL] if is_full and rows.get(PARENT_OF_ALL) == 0 else [],
        not_comparable="" if is_full else "an incremental extract brings only what changed",
    )
    failures = [
        Failure(result.rule_id, result.table_name, result.value, result.expected)
        for result in results
        if result.status == "failed"
    ]
    not_run = [
        f"{result.rule_id} of {result.table_name}: {result.note}" for result in results if result.status == "not_run"
    ]
    return failures, not_run


def findings_of(site: Site, delivery_id: str, judgement: Judgement) -> pl.DataFrame:
    """The findings of a refusal, in the shape of quality.finding."""
    import polars as pl

    from haicplatform import findings

    born = [
        findings.one(
            failure.rule_id,
            site_id=site.site_id,
            delivery_id=delivery_id,
            table_name=failure.table_name,
            value=failure.value,
            expected=failure.expected,
            key=[failure.value] if failure.rule_id == "delivery.never" else [],
        )
        for failure in judgement.failures
    ]
    return findings.finish(pl.concat(born)) if born else findings.empty()
