"""The night, in order: every hospital, who is overdue, the harmonised warehouse, every study, the digests.

Belongs here: the order and what one failure means for the rest. Does not belong here: any step itself.
"""

from __future__ import annotations

from prefect import flow, task
from prefect.artifacts import create_table_artifact
from prefect.states import Completed, Failed, State
from prefect.task_runners import ThreadPoolTaskRunner

from flows.common import create_limits, home_of
from flows.harmonise import harmonise_hospitals
from flows.ingest import ingest_hospital
from flows.study import report_study
from haicplatform.core.errors import UsageError
from haicplatform.ingest.validation.overdue import overdue_hospitals
from haicplatform.operations import mail
from haicplatform.operations.digest import write_digests
from haicplatform.sites.loading import list_sites
from haicplatform.studies.loading import list_studies


@task(name="Who is overdue", task_run_name="Which hospitals are overdue")
def find_overdue(home: str | None = None) -> list[dict]:
    """Hospitals whose last delivery is older than their site file expects: `delivery.overdue` each."""
    rows = overdue_hospitals(home_of(home))
    for row in rows:
        print(f"  {row['site_id']}  overdue: {row['message_en']}")
    create_table_artifact(rows or [{"site_id": "-", "message_en": "no hospital is overdue"}], key="overdue")
    return rows


@task(name="Tell people", task_run_name="Write the night's digests, and send them where mail is set")
def tell_people(home: str | None = None) -> None:
    """A text for each hospital and the centre; a mail server that fails is told and recorded, and fails nothing."""
    place = home_of(home)
    made = write_digests(place)
    print(f"Digests: {made[-1].path.parent}")
    for name, word in (mail.send(place, made) if mail.is_configured() else {}).items():
        if word not in ("sent", "no recipients"):
            print(f"  {name}  not sent: {word}")


@flow(
    name="nightly",
    flow_run_name="Nightly run of all hospitals",
    task_runner=ThreadPoolTaskRunner(max_workers=2),  # type: ignore[arg-type]  # prefect's runners are invariant
    log_prints=False,
)
def nightly(home: str | None = None) -> State:
    """All hospitals, the warehouse and the studies; one hospital's trouble never stops the others."""
    try:
        place = home_of(home)
    except UsageError as error:  # nobody to tell either: the digests lie in the home
        return Failed(message=str(error))
    create_limits()
    print("Hospitals: inbox to validated")
    futures = [ingest_hospital.submit(site_id, home) for site_id in list_sites(place)]
    for future in futures:
        future.wait()
    failed = [future.state.message or "" for future in futures if not future.state.is_completed()]
    find_overdue(home)
    try:
        return _pool(home, failed)
    finally:
        tell_people(home, return_state=True)  # whatever became of the night, and whatever becomes of this


def _pool(home: str | None, failed: list[str]) -> State:
    """The warehouse and the studies; failed: what the hospitals' part of the night left undone."""
    print("Warehouse: validated to harmonised")
    state = harmonise_hospitals(home, return_state=True)
    if not state.is_completed():
        return Failed(message=state.message)
    print("Studies: harmonised to report")
    reports = [report_study.submit(study_id, home) for study_id in list_studies(home_of(home))]
    for report in reports:  # one study's documents are written while the next one is analysed
        report.wait()
    failed += [report.state.message or "" for report in reports if not report.state.is_completed()]
    if failed:
        return Completed(name="CompletedWithRefusals", message="; ".join(failed)[:2000])
    return Completed(message="all hospitals and studies done")
