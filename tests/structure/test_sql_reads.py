"""What an SQL file reads: DuckDB's answer against sqlglot's, file by file. Not here: the order (test_warehouse)."""

import pytest

from haicplatform import sql_files
from haicplatform.resources import sql_dir

SCRIPTS = sql_dir() / "parse"  # several statements each
FILES = sorted(path for path in sql_dir().rglob("*.sql") if path.parent != SCRIPTS)


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_both_parsers_see_the_same_relations(path):
    file = sql_files.read(path)
    assert set(file.reads) == set(sql_files._lines(file))


def test_names_that_are_words_of_sql_and_helpers_of_the_query_itself():
    sql = 'WITH own AS (SELECT * FROM a.b AS x) SELECT * FROM own, "temp"."time" AS t, range(3), c.d'
    assert sql_files._read_by_duckdb(sql) == {
        sql_files.Read("a", "b"), sql_files.Read("temp", "time"), sql_files.Read("c", "d")
    }  # fmt: skip


@pytest.mark.parametrize(
    "sql", ["SELECT 1; SELECT 2", "DROP TABLE a.b", "SELEKT 1", "SELECT * FROM a.b JOIN c.d USING (e)"]
)
def test_what_duckdb_cannot_say_is_left_to_the_other(sql):
    assert sql_files._read_by_duckdb(sql) is None
