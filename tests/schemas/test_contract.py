"""The models say what contract.csv (the text they started from) says, column by column."""

import csv
from pathlib import Path

import pytest

from schemas.contract import TABLES, Column

CSV = Path(__file__).parents[1] / "data" / "contract.csv"
ROWS = list(csv.DictReader(CSV.open(encoding="utf-8")))


def _type(column: Column) -> str:
    return f"decimal({column.precision},{column.scale})" if column.kind == "decimal" else column.kind


def _codes(column: Column, written: str) -> str:
    """Integers whose codes are a span (`5..15`) carry it as their hard band."""
    if ".." in written:
        return "{}..{}".format(*column.hard)
    return "|".join(column.codes)


def test_tables_and_columns_are_those_of_the_contract_in_its_order():
    expected: dict[str, list[str]] = {}
    for row in ROWS:
        expected.setdefault(row["table"], []).append(row["column"])
    assert {table.name: list(table.names) for table in TABLES.values()} == expected
    assert len(TABLES) == 12


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['table']}.{row['column']}")
def test_column(row):
    column = TABLES[row["table"]].column(row["column"])
    assert _type(column) == row["type"]
    if row["column_required"] == "derived":  # value_num, value_op, unit_std
        assert column.derived and not column.column_required
    else:
        assert ("Y" if column.column_required else "N") == row["column_required"]
        assert column.value_required_when == row["value_required_when"]
    assert str(column.key_position or "") == row["key_position"]
    if row["column"] == "test_code" or row["codes"]:
        assert _codes(column, row["codes"]) == row["codes"]
    assert (column.unit or "") == row["unit"]
    assert ("Y" if column.identifying else "") == row["identifying"]


def test_every_column_is_described_in_both_languages():
    for table in TABLES.values():
        assert table.en and table.ko
        for column in table.columns:
            assert column.title_en and column.en and column.title_ko and column.ko, (table.name, column.name)


def test_a_parent_comes_before_its_children():
    seen = set()
    for table in TABLES.values():
        assert table.parent is None or table.parent in seen
        assert set(table.parent_key) <= set(table.names)
        seen.add(table.name)
