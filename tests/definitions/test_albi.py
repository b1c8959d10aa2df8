"""harmonised.albi: the score from labs, and the grades of the same SQL on a given score."""

from __future__ import annotations

from datetime import date

import pytest
import sqlglot
from harness import Rows, baseline, csv_cases, harmonise

from haicplatform.core import sql_graph
from haicplatform.core.resources import sql_dir

CASES = csv_cases("albi")


@pytest.fixture(scope="module")
def con():
    rows = Rows()
    for case in CASES:
        if case["bili"]:
            labs = [("BILI_T", case["bili"], case["bili_unit"]), ("ALB", case["alb"], case["alb_unit"])]
            baseline(rows, case["id"], date(2023, 3, 1), labs=labs)
    return harmonise(rows)


def graded(con, score: str):
    """The file's last SELECT over a given score instead of its own."""
    query = sqlglot.parse_one(sql_graph.read(sql_dir() / "harmonised" / "albi.sql").sql, read="duckdb")
    query.set("with_" if "with_" in query.args else "with", None)
    return con.execute(f"WITH scored AS (SELECT {score}::DOUBLE AS albi) {query.sql(dialect='duckdb')}").fetchone()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_worked_case(con, case):
    if case["bili"]:
        albi, grade, malbi = con.execute(
            "SELECT albi, grade, malbi FROM harmonised.albi JOIN harmonised.person USING (usubjid) "
            "WHERE patient_id = ?",
            [case["id"]],
        ).fetchone()
    else:
        albi, grade, malbi = graded(con, case["expect_albi"])
    assert albi == pytest.approx(float(case["expect_albi"]), abs=5e-5)
    assert (grade, malbi) == (case["expect_grade"], case["expect_malbi"])


@pytest.mark.parametrize(
    ("score", "grade", "malbi"), [("-2.595", "2", "2a"), ("-2.275", "2", "2a"), ("-1.395", "2", "2b")]
)
def test_beside_a_limit(con, score, grade, malbi):
    assert graded(con, score)[1:] == (grade, malbi)


def test_a_score_rests_on_its_two_results(con):
    (row_ids,) = con.execute("SELECT row_ids FROM harmonised.albi WHERE usubjid = 'S01-AL-O-01'").fetchone()
    assert len(row_ids) == 2
