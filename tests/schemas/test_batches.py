"""Expectations on a whole delivery: too few rows, no rows, and what could not be checked."""

import subprocess
import sys

from schemas.batches import check_delivery


def _status(results):
    return {(each.rule_id, each.table_name): each.status for each in results}


def test_a_delivery_below_half_its_usual_size_fails():
    results = check_delivery(
        {"patient": 62, "lab": 499, "diagnosis": 50},
        {"patient": 62, "lab": 1000, "diagnosis": 100},
        min_volume_percent=50,
        required=["patient"],
    )
    assert _status(results) == {
        ("delivery.volume", "patient"): "passed",
        ("delivery.volume", "lab"): "failed",
        ("delivery.volume", "diagnosis"): "passed",
        ("delivery.required_rows", "patient"): "passed",
    }
    (lab,) = (each for each in results if each.status == "failed")
    assert (lab.value, lab.expected) == ("499", ">= 50 % of 1000")


def test_what_cannot_be_compared_has_not_passed():
    first = check_delivery({"lab": 10}, None, min_volume_percent=50)
    new_table = check_delivery({"lab": 10, "patient": 1}, {"patient": 1}, min_volume_percent=50)
    changes = check_delivery({"lab": 10}, {"lab": 100}, min_volume_percent=50, not_comparable="incremental extract")
    assert [(each.status, each.note) for each in (*first, *changes)] == [
        ("not_run", "no earlier accepted delivery"),
        ("not_run", "incremental extract"),
    ]
    assert _status(new_table)["delivery.volume", "lab"] == "not_run"


def test_a_required_table_without_rows_fails():
    results = check_delivery({"lab": 10}, None, min_volume_percent=50, required=["patient", "lab"])
    assert _status(results)["delivery.required_rows", "patient"] == "failed"
    assert _status(results)["delivery.required_rows", "lab"] == "passed"


def test_the_library_is_imported_only_when_a_suite_runs():
    code = "import sys, schemas.batches; print('great_expectations' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False\n"


def test_an_expectation_that_breaks_has_not_passed(monkeypatch):
    monkeypatch.setattr("schemas.batches._run_suite", lambda expectations: ["the disk is full", set()])
    (result,) = check_delivery({"lab": 10}, {"lab": 10}, min_volume_percent=50)
    assert (result.status, result.note) == ("not_run", "the disk is full")
