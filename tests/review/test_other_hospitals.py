"""A coordinator of one hospital tries every way to another's data. Each way is shown to work for who is allowed.

A way is one line: it is asked by the coordinator of BBB, who must learn nothing of AAA, and by somebody who may, who
must learn it; so that a way that has stopped leading anywhere fails, and does not count as refused.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import re
from dataclasses import dataclass
from shutil import rmtree

import pytest
from nicegui import Client, ui
from openpyxl import load_workbook
from sqlalchemy import select, update

from haicplatform.core.clock import now
from haicplatform.core.errors import HaicError
from haicplatform.core.people import Person
from haicplatform.ledger.accounts import sessions, store
from haicplatform.ledger.engine import reading, writing
from haicplatform.ledger.models import LoginSession, Query
from haicplatform.ledger.store import Ledger
from haicplatform.queries import workbook
from haicplatform.queries.answers import import_answers
from haicplatform.queries.export import export_queries
from haicplatform.review.data import bulk, finding_list, one_query, query_list, source_cells
from haicplatform.review.data.page_context import PageContext
from haicplatform.review.server import workbook_io
from haicplatform.review.server.guard import COOKIE
from haicplatform.warehouse import warehouse
from tests.review.conftest import PASSWORD, run
from tests.review.test_sockets import REFUSED, socket

OWN, OTHER = "of-bbb", "of-aaa"
THEIRS = Person(OTHER, "coordinator", frozenset({"AAA"}))
MINE = Person(OWN, "coordinator", frozenset({"BBB"}))
TRIED: list[str] = []


@dataclass(frozen=True)
class Known:
    """What somebody could have overheard about AAA."""

    delivery: str
    number: int
    fingerprint: str
    usubjid: str
    patient_id: str
    file: str
    row: int
    row_id: str


@pytest.fixture(scope="module")
def known(review_home) -> Known:
    with Ledger(review_home) as ledger, reading(ledger.engine, review_home) as session:
        query = session.scalars(select(Query).where(Query.site_id == "AAA").order_by(Query.number)).first()
    with warehouse.published(review_home) as con:
        found = con.execute(
            "SELECT usubjid FROM harmonised.person WHERE site_id = 'AAA' AND patient_id = ?", [query.patient_id]
        ).fetchone()
    return Known(
        query.delivery_id,
        query.number,
        query.fingerprint,
        found[0],
        query.patient_id,
        query.source_file,
        query.source_row,
        query.row_id,
    )


@pytest.fixture(scope="module")
def clients(server):
    return {name: server.client(name) for name in (OWN, OTHER, "manager")}


def shows(answer) -> bool:
    """Whether an answer says anything of AAA: its name, a patient, or the bytes of a workbook."""
    if answer.status_code != 200:
        return False
    if answer.content[:2] == b"PK":
        return True
    return re.search(r"\bAAA\b", re.sub(r'"client_id":\s*"[^"]*"|nonce="[^"]*"', "", answer.text)) is not None


PATHS = {
    "the overview": "/",
    "its deliveries": "/deliveries?site=AAA",
    "all deliveries": "/deliveries",
    "deliveries by file name": "/deliveries?file=patient",
    "a delivery by its id": "/deliveries/AAA/{delivery}",
    "a delivery's checks": "/deliveries/AAA/{delivery}/expectations",
    "a delivery, its hospital in other letters": "/deliveries/%41%41%41/{delivery}",
    "all findings": "/findings",
    "its findings": "/findings?site=AAA",
    "findings by text": "/findings?text=901",
    "findings by rule": "/findings?rule=patient.height_cm.range",
    "findings by the state of their query": "/findings?state=open",
    "a finding by its fingerprint": "/findings/{fingerprint}",
    "all queries": "/queries",
    "its queries": "/queries?site=AAA",
    "a query by its number in the list": "/queries?text=%23{number}",
    "queries by text": "/queries?text=patient.csv",
    "queries with a role of somebody else": "/queries?role=administrator&sites=AAA&person=admin",
    "a query by its number": "/queries/{number}",
    "a query, its number in other digits": "/queries/000{number}",
    "the workbook": "/queries/export/AAA",
    "the workbook, its hospital in other letters": "/queries/export/A%41A",
    "a patient": "/patient/{usubjid}",
    "a mark of a patient": "/patient/{usubjid}?mark=0",
    "a patient by hospital and number": "/patient/AAA:{patient_id}",
    "agreement of the hospital": "/agreement?site=AAA",
    "by way of the language": "/language/en?to=%2Fqueries%2F{number}",
    "by way of the log-in": "/login?to=%2Fqueries%2F{number}",
}


@pytest.mark.parametrize("way", PATHS)
def test_an_address(clients, known, way):
    path = PATHS[way].format(**vars(known))
    answers = {name: clients[name].get(path, follow_redirects=True) for name in (OWN, OTHER)}
    assert shows(answers[OTHER]), "this way leads nowhere"
    assert not shows(answers[OWN])
    TRIED.append(way)


HEADERS = {
    "a name in a header": {"x-forwarded-user": OTHER, "remote-user": OTHER, "x-haic-person": OTHER},
    "a password in a header": {"authorization": "Basic b2YtYWFhOng="},
    "another host in front": {"x-forwarded-host": "127.0.0.1", "x-original-url": "/queries/export/AAA"},
    "another method in a header": {"x-http-method-override": "GET", "x-rewrite-url": "/queries/export/AAA"},
}


@pytest.mark.parametrize("way", HEADERS)
def test_a_header(clients, known, way):
    answers = {n: clients[n].get(f"/queries/{known.number}", headers=HEADERS[way]) for n in (OWN, OTHER)}
    assert shows(answers[OTHER]) and not shows(answers[OWN])
    TRIED.append(way)


def _forged(token, _):
    return token[:-1] + ("A" if token[-1] != "A" else "B")


def _hashed(token, _):
    return sessions.hash_of(token)


def _aged(token, ledger):
    with writing(ledger.engine, ledger.home) as session:
        kept = update(LoginSession).where(LoginSession.token_hash == sessions.hash_of(token))
        session.execute(kept.values(seen_at=now() - sessions.IDLE - dt.timedelta(minutes=1)))
    return token


def _ended(token, ledger):
    sessions.end(ledger, sessions.hash_of(token))
    return token


@pytest.mark.parametrize("change", [_forged, _hashed, _aged, _ended])
def test_somebody_elses_cookie(server, review_home, known, change):
    with Ledger(review_home) as ledger:
        client = server.client(OTHER)
        path = f"/queries/{known.number}"
        assert shows(client.get(path))
        token = change(client.cookies[COOKIE], ledger)
    stolen = server.client()
    assert not shows(stolen.get(path, headers={"cookie": f"{COOKIE}={token}"}))
    TRIED.append(f"the cookie of somebody else, {change.__name__.strip('_')}")


def test_a_session_from_before_the_hospital_was_taken_away(server, review_home, known):
    with Ledger(review_home) as ledger:
        store.add(ledger, "test", "moved", "coordinator", ["AAA"], PASSWORD)
        client = server.client("moved")
        assert shows(client.get("/queries/export/AAA"))
        store.set_role(ledger, "test", "moved", "coordinator", ["BBB"])
    assert not shows(client.get("/queries/export/AAA"))
    assert not shows(server.client("moved").get("/queries/export/AAA"))
    TRIED.append("a hospital that was the own one before")


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "OPTIONS"])
def test_another_method(clients, method):
    """Nobody is answered in another way than by GET."""
    assert shows(clients[OTHER].get("/queries/export/AAA"))
    for name in (OWN, OTHER):
        answer = clients[name].request(method, "/queries/export/AAA")
        assert answer.status_code in (404, 405) and not answer.content.startswith(b"PK")
    TRIED.append(f"the method {method}")


@pytest.mark.parametrize(
    "path",
    [
        "/ledger.sqlite", "/published/warehouse.duckdb", "/landing/AAA", "/static/ledger.sqlite", "/_nicegui/auto/x",
        "/_nicegui/client/x/download/x", "/assets/..%2f..%2f..%2fledger.sqlite/review.css", "/docs", "/openapi.json",
        "/reports/..%2f..%2fledger.sqlite", "/reports/x/..%2f../..%2fidentity.key", "/queries/export/..%2fAAA",
        "/queries/export/AAA%00", "/patient/*", "/deliveries/*/*", "/queries/%2A", "/findings/%25",
    ],
)  # fmt: skip
def test_an_address_that_leads_nowhere_for_anybody(clients, path):
    for name in (OWN, "manager"):
        assert clients[name].get(path).status_code in (404, 422), name


def desks(review_home):
    return PageContext(review_home, MINE, "ko"), PageContext(review_home, THEIRS, "ko")


FUNCTIONS = {
    "the list of findings": lambda d, k: finding_list.rows(d, {"site": "AAA"}, "", 0, 50)[0],
    "findings in an order of one's own": lambda d, k: [
        row for row in finding_list.rows(d, {}, "site_id; FROM quality.finding --", 0, 200)[0] if row["site"] == "AAA"
    ],
    "findings by a text with SQL in it": lambda d, k: finding_list.rows(d, {"site": "AAA", "text": "%"}, "", 0, 50)[0]
    or [row for row in finding_list.rows(d, {"text": "a"}, "", 0, 50)[0] if row["site"] == "AAA"],
    "what the filters of findings offer": lambda d, k: "AAA" in finding_list.options(d)["site"],
    "the list of queries": lambda d, k: query_list.rows(d, {"site": "AAA"}, "", 0, 50)[0],
    "the last page of the queries": lambda d, k: [
        row for row in query_list.rows(d, {}, "-site", 0, 200)[0] if row["site"] == "AAA"
    ],
    "what the filters of queries offer": lambda d, k: "AAA" in query_list.options(d)["site"],
    "how long queries wait": lambda d, k: "AAA" in [one.site_id for one in query_list.ageing(d)],
    "many at once, by number": lambda d, k: bulk.plan(d, "comment", numbers=[k.number], filters={}).seen,
    "many at once, by filter": lambda d, k: bulk.plan(d, "comment", filters={"site": "AAA"}).seen,
    "many at once, with a plan of one's own": lambda d, k: bulk.carry_out(
        d, bulk.Plan("comment", ((k.number, "open"),), 0), "test"
    ),
    "one query": lambda d, k: one_query.query(d, k.number),
    "one finding": lambda d, k: one_query.finding(d, k.fingerprint),
    "a comment on a query": lambda d, k: one_query.decide(d, k.number, "comment", "test", "", "open") is None,
    "a row in its sheet": lambda d, k: source_cells.context(d.home, d.person, "AAA", k.delivery, k.file, "", k.row),
    "the headers of a row": lambda d, k: source_cells.source_columns(
        d.home, d.person, "AAA", k.delivery, k.row_id, ["height_cm"], None
    ),
    "the workbook, made on the server": lambda d, k: workbook_io.workbook_of(d, "AAA"),
}  # fmt: skip


@pytest.mark.parametrize("way", FUNCTIONS)
def test_what_a_page_asks(review_home, known, way):
    mine, theirs = desks(review_home)
    assert FUNCTIONS[way](theirs, known), "this way leads nowhere"
    try:
        found = FUNCTIONS[way](mine, known)
    except HaicError as error:
        found = None
        assert "AAA" not in str(error)
    assert not found
    TRIED.append(way)


def test_the_workbook_of_another_hospital_is_not_taken(review_home, known, tmp_path):
    book = tmp_path / "aaa.xlsx"
    export_queries(review_home, THEIRS, "AAA", book)
    mine, theirs = desks(review_home)
    assert workbook_io.take(theirs, "a.xlsx", book.read_bytes()).site_id == "AAA"
    with pytest.raises(HaicError, match="do not answer for"):
        workbook_io.take(mine, "a.xlsx", book.read_bytes())
    TRIED.append("the workbook of another hospital, taken in")
    opened = load_workbook(book)
    for row in opened[workbook.SEAL].iter_rows():
        row[3].value = "BBB"  # says that it is of one's own hospital
    opened[workbook.QUERIES].cell(workbook.HEADER_ROW + 1, len(workbook.LOCKED) + 1, workbook.ANSWERS[0])
    opened.save(book)
    with pytest.raises(HaicError, match="nothing was changed"):
        import_answers(review_home, MINE, book)
    TRIED.append("the workbook of another hospital under the own one's name")


class Grid:
    """The page of queries as somebody has it open, and the messages of its browser."""

    def __init__(self, server, client):
        self.token = client.cookies[COOKIE]
        self.id = server.client_id(client.get("/queries").text)
        self.elements = Client.instances[self.id].elements.values()
        self.table = next(each for each in self.elements if isinstance(each, ui.table))

    def message(self, element, kind: str, *arguments) -> dict:
        listener = next(each for each in element._event_listeners.values() if each.type == kind)
        return {
            "client_id": self.id, "id": element.id, "listener_id": listener.id,
            "args": [json.dumps(each) for each in arguments],
        }  # fmt: skip

    def filtered(self, text: str) -> dict:
        box = next(each for each in self.elements if "filter-text" in each.classes)
        return self.message(box, "update:value", text)

    async def becomes(self, is_so) -> bool:
        for _ in range(60):
            if is_so():
                return True
            await asyncio.sleep(0.05)
        return False


def test_a_filter_sent_by_socket(server, clients, known):
    async def asked(grid):
        async with socket(server, grid.token, grid.id) as own:
            await own.emit("event", grid.filtered(f"#{known.number}"))
            return await grid.becomes(lambda: [row["number"] for row in grid.table.rows] == [known.number])

    assert run(asked(Grid(server, clients[OTHER])))
    assert not run(asked(Grid(server, clients[OWN])))
    TRIED.append("a filter, sent by socket")


def test_the_open_page_of_somebody_else(server, clients, known):
    grid = Grid(server, clients[OTHER])

    async def asked(token, page_id):
        async with socket(server, token, page_id) as opened:
            await opened.emit("event", grid.filtered("901"))
            return await grid.becomes(lambda: len(grid.table.rows) == 1)

    mine = Grid(server, clients[OWN])
    with pytest.raises(REFUSED):
        run(asked(mine.token, grid.id))
    TRIED.append("the socket of somebody else's page")
    assert not run(asked(mine.token, mine.id))
    TRIED.append("an event for somebody else's page")
    assert run(asked(grid.token, grid.id))


def test_an_upload_to_the_open_page_of_somebody_else(server, clients):
    grid = Grid(server, clients[OTHER])

    async def opened():
        async with socket(server, grid.token, grid.id) as own:
            button = next(each for each in grid.elements if "back" in each.classes)
            await own.emit("event", grid.message(button, "click", None))
            return await grid.becomes(lambda: any(isinstance(each, ui.upload) for each in grid.elements))

    assert run(opened())
    path = next(each for each in grid.elements if isinstance(each, ui.upload))._props["url"]
    answers = {name: clients[name].post(path, files={"file": ("a.xlsx", b"x")}) for name in (OWN, OTHER)}
    assert (answers[OTHER].status_code, answers[OWN].status_code) == (200, 404)
    TRIED.append("an upload to somebody else's page")


def test_a_report_with_numbers_by_hospital(clients, review_home):
    """Nothing was released of it; numbers behind a report: tests/lineage/test_who_sees_numbers.py."""
    folder = review_home.reports / "pooled" / "s1"
    (folder / "release").mkdir(parents=True)
    try:
        for name in ("report.html", "release/report.html"):
            (folder / name).write_text(f"<html><head></head><body>{name} AAA</body></html>", encoding="utf-8")
        assert shows(clients[OWN].get("/reports/pooled/s1/release/report.html"))  # what was released is for all
        for way in ("report.html", "%72eport.html"):
            assert shows(clients["manager"].get(f"/reports/pooled/s1/{way}"))
            assert not shows(clients[OWN].get(f"/reports/pooled/s1/{way}"))
            TRIED.append(f"a report, as {way}")
        for way in ("release/..%2freport.html", "release/%2e%2e/report.html"):
            assert not shows(clients[OWN].get(f"/reports/pooled/s1/{way}"))
    finally:
        rmtree(folder.parent)


def test_pages_of_the_centre(clients):
    for path in ("/people", "/accounts"):
        assert clients[OWN].get(path).status_code == 404
    assert clients["manager"].get("/people").status_code == 200
    TRIED.append("the people of all hospitals")


def test_so_many_ways_were_tried(capsys):
    with capsys.disabled():
        print(f"\nways to another hospital's data, tried and refused: {len(set(TRIED))}")
    assert len(set(TRIED)) >= 30
