"""The queries, a page at a time, and how long they have waited: asked of the ledger, never loaded as a whole.

Belongs here: which queries a person may see, how the list is filtered, sorted and counted. Does not belong here: one
query (one_query.py), what is done to many (bulk.py), how it looks (pages/queries.py).

A coordinator's hospitals are part of every statement, whatever the filters say.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Row, case, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql import operators

from haicplatform.core.clock import now
from haicplatform.ledger.engine import reading
from haicplatform.ledger.models import Query
from haicplatform.queries import transitions as life
from haicplatform.review.data import messages
from haicplatform.review.data.page_context import PageContext

WAITING = "waiting"
# the filter's value for what is about a file, not about a table
NO_TABLE = "-"
# days after which a waiting query is late, and very late
AGES = (7, 30)
_RANK = case({"error": 0, "warning": 1}, value=Query.severity, else_=2)
# a column of the grid → what the rows are ordered by
_ORDER = {
    "number": (Query.number,),
    "severity": (_RANK,),
    "site": (Query.site_id,),
    "state": (Query.state,),
    "table": (Query.table_name,),
    "rule": (Query.rule_id,),
    "file": (Query.source_file,),
    "place": (Query.source_sheet, Query.source_row, Query.source_column),
    "value": (Query.value,),
    "opened": (Query.opened_at,),
    "changed": (Query.changed_at,),
    "answer": (Query.answer,),
}
SORTABLE = frozenset({*_ORDER, "message"})
_SHOWN = (
    Query.number, Query.site_id, Query.state, Query.severity, Query.rule_id, Query.table_name, Query.source_file,
    Query.source_sheet, Query.source_row, Query.source_column, Query.value, Query.message_en, Query.message_ko,
    Query.opened_at, Query.changed_at, Query.answer,
)  # fmt: skip
_EXACT = {"site": Query.site_id, "table": Query.table_name, "severity": Query.severity}


@dataclass(frozen=True)
class Ageing:
    """A hospital's waiting queries: how many of which severity, in which age, and since when the oldest waits."""

    site_id: str
    errors: int
    warnings: int
    answered: int
    by_age: tuple[int, ...]  # up to AGES[0] days, up to AGES[1], longer
    oldest_days: int

    @property
    def total(self) -> int:
        return sum(self.by_age)


def rows(ctx: PageContext, filters: dict[str, str], sort: str, offset: int, limit: int) -> tuple[list[dict], int]:
    """One page of the queries and how many there are.

    filters: site, table, rule (a part of its id), severity, state (one of queries/transitions.py, or `waiting`: open
    and answered), age (days that a waiting query is open more than), text (also a query's number). sort: a column of
    the grid, with `-` before it for the other way round.
    """
    wanted = matching(ctx, filters)
    ledger = ctx.ledger()
    with reading(ledger.engine, ledger.home) as session:
        if filters.get("text"):  # a search reads every text: once, for the count and for the page
            asked = select(Query.number).where(*wanted).order_by(*_order(ctx, sort))
            every = session.connection().execute(asked).scalars().all()
            total, numbers = len(every), every[offset : offset + limit]
        else:
            total = session.scalar(select(func.count()).select_from(Query).where(*wanted)) or 0
            numbers = _numbers(session, _order(ctx, sort), wanted, offset, limit, total)
        found = {row.number: row for row in session.execute(select(*_SHOWN).where(Query.number.in_(numbers)))}
    at = now()
    return [_row(ctx, found[number], at) for number in numbers], total


def matching(ctx: PageContext, filters: dict[str, str]) -> list[ColumnElement[bool]]:
    """The conditions of a list: the filters, and always the person's own hospitals."""
    wanted: list[ColumnElement[bool]] = []
    if ctx.person.sites is not None:
        wanted.append(Query.site_id.in_(ctx.person.sites))
    for name, column in _EXACT.items():
        if name in filters:
            wanted.append(column.is_(None) if filters[name] == NO_TABLE else column == filters[name])
    if rule := filters.get("rule", "").strip():
        wanted.append(Query.rule_id.contains(rule, autoescape=True))
    state, age, text = filters.get("state"), filters.get("age", ""), filters.get("text", "").strip()
    if state == WAITING:
        wanted.append(Query.state.in_(life.WAITING))
    elif state:
        wanted.append(Query.state == state)
    if age.isdecimal() and int(age) in AGES:
        wanted += [Query.state.in_(life.WAITING), Query.opened_at < now() - dt.timedelta(days=int(age))]
    if text.removeprefix("#").isdecimal() and len(text) < 10:
        number = int(text.removeprefix("#"))
        wanted.append(or_(Query.number == number, Query.value == text))
    elif text:
        searched = (_message(ctx), Query.value, Query.source_file, Query.source_column, Query.rule_id, Query.answer)
        # SQLite's LIKE takes capitals for small letters as it is, and folding every text first costs twice as long
        has = "contains" if ctx.ledger().engine.dialect.name == "sqlite" else "icontains"
        wanted.append(or_(*(getattr(column, has)(text, autoescape=True) for column in searched)))
    return wanted


def options(ctx: PageContext) -> dict[str, dict[str, str]]:
    """What can be chosen in each filter, from what this person may see."""
    ledger = ctx.ledger()
    with reading(ledger.engine, ledger.home) as session:
        asked = select(Query.site_id, Query.table_name, Query.rule_id).where(*matching(ctx, {})).distinct()
        found = session.connection().execute(asked).all()
    sites, tables, rules = ({row[i] for row in found} for i in range(3))
    waiting = ctx.tr("답변 대기 + 답변됨", "waiting (open or answered)")
    return {
        "site": {site: site for site in sorted(sites)},
        "table": {table or NO_TABLE: messages.table_title(ctx, table) for table in sorted(t or "" for t in tables)},
        "rules": {rule: rule for rule in sorted(rules)},
        "severity": {name: ctx.tr(*messages.SEVERITY[name]) for name in ("error", "warning")},
        "state": {WAITING: waiting} | messages.choices(ctx, messages.STATE),
        "age": {str(days): ctx.tr(f"{days}일 초과", f"over {days} days") for days in AGES},
    }


def ageing(ctx: PageContext) -> list[Ageing]:
    """The waiting queries of every hospital that this person may see, the one with most errors first."""
    at = now()
    first, second = (at - dt.timedelta(days=days) for days in AGES)

    def count(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.sum(case((condition, 1), else_=0))

    ledger = ctx.ledger()
    with reading(ledger.engine, ledger.home) as session:
        found = session.execute(
            select(
                Query.site_id,
                count(Query.severity == "error"),
                count(Query.severity != "error"),
                count(Query.state == life.ANSWERED),
                count(Query.opened_at >= first),
                count((Query.opened_at < first) & (Query.opened_at >= second)),
                count(Query.opened_at < second),
                func.min(Query.opened_at),
            )
            .where(*matching(ctx, {"state": WAITING}))
            .group_by(Query.site_id)
        ).all()
    listed = [
        Ageing(site, errors, warnings, answered, (young, late, very_late), (at - oldest).days)
        for site, errors, warnings, answered, young, late, very_late, oldest in found
    ]
    return sorted(listed, key=lambda one: (-one.errors, -one.total, one.site_id))


def _order(ctx: PageContext, sort: str) -> list[ColumnElement]:
    """What the rows are ordered by, the last of it telling every row from every other."""
    name = sort.lstrip("-")
    columns = (_message(ctx),) if name == "message" else _ORDER.get(name, (_RANK,))
    return [*(column.desc() if sort.startswith("-") else column.asc() for column in columns), Query.number.asc()]


def _numbers(session: Session, order: list, wanted: list, offset: int, limit: int, total: int) -> list[int]:
    """The numbers of one page, counted from the end that is nearer: the last page costs what the first one does."""
    limit = max(0, min(limit, total - offset))
    is_near_end = offset > total // 2
    if is_near_end:
        order = [each.element.desc() if each.modifier is operators.asc_op else each.element.asc() for each in order]
        offset = total - offset - limit
    query = select(Query.number).where(*wanted).order_by(*order).limit(limit).offset(offset)
    numbers = list(session.scalars(query))
    return numbers[::-1] if is_near_end else numbers


def _message(ctx: PageContext) -> InstrumentedAttribute[str]:
    return Query.message_ko if ctx.language == "ko" else Query.message_en


def _row(ctx: PageContext, query: Row, at: dt.datetime) -> dict:
    days = (at - query.opened_at).days
    is_waiting = query.state in life.WAITING
    return {
        "number": query.number,
        "link": f"/queries/{query.number}",
        "site": query.site_id,
        "state": messages.said(ctx, messages.STATE, query.state),
        "state_kind": messages.STATE_KIND.get(query.state, ""),
        "severity": messages.said(ctx, messages.SEVERITY, query.severity),
        "severity_kind": query.severity,
        "table": messages.table_title(ctx, query.table_name),
        "rule": query.rule_id,
        "file": query.source_file,
        "place": messages.place(ctx, query.source_sheet, query.source_row, query.source_column),
        "value": query.value,
        "message": query.message_ko if ctx.language == "ko" else query.message_en,
        "opened": f"{query.opened_at:%Y-%m-%d}" + (ctx.tr(f" ({days}일)", f" ({days} d)") if is_waiting else ""),
        "changed": query.changed_at.strftime("%Y-%m-%d"),
        "answer": query.answer,
    }
