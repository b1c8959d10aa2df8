"""What the platform writes into the ledger and asks of it.

Belongs here: short transactions in the words of the platform. Does not belong here: deciding what counts
(ingest_hospital.py), and opening databases (engine.py).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import product

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from haicplatform.core.clock import now
from haicplatform.core.errors import HaicError
from haicplatform.core.settings import Home
from haicplatform.ledger import audit
from haicplatform.ledger.arrival_order import rank
from haicplatform.ledger.engine import open_engine, reading, writing
from haicplatform.ledger.models import (
    OUTCOME,
    Delivery,
    Derivation,
    Run,
    SiteState,
    Snapshot,
    SnapshotMember,
    StudyLock,
)

ACCEPTED = "accepted"
REFUSED = "refused"


@dataclass(frozen=True)
class Decision:
    """What becomes of one delivery: status, the reasons of a refusal, and what it was judged by."""

    delivery_id: str
    status: str
    reasons: list[str]
    counts: dict


def snapshot_id(
    members: Iterable[tuple[str, str, str]],
    links: Iterable[Iterable[str]] = (),
    orders: Iterable[Iterable[str]] = (),
) -> str:
    """First 16 hex of the SHA-256 over the JSON list of the sorted (site, delivery, mapping).

    links: decisions about who is one person; orders: see `_orders`. Where there are any they change what the same
    deliveries come to, so their sorted list is an item of the hashed one: orders before links, the last.
    """
    listed: list = sorted(list(member) for member in members)
    if ordered := sorted(list(order) for order in orders):
        listed.append(ordered)
    if decided := sorted(list(link) for link in links):
        listed.append(decided)
    text = json.dumps(listed, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _orders(session: Session, members: Iterable[tuple[str, str, str]]) -> list[list[str]]:
    """[site, deliveries in their order] of every hospital whose order the extract times and ids do not give.

    Snapshots had the order by those alone once; theirs keep their ids, and another order of the same is another one.
    """
    known = session.execute(select(Delivery.site_id, Delivery.delivery_id, Delivery.extracted_at))
    times = {(site, delivery): extracted_at for site, delivery, extracted_at in known}
    own: dict[str, list[str]] = {}
    for site, delivery, _ in members:
        own.setdefault(site, []).append(delivery)
    return [
        [site, *listed]
        for site, listed in own.items()
        if listed != sorted(listed, key=lambda each: (times.get((site, each), dt.datetime.min), each))
    ]


class Ledger:
    """The ledger of one home folder. Every method is one short transaction; HaicError when it cannot be used."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.engine = open_engine(home)

    def close(self) -> None:
        self.engine.dispose()

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def add_delivery(
        self,
        site_id: str,
        delivery_id: str,
        extracted_at: dt.datetime,
        landed_at: dt.datetime,
        files: list[dict],
    ) -> bool:
        """Record a landed delivery; False when it is known already."""
        with writing(self.engine, self.home) as session:
            if session.get(Delivery, (site_id, delivery_id)):
                return False
            session.add(
                Delivery(
                    site_id=site_id,
                    delivery_id=delivery_id,
                    extracted_at=extracted_at,
                    landed_at=landed_at,
                    files=files,
                )
            )
            return True

    def deliveries(self, site_id: str | None = None) -> list[Delivery]:
        """The landed deliveries, a hospital at a time, in their order."""
        query = select(Delivery)
        if site_id is not None:
            query = query.where(Delivery.site_id == site_id)
        with reading(self.engine, self.home) as session:
            return sorted(session.scalars(query), key=lambda each: (each.site_id, rank(each)))

    def derivations(self, site_id: str, mapping: str | None = None) -> list[Derivation]:
        """What was made of a hospital's deliveries, through one mapping or through all."""
        query = select(Derivation).where(Derivation.site_id == site_id)
        if mapping is not None:
            query = query.where(Derivation.mapping == mapping)
        with reading(self.engine, self.home) as session:
            return list(session.scalars(query.order_by(Derivation.delivery_id, Derivation.mapping)))

    def current_state(self, site_id: str) -> SiteState | None:
        """The hospital's merged state that counts now."""
        with reading(self.engine, self.home) as session:
            return session.scalars(
                select(SiteState).where(SiteState.site_id == site_id, SiteState.is_current)
            ).one_or_none()

    def current_states(self) -> list[SiteState]:
        """The state in force of every hospital that has one, by site."""
        with reading(self.engine, self.home) as session:
            return list(session.scalars(select(SiteState).where(SiteState.is_current).order_by(SiteState.site_id)))

    def commit_site(
        self,
        site_id: str,
        decisions: list[tuple[str, Decision]],
        state_hash: str,
        members: list[tuple[str, str]],
    ) -> None:
        """The commit of an ingestion: what became of each delivery, and the state that is in force from now on.

        decisions: (mapping, decision); members: the (delivery, mapping) pairs of the state, oldest first.
        """
        decided_at = now()
        with writing(self.engine, self.home) as session:
            for mapping, decision in decisions:
                known = session.get(Derivation, (site_id, decision.delivery_id, mapping))
                decided = (decision.status, decision.reasons, decision.counts)
                if known and (known.status, known.reasons, known.counts) == decided:
                    continue
                session.merge(
                    Derivation(
                        site_id=site_id,
                        delivery_id=decision.delivery_id,
                        mapping=mapping,
                        status=decision.status,
                        reasons=decision.reasons,
                        counts=decision.counts,
                        decided_at=decided_at,
                    )
                )
            session.execute(
                update(SiteState)
                .where(SiteState.site_id == site_id, SiteState.is_current, SiteState.state_hash != state_hash)
                .values(is_current=False)
            )
            state = session.get(SiteState, (site_id, state_hash))
            if state is None:
                session.add(
                    SiteState(
                        site_id=site_id,
                        state_hash=state_hash,
                        is_current=True,
                        members=[list(member) for member in members],
                        decided_at=decided_at,
                    )
                )
            elif not state.is_current:
                state.is_current, state.decided_at = True, decided_at

    def add_snapshot(self, members: list[tuple[str, str, str]], links: Iterable[Iterable[str]] = ()) -> str:
        """Record which (site, delivery, mapping) count together, with which links; returns the snapshot's id.

        members: the deliveries of a hospital in their order.
        """
        kept = sorted(list(link) for link in links)
        with writing(self.engine, self.home) as session:
            identity = snapshot_id(members, kept, _orders(session, members))
            if session.get(Snapshot, identity) is None:
                session.add(Snapshot(snapshot_id=identity, created_at=now(), links=kept))
                session.flush()
                session.add_all(
                    SnapshotMember(snapshot_id=identity, site_id=site, delivery_id=delivery, mapping=mapping)
                    for site, delivery, mapping in members
                )
        return identity

    def snapshots(self) -> list[tuple[Snapshot, list[SnapshotMember]]]:
        """Every snapshot with its members, the newest first."""
        with reading(self.engine, self.home) as session:
            members: dict[str, list[SnapshotMember]] = {}
            for member in session.scalars(
                select(SnapshotMember).order_by(SnapshotMember.site_id, SnapshotMember.delivery_id)
            ):
                members.setdefault(member.snapshot_id, []).append(member)
            newest = session.scalars(select(Snapshot).order_by(Snapshot.created_at.desc(), Snapshot.snapshot_id))
            return [(snapshot, members.get(snapshot.snapshot_id, [])) for snapshot in newest]

    def states_of(self, identity: str) -> list[SiteState] | None:
        """The hospitals' states that a snapshot is made of, by site; None for an unknown snapshot.

        HaicError where no recorded state has the snapshot's deliveries of a hospital.
        """
        with reading(self.engine, self.home) as session:
            snapshot = session.get(Snapshot, identity)
            if snapshot is None:
                return None
            wanted: dict[str, set[tuple[str, str]]] = {}
            for one in session.scalars(select(SnapshotMember).where(SnapshotMember.snapshot_id == identity)):
                wanted.setdefault(one.site_id, set()).add((one.delivery_id, one.mapping))
            found: dict[str, dict[str, SiteState]] = {site: {} for site in sorted(wanted)}
            for state in session.scalars(select(SiteState).order_by(SiteState.decided_at, SiteState.state_hash)):
                if {tuple(member) for member in state.members} == wanted.get(state.site_id):
                    found[state.site_id].pop(str(state.members), None)
                    found[state.site_id][str(state.members)] = state  # of each order of the same deliveries the newest
            if missing := [site for site, states in found.items() if not states]:
                raise HaicError(f"The ledger has no state of {', '.join(missing)} with the snapshot's deliveries")
            links = snapshot.links or []
            choices = [list(reversed(states.values())) for states in found.values()]
            for chosen in product(*choices):
                members = [(state.site_id, *member) for state in chosen for member in state.members]
                if snapshot_id(members, links, _orders(session, members)) == identity:
                    return list(chosen)
            return [states[0] for states in choices]

    def snapshot(self, identity: str) -> Snapshot | None:
        with reading(self.engine, self.home) as session:
            return session.get(Snapshot, identity)

    def study_lock(self, study_id: str) -> StudyLock | None:
        """What the study is locked to, or None."""
        with reading(self.engine, self.home) as session:
            return session.get(StudyLock, study_id)

    def lock_study(self, study_id: str, identity: str, study_hash: str, actor: str) -> None:
        """Lock a study to a snapshot and a hash; nothing is changed where it is locked already."""
        with writing(self.engine, self.home) as session:
            if session.get(StudyLock, study_id) is None:
                session.add(StudyLock(study_id=study_id, snapshot_id=identity, study_hash=study_hash, locked_at=now()))
                new = {"snapshot": identity, "hash": study_hash}
                audit.append(session, actor, [audit.Act("study.lock", study_id, new=new)])

    def unlock_study(self, study_id: str, actor: str) -> bool:
        """Let a study change again; False where it was not locked."""
        with writing(self.engine, self.home) as session:
            lock = session.get(StudyLock, study_id)
            if lock is None:
                return False
            old = {"snapshot": lock.snapshot_id, "hash": lock.study_hash}
            session.delete(lock)
            audit.append(session, actor, [audit.Act("study.unlock", study_id, old=old)])
            return True

    @contextmanager
    def run(self, step: str, subject: str) -> Iterator[list[str]]:
        """Record a run: what the block appends is its outcome; one that stops says why, without any value."""
        run = self.start_run(step, subject)
        outcome: list[str] = []
        try:
            yield outcome
        except BaseException as error:
            # a ledger that cannot be written is the error itself, and must not hide it
            with suppress(HaicError):
                self.end_run(run, f"stopped: {error if isinstance(error, HaicError) else type(error).__name__}")
            raise
        self.end_run(run, ", ".join(outcome))

    def start_run(self, step: str, subject: str) -> int:
        with writing(self.engine, self.home) as session:
            run = Run(step=step, subject=subject, started_at=now())
            session.add(run)
            session.flush()
            return run.run_id

    def end_run(self, run_id: int, outcome: str) -> None:
        """outcome: a word or a sentence without any patient's value; what does not fit ends in …"""
        outcome = outcome if len(outcome) <= OUTCOME else f"{outcome[: OUTCOME - 1]}…"
        with writing(self.engine, self.home) as session:
            session.execute(update(Run).where(Run.run_id == run_id).values(ended_at=now(), outcome=outcome))

    def runs(self, limit: int = 50) -> list[Run]:
        """The newest runs first."""
        with reading(self.engine, self.home) as session:
            return list(session.scalars(select(Run).order_by(Run.run_id.desc()).limit(limit)))
