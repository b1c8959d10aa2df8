"""The warehouse: swapped whole or not at all, and the layer runner's order and complaints."""

from __future__ import annotations

import pytest

from haicplatform.core.errors import UsageError
from haicplatform.core.settings import Home
from haicplatform.warehouse import warehouse


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home").create()


def write(folder, **files):
    folder.mkdir(exist_ok=True)
    for name, sql in files.items():
        (folder / f"{name}.sql").write_text(sql)
    return folder


def test_order_comes_from_the_reads(tmp_path):
    folder = write(
        tmp_path / "harmonised",
        a="SELECT x + 1 AS x FROM harmonised.b",
        b="-- what it is\nWITH c AS (SELECT x FROM validated.t) SELECT x + 10 AS x FROM c",
    )
    con = warehouse.connect()
    con.execute("CREATE SCHEMA validated; CREATE TABLE validated.t AS SELECT 1 AS x")
    assert warehouse.run_layer(con, "harmonised", folder) == ["harmonised.b", "harmonised.a"]
    assert con.execute("SELECT x FROM harmonised.a").fetchall() == [(12,)]


@pytest.mark.parametrize(
    ("files", "word", "row"),
    [
        ({"a": "SELECT *\nFROM harmonised.b", "b": "SELECT * FROM harmonised.a"}, "circle", None),
        ({"a": "SELECT *\nFROM analysis.adsl"}, "later layer", 2),
        ({"a": "SELECT 1\nUNION ALL\nSELECT x FROM validated.nowhere"}, "does not exist", 3),
        ({"a": "SELECT 1; SELECT 2"}, "one SELECT", None),
        ({"a": "CREATE TABLE x AS SELECT 1"}, "one SELECT", None),
        ({"a": "SELECT FROM FROM"}, "SQL", None),
        ({"a": "SELECT nothing_of_the_kind FROM (SELECT 1 AS x)"}, "SQL failed", None),
    ],
)
def test_wrong_sql_is_named_with_file_and_line(tmp_path, files, word, row):
    con = warehouse.connect()
    with pytest.raises(UsageError) as caught:
        warehouse.run_layer(con, "harmonised", write(tmp_path / "harmonised", **files))
    assert word in str(caught.value)
    assert caught.value.file in {"harmonised/a.sql", "harmonised/b.sql"}
    if row:
        assert caught.value.row == row


def test_a_message_of_failed_sql_quotes_no_cell(tmp_path):
    con = warehouse.connect()
    con.execute("CREATE SCHEMA validated; CREATE TABLE validated.t AS SELECT 'Kim Minsu' AS x")
    with pytest.raises(UsageError) as caught:
        warehouse.run_layer(
            con, "harmonised", write(tmp_path / "harmonised", a="SELECT x::INTEGER AS x FROM validated.t")
        )
    assert "Kim" not in str(caught.value)


def test_a_failed_edit_changes_nothing_and_leaves_nothing(home):
    with warehouse.writable(home, fresh=True) as con:
        con.execute("CREATE TABLE t AS SELECT 1 AS x")
    with pytest.raises(ZeroDivisionError), warehouse.writable(home) as con:
        con.execute("UPDATE t SET x = 2")
        raise ZeroDivisionError
    warehouse.publish(home)
    with warehouse.published(home) as con:
        assert con.execute("SELECT x FROM t").fetchall() == [(1,)]
    left = sorted(path.name for path in home.root.rglob("*") if "building" in path.name)
    assert left == []


def test_edit_goes_on_from_the_warehouse_in_force(home):
    with warehouse.writable(home, fresh=True) as con:
        con.execute("CREATE TABLE t AS SELECT 1 AS x")
    with warehouse.writable(home) as con:
        con.execute("CREATE TABLE u AS SELECT 2 AS x")
    with warehouse.writable(home) as con:
        assert warehouse.relations(con) == {"main.t", "main.u"}


def test_a_reader_keeps_its_copy_while_a_new_one_is_published(home):
    for value in (1, 2):
        with warehouse.writable(home, fresh=True) as con:
            con.execute(f"CREATE TABLE t AS SELECT {value} AS x")
        if value == 1:
            warehouse.publish(home)
            reader = warehouse.published(home)
    warehouse.publish(home)
    assert reader.execute("SELECT x FROM t").fetchall() == [(1,)]
    reader.close()
    with warehouse.published(home) as con:
        assert con.execute("SELECT x FROM t").fetchall() == [(2,)]


def test_published_copy_refuses_writing(home):
    with warehouse.writable(home, fresh=True) as con:
        con.execute("CREATE TABLE t AS SELECT 1 AS x")
    warehouse.publish(home)
    with warehouse.published(home) as con, pytest.raises(Exception, match="read-only"):
        con.execute("DELETE FROM t")


def test_nothing_published_yet_says_what_to_do(home):
    with pytest.raises(UsageError, match="haic harmonise"):
        warehouse.published(home)
