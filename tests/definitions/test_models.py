"""Every SQL file of the harmonised layer has its model, and what the SQL makes passes it."""

from __future__ import annotations

import importlib
from datetime import timedelta

import pandera.polars as pa
import pytest
from harness import (
    Rows,
    baseline,
    exposure_rows,
    harmonise,
    labs_for_child_pugh,
    mrecist_rows,
    survival_rows,
    yaml_cases,
)

from haicplatform.core.resources import sql_dir

NAMES = sorted(path.stem for path in (sql_dir() / "harmonised").glob("*.sql"))
MODELS = sorted(path.stem for path in (sql_dir().parent / "schemas" / "harmonised").glob("[a-z]*.py"))


def model(name: str) -> type[pa.DataFrameModel]:
    module = importlib.import_module(f"schemas.harmonised.{name}")
    found = [each for each in vars(module).values() if isinstance(each, type) and each.__module__ == module.__name__]
    assert len(found) == 1 and issubclass(found[0], pa.DataFrameModel)
    return found[0]


@pytest.fixture(scope="module")
def con():
    rows = Rows()
    for name, add in (("mrecist", mrecist_rows), ("survival", survival_rows), ("exposure", exposure_rows)):
        for case in yaml_cases(name):
            add(rows, case)
    day = yaml_cases("mrecist")[0]["start"]
    baseline(rows, "L1", day, status={"height_cm": 170, "weight_kg": 65}, labs=labs_for_child_pugh(7))
    rows.lab("L1", day, "CREAT", "1.0", "mg/dL")
    rows.lab("L1", day + timedelta(1), "CREAT", "1.1", "mg/dL")
    rows.add("administration", "L1", course_no=1, admin_date=day, drug="5FU", cycle_no=1, dose=850)
    rows.add("adverse_event", "L1", term="Nausea", start_date=day, grade=2)
    return harmonise(rows)


def test_a_model_a_relation():
    assert MODELS == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_the_relation_passes_its_model(con, name):
    frame = con.execute(f"SELECT * FROM harmonised.{name}").pl()
    assert len(frame), "a model is not tested on nothing"
    model(name).validate(frame, lazy=True)


def test_an_enum_of_the_sql_holds_every_term_of_its_model(con):
    """A code new in schemas/codes.py and not in the SQL would stop the first night that delivers it."""
    asked = 0
    for name in NAMES:
        relation = con.sql(f"FROM harmonised.{name}")
        for column, kind in zip(relation.columns, relation.types, strict=True):
            checks = model(name).to_schema().columns[column].checks if kind.id == "enum" else []
            for check in checks:
                terms = set(dict(kind.children)["values"])
                assert terms >= set(check.statistics["allowed_values"]), (name, column)
                asked += 1
    assert asked >= 8
