"""`haic check-published`: published numbers against each other, on the terminal or as JSON.

Belongs here: how verdicts read. Does not belong here: reaching them (haicplatform.report.paper_check).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from haicplatform.cli.shared import Json, console, show
from haicplatform.core.errors import EXIT_REFUSED

if TYPE_CHECKING:
    from haicplatform.report.paper_check.check_paper import Outcome
    from haicplatform.report.paper_check.entries import Check


def check_published(
    file: Annotated[Path, typer.Argument(help="CSV: id, group, statistic, value, ci_low, ci_high, where_in_paper.")],
    mapping: Annotated[
        Path | None,
        typer.Option("--mapping", help="CSV: id, group, statistic in the words of this command, for other words."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Recompute what a paper prints from its other numbers. Exit code 0: nothing contradicts; 3: something does."""
    from haicplatform.report.paper_check.check_paper import check_file

    outcome = check_file(file, mapping)
    if as_json:
        typer.echo(json.dumps(_as_dict(file, outcome), ensure_ascii=False, indent=1))
    else:
        _print(file, outcome)
    if outcome.contradictions:
        raise typer.Exit(EXIT_REFUSED)


def _print(file: Path, outcome: Outcome) -> None:
    show(
        [{"id": v.entry.id, "printed": v.entry.printed, "result": v.result, "why": v.reason} for v in outcome.verdicts],
        False,
    )
    counts = ", ".join(f"{n} {result}" for result, n in _counts(outcome).items())
    console.print(f"{file.name}: {len(outcome.verdicts)} numbers: {counts}", soft_wrap=True)
    for number, check in enumerate(outcome.contradictions, 1):
        places = "; ".join(dict.fromkeys(entry.where for entry in check.targets if entry.where))
        names = ", ".join(f"{entry.id} {entry.printed}" for entry in check.targets)
        sources = ", ".join(entry.id for entry in check.sources)
        console.print(f"\nContradiction {number}: {names} ({places or 'no place given'})", soft_wrap=True)
        console.print(f"    {check.relation}{f', from {sources}' if sources else ''}", soft_wrap=True)
        console.print(f"    expected {check.expected}", soft_wrap=True)
    if not outcome.contradictions:
        console.print("No contradiction")


def _counts(outcome: Outcome) -> dict[str, int]:
    from haicplatform.report.paper_check.check_paper import CONSISTENT, CONTRADICTS, NOT_RECOMPUTABLE

    return {result: outcome.count(result) for result in (CONSISTENT, NOT_RECOMPUTABLE, CONTRADICTS)}


def _as_dict(file: Path, outcome: Outcome) -> dict:
    return {
        "file": file.name,
        "counts": _counts(outcome),
        "contradictions": [_check(check) for check in outcome.contradictions],
        "numbers": [
            {
                "id": v.entry.id,
                "row": v.entry.row,
                "group": v.entry.group,
                "statistic": v.entry.statistic,
                "printed": v.entry.printed,
                "where": v.entry.where,
                "result": v.result,
                "reason": v.reason,
                "relations": [_check(check) for check in v.checks],
            }
            for v in outcome.verdicts
        ],
    }


def _check(check: Check) -> dict:
    return {
        "relation": check.relation,
        "ids": [entry.id for entry in check.targets],
        "printed": [entry.printed for entry in check.targets],
        "from": [entry.id for entry in check.sources],
        "agrees": check.agrees,
        "expected": check.expected,
    }
