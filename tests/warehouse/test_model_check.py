"""model_check: a model put into one query refuses what pandera refuses, and every shipped model can be."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandera.polars as pa
import polars as pl
import pytest
from pandera.errors import SchemaErrors

from haicplatform.warehouse.model_check import check_against_model, conditions, model_of

HARMONISED = sorted(path.stem for path in (Path(__file__).parents[2] / "schemas/harmonised").glob("[a-z]*.py"))


class Small(pa.DataFrameModel):
    """One row a person."""

    person: str = pa.Field(unique=True)
    visit: pl.Int32 = pa.Field(ge=1, lt=10)
    size: float = pa.Field(nullable=True, gt=0, le=100)
    code: str = pa.Field(nullable=True, isin=("A", "B's"))

    class Config:
        """As the shipped ones."""

        strict = True
        unique = ["visit", "code"]


GOOD = [("p1", 1, 0.5, "A"), ("p2", 9, 100.0, "B's"), ("p3", 1, None, None)]
BAD = {
    "null": (None, 2, 1.0, "A"),
    "unique": ("p1", 2, 1.0, "A"),
    "ge": ("p4", 0, 1.0, "A"),
    "lt": ("p4", 10, 1.0, "A"),
    "gt": ("p4", 2, 0.0, "A"),
    "le": ("p4", 2, 100.5, "A"),
    "isin": ("p4", 2, 1.0, "C"),
    "key": ("p4", 1, 1.0, "A"),
    "key_with_null": ("p4", 1, 1.0, None),
}


@pytest.fixture
def con():
    con = duckdb.connect()
    con.execute("CREATE TABLE small (person VARCHAR, visit INTEGER, size DOUBLE, code VARCHAR)")
    con.executemany("INSERT INTO small VALUES (?, ?, ?, ?)", GOOD)
    return con


def test_good_rows_and_no_rows_pass(con):
    check_against_model(con, "small", Small)
    con.execute("DELETE FROM small")
    check_against_model(con, "small", Small)


@pytest.mark.parametrize("row", BAD.values(), ids=BAD)
def test_a_bad_row_is_refused_as_pandera_refuses_it(con, row):
    con.execute("INSERT INTO small VALUES (?, ?, ?, ?)", row)
    with pytest.raises(SchemaErrors):
        Small.validate(con.execute("FROM small").pl(), lazy=True)
    assert not all(con.execute(f"SELECT {', '.join(conditions(Small, 'small'))} FROM small").fetchone())
    with pytest.raises(SchemaErrors):
        check_against_model(con, "small", Small)


@pytest.mark.parametrize("change", ["ADD COLUMN more INTEGER", "DROP COLUMN size", "ALTER COLUMN visit TYPE BIGINT"])
def test_other_columns_or_types_are_refused(con, change):
    con.execute(f"ALTER TABLE small {change}")
    with pytest.raises(SchemaErrors):
        check_against_model(con, "small", Small)


def test_a_check_without_sql_is_left_to_pandera(con):
    class Spelled(Small):
        """With a check of another kind."""

        code: str = pa.Field(nullable=True, str_startswith="A")

    assert conditions(Spelled, "small") is None
    with pytest.raises(SchemaErrors):
        check_against_model(con, "small", Spelled)


class Numbered(pa.DataFrameModel):
    """A row a number and word, of few words; the colour is a list of terms."""

    number: pl.Int32
    word: str
    colour: pl.Categorical = pa.Field(isin=("red", "blue"))

    class Config:
        """As exam_response."""

        strict = True
        unique = ["number", "word"]
        metadata = {"few": "word"}


@pytest.mark.parametrize(
    ("rows", "fits"),
    [
        ([], True),
        ([(1, "a", "red"), (2, "a", "blue"), (1, "b", "red")], True),
        ([(1, "a", "red"), (2, "a", "blue"), (2, "a", "red")], False),
        ([(-5, "a", "red"), (100_000, "a", "green")], False),
    ],
)
def test_a_key_with_few_words_and_a_list_of_terms(rows, fits):
    con = duckdb.connect()
    con.execute("CREATE TABLE n (number INTEGER, word VARCHAR, colour ENUM ('red', 'blue', 'green'))")
    if rows:
        con.executemany("INSERT INTO n VALUES (?, ?, ?)", rows)
    assert all(con.execute(f"SELECT {', '.join(conditions(Numbered, 'n'))} FROM n").fetchone()) == fits
    if fits:
        check_against_model(con, "n", Numbered)
    else:
        with pytest.raises(SchemaErrors):
            check_against_model(con, "n", Numbered)


def test_of_a_type_that_holds_only_the_terms_no_row_is_asked():
    allowed, more = {"colour": {"blue", "red"}}, {"colour": {"blue", "red", "green"}}
    every_row = conditions(Numbered, "n")
    assert len(conditions(Numbered, "n", allowed)) == len(every_row) - 1
    assert conditions(Numbered, "n", more) == every_row


@pytest.mark.parametrize("name", HARMONISED)
def test_every_harmonised_model_can_be_asked_in_one_query(name):
    assert len(conditions(model_of("harmonised", name), f"harmonised.{name}")) > 1


def test_numbers_too_far_apart_for_bits_are_left_to_pandera():
    con = duckdb.connect()
    con.execute("CREATE TABLE n AS SELECT unnest([-2147483648, 0, 2147483647])::INTEGER AS number")

    class Plain(pa.DataFrameModel):
        """A number a row."""

        number: pl.Int32 = pa.Field(unique=True)

    check_against_model(con, "n", Plain)
    con.execute("INSERT INTO n VALUES (0)")
    with pytest.raises(SchemaErrors):
        check_against_model(con, "n", Plain)
