"""The context of a page: the newest published copy for whoever asks anew, the old one for whoever still reads it."""

from __future__ import annotations

import pytest

from haicplatform.core.errors import NotThere, UsageError
from haicplatform.core.people import Person
from haicplatform.core.settings import Home
from haicplatform.review.data.page_context import PageContext
from haicplatform.warehouse import warehouse


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home").create()


def publish(home, number):
    with warehouse.writable(home, fresh=True) as con:
        con.execute(f"CREATE SCHEMA quality; CREATE TABLE quality.finding AS SELECT {number} AS n")
    warehouse.publish(home)


def read(con):
    return con.execute("SELECT n FROM quality.finding").fetchone()[0]


def test_a_copy_published_in_the_middle_of_a_session_is_seen_at_once(home):
    ctx = PageContext(home, Person("m", "data_manager"), "ko")
    with pytest.raises(UsageError, match="published"), ctx.warehouse():
        pass
    publish(home, 1)
    with ctx.warehouse() as old:
        assert read(old) == 1
        publish(home, 2)
        publish(home, 3)
        with ctx.warehouse() as new:
            assert (read(new), read(old)) == (3, 1)
    with PageContext(home, Person("other", "reader"), "en").warehouse() as con:
        assert read(con) == 3


def test_nobody_writes_into_the_published_copy(home):
    publish(home, 1)
    with (
        PageContext(home, Person("m", "data_manager"), "ko").warehouse() as con,
        pytest.raises(Exception, match="read-only"),
    ):
        con.execute("INSERT INTO quality.finding VALUES (2)")


def test_a_foreign_hospital_is_not_there(home):
    ctx = PageContext(home, Person("c", "coordinator", frozenset({"AAA"})), "en")
    ctx.only("AAA")
    for site_id in ("BBB", "", "aaa"):
        with pytest.raises(NotThere):
            ctx.only(site_id)


def test_the_words_are_in_the_readers_language(home):
    person = Person("m", "data_manager")
    assert [PageContext(home, person, code).tr("예", "yes") for code in ("ko", "en")] == ["예", "yes"]
