"""The audit: who did what, when, to what, with the value before and after; it only grows.

Belongs here: appending to the chain of hashes, reading a subject's history, finding a changed byte. Does not belong
here: which actions are allowed (queries/transitions.py, access rules).

Each entry's hash is the SHA-256 of the hash before it and of its own fields as a JSON list, so that an entry that
was changed, taken out or put in between breaks the chain there. Entries cut off at the end leave a whole chain: the
newest hash is therefore printed by `haic audit verify`, to be compared with one noted elsewhere.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass

from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from haicplatform.ledger.models import AuditEntry

GENESIS = "0" * 64
_HASHED = ("seq", "at", "actor", "action", "subject", "site_id", "old", "new", "note")


@dataclass(frozen=True)
class Act:
    """One act to be written. old and new: small JSON values, never a patient's identity."""

    action: str
    subject: str
    site_id: str | None = None
    old: object = None
    new: object = None
    note: str | None = None


@dataclass(frozen=True)
class Verdict:
    """entries: how many were read; broken_at: the first entry that does not fit, or None; last_hash: the newest."""

    entries: int
    broken_at: int | None
    last_hash: str


def append(session: Session, actor: str, acts: list[Act]) -> None:
    """Write acts at the end of the chain, in the transaction of what they are about."""
    if not acts:
        return
    if session.get_bind().dialect.name != "sqlite":  # SQLite's transaction holds the only write lock already
        session.execute(text("LOCK TABLE audit_entry IN EXCLUSIVE MODE"))
    last = session.execute(select(AuditEntry.seq, AuditEntry.hash).order_by(AuditEntry.seq.desc()).limit(1)).first()
    seq, previous = last or (0, GENESIS)
    at = dt.datetime.now(dt.UTC).isoformat(timespec="microseconds")
    rows = []
    for act in acts:
        seq += 1
        row = {
            "seq": seq, "at": at, "actor": actor, "action": act.action, "subject": act.subject,
            "site_id": act.site_id, "old": _json(act.old), "new": _json(act.new), "note": act.note,
        }  # fmt: skip
        previous, before = _hash(previous, row), previous
        rows.append(row | {"previous": before, "hash": previous})
    session.execute(insert(AuditEntry), rows)


def history(session: Session, subject: str) -> list[AuditEntry]:
    """Everything that was done to one subject, the oldest first."""
    return list(session.scalars(select(AuditEntry).where(AuditEntry.subject == subject).order_by(AuditEntry.seq)))


def verify(session: Session) -> Verdict:
    """Walk the chain from its first entry; stops at the first that was changed, removed before, or put in."""
    previous, seq = GENESIS, 0
    columns = [getattr(AuditEntry, name) for name in (*_HASHED, "previous", "hash")]
    query = select(*columns).order_by(AuditEntry.seq)
    for row in session.execute(query, execution_options={"yield_per": 5000}).mappings():
        whole = row["seq"] == seq + 1 and row["previous"] == previous
        if not whole or _hash(previous, dict(row)) != row["hash"]:
            return Verdict(seq, row["seq"], previous)
        previous, seq = row["hash"], row["seq"]
    return Verdict(seq, None, previous)


def _json(value: object) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)


def _hash(previous: str, row: dict) -> str:
    content = json.dumps([previous, *(row[name] for name in _HASHED)], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(content.encode()).hexdigest()
