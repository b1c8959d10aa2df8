"""The definitions page: complete, and read from the files."""

from __future__ import annotations

import csv

import yaml
from harness import CASES

from haicplatform.core.resources import sql_dir
from haicplatform.reference.definitions_page import page
from haicplatform.reference.definitions_page.build import ITEM, _entry, _flowing, _parts, chapters
from haicplatform.reference.definitions_page.examples import cards, listings


def test_every_definition_is_on_the_page_once():
    found = [f"{entry.layer}/{entry.name}" for chapter in chapters() for entry in chapter.entries]
    files = {f"{path.parent.name}/{path.stem}" for part in ("harmonised", "analysis")
             for path in (sql_dir() / part).glob("*.sql")}  # fmt: skip
    assert len(found) == len(set(found))
    assert set(found) == files
    assert all(entry.summary for chapter in chapters() for entry in chapter.entries)


def test_every_worked_case_of_the_sql_is_on_the_page():
    text = page()
    names = []
    for name in ("mrecist", "survival", "exposure"):
        names += [case["id"] for case in yaml.safe_load((CASES / f"{name}.yaml").read_text(encoding="utf-8"))]
    for name in ("bclc", "child_pugh", "albi", "values"):
        with (CASES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            names += [row["id"] for row in csv.DictReader(file)]
    assert len(names) > 80
    assert [name for name in names if f'id="{name}"' not in text] == []


def test_a_header_is_taken_apart(tmp_path):
    file = tmp_path / "mine.sql"
    file.write_text(
        "-- harmonised.mine: what it is; one row\n-- a course.\n--\n-- Source: somebody 2010. More of it.\n"
        "--   first item\n--     goes on\n--   second item\n-- After the list. Choices: ours.\nSELECT confirm_days\n",
        encoding="utf-8",
    )
    entry = _entry("harmonised/mine", file)
    assert entry.summary == "What it is; one row a course."
    assert entry.parts == (
        ("Source", f"somebody 2010. More of it.{ITEM}first item goes on{ITEM}second item{ITEM}After the list."),
        ("Choices", "ours."),
    )
    assert entry.thresholds == (("confirm_days", "least days to confirm"),)
    assert list(_parts("plain words only")) == [("", "plain words only")]
    assert _flowing("a\nb") == "a b"


def test_a_card_shows_each_definition_where_they_disagree():
    card = next(card for card in cards() if card.name == "MR-O-09")
    assert card.head == ("Scan", "", "Viable, mm", "Other", "lencioni2010", "nobackdate")
    assert card.rows[1] == ("2023-04-10", "day 63", "A 45", "new N1 (liver) 8 mm, typical", "PD", "SD")
    assert card.outcome[1] == (
        "nobackdate", "BOR SD, confirmed SD; progression 2023-06-12; PFS event 2023-06-12, day 126"
    )  # fmt: skip


def test_values_say_what_becomes_of_a_cell():
    rows = {row[0]: row for listing in listings("values") for row in listing.rows}
    assert rows["VA-O-02"] == ("VA-O-02", ">60500 ng/mL", ">60500")
    assert rows["VA-O-07"] == ("VA-O-07", "0-1", "nothing: ambiguous, a query to the hospital")
