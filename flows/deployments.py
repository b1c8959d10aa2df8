"""The deployments: one a hospital with the schedule of its site file, and one for the night.

Belongs here: names and schedules of deployments. Does not belong here: the schedules themselves (site files).
"""

from __future__ import annotations

from dataclasses import dataclass

from haicplatform.core.errors import UsageError
from haicplatform.core.settings import Home
from haicplatform.sites.loading import list_sites, load_site

TIMEZONE = "Asia/Seoul"
NIGHTLY_CRON = "30 5 * * *"  # after the last hospital of the night


@dataclass(frozen=True)
class Deployment:
    """One scheduled flow: `parameters` as the flow takes them, `cron` in Asia/Seoul."""

    name: str
    flow: str
    cron: str
    parameters: dict[str, str]


def wanted(home: Home | None = None) -> list[Deployment]:
    """The deployments that the site files ask for, in the order of the site ids.

    A hospital whose site file is wrong has none, which is printed; the others are scheduled all the same.
    """
    hospitals = []
    for site_id in list_sites(home):
        try:
            cron = load_site(site_id, home).schedule
        except UsageError as error:
            print(f"  {site_id}  not scheduled: {error}", flush=True)
            continue
        hospitals.append(Deployment(f"ingest-{site_id}", "ingest", cron, {"site_id": site_id}))
    return [*hospitals, Deployment("nightly", "nightly", NIGHTLY_CRON, {})]
