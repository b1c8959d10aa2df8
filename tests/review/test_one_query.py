"""One query on its page: its cell, its rule, what is typed, two people at once; and what may be uploaded."""

from __future__ import annotations

import io
import zipfile

import pytest

from haicplatform.core.errors import FileRefused, NotThere, UsageError
from haicplatform.core.people import Person
from haicplatform.review.data import one_query, query_list
from haicplatform.review.data.page_context import PageContext
from haicplatform.review.server import workbook_io
from haicplatform.review.ui.source_html import table_of
from tests.review.conftest import PASSWORD

SCRIPT = "<img src=x onerror=alert(1)></textarea><script>alert(2)</script> {{ 7*7 }}"


@pytest.fixture
def ctx(review_home):
    return PageContext(review_home, Person("manager", "data_manager"), "ko")


@pytest.fixture
def numbers(ctx):
    return [row["number"] for row in query_list.rows(ctx, {"site": "AAA", "state": "open"}, "number", 0, 50)[0]]


@pytest.fixture
def page(server, browser):
    """A data manager's page; a dialog or an error of a script fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    opened, wrong = context.new_page(), []
    opened.on("dialog", lambda dialog: wrong.append(dialog.message) or dialog.dismiss())
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.goto(f"{server.url}/login")
    opened.fill("[name=name]", "manager")
    opened.fill("[name=password]", PASSWORD)
    opened.click("button[type=submit]")
    opened.wait_for_selector("main.page")
    yield opened
    context.close()
    assert wrong == []


def test_what_is_known_about_a_query(ctx, numbers):
    found = one_query.query(ctx, numbers[0])
    about = found.found.about
    assert (about["value"], found.found.marked, found.state) == ("901", ("height_cm",), "open")
    assert about["source_row"] in found.found.place.source_rows
    assert "height_cm" in found.found.rule("ko") and "901" not in found.found.rule("en")
    assert found.found.expected and found.history[0].action == "opened" and found.history[0].is_by_delivery
    assert set(found.actions) == {"answer", "close", "accept", "not_applicable", "comment"}
    theirs = PageContext(ctx.home, Person("of-aaa", "coordinator", frozenset({"AAA"})), "en")
    assert set(one_query.query(theirs, numbers[0]).actions) == {"answer", "comment"}
    assert found.found.patient == f"AAA-{about['patient_id']}"
    of_coordinator = one_query.query(theirs, numbers[0]).found.patient
    assert of_coordinator == f"AAA:{about['patient_id']}", "a usubjid can name another hospital"


def test_a_finding_of_whom_nobody_is_asked_and_one_that_is_not_there(ctx):
    with pytest.raises(NotThere):
        one_query.finding(ctx, "0" * 64)
    with pytest.raises(NotThere):
        one_query.query(ctx, 10**8)


def test_cells_of_a_hospital_are_text(ctx, numbers):
    found = one_query.query(ctx, numbers[0]).found
    spoilt = type(found.place)(("<b>h</b>", "height_cm"), ((SCRIPT, None),), (3,))
    html = table_of(ctx, spoilt, 3, ("height_cm",))
    assert "<script" not in html and "<img" not in html and "&lt;b&gt;h&lt;/b&gt;" in html
    assert "<mark class='empty'>빈 칸</mark>" in html


def test_many_are_commented_and_what_was_typed_stays_text(page, server, numbers):
    page.goto(f"{server.url}/queries?site=AAA&state=open")
    page.wait_for_selector(".q-table tbody tr")
    for row in range(2):
        page.locator(".q-table tbody .q-checkbox").nth(row).click()
    page.click(".many")
    page.click(".what")
    page.get_by_role("option", name="의견 남기기").click()
    page.wait_for_selector("text=2건을 처리합니다")
    page.click(".do")
    page.wait_for_selector("text=사유를 적어야 합니다")
    page.fill(".reason textarea", SCRIPT)
    page.click(".do")
    page.wait_for_selector("text=2건을 처리했습니다")
    for number in numbers[:2]:
        page.goto(f"{server.url}/queries/{number}")
        page.wait_for_selector(".history li")
        assert SCRIPT in page.inner_text(".history")
        assert page.locator(".history img, .history script").count() == 0


def test_two_people_at_one_query(page, server, ctx, numbers):
    number = numbers[0]
    page.goto(f"{server.url}/queries/{number}")
    page.fill(".note textarea", "수정 요청드립니다")
    one_query.decide(ctx, number, "answer", "값이 맞습니다", "171", "open")
    try:
        page.click(".do-close")
        page.wait_for_selector("text=그 사이 다른 사람이나 새 자료로 상태가 바뀌었습니다")
        assert page.input_value(".note textarea") == "수정 요청드립니다"
        assert "값이 맞습니다" in page.inner_text(".history") and "답변됨" in page.inner_text("p.line-up")
        assert one_query.query(ctx, number).state == "answered"
        page.click(".do-close")  # now the person has seen the answer
        page.wait_for_selector("text=저장했습니다")
        assert page.input_value(".note textarea") == ""
        assert [event.action for event in one_query.query(ctx, number).history][-2:] == ["answer", "close"]
    finally:
        one_query.decide(ctx, number, "reopen", "시험 끝", "", one_query.query(ctx, number).state)


def test_an_identifier_is_not_taken(ctx, numbers):
    with pytest.raises(UsageError) as refused:
        one_query.decide(ctx, numbers[0], "comment", "연락처 010-1234-5678", "", "open")
    assert "저장하지 않았습니다" in refused.value.said("ko") and "1234" not in str(refused.value)


def _bomb():
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as container:
        container.writestr("xl/workbook.xml", b"0" * (workbook_io.LARGEST_INSIDE + 1))
    return held.getvalue()


@pytest.mark.parametrize(
    ("data", "kind", "said"),
    [
        (b"no workbook", FileRefused, "엑셀 파일로 읽을 수 없습니다"),
        (b"", FileRefused, "엑셀 파일로 읽을 수 없습니다"),
        (_bomb(), UsageError, "파일이 너무 큽니다"),
    ],
    ids=["text", "nothing", "a bomb"],
)
def test_what_is_no_workbook_is_not_taken(ctx, data, kind, said):
    with pytest.raises(kind) as refused:
        workbook_io.take(ctx, "a.xlsx", data)
    assert said in refused.value.said("ko")
