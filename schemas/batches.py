"""What a delivery as a whole must look like: a Great Expectations suite over one row a table.

Belongs here: expectations on counts and shares of a whole batch. Does not belong here: rules about rows
(schemas/checks.py, sql/checks) and deciding what a failed expectation does (the gates of a site file).
Great Expectations takes seconds to import, so it is imported when the suite runs and not before. Its
progress bars, analytics and Data Docs (which load from outside) are off; a caller renders the results.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

Status = Literal["passed", "failed", "not_run"]

VOLUME = "delivery.volume"
REQUIRED_ROWS = "delivery.required_rows"


@dataclass(frozen=True)
class BatchResult:
    """One expectation on one table. `not_run` is not `passed`: `note` says why it could not run.

    value     what was found, as a person reads it (rows)
    expected  what was expected
    """

    rule_id: str
    table_name: str
    status: Status
    value: str
    expected: str
    note: str = ""


def check_delivery(
    rows: Mapping[str, int],
    previous: Mapping[str, int] | None,
    *,
    min_volume_percent: Decimal | float,
    required: Iterable[str] = (),
    not_comparable: str = "",
) -> list[BatchResult]:
    """Run the suite on a delivery.

    rows                rows delivered, by contract table, before anything was set aside
    previous            the same of the hospital's last accepted delivery; None where there is none
    min_volume_percent  a table with less than this share of its previous rows fails (site file, gates)
    required            tables that must have at least one row
    not_comparable      why volumes cannot be compared (an incremental extract), else empty
    """
    required = tuple(required)
    compared = [] if not_comparable or not previous else [name for name in rows if previous.get(name)]
    found = {name: int(rows.get(name, 0)) for name in dict.fromkeys((*rows, *required))}
    results = [
        BatchResult(VOLUME, name, "not_run", str(found[name]), "", _why_not(not_comparable, previous))
        for name in rows
        if name not in compared
    ]
    if not compared and not required:
        return results
    percent = {name: 100 * found[name] / previous[name] for name in compared}
    volume, present = _run_suite(
        [("percent", percent, float(min_volume_percent)), ("rows", {name: found[name] for name in required}, 1)]
    )
    for name in compared:
        least = f">= {Decimal(min_volume_percent).normalize():f} % of {previous[name]}"
        results.append(_result(VOLUME, name, volume, str(found[name]), least))
    results += [_result(REQUIRED_ROWS, name, present, str(found[name]), ">= 1") for name in required]
    return results


def _why_not(not_comparable: str, previous: Mapping[str, int] | None) -> str:
    if not_comparable:
        return not_comparable
    return "the table had no rows in the last accepted delivery" if previous else "no earlier accepted delivery"


Outcome = set[str] | str
"""The tables that failed, or the sentence why the expectation could not run."""


def _result(rule_id: str, table: str, outcome: Outcome, value: str, expected: str) -> BatchResult:
    if isinstance(outcome, str):
        return BatchResult(rule_id, table, "not_run", value, expected, outcome)
    return BatchResult(rule_id, table, "failed" if table in outcome else "passed", value, expected)


def _run_suite(expectations: list[tuple[str, Mapping[str, float], float]]) -> list[Outcome]:
    """For each (measure, value by table, least value): the tables below it, by Great Expectations."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations as gx
    import pandas as pd

    # this logger tells, at every start, which folder of scratch files was made; the import sets its level
    logging.getLogger("great_expectations.data_context.types.base").setLevel(logging.WARNING)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    source = context.data_sources.add_pandas("delivery")
    outcomes: list[Outcome] = []
    for measure, values, least in expectations:
        if not values:
            outcomes.append(set())
            continue
        frame = pd.DataFrame({"table_name": list(values), measure: [float(each) for each in values.values()]})
        batch = source.add_dataframe_asset(measure).add_batch_definition_whole_dataframe("whole")
        suite = context.suites.add(gx.ExpectationSuite(name=measure))
        suite.add_expectation(gx.expectations.ExpectColumnValuesToBeBetween(column=measure, min_value=least))
        definition = gx.ValidationDefinition(name=measure, data=batch, suite=suite)
        run = context.validation_definitions.add(definition).run(
            batch_parameters={"dataframe": frame},
            result_format={"result_format": "COMPLETE", "unexpected_index_column_names": ["table_name"]},
        )
        outcomes.append(_failed_tables(run.results[0]))
    return outcomes


def _failed_tables(result: Any) -> Outcome:
    """An expectation that raised has not passed: its exception's own words are the reason."""
    if result.exception_info and result.exception_info.get("raised_exception", False):
        return str(result.exception_info.get("exception_message"))
    if result.success is None:
        return "the expectation gave no answer"
    return {each["table_name"] for each in result.result.get("unexpected_index_list") or ()}
