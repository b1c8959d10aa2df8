"""Ingestion of one hospital: what is new in its inbox becomes its state in force, or is refused with reasons.

Belongs here: the order of the steps, which deliveries are derived again, the commit. Does not belong here: the
steps (landing, derivation, gates, states), other hospitals, the warehouse.

Everything before the commit writes folders named by content beside what is in force; the commit is one ledger
transaction. A run killed anywhere leaves the state before, and the next run goes on from what is finished.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from haicplatform.core.atomic_files import translate_os_errors
from haicplatform.core.errors import UsageError
from haicplatform.core.private_home import close_folder
from haicplatform.core.settings import Home, Settings
from haicplatform.ingest.state import site_state
from haicplatform.ingest.state.delivery_summary import Summary, folder_of, load_summary
from haicplatform.ingest.validation import gates
from haicplatform.ingest.validation.acceptance import AcceptanceReplay, DecidedDelivery
from haicplatform.ledger.store import ACCEPTED, REFUSED, Ledger
from haicplatform.pipeline import process_delivery

if TYPE_CHECKING:
    import polars as pl

    from haicplatform.core.errors import FileRefused
    from haicplatform.ingest.landing.land import Landed
    from haicplatform.sites.site import Site

LOCK_SECONDS = 600
UNCHANGED = "unchanged"
WORST_RULES = 5


@dataclass(frozen=True)
class DeliveryResult:
    """What became of one delivery. status: accepted, refused, or unchanged (nothing new about it).

    refused_files: (file, reason, sentence); rows_by_table: rows in force; files: how many were delivered;
    worst_rules: (severity, rule, findings) of a refused delivery, errors first, then the most frequent.
    """

    delivery_id: str
    status: str
    files: int = 0
    refused_files: list[tuple[str, str, str]] = field(default_factory=list)
    rows_by_table: dict[str, int] = field(default_factory=dict)
    findings_by_severity: dict[str, int] = field(default_factory=dict)
    gate_reasons: list[str] = field(default_factory=list)
    worst_rules: list[tuple[str, str, int]] = field(default_factory=list)


@dataclass(frozen=True)
class IngestResult:
    """What one run made of a hospital's deliveries, by the time of their extract."""

    site_id: str
    deliveries: list[DeliveryResult] = field(default_factory=list)

    @property
    def is_refused(self) -> bool:
        """Whether this run refused a delivery or a file."""
        news = [delivery for delivery in self.deliveries if delivery.status != UNCHANGED]
        return any(delivery.status == REFUSED or delivery.refused_files for delivery in news)


def ingest_site(
    home: Home,
    site_id: str,
    paths: Iterable[Path] | None = None,
    progress: Callable[[str], None] | None = None,
) -> IngestResult:
    """Take in what waits in inbox/<SITE>, or the given files and folders.

    The same bytes through the same mapping change nothing; a changed site file derives again what counts. Changed
    thresholds (gates, days) only judge again: no file is read.
    Raises UsageError for a wrong site file (or one that does not fit the files), HaicError for a disk or ledger
    that cannot be written; then nothing changed. Data that are refused are in the result.
    """
    from haicplatform.ingest.landing import land
    from haicplatform.sites.loading import load_site

    progress = progress or (lambda _: None)
    site = load_site(site_id, home)
    with _alone(home, site_id), Ledger(home) as ledger:
        close_folder(home.inbox / site_id)  # hospitals' files come with any mode
        _sweep(home.landing / site_id)
        with ledger.run("ingest", site_id) as outcome:
            land.purge_refused(home, Settings().refused_keep_days)
            progress("land")
            arrived = land.land(home, site_id, site.extracted_at, paths)
            everything = land.landed(home, site_id)
            _record(ledger, site_id, everything)
            judged = _judge_all(home, site, ledger, everything, progress)
            results: list[DeliveryResult | None] = []
            if judged:
                folder = _commit(home, site, ledger, judged, progress)
                results += [_result(each, arrived.deliveries, folder) for each in judged]
            results += [_left(refusal) for refusal in arrived.left]
            result = IngestResult(site_id, [each for each in results if each is not None])
            outcome.append(", ".join(sorted({each.status for each in result.deliveries})) or "nothing waits")
    return result


@contextmanager
def _alone(home: Home, site_id: str) -> Iterator[None]:
    """One ingestion of a hospital at a time; other hospitals go on beside it."""
    folder = home.landing / site_id
    with translate_os_errors(home.landing):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = FileLock(str(folder / ".ingest.lock"), timeout=LOCK_SECONDS)
        try:
            lock.acquire()
        except Timeout:
            raise UsageError(
                f"Another run is ingesting {site_id}", todo="wait until it has ended and run this again"
            ) from None
    try:
        yield
    finally:
        lock.release()


def _sweep(site: Path) -> None:
    """Remove the unfinished folders of killed runs; only the one ingestion of the hospital may."""
    for pattern in ("*.building", "*/*.building"):
        for folder in site.glob(pattern):
            shutil.rmtree(folder, ignore_errors=True)


def _record(ledger: Ledger, site_id: str, landed: list[Landed]) -> None:
    known = {delivery.delivery_id for delivery in ledger.deliveries(site_id)}
    for each in landed:
        if each.delivery_id not in known:
            files = [{"name": file.name, "sha256": file.sha256, "size": file.size} for file in each.files]
            ledger.add_delivery(site_id, each.delivery_id, each.extracted_at, each.landed_at, files)


def _judge_all(
    home: Home, site: Site, ledger: Ledger, landed: list[Landed], progress: Callable[[str], None]
) -> list[DecidedDelivery]:
    """Derive what must be derived, and judge in the order of the deliveries, in which `landed` is."""
    mapping = site.mapping_hash()
    known = {(row.delivery_id, row.mapping): row for row in ledger.derivations(site.site_id)}
    wanted = _wanted(site, ledger, landed, mapping, {delivery for delivery, _ in known})
    judge, judged = AcceptanceReplay(home, site), []
    for each in wanted:
        summary = _derive(home, site, each, mapping, known, progress)
        progress(f"gates of {each.delivery_id}")
        judged.append(judge.judge(each, summary, known.get((each.delivery_id, summary.mapping))))
    return judged


def _wanted(site: Site, ledger: Ledger, landed: list[Landed], mapping: str, derived_before: set[str]) -> list[Landed]:
    """The deliveries that this mapping must have made something of.

    All of an incremental extract. Of full ones those from the oldest that counts now, what is new, and what this
    mapping has made already: a mended site file does not read years of replaced extracts again.
    """
    state = ledger.current_state(site.site_id)
    if site.extract == "incremental" or state is None or not state.members:
        return landed
    mapped = {row.delivery_id for row in ledger.derivations(site.site_id, mapping)}
    counting = {delivery for delivery, _ in state.members}
    oldest = next((i for i, each in enumerate(landed) if each.delivery_id in counting), 0)
    return [
        each
        for i, each in enumerate(landed)
        if i >= oldest or each.delivery_id in mapped or each.delivery_id not in derived_before
    ]


def _derive(
    home: Home, site: Site, landed: Landed, mapping: str, known: dict, progress: Callable[[str], None]
) -> Summary:
    """The delivery through the newest mapping; where that no longer fits an old delivery, as it was accepted."""
    try:
        return process_delivery.process_delivery(home, site, landed, mapping, progress)
    except UsageError:
        accepted = [
            row for (delivery, _), row in known.items() if delivery == landed.delivery_id and row.status == ACCEPTED
        ]
        if not accepted:
            raise
        newest = max(accepted, key=lambda row: row.decided_at)
        return load_summary(folder_of(home, site.site_id, landed.delivery_id, newest.mapping))


def _commit(
    home: Home, site: Site, ledger: Ledger, judged: list[DecidedDelivery], progress: Callable[[str], None]
) -> Path:
    """Build the state beside the one in force, then put it in force in one transaction."""
    is_incremental = site.extract == "incremental"
    accepted = [each.summary.derived(each.folder) for each in judged if each.judgement.status == ACCEPTED]
    members = site_state.contributing(accepted, is_incremental)
    batch = _about_batches(site, judged)
    identity = site_state.state_hash(site.site_id, members, is_incremental, batch)
    folder = site_state.folder_of(home, site.site_id, identity)
    before = ledger.current_state(site.site_id)
    is_as_before = not any(each.is_new or each.is_rejudged for each in judged)
    if before and before.state_hash == identity and folder.exists() and is_as_before:
        return folder
    progress("state")
    with translate_os_errors(home.landing):
        site_state.build(home, site.site_id, identity, members, is_incremental, batch)
    pairs = [(member.delivery_id, member.mapping) for member in members]
    decisions = [(each.summary.mapping, each.decision()) for each in judged]
    ledger.commit_site(site.site_id, decisions, identity, pairs)
    return folder


def _about_batches(site: Site, judged: list[DecidedDelivery]) -> pl.DataFrame:
    """What was found in deliveries as a whole: of the last accepted one, and everything of refused ones after it.

    Incremental extracts count for good, and so does an order among them that was read from their files' times.
    """
    import polars as pl

    from haicplatform.findings import findings

    frames = [findings.empty()]
    accepted = [place for place, each in enumerate(judged) if each.judgement.status == ACCEPTED]
    last = accepted[-1] if accepted else 0
    for each in reversed(judged[last:]):
        if each.judgement.status != ACCEPTED:
            frames.append(pl.read_parquet(each.folder / "findings.parquet"))
        frames.append(gates.findings_of(site, each.summary.delivery_id, each.judgement))
    if site.extract == "incremental":
        reported = {delivery for place in accepted for delivery in judged[place].counts.get("beside") or ()}
        for each in (judged[place] for place in accepted[:-1] if judged[place].summary.delivery_id not in reported):
            frames.append(gates.findings_of(site, each.summary.delivery_id, gates.about_order(each.judgement)))
    return pl.concat(frames)


def _result(each: DecidedDelivery, arrived: list[Landed], state: Path) -> DeliveryResult | None:
    """None for a delivery that neither arrived now nor is new to this mapping."""
    identity = each.summary.delivery_id
    if not each.is_new:
        if identity not in {landed.delivery_id for landed in arrived}:
            return None
        return DeliveryResult(identity, UNCHANGED, len(each.summary.files))
    counts = json.loads((state / "counts.json").read_text(encoding="utf-8"))
    own = counts.get(identity, {"rows": {}, "findings": {}})
    return DeliveryResult(
        identity,
        each.judgement.status,
        len(each.summary.files),
        [(file, reason, sentence) for file, reason, sentence in each.summary.refused_files],
        own["rows"],
        own["findings"],
        each.judgement.reasons,
        _worst_rules(each) if each.judgement.status == REFUSED else [],
    )


def _worst_rules(each: DecidedDelivery) -> list[tuple[str, str, int]]:
    import polars as pl

    found = pl.read_parquet(each.folder / "findings.parquet", columns=["severity", "rule_id"])
    counts = found.filter(pl.col("severity") != "info").group_by("severity", "rule_id").len()
    return counts.sort("severity", -pl.col("len").cast(pl.Int64), "rule_id").head(WORST_RULES).rows()


def _left(refusal: FileRefused) -> DeliveryResult:
    """A file that could not even be landed stays in the inbox."""
    return DeliveryResult("", REFUSED, 1, [(refusal.file or "", refusal.reason, str(refusal))])
