"""A home that its own account alone can read: folders 700, files 600, whatever the umask.

Belongs here: closing to others what an earlier version or another program left open. Does not belong here: the umask of
our own writing (settings.Home sets it), what may leave the home (release).
"""

from __future__ import annotations

import datetime as dt
import json
import os
import stat
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from haicplatform.core.settings import OTHERS, Home

RECORD = "closed_to_others.json"


@dataclass(frozen=True)
class Closed:
    """closed: how many files and folders were open to others, and when they were closed (UTC); foreign: those that
    belong to another account and stay as they are; left: which of these others met first, the folder itself as `.`;
    was_reached: whether the folder was open too, so that others could come to what was open in it."""

    closed: int
    foreign: int
    at: str = ""
    left: tuple[str, ...] = ()
    was_reached: bool = False


def close_to_others(home: Home, *, anew: bool = False) -> Closed:
    """Take from others what they may do in a home; in nothing that is no home, whatever `--home` names.

    Everything is looked at once, which the record says. After that the closed folder keeps others out, and a command
    looks at the folder and its first level only, unless something of those is open again or `anew` is asked for.
    """
    if not home.is_there:
        return Closed(0, 0)
    known = last_closed(home)
    if known and not anew and not _is_any_open(home.root, known.left):
        return Closed(0, known.foreign, left=known.left)
    done = close_folder(home.root.resolve())
    # that others could come to patients' data is not forgotten for a lesser matter
    kept = replace(known, foreign=done.foreign, left=done.left) if known and not done.was_reached else done
    with suppress(OSError):
        home.logs.mkdir(exist_ok=True)
        beside = home.logs / f".{RECORD}.{os.getpid()}"
        beside.write_text(json.dumps(asdict(kept)), encoding="utf-8")
        os.replace(beside, home.logs / RECORD)
    return done


def close_folder(folder: Path) -> Closed:
    """Take from others what they may do in a folder and with it. Links are not followed: what they lead to is not ours.

    The folder goes first: after that nobody else can put a link in the place of a file that is looked at.
    """
    was_reached = _is_open(folder)
    became = {".": _close(folder)}
    with suppress(OSError):  # it is not there, or is another account's
        for place, folders, files, within in os.fwalk(folder):
            below = os.path.relpath(place, folder)
            for name in (*folders, *files):
                if (is_closed := _close(name, within)) is not None:
                    became[os.path.normpath(os.path.join(below, name))] = is_closed
    left = [path for path, is_closed in became.items() if is_closed is False]
    return Closed(
        sum(is_closed is True for is_closed in became.values()),
        len(left),
        f"{dt.datetime.now(dt.UTC):%Y-%m-%dT%H:%M:%SZ}",
        tuple(path for path in left if "/" not in path),
        was_reached,
    )


def last_closed(home: Home) -> Closed | None:
    """What was closed last in this home; None where nothing was looked at yet."""
    try:
        found = json.loads((home.logs / RECORD).read_text(encoding="utf-8"))
        return Closed(**found | {"left": tuple(found["left"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def is_private(home: Home) -> bool:
    """Whether nobody but its account can open the home's folder."""
    return not home.root.is_dir() or not _is_open(home.root)


def _is_any_open(root: Path, left: tuple[str, ...]) -> bool:
    """Whether the folder or its first level is open, apart from what could not be closed before."""
    with suppress(OSError):
        return ("." not in left and _is_open(root.resolve())) or any(
            _is_open(path) for path in root.iterdir() if path.name not in left
        )
    return False


def _close(name: str | Path, within: int | None = None) -> bool | None:
    """True where it was open and is closed, False where it stays open; None where it was closed, a link, or is gone."""
    with suppress(FileNotFoundError):
        mode = os.lstat(name, dir_fd=within).st_mode
        if stat.S_ISLNK(mode) or not mode & OTHERS:
            return None
        with suppress(OSError):  # it is another account's, or the disk may not be written
            os.chmod(name, stat.S_IMODE(mode) & ~OTHERS, dir_fd=within)
        return not os.lstat(name, dir_fd=within).st_mode & OTHERS
    return None


def _is_open(path: Path) -> bool:
    """Links are not followed: what they lead to is not the home's."""
    with suppress(OSError):
        mode = path.lstat().st_mode
        return not stat.S_ISLNK(mode) and bool(mode & OTHERS)
    return False
