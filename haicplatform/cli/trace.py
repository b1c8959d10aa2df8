"""`haic trace`: from a number of a report to the patients and cells behind it, on the terminal.

Belongs here: the command's words. Does not belong here: the way (haicplatform.lineage.trace).
"""

from __future__ import annotations

from typing import Annotated

import typer

from haicplatform.cli.shared import Json, console, existing, show
from haicplatform.core.errors import DataRefused, UsageError
from haicplatform.core.settings import Home

MOST_FAULTS = 20


def trace(
    context: typer.Context,
    estimate: Annotated[str | None, typer.Argument(help="The id of a number (data-estimate in a report).")] = None,
    patient: Annotated[str | None, typer.Option(help="Only this patient (usubjid), down to the rows.")] = None,
    every: Annotated[str | None, typer.Option("--all", help="Walk every number of this study instead.")] = None,
    as_json: Json = False,
) -> None:
    """From a number of a report to its patients and the hospitals' rows; --all checks every number of a study."""
    home = existing(context.obj)
    if estimate is not None and every is None:
        _one(home, estimate, patient, as_json)
    elif estimate is None and every is not None:
        _walk(home, every, as_json)
    else:
        raise UsageError("Say which number, or --all STUDY", expected="one of the two")


def _one(home: Home, estimate_id: str, patient: str | None, as_json: bool) -> None:
    from haicplatform.ledger.store import Ledger
    from haicplatform.lineage.trace.lookup import find, rows_of
    from haicplatform.lineage.trace.origins import origins
    from haicplatform.lineage.trace.trace_relations import traceable
    from haicplatform.warehouse import warehouse

    with warehouse.published(home) as con:
        number = find(con, estimate_id)
    with Ledger(home) as ledger, traceable(home, ledger, number["study_id"], number["variant"]) as con:
        rule, rows = rows_of(con, number)
        listed = rows.filter(rows["usubjid"] == patient) if patient else rows
        places = origins(con, [row_id for ids in listed["sources"] for row_id in ids]) if patient else {}
    if not as_json:
        parts = ("analysis", "variant", "population", "endpoint", "grp", "term", "statistic", "at", "value")
        console.print(", ".join(f"{part} {number[part]}" for part in parts if number[part] not in ("", None)))
        console.print(f"{rule.en}: {rows['usubjid'].n_unique()} patients, {rows.height} rows")
    if patient:
        show([{"site": one.site_id, "delivery": one.delivery_id, "file": one.file, "sheet": one.sheet,
               "row": one.row, "table": one.table} for one in places.values()], as_json)  # fmt: skip
    else:
        show(rows.drop("sources").to_dicts(), as_json)


def _walk(home: Home, study_id: str, as_json: bool) -> None:
    from haicplatform.lineage.trace.trace_audit import audit_study

    done, faults, lost = [], [], []
    for one in audit_study(home, study_id, None if as_json else console.print):
        done.append({"analysis": one.variant, "numbers": one.numbers, "given again by their rows": one.agreed,
                     "faults": len(one.faults), "rows": one.rows, "rows without a cell": len(one.lost)})  # fmt: skip
        faults += [{"id": fault[0], "number": fault[1], "fault": fault[2]} for fault in one.faults]
        lost += one.lost
    show(done, as_json)
    if faults or lost:
        if not as_json:
            show(faults[:MOST_FAULTS], as_json)
        raise DataRefused(
            f"{len(faults)} numbers of {study_id} disagree with their rows, {len(lost)} rows have no cell",
            todo="run the study again; if it stays, send this to whoever runs the platform",
        )
