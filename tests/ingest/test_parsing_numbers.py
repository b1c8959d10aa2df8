"""Numbers, units and laboratory results, held against Python's decimals."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from staging import column, lab, rows, told

from schemas.units import conversion

D = Decimal


def mm(cells, more=""):
    return column("tumour_baseline", "max_diam_mm", cells, more)


@pytest.mark.parametrize(
    ("cell", "value"),
    [("53", "53"), ("5.25", "5.3"), ("1,234.5", "1234.5"), ("-5", "-5"), ("4.2 cm", "42"), ("42mm", "42"),
     ("1.2e2", "120"), ("５３", "53"), ("5.800000000000001", "5.8"), ("53 H", "53")],
)  # fmt: skip
def test_a_number_is_read(cell, value):
    result = mm([cell])
    assert (rows(result, "max_diam_mm"), told(result)) == ([(D(value),)], [])


@pytest.mark.parametrize(
    "cell",
    ["12.3.4", "5.0 ~ 6.0", "약 5cm", "5x4 cm", ">10", "<5", "12,5", "1,23,4", "innumerable", "1e", "5 kg", "--5",
     "99999999"],
)  # fmt: skip
def test_what_is_no_certain_number_is_a_finding_and_the_other_cells_stay(cell):
    assert told(mm([cell, "7"])) == [(2, "x", cell, "tumour_baseline.max_diam_mm.type")]
    assert rows(mm([cell, "7"]), "max_diam_mm") == [(None,), (D("7.0"),)]


def test_a_declared_unit_converts_and_is_kept():
    result = mm(["5.3", "5.3 cm", "53 mm"], "    units: {max_diam_mm: cm}\n")
    assert rows(result, "max_diam_mm", "max_diam_mm__unit") == [(D("53.0"), "cm"), (D("53.0"), "cm"), (None, "mm")]
    assert told(result) == [(4, "x", "53 mm", "tumour_baseline.max_diam_mm.unit")]


def test_a_unit_by_row_converts_or_is_a_finding_at_the_unit_cell():
    from staging import sheet, staged

    text = "tables:\n  administration:\n    file: a.csv\n    columns: {dose: dose, unit: dose__unit}\n"
    result = staged(
        "administration", text,
        sheet("a.csv", ["dose", "unit"], ["100", "mg"], ["0.1", "g"], ["60", "mg/m2"], ["60", None], [None, "mg/m2"]),
    )  # fmt: skip
    assert rows(result, "dose") == [(D("100.00"),), (D("100.00"),), (None,), (D("60.00"),), (None,)]
    assert told(result) == [(4, "unit", "mg/m2", "administration.dose.unit")]


def test_the_decimal_sign_is_the_site_file_s():
    result = mm(["5,25", "1.234,5"], "    decimal: ','\n")
    assert rows(result, "max_diam_mm") == [(D("5.3"),), (D("1234.5"),)]


def test_whole_numbers():
    result = column("treatment_course", "course_no", ["3", "03", "3.0", "1,000", "3.5", "세번"])
    assert rows(result, "course_no") == [(3,), (3,), (3,), (1000,), (None,), (None,)]
    assert [rule for *_, rule in told(result)] == ["treatment_course.course_no.type"] * 2


@pytest.mark.parametrize(
    ("test", "raw", "unit", "op", "value", "standard"),
    [
        ("AFP", "400", "IU/mL", "=", "484", "ng/mL"),
        ("AFP", ">60500", "ng/mL", ">", "60500", "ng/mL"),
        ("AFP", ">50000", "IU/mL", ">", "60500", "ng/mL"),
        ("AFP", "1,234.5", "ng/mL", "=", "1234.5", "ng/mL"),
        ("AFP", "<0.8", "ng/mL", "<", "0.8", "ng/mL"),
        ("AFP", "≥ 60500", "ng/mL", ">", "60500", "ng/mL"),
        ("AFP", "1234.5 ng/ml H", None, "=", "1234.5", "ng/mL"),
        ("BILI_T", "34.2", "μmol/L", "=", "2", "mg/dL"),
        ("ALB", "38", "g/L", "=", "3.8", "g/dL"),
        ("CREAT", "88.4", "umol/L", "=", "1", "mg/dL"),
        ("PLT", "152000", "/uL", "=", "152", "10^3/uL"),
        ("PLT", "152", "10³/㎕", "=", "152", "10^3/uL"),
        ("INR", "1.08", None, "=", "1.08", None),
    ],
)
def test_lab_results(test, raw, unit, op, value, standard):
    result = lab([(test, raw, unit)])
    assert rows(result, "value_raw", "value_op", "value_num", "unit_std") == [(raw, op, D(value), standard)]
    assert told(result) == []


def test_a_lab_result_without_a_certain_number_has_one_finding():
    result = lab([
        ("BILI_T", "12.3.4", "mg/dL"), ("BILI_T", "1.2", "mol"), ("INR", "60", "%"), ("BILI_T", "1.2 mg/dL", "umol/L"),
        ("XYZ", "5", "mg/dL"), ("HBSAG", "Positive", None), ("BILI_T", "1.2", None), ("ALB", None, "g/dL"),
    ])  # fmt: skip
    assert result.frame["value_num"].null_count() == 8
    assert told(result) == [
        (2, "result", "12.3.4", "lab.value_raw.type"),
        (3, "unit", "mol", "lab.unit.unit"),
        (4, "unit", "%", "lab.unit.unit"),
        (5, "result", "1.2 mg/dL", "lab.value_raw.unit"),
        (6, "test", "XYZ", "lab.test_code.code"),
    ]


def test_a_result_given_as_not_done_is_a_warning_and_an_empty_one_is_left_to_validation():
    result = lab([("ALB", "미시행", "g/dL"), ("ALB", "", "g/dL")], head="defaults: {nulls: [미시행]}\n")
    assert told(result, "source_row", "value", "rule_id", "severity") == [
        (2, "미시행", "lab.value_raw.missing", "warning")
    ]


def test_units_declared_by_test_serve_only_rows_without_one():
    result = lab([("BILI_T", "34.2", None), ("BILI_T", "2", "mg/dL")], "    units: {BILI_T: umol/L}\n")
    assert rows(result, "unit", "value_num") == [("umol/L", D(2)), ("mg/dL", D(2))]


numbers = st.decimals(min_value=D("-99999"), max_value=D("99999"), places=6, allow_nan=False, allow_infinity=False)


@settings(max_examples=15, deadline=None)
@given(st.lists(numbers, min_size=1, max_size=40), st.sampled_from(["{:f}", "{:,f}", "{:f} mm", " {:f} "]))
def test_decimals_are_exact(values, form):
    result = mm([form.format(value) for value in values])
    expected = [value.quantize(D("0.1"), ROUND_HALF_UP) + 0 for value in values]
    assert [value for (value,) in rows(result, "max_diam_mm")] == expected


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.decimals(min_value=0, max_value=D("99999999"), places=4), min_size=1, max_size=30),
    st.sampled_from([("AFP", "IU/mL"), ("BILI_T", "umol/L"), ("CREAT", "umol/L"), ("ALB", "g/L"), ("PLT", "/uL")]),
)
def test_conversions_are_exact(values, quantity):
    test, unit = quantity
    factor = conversion(test, unit)
    result = lab([(test, f"{value:f}", unit) for value in values])
    for value, (found,) in zip(values, rows(result, "value_num"), strict=True):
        # found is the decimal nearest to the exact quotient: at most half of the last digit away
        assert abs(found * factor.divide - value * factor.multiply) * 2 <= D("0.000001") * factor.divide
