"""Validated to harmonised, then the read-only copy is published.

Belongs here: the task, its retries and the lock on the warehouse. Does not belong here: any definition.
"""

from __future__ import annotations

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact
from prefect.states import Completed, Failed, State

from flows.common import create_limits, home_of, retry_can_help, warehouse_slot
from haicplatform.core.errors import HaicError
from haicplatform.pipeline.harmonise import HarmoniseResult
from haicplatform.pipeline.harmonise import harmonise as build
from haicplatform.pipeline.summaries import snapshot_markdown
from haicplatform.queries.sync import sync_snapshot


@task(
    name="Harmonise",
    task_run_name="Harmonise all hospitals and publish",
    retries=2,
    retry_delay_seconds=[10, 60],
    retry_condition_fn=retry_can_help,
)
def harmonise_hospitals(home: str | None = None) -> HarmoniseResult | State:
    """The snapshot of all hospitals, harmonised and published."""
    try:
        place = home_of(home)
        with warehouse_slot():
            result = build(place)
            sync_snapshot(place)
    except HaicError as error:
        return Failed(message=str(error))
    print(f"  snapshot {result.snapshot_id}: harmonised in {result.seconds:.1f} s")
    create_markdown_artifact(snapshot_markdown(place, result), key="snapshot", description="What counts now")
    return result


@flow(name="harmonise", flow_run_name="Harmonise", log_prints=False)
def harmonise(home: str | None = None) -> State:
    """Build the warehouse from every hospital's data in force."""
    create_limits()
    state = harmonise_hospitals(home, return_state=True)
    return Completed(message="harmonised") if state.is_completed() else Failed(message=state.message)
