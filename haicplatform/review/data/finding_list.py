"""The findings of the published data, a page at a time: filtered, sorted and counted on the server.

Belongs here: which findings a person may see and how the list is asked. Does not belong here: how it looks
(pages/findings.py), what is done about them (queries).

A coordinator's hospitals are part of every statement, whatever the filters say.
"""

from __future__ import annotations

import polars as pl
from sqlalchemy import select

from haicplatform.ledger.engine import reading
from haicplatform.ledger.models import Query
from haicplatform.queries import transitions as life
from haicplatform.queries.sync import ASKED
from haicplatform.review.data import messages
from haicplatform.review.data.page_context import PageContext
from haicplatform.review.data.query_list import AGES, NO_TABLE, matching

NOT_ASKED = "none"
_RANK = "CASE severity WHEN 'error' THEN 0 WHEN 'warning' THEN 1 ELSE 2 END"
# a column of the grid → what the rows are ordered by
_ORDER = {
    "severity": _RANK,
    "site": "site_id",
    "table": "table_name",
    "rule": "rule_id",
    "file": "source_file",
    "place": "source_sheet {0}, source_row {0}, source_column",
    "value": "value",
    "message": "message_{language}",
}
SORTABLE = frozenset(_ORDER)
# as they were loaded: by table, file and row
_FIRST = f"{_RANK}, site_id, rowid"
_SHOWN = (
    "fingerprint", "site_id", "table_name", "rule_id", "severity", "value", "source_file", "source_sheet",
    "source_row", "source_column",
)  # fmt: skip
_EXACT = {"site": "site_id", "table": "table_name", "severity": "severity", "category": "category"}
_SEARCHED = ("message_{language}", "value", "source_file", "source_column", "rule_id")


def rows(ctx: PageContext, filters: dict[str, str], sort: str, offset: int, limit: int) -> tuple[list[dict], int]:
    """One page of the findings and how many there are.

    filters: site, table, rule (a part of its id), severity, category, state (a state of a query, or `none`), age
    (days a query is open more than), text. sort: a column of the grid, with `-` before it for the other way round.
    """
    where, values = _where(ctx, filters)
    order = _order(ctx, sort)
    with ctx.warehouse() as con:
        if _is_about_queries(filters):
            con.register(
                "asked", pl.DataFrame({"fingerprint": _asked(ctx, filters)}, schema={"fingerprint": pl.String})
            )
        # a search reads every text: once, for the count and for the places
        counted = "count(*) OVER ()" if "text" in filters else "NULL"
        # the places first, then their rows: the text of all the rows that are not shown is left where it is
        found = con.execute(
            f"SELECT rowid, {counted} FROM quality.finding WHERE {where} ORDER BY {order} LIMIT ? OFFSET ?",
            [*values, limit, offset],
        ).fetchall()
        total = found[0][1] if found else None
        if total is None:
            [(total,)] = con.execute(f"SELECT count(*) FROM quality.finding WHERE {where}", values).fetchall()
        shown = con.execute(
            f"SELECT {', '.join(_SHOWN)}, message_{ctx.language} AS message FROM quality.finding"
            f" WHERE rowid IN (SELECT unnest(?::BIGINT[])) ORDER BY {order}",
            [[row[0] for row in found]],
        )
        names = [column[0] for column in shown.description]
        listed = [dict(zip(names, row, strict=True)) for row in shown.fetchall()]
    asked = _queries(ctx, {row["fingerprint"] for row in listed})
    return [_row(ctx, row, offset + place, asked) for place, row in enumerate(listed)], total


def options(ctx: PageContext) -> dict[str, dict[str, str]]:
    """What can be chosen in each filter, from what this person may see."""
    where, values = _where(ctx, {})
    with ctx.warehouse() as con:
        found = con.execute(
            f"SELECT DISTINCT site_id, table_name, rule_id FROM quality.finding WHERE {where}", values
        ).fetchall()
    sites, tables, rules = ({row[i] for row in found} for i in range(3))
    return {
        "site": {site: site for site in sorted(sites)},
        "table": {table or NO_TABLE: messages.table_title(ctx, table) for table in sorted(t or "" for t in tables)},
        "rules": {rule: rule for rule in sorted(rules)},
        "severity": messages.choices(ctx, messages.SEVERITY),
        "category": messages.choices(ctx, messages.CATEGORY),
        "state": messages.choices(ctx, messages.STATE) | {NOT_ASKED: ctx.tr("질의 없음", "no query")},
        "age": {str(days): ctx.tr(f"{days}일 초과", f"over {days} days") for days in AGES},
    }


def _where(ctx: PageContext, filters: dict[str, str]) -> tuple[str, list]:
    parts = ["true"]
    values: list[str | list[str]] = []
    if ctx.person.sites is not None:
        parts.append("list_contains(?, site_id)")
        values.append(sorted(ctx.person.sites))
    for name, column in _EXACT.items():
        if name in filters:
            parts.append(f"coalesce({column}, '{NO_TABLE}') = ?")
            values.append(filters[name])
    if rule := filters.get("rule", "").strip():
        parts.append("contains(rule_id, ?)")
        values.append(rule)
    if text := filters.get("text", "").strip():
        # as typed and in the usual ways of capitals: folding every letter of every row takes ten times as long
        spellings = sorted({text, text.lower(), text.upper(), text.capitalize()})
        searched = [name.format(language=ctx.language) for name in _SEARCHED]
        parts.append("(" + " OR ".join(f"contains({name}, ?)" for name in searched for _ in spellings) + ")")
        values += spellings * len(searched)
    if filters.get("state") == NOT_ASKED:
        parts.append("NOT list_contains(?, severity)")
        values.append(list(ASKED))
    if _is_about_queries(filters):
        parts.append("fingerprint IN (FROM asked)")
    return " AND ".join(parts), values


def _is_about_queries(filters: dict[str, str]) -> bool:
    return filters.get("state") in life.STATES or "age" in filters


def _order(ctx: PageContext, sort: str) -> str:
    column = _ORDER.get(sort.lstrip("-"))
    if column is None:
        return _FIRST
    way = "DESC" if sort.startswith("-") else "ASC"
    return f"{column.format(way, language=ctx.language)} {way}, {_FIRST}"


def _asked(ctx: PageContext, filters: dict[str, str]) -> list[str]:
    """The fingerprints of the queries in the state, and of the age, that the filters ask for."""
    about: dict[str, str] = {name: filters[name] for name in ("site", "state", "age") if name in filters}
    ledger = ctx.ledger()
    with reading(ledger.engine, ledger.home) as session:
        found = session.connection().execute(select(Query.fingerprint).where(*matching(ctx, about)))
        return list(found.scalars())


def _queries(ctx: PageContext, fingerprints: set[str]) -> dict[str, tuple[int, str]]:
    """fingerprint → (number, state) of the queries behind findings."""
    ledger = ctx.ledger()
    with reading(ledger.engine, ledger.home) as session:
        found = session.execute(
            select(Query.fingerprint, Query.number, Query.state).where(Query.fingerprint.in_(fingerprints))
        )
        return {fingerprint: (number, state) for fingerprint, number, state in found}


def _row(ctx: PageContext, row: dict, identity: int, asked: dict[str, tuple[int, str]]) -> dict:
    number, state = asked.get(row["fingerprint"], (None, None))
    return {
        "id": identity,
        "severity": messages.said(ctx, messages.SEVERITY, row["severity"]),
        "severity_kind": row["severity"],
        "site": row["site_id"],
        "table": messages.table_title(ctx, row["table_name"]),
        "rule": row["rule_id"],
        "file": row["source_file"],
        "place": messages.place(ctx, row["source_sheet"], row["source_row"], row["source_column"]),
        "value": row["value"],
        "message": row["message"],
        "query": number,
        "state": messages.said(ctx, messages.STATE, state),
        "state_kind": messages.STATE_KIND.get(state or "", ""),
        "link": f"/queries/{number}" if number else f"/findings/{row['fingerprint']}",
    }
