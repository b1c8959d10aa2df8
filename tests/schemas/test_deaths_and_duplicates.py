"""A death is never lost, and of rows with the same key one counts or none, by a rule that is told."""

from datetime import datetime
from decimal import Decimal

from staged import check, lines, said

DEATH = {"event_type": "DEATH", "event_date": "2023-05-03", "source": "EMR"}


def test_an_unreadable_death_stays_without_its_date():
    told = [{"row": 1, "rule_id": "followup_event.event_date.date", "column_name": "event_date", "value": "23/05/03"}]
    result = check("followup_event", DEATH | {"event_date": None}, told=told)
    assert said(result) == [(2, "followup_event.event_date.date", "error", "event_date")]
    assert result.frame.select("event_type", "event_date").rows() == [("DEATH", None)]


def test_a_last_contact_with_the_same_fault_is_set_aside():
    told = [{"row": 1, "rule_id": "followup_event.event_date.date", "column_name": "event_date", "value": "23/05/03"}]
    result = check("followup_event", {"event_date": None}, told=told)
    assert said(result) == [(2, "followup_event.event_date.date", "error", "event_date")]
    assert result.frame.is_empty()


def test_a_death_in_the_future_stays_without_its_date():
    result = check("followup_event", DEATH | {"event_date": "2031-01-01", "event_date_precision": "day"})
    assert said(result) == [(2, "followup_event.date_after_extract", "error", "event_date")]
    assert result.frame.select("event_date", "event_date_precision").rows() == [(None, None)]


def test_a_death_of_which_only_the_year_is_known_stays_as_it_is():
    result = check("followup_event", DEATH | {"event_date": "2023"})
    assert said(result) == [(2, "followup_event.event_date.precision", "error", "event_date")]
    assert result.frame["event_date"].to_list() == ["2023"]


def test_a_death_without_date_or_source_stays():
    result = check("followup_event", DEATH | {"event_date": None}, DEATH | {"source": None})
    assert said(result) == [
        (2, "followup_event.event_date.missing", "error", "event_date"),
        (3, "followup_event.source.missing", "error", "source"),
    ]
    assert lines(result.frame) == [2, 3]


def test_of_deaths_with_the_same_key_one_stays():
    result = check("followup_event", DEATH | {"cause": "HCC"}, DEATH | {"cause": "sepsis"}, DEATH | {"cause": "HCC"})
    assert lines(result.frame) == [2]
    assert said(result) == [
        (3, "followup_event.key.duplicate", "error", "cause"),
        (4, "followup_event.key.duplicate", "info", "patient_id"),
    ]


def test_of_identical_rows_the_first_in_the_file_counts():
    result = check("administration", {"patient_id": "P2"}, {}, {}, {})
    assert lines(result.frame) == [2, 3]
    assert said(result) == [
        (4, "administration.key.duplicate", "info", "patient_id"),
        (5, "administration.key.duplicate", "info", "patient_id"),
    ]


def test_a_later_change_supersedes_wherever_it_stands():
    new, old = datetime(2024, 8, 1), datetime(2024, 7, 1)
    result = check(
        "administration",
        {"dose": Decimal("90"), "changed_at": old},
        {"dose": Decimal("100"), "changed_at": new},
        {"patient_id": "P2", "changed_at": old},
    )
    assert lines(result.frame) == [3, 4]
    assert said(result) == [(2, "administration.key.duplicate", "warning", "dose")]


def test_without_knowing_which_is_later_none_counts():
    same = datetime(2024, 8, 1)
    rows = ({"dose": Decimal("90")}, {"route": "IA"}, {"patient_id": "P2"})
    for result in (check("administration", *rows), check("administration", *(r | {"changed_at": same} for r in rows))):
        assert lines(result.frame) == [4]
        assert [(line, severity) for line, _, severity, _ in said(result)] == [(2, "error"), (3, "error")]
        assert {column for *_, column in said(result)} == {"dose"}


def test_a_row_that_was_refused_does_not_supersede_a_good_one():
    new, old = datetime(2024, 8, 1), datetime(2024, 7, 1)
    result = check(
        "administration", {"dose": Decimal("-1"), "changed_at": new}, {"dose": Decimal("90"), "changed_at": old}
    )
    assert lines(result.frame) == [3]
    assert said(result) == [(2, "administration.dose.range", "error", "dose")]


def test_an_empty_part_of_a_key_is_a_value_of_its_own():
    result = check("response_assessment", {}, {"course_no": 1}, {"course_no": 2, "overall": "PD"})
    assert lines(result.frame) == [2, 3, 4] and said(result) == []
