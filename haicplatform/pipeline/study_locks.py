"""Locked studies: a report that must not change any more.

Belongs here: locking, unlocking, and what a run of a locked study may do. Does not belong here: running a study
(run_study.py), where the lock is kept (ledger/).
"""

from __future__ import annotations

import getpass

from haicplatform.core.errors import UsageError
from haicplatform.core.settings import Home
from haicplatform.ledger.store import Ledger
from haicplatform.pipeline.run_study import StudyResult, run_study
from haicplatform.studies.loading import load_study


def lock_study(home: Home, study_id: str, snapshot: str | None = None) -> StudyResult:
    """Lock a study to its file as it is and a snapshot (none: the warehouse's), and write the report that says so.

    Raises UsageError as run_study; a study whose report cannot be made is not locked.
    """
    done = run_study(home, study_id, snapshot)
    with Ledger(home) as ledger:
        if ledger.snapshot(done.snapshot_id) is None:
            raise UsageError(f"The ledger does not know the snapshot {done.snapshot_id}", todo="run `haic harmonise`")
        ledger.lock_study(study_id, done.snapshot_id, load_study(study_id, home).study_hash, _person())
    return run_study(home, study_id, done.snapshot_id)


def unlock_study(home: Home, study_id: str) -> None:
    """Let a study change again. Raises UsageError where it is not locked."""
    load_study(study_id, home)
    with Ledger(home) as ledger:
        if not ledger.unlock_study(study_id, _person()):
            raise UsageError(f"The study {study_id} is not locked", todo="nothing is to be done")


def _person() -> str:
    """Who works at this account, for the audit."""
    return getpass.getuser()
