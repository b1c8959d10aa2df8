"""Locked studies: a report that must not change any more.

Belongs here: locking, unlocking, and what a run of a locked study may do. Does not belong here: running a study
(analysis.py), where the lock is kept (ledger/).
"""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING

from haicplatform.errors import UsageError
from haicplatform.ledger.store import Ledger
from haicplatform.settings import Home
from haicplatform.studies.study import Study, load_study

if TYPE_CHECKING:
    from haicplatform.analysis import StudyResult


class StudyLocked(UsageError):
    """A run that would change what a locked study reports."""


def hold(ledger: Ledger, study: Study, snapshot_id: str) -> None:
    """Raise StudyLocked unless the study is free, or this is exactly what it is locked to."""
    lock = ledger.study_lock(study.study_id)
    if lock is None:
        return
    if lock.study_hash != study.study_hash:
        raise StudyLocked(
            f"The study {study.study_id} is locked, and its file has changed since",
            found=f"study file {study.study_hash[:12]}",
            expected=f"study file {lock.study_hash[:12]}",
            todo=f"give the changed study a name of its own, or run `haic study unlock {study.study_id}`",
        )
    if lock.snapshot_id != snapshot_id:
        raise StudyLocked(
            f"The study {study.study_id} is locked to another snapshot",
            found=f"snapshot {snapshot_id}",
            expected=f"snapshot {lock.snapshot_id}",
            todo=f"run `haic study run {study.study_id} --snapshot {lock.snapshot_id}` to repeat its report, "
            f"or `haic study unlock {study.study_id}` to let it change",
        )


def lock_study(home: Home, study_id: str, snapshot: str | None = None) -> StudyResult:
    """Lock a study to its file as it is and a snapshot (none: the warehouse's), and write the report that says so.

    Raises UsageError as run_study; a study whose report cannot be made is not locked.
    """
    from haicplatform.analysis import run_study

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
