"""One study: harmonised to analysis to report.

Belongs here: the task, its retries and the lock on the warehouse. Does not belong here: any statistic.
"""

from __future__ import annotations

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact
from prefect.states import Completed, Failed, State

from flows.common import create_limits, home_of, retry_can_help, warehouse_slot
from haicplatform.core.errors import HaicError
from haicplatform.pipeline.run_study import StudyLocked, StudyResult, run_study
from haicplatform.pipeline.summaries import study_markdown


@task(
    name="Run a study",
    task_run_name="Study {study_id}: analysis and report",
    retries=2,
    retry_delay_seconds=[10, 60],
    retry_condition_fn=retry_can_help,
)
def report_study(study_id: str, home: str | None = None) -> StudyResult | State:
    """The study's estimates and report on the snapshot in the warehouse."""
    try:
        place = home_of(home)
        result = run_study(place, study_id, alone=warehouse_slot)
    except StudyLocked as locked:
        print(f"  {study_id}  as it is: {locked}")
        return Completed(message=str(locked))
    except HaicError as error:
        print(f"  {study_id}  not done: {error}")
        return Failed(message=str(error))
    print(f"  {study_id}: {result.report_path}")
    key = f"study-{study_id.lower().replace('_', '-')}"
    create_markdown_artifact(study_markdown(result), key=key, description=f"Report of {study_id}")
    return result


@flow(name="study", flow_run_name="Study {study_id}", log_prints=False)
def study(study_id: str, home: str | None = None) -> State:
    """Run one study on the current snapshot."""
    create_limits()
    state = report_study(study_id, home, return_state=True)
    return Completed(message=f"{study_id} reported") if state.is_completed() else Failed(message=state.message)
