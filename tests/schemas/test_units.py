"""Conversions are exact and declared; a spelling is matched, a unit is never guessed."""

from decimal import Decimal

import pytest

from schemas.contract import TABLES
from schemas.lab_tests import LAB_TESTS
from schemas.units import accepted_units, conversion, conversions


@pytest.mark.parametrize(
    ("quantity", "unit", "value", "standard"),
    [
        ("AFP", "IU/mL", "50000", "60500"),
        ("BILI_T", "μmol/L", "34.2", "2"),
        ("BILI_T", "umol/l", "17.1", "1"),
        ("CREAT", "µmol/L", "88.4", "1"),
        ("ALB", "g/L", "38", "3.8"),
        ("PLT", "/μL", "152000", "152"),
        ("PLT", "10^9/L", "152", "152"),
        ("PLT", "x10³/㎕", "152", "152"),
        ("PLT", "K/uL", "152", "152"),
        ("PIVKA", "AU/mL", "0.04", "40"),
        ("NA", "mEq/L", "140", "140"),
        ("mm", "cm", "5.8", "58"),
        ("mm", "CM", "5.8", "58"),
    ],
)
def test_a_conversion(quantity, unit, value, standard):
    found = conversion(quantity, unit)
    assert Decimal(value) * found.multiply / found.divide == Decimal(standard)


def test_what_is_not_declared_is_not_converted():
    assert conversion("ALB", "mg/dL") is None
    assert conversion("mg", "mg/m2") is None
    assert conversion("mm", "") is None


def test_every_test_and_column_with_a_unit_takes_its_own():
    for test in LAB_TESTS.values():
        assert test.unit is None or conversion(test.code, test.unit).multiply == 1
    for table in TABLES.values():
        for column in table.columns:
            if column.unit and not column.derived:
                assert column.unit in accepted_units(column.unit)


def test_no_spelling_stands_twice():
    keys = [(each.quantity, each.unit_key) for each in conversions()]
    assert len(keys) == len(set(keys))


def test_a_soft_band_lies_within_the_hard_one():
    for test in LAB_TESTS.values():
        if test.soft:
            assert test.hard[0] <= test.soft[0] < test.soft[1] <= test.hard[1]
