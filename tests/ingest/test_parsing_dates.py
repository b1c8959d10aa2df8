"""Dates in every form of the dirt list, held against Python's own calendar."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from staging import column, rows, told

DAY = date(2023, 3, 7)


@pytest.mark.parametrize(
    "cell",
    [
        "2023-03-07", "20230307", "2023.3.7", "2023. 03. 07.", "2023년 3월 7일", "2023/03/07", "2023-3-7",
        "2023-03-07 14:22", "2023-03-07T14:22:33", "20230307142233", "2023. 3. 7. 오후 2:22", "2023.03.07(화)",
        " 2023.03.07 ", "２０２３．０３．０７", "2023\u00a0.\u300003 . 07",
    ],
)  # fmt: skip
def test_a_day_is_read(cell):
    result = column("imaging_visit", "exam_date", [cell])
    assert (rows(result, "exam_date"), told(result)) == ([(DAY,)], [])


@pytest.mark.parametrize(
    ("cell", "rule"),
    [
        ("2022.02.30", "date"), ("03/07/2023", "date"), ("07.03.2023", "date"), ("23/05/03", "date"),
        ("230503", "date"), ("2023-13-01", "date"), ("1823-01-01", "date"), ("44992", "date"), ("모름", "date"),
        ("2023-03-07 25:00", "date"), ("2023.03.00", "precision"), ("2023-03", "precision"), ("2023", "precision"),
    ],
)  # fmt: skip
def test_what_is_no_certain_day_is_a_finding(cell, rule):
    result = column("imaging_visit", "exam_date", [cell])
    assert rows(result, "exam_date") == [(None,)]
    assert told(result) == [(2, "x", cell, f"imaging_visit.exam_date.{rule}")]


@pytest.mark.parametrize("cell", [None, "", "  ", "9999-12-31", "19000101", "-"])
def test_no_date_is_no_finding(cell):
    result = column("imaging_visit", "exam_date", [cell], "    nulls: {x: ['-']}\n")
    assert (rows(result, "exam_date"), told(result)) == ([(None,)], [])


@pytest.mark.parametrize(
    ("cell", "text", "precision"),
    [
        ("2023.03.07", "2023-03-07", "day"), ("2023-03", "2023-03", "month"), ("2023.3.", "2023-03", "month"),
        ("2023년 3월", "2023-03", "month"), ("2023.03.00", "2023-03", "month"), ("20230300", "2023-03", "month"),
        ("2023", "2023", "year"), ("2023년", "2023", "year"), ("2023.00.00", "2023", "year"),
        ("9999-12-31", None, None), (None, None, None),
    ],
)  # fmt: skip
def test_partial_dates_keep_their_precision(cell, text, precision):
    result = column("followup_event", "event_date", [cell])
    assert rows(result, "event_date", "event_date_precision") == [(text, precision)]
    assert told(result) == []


@pytest.mark.parametrize("cell", ["202303", "2023-13", "2023.13.00", "03.2023", "23.03", "2022.02.30"])
def test_what_is_no_certain_month_is_refused(cell):
    result = column("followup_event", "event_date", [cell])
    assert (rows(result, "event_date"), len(told(result))) == ([(None,)], 1)


@pytest.mark.parametrize(
    ("cell", "moment", "precision"),
    [
        ("2023-03-07 14:22", datetime(2023, 3, 7, 14, 22), "minute"),
        ("2023.03.07 07:40", datetime(2023, 3, 7, 7, 40), "minute"),
        ("2023/03/07 07:40:05", datetime(2023, 3, 7, 7, 40, 5), "minute"),
        ("2023.3.7 7:40", datetime(2023, 3, 7, 7, 40), "minute"),
        ("202303071422", datetime(2023, 3, 7, 14, 22), "minute"),
        ("2023-03-07 오전 12:05", datetime(2023, 3, 7, 0, 5), "minute"),
        ("2023-03-07 오후 12:05:00", datetime(2023, 3, 7, 12, 5), "minute"),
        ("2023-03-07 00:00", datetime(2023, 3, 7), "minute"),
        ("20230307", datetime(2023, 3, 7), "day"),
    ],
)
def test_moments(cell, moment, precision):
    result = column("lab", "collect_datetime", [cell])
    assert rows(result, "collect_datetime", "collect_datetime_precision") == [(moment, precision)]


@pytest.mark.parametrize("cell", ["2023-02-29 10:00", "2023.03.07 24:01", "2023-03-07 10:61", "03/07/2022 10:00"])
def test_moments_that_cannot_be(cell):
    assert told(column("lab", "collect_datetime", [cell])) == [(2, "x", cell, "lab.collect_datetime.date")]


def test_declared_forms_and_spreadsheet_serials_are_read_only_where_declared():
    forms = "    dates: {x: ['%d.%m.%Y', excel1900]}\n"
    result = column("imaging_visit", "exam_date", ["07.03.2023", "44992", "2023-03-07", "07.13.2023"], forms)
    assert rows(result, "exam_date") == [(DAY,), (DAY,), (DAY,), (None,)]
    moments = column("lab", "collect_datetime", ["44992.5", "44992"], "    dates: {x: excel1900}\n")
    assert rows(moments, "collect_datetime", "collect_datetime_precision") == [
        (datetime(2023, 3, 7, 12), "minute"),
        (datetime(2023, 3, 7), "day"),
    ]
    later = column("imaging_visit", "exam_date", ["43530"], "    dates: {x: excel1904}\n")
    assert rows(later, "exam_date") == [(DAY,)]
    months = column("followup_event", "event_date", ["03/2023"], "    dates: {x: '%m/%Y'}\n")
    assert rows(months, "event_date", "event_date_precision") == [("2023-03", "month")]


@settings(max_examples=15, deadline=None)
@given(st.lists(st.dates(date(1900, 1, 2), date(2100, 12, 31)), min_size=1, max_size=40))
def test_every_day_of_the_calendar_in_every_form(days):
    forms = ["{0:%Y-%m-%d}", "{0:%Y%m%d}", "{0:%Y.%m.%d}", "{0.year}.{0.month}.{0.day}"]
    forms += ["{0.year}년 {0.month}월 {0.day}일", "{0:%Y}. {0:%m}. {0:%d}.", "{0:%Y/%m/%d} 08:15"]
    cells = [form.format(day) for day in days for form in forms]
    result = column("imaging_visit", "exam_date", cells)
    assert [day for (day,) in rows(result, "exam_date")] == [day for day in days for _ in forms]


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.integers(1900, 2100), st.integers(0, 19), st.integers(0, 39)), min_size=1, max_size=80))
def test_a_day_is_read_exactly_when_the_calendar_has_it(parts):
    expected = []
    for year, month, day in parts:
        try:
            expected.append(date(year, month, day))
        except ValueError:
            expected.append(None)
    expected = [None if day == date(1900, 1, 1) else day for day in expected]
    result = column("imaging_visit", "exam_date", [f"{y}.{m:02d}.{d:02d}" for y, m, d in parts])
    assert [day for (day,) in rows(result, "exam_date")] == expected


@settings(max_examples=10, deadline=None)
@given(st.lists(st.integers(61, 80000), min_size=1, max_size=40))
def test_serials_count_days(serials):
    result = column("imaging_visit", "exam_date", list(map(str, serials)), "    dates: {x: excel1900}\n")
    long_enough = [date(1899, 12, 30) + timedelta(n) if n >= 1000 else None for n in serials]
    assert [day for (day,) in rows(result, "exam_date")] == long_enough
