"""What a delivery as a whole must look like: one Great Expectations suite over one row a thing that is expected.

Belongs here: expectations on counts and shares of a whole batch, and their thresholds (expectations.yaml). Does not
belong here: rules about rows (schemas/checks.py, sql/checks), comparing a delivery with the one before
(haicplatform/ingest/validation/drift.py) and deciding what a failed expectation does (the gates of a site file).
Great Expectations takes seconds to import, so it is imported when the suite runs and not before. Its
progress bars, analytics and Data Docs (which load from outside) are off; a caller renders the results.
"""

from __future__ import annotations

import logging
import math
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Literal

Status = Literal["passed", "failed", "not_run"]

VOLUME = "delivery.volume"
REQUIRED_ROWS = "delivery.required_rows"


@dataclass(frozen=True)
class BatchResult:
    """One expectation on one table. `not_run` is not `passed`: `note` says why it could not run.

    table_name   None: the delivery as a whole
    value        what was found, as a person reads it (rows)
    expected     what was expected
    column_name  the contract's column; part: one code of it, or of the table's key
    is_broken    it should have run and could not
    """

    rule_id: str
    table_name: str | None
    status: Status
    value: str
    expected: str
    note: str = ""
    column_name: str | None = None
    part: str | None = None
    is_broken: bool = False


@dataclass(frozen=True)
class Item:
    """One thing that is expected of a batch; it passes with a margin of 0 or more. The rest as in BatchResult."""

    rule_id: str
    margin: float
    value: str
    expected: str
    table_name: str | None = None
    column_name: str | None = None
    part: str | None = None


@dataclass(frozen=True)
class Threshold:
    """limit: the most that passes, in `unit`; least: rows needed to say anything (expectations.yaml)."""

    limit: Decimal | None
    unit: str
    least: int = 0


@cache
def thresholds() -> dict[str, Threshold]:
    """The thresholds of every whole-batch expectation where a site file says nothing, by rule."""
    return {
        rule: Threshold(
            None if each["limit"] is None else Decimal(str(each["limit"])), each["unit"], each.get("least", 0)
        )
        for rule, each in _content()["rules"].items()
    }


def keep_baseline_deliveries() -> int:
    """How many more deliveries are compared with the one before a warning about their table."""
    return _content()["keep_baseline_deliveries"]


@cache
def _content() -> dict:
    import yaml

    return yaml.safe_load((Path(__file__).parent / "expectations.yaml").read_text(encoding="utf-8"))


def check_delivery(
    rows: Mapping[str, int],
    previous: Mapping[str, int] | None,
    *,
    min_volume_percent: Decimal | float,
    required: Iterable[str] = (),
    not_comparable: str = "",
    further: Sequence[Item] = (),
) -> list[BatchResult]:
    """Run the suite on a delivery.

    rows                rows delivered, by contract table, before anything was set aside
    previous            the same of the hospital's last accepted delivery; None where there is none
    min_volume_percent  a table with less than this share of its previous rows fails (site file, gates)
    required            tables that must have at least one row
    not_comparable      why volumes cannot be compared (an incremental extract), else empty
    further             what else is expected, measured by the caller
    """
    required = tuple(required)
    broken = [item for item in further if not math.isfinite(item.margin)]
    further = [item for item in further if math.isfinite(item.margin)]
    before = {} if not_comparable else previous or {}
    compared = [name for name in rows if before.get(name)]
    found = {name: int(rows.get(name, 0)) for name in dict.fromkeys((*rows, *required))}
    results = [
        BatchResult(VOLUME, name, "not_run", str(found[name]), "", _why_not(not_comparable, previous))
        for name in rows
        if name not in compared
    ]
    results += [_of_item(item, "it could not be computed") for item in broken]
    if not compared and not required and not further:
        return results
    percent = {name: 100 * found[name] / before[name] for name in compared}
    rules = tuple(dict.fromkeys(item.rule_id for item in further))
    margins = [
        (rule, {_subject(item): float(item.margin) for item in further if item.rule_id == rule}, 0.0) for rule in rules
    ]
    volume, present, *others = _run_suite(
        [
            ("percent", percent, float(min_volume_percent)),
            ("rows", {name: found[name] for name in required}, 1),
            *margins,
        ]
    )
    for name in compared:
        least = f">= {Decimal(min_volume_percent).normalize():f} % of {before[name]}"
        results.append(_result(VOLUME, name, volume, str(found[name]), least))
    results += [_result(REQUIRED_ROWS, name, present, str(found[name]), ">= 1") for name in required]
    outcomes = dict(zip(rules, others, strict=True))
    return results + [_of_item(item, outcomes[item.rule_id]) for item in further]


def _subject(item: Item) -> str:
    return "|".join(part or "" for part in (item.table_name, item.column_name, item.part))


def _of_item(item: Item, outcome: Outcome) -> BatchResult:
    result = _result(item.rule_id, item.table_name, outcome, item.value, item.expected, _subject(item))
    return replace(result, column_name=item.column_name, part=item.part)


def _why_not(not_comparable: str, previous: Mapping[str, int] | None) -> str:
    if not_comparable:
        return not_comparable
    return "the table had no rows in the last accepted delivery" if previous else "no earlier accepted delivery"


_NO_ANSWER = "the expectation gave no answer"
Outcome = set[str] | str
"""The tables (or other subjects) that failed, or the sentence why the expectation could not run."""


def _result(
    rule_id: str, table: str | None, outcome: Outcome, value: str, expected: str, subject: str | None = None
) -> BatchResult:
    """subject: what the suite calls it, where that is not the table."""
    if isinstance(outcome, str):
        return BatchResult(rule_id, table, "not_run", value, expected, outcome, is_broken=True)
    return BatchResult(rule_id, table, "failed" if (subject or table) in outcome else "passed", value, expected)


def _run_suite(expectations: list[tuple[str, Mapping[str, float], float]]) -> list[Outcome]:
    """For each (measure, value by subject, least value): the subjects below it, by one Great Expectations suite."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations as gx
    import pandas as pd
    from great_expectations.data_context.types.base import ProgressBarsConfig
    from great_expectations.expectations.row_conditions import Column

    # this logger tells, at every start, which folder of scratch files was made; the import sets its level
    logging.getLogger("great_expectations.data_context.types.base").setLevel(logging.WARNING)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    rows = [
        (measure, subject, float(value)) for measure, values, _ in expectations for subject, value in values.items()
    ]
    frame = pd.DataFrame(rows, columns=["measure", "subject", "value"])
    source = context.data_sources.add_pandas("delivery")
    batch = source.add_dataframe_asset("delivery").add_batch_definition_whole_dataframe("whole")
    suite = context.suites.add(gx.ExpectationSuite(name="delivery"))
    for measure, values, least in expectations:
        if not values:
            continue
        suite.add_expectation(
            gx.expectations.ExpectColumnValuesToBeBetween(
                column="value",
                min_value=least,
                row_condition=Column("measure") == measure,
                meta={"measure": measure},
            )
        )
    definition = gx.ValidationDefinition(name="delivery", data=batch, suite=suite)
    run = context.validation_definitions.add(definition).run(
        batch_parameters={"dataframe": frame},
        result_format={"result_format": "COMPLETE", "unexpected_index_column_names": ["subject"]},
    )
    outcomes = {
        result.expectation_config.meta["measure"]: _failed_subjects(result)
        for result in run.results
        if result.expectation_config is not None
    }
    return [outcomes.get(measure, _NO_ANSWER) if values else set() for measure, values, _ in expectations]


def _failed_subjects(result: Any) -> Outcome:
    """An expectation that raised has not passed: its exception's own words are the reason."""
    info = result.exception_info or {}
    for each in (info, *(inner for inner in info.values() if isinstance(inner, dict))):
        if each.get("raised_exception", False):
            return str(each.get("exception_message"))
    failed = {each["subject"] for each in (result.result or {}).get("unexpected_index_list") or ()}
    if result.success is None or bool(result.success) is bool(failed):
        return _NO_ANSWER
    return failed
