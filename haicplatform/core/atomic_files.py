"""Writing files so that a reader, or a run after a kill, sees the old content or the new one, never half.

Belongs here: fsync and rename, of a file and of a folder. Does not belong here: what is in the files.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from haicplatform.core.errors import HaicError

BUILDING = ".building"


def fsync_path(path: Path) -> None:
    """Ask the disk to keep a file's content, or a folder's list of names."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def atomic_replace(source: Path, target: Path) -> None:
    """Put a finished file in the place of `target` in one step that survives a power cut."""
    fsync_path(source)
    os.replace(source, target)
    fsync_path(target.parent)


def write_json(path: Path, content: object) -> None:
    """JSON in UTF-8 with sorted keys: the same content gives the same bytes."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, indent=1)
    path.write_text(text + "\n", encoding="utf-8")


@contextmanager
def background_writer() -> Iterator[Callable]:
    """A function that calls another (a write) beside the block, one call after the other.

    The block ends when all calls have, with the first error of theirs; an error of its own goes before.
    """
    with ThreadPoolExecutor(1) as thread:
        calls = []
        yield lambda write, *arguments, **named: calls.append(thread.submit(write, *arguments, **named))
        for call in calls:
            call.result()


@contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """An empty folder that becomes `target` when the block ends without an error.

    A folder named by its content is written once: where `target` is there already, the new one is dropped.
    Leftovers of killed runs (`<name>.<pid>.building`) are removed when their process is gone.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    sweep_folders(target.parent)
    building = _building(target)
    building.mkdir()
    try:
        yield building
        for folder, _, names in os.walk(building):
            for name in names:
                fsync_path(Path(folder, name))
            fsync_path(Path(folder))
        if target.exists():
            return
        os.rename(building, target)
        fsync_path(target.parent)
    finally:
        shutil.rmtree(building, ignore_errors=True)


@contextmanager
def replaced_folder(target: Path) -> Iterator[Path]:
    """An empty folder that takes the place of `target` when the block ends without an error, and is gone otherwise."""
    target.parent.mkdir(parents=True, exist_ok=True)
    sweep_folders(target.parent)
    building = _building(target)
    building.mkdir()
    try:
        yield building
        shutil.rmtree(target, ignore_errors=True)
        os.replace(building, target)
    finally:
        shutil.rmtree(building, ignore_errors=True)


def is_building(folder: Path) -> bool:
    """Whether a folder is not finished: being written, or left by a run that was killed."""
    return folder.suffix == BUILDING


def _building(target: Path) -> Path:
    building = target.with_name(f"{target.name}.{os.getpid()}{BUILDING}")
    shutil.rmtree(building, ignore_errors=True)
    return building


def sweep_folders(parent: Path) -> None:
    """Remove the unfinished folders of processes that no longer run."""
    for path in parent.glob(f"*{BUILDING}"):
        pid = path.suffixes[-2].lstrip(".") if len(path.suffixes) > 1 else ""
        if pid.isdigit() and int(pid) != os.getpid() and not _runs(int(pid)):
            shutil.rmtree(path, ignore_errors=True)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@contextmanager
def translate_os_errors(place: Path) -> Iterator[None]:
    """Turn a full disk or a folder that may not be written into one sentence about `place`.

    Raises HaicError for such an OSError and for an error of DuckDB or Polars that says the same; others pass.
    """
    try:
        yield
    except HaicError:
        raise
    except OSError as error:
        full = error.errno in _FULL
        if not full and error.errno not in _FORBIDDEN:
            raise
        reason = error.strerror or type(error).__name__
    except Exception as error:
        if not is_about_disk(error):
            raise
        reason = next(text for text in _DISK if text in str(error))
        full = reason != _NO_PERMISSION
    else:
        return
    raise HaicError(
        f"The folder {place} could not be written; nothing was changed",
        found=reason,
        expected="free disk space" if full else "a folder that this account may write to",
        todo="make room on the disk and run this again" if full else "give this account write permission",
    ) from None


_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR)


def is_about_disk(error: Exception) -> bool:
    """Whether an error of DuckDB or Polars is the file system's refusal to write."""
    return any(text in str(error) for text in _DISK)


_NO_PERMISSION = "Permission denied"
_DISK = ("No space left on device", "Disk quota exceeded", "File too large", _NO_PERMISSION)
