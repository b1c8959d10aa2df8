"""The lists of findings and queries: filters, order, pages, ages, and deciding about many at once."""

from __future__ import annotations

import datetime as dt

import duckdb
import polars as pl
import pytest
from sqlalchemy import insert, select

from haicplatform.core.clock import now
from haicplatform.core.errors import ChangedMeanwhile, UsageError
from haicplatform.core.people import Person
from haicplatform.core.settings import Home
from haicplatform.findings.findings import draft_findings, render_findings
from haicplatform.ledger import audit
from haicplatform.ledger.engine import reading, writing
from haicplatform.ledger.models import AuditEntry, Query
from haicplatform.ledger.store import Ledger
from haicplatform.review.data import bulk, finding_list, query_list
from haicplatform.review.data.page_context import PageContext

# site, severity, column, value, row, state, days since it was opened; without a state nobody is asked
ROWS = [
    ("AAA", "error", "height_cm", "901", 7, "open", 40),
    ("AAA", "warning", "weight_kg", "7", 9, "answered", 10),
    ("AAA", "info", "height_cm", "180", 3, None, 0),
    ("BBB", "error", "height_cm", "903", 2, "open", 3),
    ("BBB", "error", "weight_kg", "Abc 50%_", 5, "closed", 90),
]
RULE = {"height_cm": "patient.height_cm.range", "weight_kg": "baseline_status.weight_kg.range"}


@pytest.fixture
def home(tmp_path):
    home = Home(tmp_path).create()
    found = render_findings(
        draft_findings(
            pl.DataFrame(
                {
                    "site_id": [row[0] for row in ROWS], "delivery_id": "d1", "table_name": "patient",
                    "rule_id": [RULE[row[2]] for row in ROWS],
                    "severity": [row[1] for row in ROWS], "column_name": [row[2] for row in ROWS],
                    "value": [row[3] for row in ROWS], "source_row": [row[4] for row in ROWS],
                    "source_file": "patient.csv", "key": [[str(place)] for place in range(len(ROWS))],
                }
            )
        )
    )  # fmt: skip
    with duckdb.connect(str(home.published / "warehouse.duckdb")) as con:
        con.register("found", found)
        con.execute("CREATE SCHEMA quality; CREATE TABLE quality.finding AS FROM found")
    queries = []
    for number, (row, made) in enumerate(zip(ROWS, found.to_dicts(), strict=True), 1):
        if row[5]:
            opened = now() - dt.timedelta(days=row[6], hours=1)
            queries.append(
                {key: made[key] for key in made if key not in ("category",)}
                | {"number": number, "scope": "delivery", "state": row[5], "opened_at": opened, "changed_at": opened}
            )
    with Ledger(home) as ledger, writing(ledger.engine, home) as session:
        session.execute(insert(Query), queries)
    return home


@pytest.fixture
def ctx(home):
    return PageContext(home, Person("m", "data_manager"), "ko")


def numbers(ctx, sort="number", offset=0, limit=50, **filters):
    rows, total = query_list.rows(ctx, filters, sort, offset, limit)
    return [row["number"] for row in rows], total


def places(ctx, sort="", offset=0, limit=50, **filters):
    rows, total = finding_list.rows(ctx, filters, sort, offset, limit)
    return [(row["site"], row["value"]) for row in rows], total


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, [1, 2, 4, 5]),
        ({"state": "waiting"}, [1, 2, 4]),
        ({"state": "closed"}, [5]),
        ({"site": "AAA", "severity": "error"}, [1]),
        ({"rule": "height"}, [1, 4]),
        ({"rule": "%"}, []),
        ({"age": "7"}, [1, 2]),
        ({"age": "30"}, [1]),
        ({"age": "1"}, [1, 2, 4, 5]),  # no age that can be chosen
        ({"text": "#4"}, [4]),
        ({"text": "901"}, [1]),
        ({"text": "abc"}, [5]),
        ({"text": "50%_"}, [5]),
        ({"text": "5__"}, []),
        ({"text": "' OR 1=1 --"}, []),
        ({"table": "-"}, []),
        ({"table": "patient"}, [1, 2, 4, 5]),
    ],
)
def test_filters_of_queries(ctx, filters, expected):
    assert numbers(ctx, **filters) == (expected, len(expected))


def test_queries_in_every_order_and_page(ctx):
    assert numbers(ctx, "-number")[0] == [5, 4, 2, 1]
    assert numbers(ctx, "severity")[0] == [1, 4, 5, 2]  # errors before warnings, not by the alphabet
    assert numbers(ctx, "opened")[0] == [5, 1, 2, 4]
    for sort in sorted(query_list.SORTABLE):
        for way in ("", "-"):
            whole = numbers(ctx, way + sort)[0]
            pages = [numbers(ctx, way + sort, offset, 1) for offset in range(5)]
            assert [page[0] for page in pages] == [[each] for each in whole] + [[]], sort
            assert {page[1] for page in pages} == {4}


def test_ageing_counts_what_waits(ctx):
    found = [(one.site_id, one.errors, one.warnings, one.answered, one.by_age, one.oldest_days) for one in
             query_list.ageing(ctx)]  # fmt: skip
    assert found == [("AAA", 1, 1, 1, (0, 1, 1), 40), ("BBB", 1, 0, 0, (1, 0, 0), 3)]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, [("AAA", "901"), ("BBB", "903"), ("BBB", "Abc 50%_"), ("AAA", "7"), ("AAA", "180")]),
        ({"site": "BBB"}, [("BBB", "903"), ("BBB", "Abc 50%_")]),
        ({"severity": "info"}, [("AAA", "180")]),
        ({"state": "none"}, [("AAA", "180")]),
        ({"state": "open"}, [("AAA", "901"), ("BBB", "903")]),
        ({"state": "open", "age": "30"}, [("AAA", "901")]),
        ({"text": "abc"}, [("BBB", "Abc 50%_")]),
        ({"text": "50%_"}, [("BBB", "Abc 50%_")]),
        ({"rule": "weight"}, [("BBB", "Abc 50%_"), ("AAA", "7")]),
        ({"table": "-"}, []),
    ],
)
def test_filters_of_findings(ctx, filters, expected):
    assert places(ctx, **filters) == (expected, len(expected))


def test_findings_in_every_order_and_page(ctx):
    assert [value for _, value in places(ctx, "-place")[0]] == ["7", "901", "Abc 50%_", "180", "903"]
    for sort in sorted(finding_list.SORTABLE):
        whole = places(ctx, sort)[0]
        pages = [places(ctx, sort, offset, 2) for offset in (0, 2, 4, 6)]
        assert [each for page in pages for each in page[0]] == whole and {page[1] for page in pages} == {5}


def test_a_finding_names_its_query(ctx):
    rows = {row["value"]: row for row in finding_list.rows(ctx, {}, "", 0, 50)[0]}
    assert (rows["901"]["link"], rows["901"]["state"]) == ("/queries/1", "답변 대기")
    assert rows["180"]["link"].startswith("/findings/") and rows["180"]["state"] == ""


def test_many_at_once_all_or_none(ctx):
    decided = bulk.plan(ctx, "accept", filters={})
    assert (decided.seen, decided.left) == (((1, "open"), (2, "answered"), (4, "open")), 1)
    assert bulk.plan(ctx, "accept", numbers=[1, 5, 77], filters={}).seen == ((1, "open"),)
    with pytest.raises(UsageError, match="needs a reason"):
        bulk.carry_out(ctx, decided, "  ")
    other = bulk.plan(ctx, "close", numbers=[4], filters={})
    assert bulk.carry_out(ctx, other, "확인함") == 1  # somebody else is faster
    with pytest.raises(ChangedMeanwhile, match="Query 4 was changed meanwhile") as refused:
        bulk.carry_out(ctx, decided, "확인함")
    assert "그 사이" in refused.value.said("ko")
    assert numbers(ctx, state="accepted") == ([], 0)
    assert bulk.carry_out(ctx, bulk.plan(ctx, "accept", filters={"state": "waiting"}), "확인함") == 2
    assert numbers(ctx, state="accepted") == ([1, 2], 2)
    ledger = ctx.ledger()
    with reading(ledger.engine, ctx.home) as session:
        assert [entry.action for entry in session.scalars(select(AuditEntry))] == ["close", "accept", "accept"]
        assert audit.verify(session).broken_at is None
