"""What every flow shares: the home folder, when a retry can help, the lock on the warehouse.

Belongs here: Prefect's retry conditions and limits. Does not belong here: steps of the data's way.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from prefect import Task
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import TaskRun
from prefect.concurrency.sync import concurrency
from prefect.states import State

from haicplatform.core.errors import UsageError, is_transient
from haicplatform.core.private_home import close_to_others
from haicplatform.core.settings import Home

WAREHOUSE_LIMIT = "haic-warehouse"


def home_of(home: str | None) -> Home:
    """The home folder a flow works in: its parameter, else `HAIC_HOME`.

    Raises UsageError when neither is given, and where `haic init` made no home.
    """
    root = home or os.environ.get("HAIC_HOME")
    if not root:
        raise UsageError(
            "No home folder is given",
            todo="set HAIC_HOME and run `prefect deploy --all` again, or give the flow the parameter `home`",
        )
    found = Home(Path(root)).existing()
    close_to_others(found)
    return found


def retry_can_help(_task: Task, _run: TaskRun, state: State) -> bool:
    """A disk or a database that was busy may be free later; a refused file or a wrong setting will not change."""
    try:
        state.result()
    except Exception as error:
        return is_transient(error)
    return False


def create_limits() -> None:
    """Make the global limit that lets one run at a time write the warehouse (asked for strictly below)."""
    with get_client(sync_client=True) as client:
        client.upsert_global_concurrency_limit_by_name(WAREHOUSE_LIMIT, limit=1)


@contextmanager
def warehouse_slot() -> Iterator[None]:
    with concurrency(WAREHOUSE_LIMIT, occupy=1, strict=True):
        yield
