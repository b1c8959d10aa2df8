"""The ledger's tables.

Belongs here: deliveries, what was derived from them, which count, snapshots, runs, locked studies, queries, the
audit, and who may log in. Does not belong here: rows or findings of any delivery (they are Parquet under landing/,
named by content), and any patient's identity.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import JSON, Boolean, DateTime, ForeignKey, ForeignKeyConstraint, Index, Integer, String, Text, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

OUTCOME = 200  # letters of a run's outcome


class Base(DeclarativeBase):
    """The ledger's metadata; its migrations are in migrations/versions."""


class Delivery(Base):
    """The files that a hospital handed over together; its id is the hash of their names and bytes."""

    __tablename__ = "delivery"

    site_id: Mapped[str] = mapped_column(String(16), primary_key=True)
    delivery_id: Mapped[str] = mapped_column(String(16), primary_key=True)
    extracted_at: Mapped[dt.datetime] = mapped_column(DateTime, index=True)
    landed_at: Mapped[dt.datetime] = mapped_column(DateTime)
    files: Mapped[list] = mapped_column(JSON)


class Derivation(Base):
    """What one mapping made of one delivery, and whether that counts (`accepted`) or not (`refused`)."""

    __tablename__ = "derivation"
    __table_args__ = (ForeignKeyConstraint(["site_id", "delivery_id"], ["delivery.site_id", "delivery.delivery_id"]),)

    site_id: Mapped[str] = mapped_column(String(16), primary_key=True)
    delivery_id: Mapped[str] = mapped_column(String(16), primary_key=True)
    mapping: Mapped[str] = mapped_column(String(16), primary_key=True)
    status: Mapped[str] = mapped_column(String(16))
    reasons: Mapped[list] = mapped_column(JSON)
    counts: Mapped[dict] = mapped_column(JSON)
    decided_at: Mapped[dt.datetime] = mapped_column(DateTime)


class SiteState(Base):
    """A hospital's merged state: a folder under landing/<SITE>/state/, and the deliveries that made it."""

    __tablename__ = "site_state"
    __table_args__ = (
        Index("one_current_state", "site_id", unique=True, sqlite_where=text("is_current"),
              postgresql_where=text("is_current")),
    )  # fmt: skip

    site_id: Mapped[str] = mapped_column(String(16), primary_key=True)
    state_hash: Mapped[str] = mapped_column(String(16), primary_key=True)
    is_current: Mapped[bool] = mapped_column(Boolean)
    members: Mapped[list] = mapped_column(JSON)  # [delivery, mapping] pairs, oldest first
    decided_at: Mapped[dt.datetime] = mapped_column(DateTime)


class Snapshot(Base):
    """Which deliveries of which hospitals counted when the warehouse was built."""

    __tablename__ = "snapshot"

    snapshot_id: Mapped[str] = mapped_column(String(16), primary_key=True)
    created_at: Mapped[dt.datetime] = mapped_column(DateTime)
    links: Mapped[list | None] = mapped_column(JSON)  # the decisions about pairs that counted, as linkage.py gives them


class SnapshotMember(Base):
    """One delivery of a snapshot, through the mapping that was used."""

    __tablename__ = "snapshot_member"

    snapshot_id: Mapped[str] = mapped_column(ForeignKey("snapshot.snapshot_id"), primary_key=True)
    site_id: Mapped[str] = mapped_column(String(16), primary_key=True)
    delivery_id: Mapped[str] = mapped_column(String(16), primary_key=True)
    mapping: Mapped[str] = mapped_column(String(16), primary_key=True)


class Run(Base):
    """One run of a step: `ended_at` is empty while it works, and for good when it was killed."""

    __tablename__ = "run"

    run_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    step: Mapped[str] = mapped_column(String(16))  # ingest, harmonise, study
    subject: Mapped[str] = mapped_column(String(64))  # a hospital, a snapshot, a study
    started_at: Mapped[dt.datetime] = mapped_column(DateTime)
    ended_at: Mapped[dt.datetime | None] = mapped_column(DateTime)
    outcome: Mapped[str | None] = mapped_column(String(OUTCOME))


class StudyLock(Base):
    """A study that may not change any more: the snapshot and the study file's hash that its report stands for."""

    __tablename__ = "study_lock"

    study_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    snapshot_id: Mapped[str] = mapped_column(ForeignKey("snapshot.snapshot_id"))
    study_hash: Mapped[str] = mapped_column(String(64))
    locked_at: Mapped[dt.datetime] = mapped_column(DateTime)


class Query(Base):
    """One question to a hospital, for ever: the fingerprint of a finding, and where it stood when last seen.

    scope: `delivery` (found in the hospital's own data) or `snapshot` (found across hospitals). state: see
    queries/transitions.py. settled_value, settled_delivery: what a person's decision was about; it holds for nothing
    else. patient_id is the keyed hash.
    """

    __tablename__ = "query"
    __table_args__ = (
        Index("query_place", "site_id", "table_name", "rule_id"),
        Index("query_list", "state", "number", "severity", "site_id", "opened_at", "fingerprint"),
    )

    fingerprint: Mapped[str] = mapped_column(String(64), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, unique=True)
    site_id: Mapped[str] = mapped_column(String(16), index=True)
    scope: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16), index=True)
    severity: Mapped[str] = mapped_column(String(16))
    rule_id: Mapped[str] = mapped_column(String(80))
    table_name: Mapped[str | None] = mapped_column(String(40))
    column_name: Mapped[str | None] = mapped_column(String(40))
    patient_id: Mapped[str | None] = mapped_column(String(64))
    delivery_id: Mapped[str | None] = mapped_column(String(16))
    row_id: Mapped[str | None] = mapped_column(String(200))
    source_file: Mapped[str | None] = mapped_column(Text)
    source_sheet: Mapped[str | None] = mapped_column(Text)
    source_row: Mapped[int | None] = mapped_column(Integer)
    source_column: Mapped[str | None] = mapped_column(Text)
    value: Mapped[str | None] = mapped_column(Text)
    message_en: Mapped[str] = mapped_column(Text)
    message_ko: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[dt.datetime] = mapped_column(DateTime)
    changed_at: Mapped[dt.datetime] = mapped_column(DateTime)
    answer: Mapped[str | None] = mapped_column(Text)
    corrected_value: Mapped[str | None] = mapped_column(Text)
    settled_value: Mapped[str | None] = mapped_column(Text)
    settled_delivery: Mapped[str | None] = mapped_column(String(16))


class LinkDecision(Base):
    """What a person decided about two patients, of two hospitals, who may be one person.

    The pair stands in one order: the first hospital and number in the order of the alphabet. Numbers are keyed hashes
    (or study numbers); pair_id names them both without showing either.
    """

    __tablename__ = "link_decision"

    pair_id: Mapped[str] = mapped_column(String(12), primary_key=True)
    site_id: Mapped[str] = mapped_column(String(16))
    patient_id: Mapped[str] = mapped_column(String(64))
    other_site_id: Mapped[str] = mapped_column(String(16))
    other_patient_id: Mapped[str] = mapped_column(String(64))
    decision: Mapped[str] = mapped_column(String(16))  # confirmed, rejected
    decided_by: Mapped[str] = mapped_column(String(80))
    decided_at: Mapped[dt.datetime] = mapped_column(DateTime)
    reason: Mapped[str] = mapped_column(Text)


class AuditEntry(Base):
    """One thing somebody (or a delivery) did; `hash` covers this entry and the one before it."""

    __tablename__ = "audit_entry"

    seq: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    at: Mapped[str] = mapped_column(String(32))  # UTC, as it is hashed
    actor: Mapped[str] = mapped_column(String(80))
    action: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(120), index=True)
    site_id: Mapped[str | None] = mapped_column(String(16), index=True)
    old: Mapped[str | None] = mapped_column(Text)  # JSON, as it is hashed
    new: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class Account(Base):
    """Who may log in to the review application. sites: the hospitals of a coordinator, empty for other roles.

    failures: wrong passwords since the last right one.
    """

    __tablename__ = "account"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    role: Mapped[str] = mapped_column(String(20))
    sites: Mapped[list] = mapped_column(JSON)
    password_hash: Mapped[str] = mapped_column(String(200))
    is_disabled: Mapped[bool] = mapped_column(Boolean)
    failures: Mapped[int] = mapped_column(Integer)
    locked_until: Mapped[dt.datetime | None] = mapped_column(DateTime)
    created_at: Mapped[dt.datetime] = mapped_column(DateTime)
    changed_at: Mapped[dt.datetime] = mapped_column(DateTime)


class LoginSession(Base):
    """Somebody who is logged in: the SHA-256 of the token that the browser holds, never the token."""

    __tablename__ = "login_session"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account: Mapped[str] = mapped_column(ForeignKey("account.name"), index=True)
    created_at: Mapped[dt.datetime] = mapped_column(DateTime)
    seen_at: Mapped[dt.datetime] = mapped_column(DateTime)


class LoginAddress(Base):
    """Where wrong passwords came from, so that one address cannot try every account."""

    __tablename__ = "login_address"

    address: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int] = mapped_column(Integer)
    last_at: Mapped[dt.datetime] = mapped_column(DateTime)


class HomeIdentity(Base):
    """The one home that a ledger belongs to, by the content of its `home.id`, and where it was last."""

    __tablename__ = "home_identity"

    only: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    home_id: Mapped[str] = mapped_column(String(64))
    root: Mapped[str] = mapped_column(Text)
