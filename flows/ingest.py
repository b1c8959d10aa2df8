"""One hospital's new deliveries: inbox to validated.

Belongs here: the task, its retries, its artifacts. Does not belong here: how a file is read or judged.
"""

from __future__ import annotations

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.states import Completed, Failed, State

from flows.common import home_of, retry_can_help
from haicplatform.core.errors import HaicError
from haicplatform.pipeline.ingest_hospital import IngestResult, ingest_site
from haicplatform.pipeline.summaries import delivery_markdown, findings_table, one_line
from haicplatform.queries.sync import sync_site


@task(
    name="Ingest a hospital",
    task_run_name="Ingest {site_id}: inbox to validated",
    retries=2,
    retry_delay_seconds=[10, 60],
    retry_condition_fn=retry_can_help,
)
def ingest_hospital(site_id: str, home: str | None = None) -> IngestResult | State:
    """What the hospital's inbox became; a refused file is part of the result, not a failure."""
    try:
        place = home_of(home)
        result = ingest_site(place, site_id)
        moved = sync_site(place, site_id)
    except HaicError as error:
        print(f"  {site_id}  not done: {error}")
        return Failed(message=str(error))
    print(f"  {one_line(result)}; {moved}")
    key = site_id.lower()
    create_markdown_artifact(delivery_markdown(result), key=f"delivery-{key}", description=f"Delivery of {site_id}")
    create_table_artifact(findings_table(place, result), key=f"findings-{key}", description=f"Findings of {site_id}")
    return result


@flow(name="ingest", flow_run_name="Ingest {site_id}", log_prints=False)
def ingest(site_id: str, home: str | None = None) -> State:
    """Ingest what is new in one hospital's inbox."""
    state = ingest_hospital(site_id, home, return_state=True)
    return Completed(message=f"{site_id} ingested") if state.is_completed() else Failed(message=state.message)
