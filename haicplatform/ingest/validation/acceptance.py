"""A hospital's deliveries judged one after the other, each against those accepted before it.

Belongs here: what a delivery is compared with, when an earlier judgement still holds, the file that keeps what every
whole-batch expectation came to. Does not belong here: the judgement itself (gates.py), deriving (process_delivery.py).

A judgement holds as long as the thresholds, the derivation and what it was compared with are the same. Otherwise it is
made again from summaries and profiles; no file of the hospital is opened.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from haicplatform.core.atomic_files import atomic_replace, translate_os_errors, write_json
from haicplatform.ingest.state.delivery_summary import folder_of
from haicplatform.ingest.validation import batch_profile, gates
from haicplatform.ingest.validation.drift import Batch, Before
from haicplatform.ledger.store import ACCEPTED, Decision
from schemas.batches import BatchResult, keep_baseline_deliveries, thresholds
from schemas.contract import TABLES

if TYPE_CHECKING:
    from haicplatform.core.settings import Home
    from haicplatform.ingest.landing.land import Landed
    from haicplatform.ingest.state.delivery_summary import Summary
    from haicplatform.ledger.models import Derivation
    from haicplatform.sites.site import Site

FOLDER = "expectations"


@dataclass(frozen=True)
class DecidedDelivery:
    """A delivery with what was made of it; its mapping is an older one where the newest does not fit its files.

    counts: what the ledger keeps: the gates' answer, what it was judged by, the name of the results' file.
    is_new: another status than before; is_rejudged: judged again, whatever came of it.
    """

    landed: Landed
    summary: Summary
    folder: Path
    judgement: gates.AcceptanceReport
    counts: dict
    is_new: bool
    is_rejudged: bool

    def decision(self) -> Decision:
        return Decision(self.summary.delivery_id, self.judgement.status, self.judgement.reasons, self.counts)


class AcceptanceReplay:
    """Judges the deliveries of one hospital in their order."""

    def __init__(self, home: Home, site: Site) -> None:
        self._home, self._site = home, site
        self._thresholds = site.thresholds_hash()
        self._rows: dict[str, int] = {}
        self._from: dict[str, list[str]] = {}  # table -> [delivery, mapping] that it is compared with
        self._waits: dict[str, int] = {}  # table -> accepted deliveries since, each with a warning about it
        self._accepted: list[Landed] = []
        self._newest: tuple[str, str] | None = None  # the newest date in the data, and the first extract that had it

    def judge(self, landed: Landed, summary: Summary, row: Derivation | None) -> DecidedDelivery:
        """row: what the ledger says about this derivation so far."""
        folder = self._folder(landed.delivery_id, summary.mapping)
        beside = [each for each in self._accepted if landed.waited_with(each)]
        basis = {
            "previous": dict(self._rows),
            "before": dict(self._from),
            "last": self._accepted[-1].delivery_id if self._accepted else None,
            "newest": self._newest and list(self._newest),
            "thresholds": self._thresholds,
            "beside": [each.delivery_id for each in beside] or None,  # None: as in what was judged before it was asked
        }
        holds = False
        if row is not None and all(row.counts.get(name) == value for name, value in basis.items()):
            holds = True
            judgement, counts = gates.AcceptanceReport.from_json(row.counts["gates"]), row.counts
        else:
            rows = gates.rows_delivered(summary)
            batch = Batch(rows, batch_profile.load(folder), landed.extracted_at, landed.landed_at)
            judgement = gates.assess(self._site, summary, batch, self._before(), [*beside, landed] if beside else [])
            kept = _keep(landed.folder, judgement.results)
            newest = batch.profile and batch.profile.newest_event
            counts = basis | {"gates": judgement.as_json(), FOLDER: kept, "newest_event": newest}
        if judgement.status == ACCEPTED:
            self._accept(landed, summary, judgement, counts["newest_event"])
        is_new = row is None or row.status != judgement.status
        return DecidedDelivery(landed, summary, folder, judgement, counts, is_new, not holds)

    def _accept(self, landed: Landed, summary: Summary, judgement: gates.AcceptanceReport, newest: str | None) -> None:
        whole = gates.rows_delivered(summary)
        self._rows |= whole
        warned = {each.table_name for each in judgement.warnings if each.rule_id in thresholds()}
        for table in whole:
            waits = self._waits.get(table, 0) + 1
            if table in warned and table in self._from and waits <= keep_baseline_deliveries():
                self._waits[table] = waits
            else:
                self._from[table], self._waits[table] = [landed.delivery_id, summary.mapping], 0
        self._accepted.append(landed)
        if newest and (self._newest is None or newest > self._newest[0]):
            self._newest = (newest, landed.extracted_at.date().isoformat())

    def _folder(self, delivery_id: str, mapping: str) -> Path:
        return folder_of(self._home, self._site.site_id, delivery_id, mapping)

    def _before(self) -> Before:
        loaded = {tuple(one): batch_profile.load(self._folder(*one)) for one in self._from.values()}
        tables = {
            table: profile.tables.get(table) if (profile := loaded[tuple(one)]) else None
            for table, one in self._from.items()
        }
        parents = {
            table: profile.tables[parent].rows
            for table, one in self._from.items()
            if (profile := loaded[tuple(one)]) and (parent := TABLES[table].parent) and parent in profile.tables
        }
        newest = self._newest and (dt.date.fromisoformat(self._newest[0]), dt.date.fromisoformat(self._newest[1]))
        landed_at = self._accepted[-1].landed_at if self._accepted else None
        return Before(dict(self._rows), tables, parents, landed_at, newest)


def _keep(delivery: Path, results: list[BatchResult]) -> str:
    """Write what every expectation came to; the file's name is the first 16 hex of its content's SHA-256."""
    content = [asdict(result) for result in results]
    name = hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:16]
    path = delivery / FOLDER / f"{name}.json"
    if not path.exists():
        with translate_os_errors(delivery):
            path.parent.mkdir(mode=0o700, exist_ok=True)
            beside = path.with_suffix(".building")
            write_json(beside, content)
            atomic_replace(beside, path)
    return name


def results_of(delivery: Path, name: str) -> list[BatchResult]:
    """What was kept under that name; empty where the file is gone."""
    path = delivery / FOLDER / f"{name}.json"
    if not path.exists():
        return []
    return [BatchResult(**each) for each in json.loads(path.read_text(encoding="utf-8"))]
