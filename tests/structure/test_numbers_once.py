"""Numbers and names that words and SQL, which read no Python, say too: held against the one place for them."""

from __future__ import annotations

import re
from typing import get_args

from haicplatform.core.resources import package_dir, sql_dir
from haicplatform.estimation.ratios import LEAST, MOST
from haicplatform.studies.parameters import _SOURCE, DAYS_PER_MONTH
from haicplatform.studies.study_model import CensorSource, EventSource
from schemas.codes import CHILD_PUGH_SCORES

CATALOGUE = package_dir() / "report" / "document" / "catalogue"


def test_the_child_pugh_classes_of_the_sql_are_those_of_the_recorded_scores():
    text = (sql_dir() / "harmonised" / "child_pugh.sql").read_text(encoding="utf-8")
    header, _, query = text.partition("WITH ")
    bounds = {name: int(most) for most, name in re.findall(r"WHEN score <= (\d+) THEN '(\w)'", query)}
    assert bounds == {name: most for name, (_, most) in CHILD_PUGH_SCORES.items() if name != "C"}
    written = re.search(r"A is (\d+)-(\d+), B (\d+)-(\d+), C (\d+)-(\d+)", header)
    assert written and [int(each) for each in written.groups()] == [
        n for pair in CHILD_PUGH_SCORES.values() for n in pair
    ]


def test_a_mean_month_is_said_as_it_is_counted():
    words = (CATALOGUE / "methods.yaml").read_text(encoding="utf-8")
    assert re.findall(r"/ (\d+\.\d+)", next(line for line in words.splitlines() if line.startswith("methods.months")))
    others = [
        path.name for path in sql_dir().rglob("*.sql") if re.search(r"^[^-]*\b30\.4", path.read_text("utf-8"), re.M)
    ]
    assert (words.count(str(DAYS_PER_MONTH)), others) == (2, [])


def test_the_korean_status_names_the_limits_of_a_ratio():
    words = (CATALOGUE / "codes.yaml").read_text(encoding="utf-8")
    status = next(line for line in words.splitlines() if line.startswith("status.wide"))
    assert f"{LEAST} 미만" in status and f"{MOST:,.0f} 초과" in status


def test_every_source_of_an_endpoint_has_its_rows_and_its_words():
    sources = get_args(EventSource) + get_args(CensorSource)
    rows = (sql_dir() / "analysis" / "endpoint_source.sql").read_text(encoding="utf-8")
    words = (CATALOGUE / "methods.yaml").read_text(encoding="utf-8")
    assert [name for name in sources if f"'{_SOURCE.get(name, name)}'" not in rows] == []
    assert [name for name in sources if f"\nsource.{name}:" not in words] == []
