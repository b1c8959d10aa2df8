"""A delivered row with its neighbours: the right rows and cells, and nothing of another hospital."""

import datetime as dt

import polars as pl
import pytest

from haicplatform.core.errors import NotThere
from haicplatform.core.people import Person
from haicplatform.core.settings import Home
from haicplatform.ingest.landing.raw import write_raw
from haicplatform.ingest.reading.sheet import Sheet
from haicplatform.ingest.state.delivery_summary import folder_of
from haicplatform.ledger.store import Decision, Ledger
from haicplatform.review.data.source_cells import context, source_columns

MANAGER = Person("m", "data_manager")
WHEN = dt.datetime(2024, 8, 15)
ASK = ("AAA", "d1", "lab.csv", None)


@pytest.fixture
def home(tmp_path):
    home = Home(tmp_path).create()
    rows = pl.DataFrame(
        {"source_row": [2, 3, 5, 6, 7], "번호": list("abcde"), "결과": ["1", None, "<3", "4", "5"]}
    )  # row 4 was no record
    folder = folder_of(home, "AAA", "d1", "m1")
    write_raw([Sheet("lab.csv", "", ["번호", "결과"], rows)], folder / "raw")
    pl.DataFrame(
        {
            "table_name": ["lab", "lab", "lab"],
            "branch": pl.Series([0, 0, 1], dtype=pl.Int32),
            "column_name": ["value_raw", "patient_id", "value_raw"],
            "source_column": ["결과", "번호", "다른 결과"],
        }
    ).write_parquet(folder / "headers.parquet")
    with Ledger(home) as ledger:
        ledger.add_delivery("AAA", "d1", WHEN, WHEN, [])
        ledger.commit_site("AAA", [("m1", Decision("d1", "accepted", [], {}))], "s1", [("d1", "m1")])
    return home


@pytest.mark.parametrize(
    ("row", "around", "source_rows", "results"),
    [(5, 1, (3, 5, 6), (None, "<3", "4")), (2, 1, (2, 3), ("1", None)), (7, 0, (7,), ("5",))],
)
def test_a_row_stands_between_its_neighbours(home, row, around, source_rows, results):
    found = context(home, MANAGER, *ASK, row, around)
    assert found.header == ("번호", "결과")
    assert found.source_rows == source_rows
    assert tuple(cells[1] for cells in found.rows) == results


def test_a_contract_column_has_the_hospitals_header_of_its_branch(home):
    def of(row_id):
        return source_columns(home, MANAGER, "AAA", "d1", row_id, ["value_raw", "unit"], "m1")

    assert of("d1:lab:0.0:5:0") == ["결과"]
    assert of("d1:lab:0.0:5:1") == ["다른 결과"]


@pytest.mark.parametrize(
    "asked",
    [
        ("AAA", "d1", "lab.csv", None, 4),
        ("AAA", "d1", "lab.csv", "x", 5),
        ("AAA", "d1", "../../delivery.json", None, 5),
        ("AAA", "../AAA/d1", "lab.csv", None, 5),
        ("BBB", "d1", "lab.csv", None, 5),
    ],
)
def test_what_is_not_there_is_said_in_one_sentence(home, asked):
    with pytest.raises(NotThere, match="no such row"):
        context(home, MANAGER, *asked)


@pytest.mark.parametrize(
    "person", [Person("c", "coordinator", frozenset({"BBB"})), Person("r", "reader")], ids=["another's", "reader"]
)
def test_a_row_that_a_person_may_not_see_is_not_there(home, person):
    with pytest.raises(NotThere) as refused:
        context(home, person, *ASK, 5)
    with pytest.raises(NotThere) as missing:
        context(home, MANAGER, *ASK, 4)
    assert str(refused.value) == str(missing.value)
    own = Person("c", "coordinator", frozenset({"AAA"}))
    assert context(home, own, *ASK, 5).source_rows == (2, 3, 5, 6, 7)
