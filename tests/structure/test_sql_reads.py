"""What an SQL file reads: DuckDB's answer against sqlglot's, file by file. Not here: the order (test_warehouse)."""

import pytest

from haicplatform.core import sql_graph
from haicplatform.core.resources import sql_dir

SCRIPTS = sql_dir() / "parse"  # several statements each
FILES = sorted(path for path in sql_dir().rglob("*.sql") if path.parent != SCRIPTS)


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_both_parsers_see_the_same_relations(path):
    file = sql_graph.read(path)
    assert set(file.reads) == set(sql_graph._lines(file))


def test_names_that_are_words_of_sql_and_helpers_of_the_query_itself():
    sql = 'WITH own AS (SELECT * FROM a.b AS x) SELECT * FROM own, "temp"."time" AS t, range(3), c.d'
    assert sql_graph._read_by_duckdb(sql) == {
        sql_graph.Read("a", "b"), sql_graph.Read("temp", "time"), sql_graph.Read("c", "d")
    }  # fmt: skip


@pytest.mark.parametrize(
    "sql", ["SELECT 1; SELECT 2", "DROP TABLE a.b", "SELEKT 1", "SELECT * FROM a.b JOIN c.d USING (e)"]
)
def test_what_duckdb_cannot_say_is_left_to_the_other(sql):
    assert sql_graph._read_by_duckdb(sql) is None
