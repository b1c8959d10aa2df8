"""A home that its own account alone can read: folders 700, files 600, whatever the umask.

Belongs here: closing to others what an earlier version or another program left open. Does not belong here: the umask of
our own writing (settings.Home sets it), what may leave the home (release).
"""

from __future__ import annotations

import datetime as dt
import json
import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from haicplatform.settings import OTHERS, Home

RECORD = "closed_to_others.json"


@dataclass(frozen=True)
class Closed:
    """closed: how many files and folders were open to others, and when they were closed (UTC); foreign: those that
    belong to another account and stay as they are."""

    closed: int
    foreign: int
    at: str = ""


def close_to_others(home: Home) -> Closed:
    """Take from others what they may do in a home. Looks at the home's own places at every command, and at everything
    in them only where one is open: files that we write are closed from the start."""
    if not home.root.is_dir() or not any(_is_open(path) for path in _first_look(home)):
        return Closed(0, 0)
    closed = foreign = 0
    for path in (home.root, *_everything(home.root)):
        if not _is_open(path):
            continue
        try:
            path.chmod(stat.S_IMODE(path.lstat().st_mode) & ~OTHERS)
            closed += 1
        except OSError:
            foreign += 1
    done = Closed(closed, foreign, f"{dt.datetime.now(dt.UTC):%Y-%m-%dT%H:%M:%SZ}")
    if closed:
        with suppress(OSError):
            home.logs.mkdir(exist_ok=True)
            (home.logs / RECORD).write_text(json.dumps(vars(done)), encoding="utf-8")
    return done


def last_closed(home: Home) -> Closed | None:
    """What was closed last in this home; None where nothing ever was."""
    try:
        return Closed(**json.loads((home.logs / RECORD).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def is_private(home: Home) -> bool:
    """Whether nobody but its account can open the home's folder."""
    return not home.root.is_dir() or not _is_open(home.root)


def _first_look(home: Home) -> Iterator[Path]:
    """What earlier versions left open stands here; hospitals' files come into the inboxes with any mode."""
    yield home.root
    yield from home.root.iterdir()
    yield from _everything(home.inbox)


def _everything(folder: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(folder):
        yield from (Path(place, name) for name in (*folders, *files))


def _is_open(path: Path) -> bool:
    """Links are not followed: what they lead to is not the home's."""
    with suppress(OSError):
        mode = path.lstat().st_mode
        return not stat.S_ISLNK(mode) and bool(mode & OTHERS)
    return False
