"""One query, or one finding that nobody is asked about: its place in the hospital's file, its rule, its history.

Belongs here: putting together what the page of one of them shows, and what this person may do to it. Does not belong
here: the lists (query_list.py, finding_list.py), doing it (queries/actions.py), how it looks (pages/).
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass

from sqlalchemy import select

from haicplatform.core.clock import now
from haicplatform.core.errors import HaicError
from haicplatform.core.people import READER
from haicplatform.ledger import audit
from haicplatform.ledger.engine import reading
from haicplatform.ledger.models import AuditEntry, Query
from haicplatform.queries import transitions as life
from haicplatform.queries.actions import Request, act
from haicplatform.review.data.page_context import PageContext
from haicplatform.review.data.source_cells import Cells, context, source_columns
from haicplatform.warehouse import warehouse
from schemas.rules import RULES

AROUND = 3
_FINDING = (
    "site_id", "table_name", "rule_id", "severity", "patient_id", "delivery_id", "row_id", "source_file",
    "source_sheet", "source_row", "source_column", "value", "message_ko", "message_en", "column_name",
)  # fmt: skip


@dataclass(frozen=True)
class Found:
    """What was found, where. about: the columns of quality.finding; patient: the usubjid, for a coordinator
    `SITE:number`, since a usubjid can name another hospital; place: the row in its sheet, None where the
    finding is about no row, or the row is not kept any more; marked: the headers of the cells that it is about."""

    about: dict
    patient: str | None
    place: Cells | None
    marked: tuple[str, ...]

    def message(self, language: str) -> str:
        return self.about[f"message_{language}"]

    def rule(self, language: str) -> str:
        """The rule in words, for any value."""
        rule = RULES.get(self.about["rule_id"])
        if rule is None:
            return ""
        text = rule.message_ko if language == "ko" else rule.message_en
        column = self.about["source_column"] or self.about["column_name"] or "…"
        return text.format(column=f"'{column}'", value="…", expected=rule.expected or "…")

    @property
    def expected(self) -> str | None:
        rule = RULES.get(self.about["rule_id"])
        return rule.expected if rule else None


@dataclass(frozen=True)
class Event:
    """One thing done to a query. before, after: what it changed, as words of the audit; note: the person's text."""

    at: dt.datetime
    actor: str
    action: str
    before: dict
    after: dict
    note: str | None

    @property
    def is_by_delivery(self) -> bool:
        return self.actor == "delivery"


@dataclass(frozen=True)
class OneQuery:
    """A query as it stands. actions: what this person may do to it now, by their names."""

    number: int
    state: str
    days: int
    opened_at: dt.datetime
    answer: str | None
    corrected_value: str | None
    found: Found
    history: tuple[Event, ...]
    actions: tuple[str, ...]


def query(ctx: PageContext, number: int) -> OneQuery:
    """The query of that number. Raises NotThere where there is none, or none for this person."""
    ledger = ctx.ledger()
    with reading(ledger.engine, ledger.home) as session:
        kept = session.scalars(select(Query).where(Query.number == number)).one_or_none()
        if kept is None or not ctx.person.may_see(kept.site_id) or ctx.person.role == READER:
            ctx.refuse()
        entries = audit.history(session, f"query:{kept.fingerprint}")
    end = now() if kept.state in life.WAITING else kept.changed_at
    return OneQuery(
        kept.number, kept.state, (end - kept.opened_at).days, kept.opened_at, kept.answer, kept.corrected_value,
        _found(ctx, {name: getattr(kept, name) for name in _FINDING}),
        tuple(_event(entry) for entry in entries),
        tuple(action.name for action in life.allowed_actions(ctx.person.role, kept.state)),
    )  # fmt: skip


def finding(ctx: PageContext, fingerprint: str) -> Found:
    """The finding of that fingerprint in the published data. Raises NotThere as `query` does."""
    if ctx.person.role == READER:
        ctx.refuse()
    with ctx.warehouse() as con:
        row = con.execute(
            f"SELECT {', '.join(_FINDING)} FROM quality.finding WHERE fingerprint = ? LIMIT 1", [fingerprint]
        ).fetchone()
    if row is None or not ctx.person.may_see(row[0]):
        ctx.refuse()
    return _found(ctx, dict(zip(_FINDING, row, strict=True)))


def number_of(ctx: PageContext, fingerprint: str) -> int | None:
    """The query that asks about a finding, if there is one."""
    ledger = ctx.ledger()
    with reading(ledger.engine, ledger.home) as session:
        return session.scalar(select(Query.number).where(Query.fingerprint == fingerprint))


def decide(ctx: PageContext, number: int, action: str, note: str, corrected: str, seen: str) -> None:
    """Do what the person decided about a query that it saw in the state `seen`.

    Raises UsageError, and ChangedMeanwhile where it is in another state by now: then nothing was changed.
    """
    request = Request(number, action, note, (corrected or None) if action == "answer" else None, seen)
    act(ctx.ledger(), ctx.person, [request])


def _found(ctx: PageContext, about: dict) -> Found:
    cells: Cells | None = None
    marked: tuple[str, ...] = ()
    if about["delivery_id"] and about["source_file"] and about["source_row"] is not None:
        mapping = _mapping(ctx, about["site_id"], about["delivery_id"])
        where = (about["site_id"], about["delivery_id"])
        try:
            cells = context(
                ctx.home, ctx.person, *where, about["source_file"], about["source_sheet"], about["source_row"],
                AROUND, mapping=mapping,
            )  # fmt: skip
            marked = _marked(ctx, about, mapping, cells)
        except (HaicError, OSError):
            cells = None  # what a later mapping reads may have no such row: the sentence still says where it was
    return Found(about, _patient(ctx, about), cells, marked)


def _marked(ctx: PageContext, about: dict, mapping: str | None, cells: Cells) -> tuple[str, ...]:
    if about["source_column"] in cells.header:
        return (about["source_column"],)
    if mapping is None or not about["row_id"] or not about["column_name"]:
        return ()
    columns = source_columns(
        ctx.home, ctx.person, about["site_id"], about["delivery_id"], about["row_id"], [about["column_name"]], mapping
    )
    return tuple(name for name in columns if name in cells.header)


def _mapping(ctx: PageContext, site_id: str, delivery_id: str) -> str | None:
    """Through which mapping the delivery counts now; None for one that counts no more."""
    state = ctx.ledger().current_state(site_id)
    return dict(map(tuple, state.members)).get(delivery_id) if state else None


def _patient(ctx: PageContext, about: dict) -> str | None:
    if not about["patient_id"] or not warehouse.is_published(ctx.home):
        return None
    with ctx.warehouse() as con:
        row = con.execute(
            "SELECT usubjid FROM harmonised.person WHERE site_id = ? AND patient_id = ?",
            [about["site_id"], about["patient_id"]],
        ).fetchone()
    if row is None or ctx.person.sites is None:
        return row[0] if row else None
    return f"{about['site_id']}:{about['patient_id']}"


def _event(entry: AuditEntry) -> Event:
    before, after = (json.loads(text) if text else {} for text in (entry.old, entry.new))
    return Event(
        dt.datetime.fromisoformat(entry.at), entry.actor, entry.action,
        before if isinstance(before, dict) else {}, after if isinstance(after, dict) else {}, entry.note,
    )  # fmt: skip
