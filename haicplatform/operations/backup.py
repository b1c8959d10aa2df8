"""Backup and restore of what cannot be rebuilt: the ledger, landing/, the centre's own site and study files.

Belongs here: copying while the platform runs, the list of what a backup holds, checking it before it is restored.
Does not belong here: the warehouse, published/ and reports/ (made again from these), the inboxes, and refused originals
(they name persons and are deleted after some days).

The ledger is copied before landing/. A delivery's folder is finished before the ledger counts it, so everything that
the copied ledger names is among the files copied after it. The key that hashes patient numbers is not in a backup:
whoever had both could find the persons. `--key-to` puts a copy of it somewhere else.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from haicplatform.core.atomic_files import atomic_replace, fsync_path, translate_os_errors, write_json
from haicplatform.core.errors import DataRefused, UsageError
from haicplatform.core.private_home import close_folder
from haicplatform.core.settings import FINGERPRINT_FILE, HOME_ID_FILE, KEY_FILE, Home
from haicplatform.ingest.landing.land import REFUSED

MANIFEST = "backup.json"
FOLDERS = ("landing", "sites", "studies")
_UNFINISHED = (".building", ".lock")


@dataclass(frozen=True)
class Backup:
    """files and bytes in the backup; copied: how many of the files this run had to copy."""

    files: int
    size: int
    copied: int


def back_up(home: Home, target: Path, key_to: Path | None = None) -> Backup:
    """Copy into `target`: a new or empty folder, or an earlier backup of this home, which is brought up to date.

    Raises UsageError for a folder that holds anything else, for a ledger that is not SQLite, and for a key that would
    lie inside the backup; HaicError for a disk that is full.
    """
    _check_target(home, target)
    if key_to is not None and target.resolve() in (key_to.resolve(), *key_to.resolve().parents):
        raise UsageError("The key must not lie in the backup", found=str(key_to), todo="name a folder elsewhere")
    with translate_os_errors(target):
        target.mkdir(mode=0o700, parents=True, exist_ok=True)
        close_folder(target.resolve())  # it may be older, and open
        known = _manifest(target)["files"] if (target / MANIFEST).exists() else {}
        _copy_ledger(home, target)
        files = {home.ledger.name: _hash(target / home.ledger.name)}
        copied = 1
        for source in _sources(home):
            name = source.relative_to(home.root).as_posix()
            is_settled = name.startswith("landing/") and name in known and (target / name).exists()
            if is_settled and (target / name).stat().st_size == known[name][1]:
                files[name] = known[name]  # named by content and never changed once written
                continue
            try:
                files[name] = _copy(source, target / name)
                copied += 1
            except FileNotFoundError:
                continue  # a refused original whose days were over meanwhile
        write_json(target / f".{MANIFEST}", {"files": files})
        atomic_replace(target / f".{MANIFEST}", target / MANIFEST)
        if key_to is not None:
            key_to.mkdir(mode=0o700, parents=True, exist_ok=True)
            _copy(home.key_file, key_to / KEY_FILE)
            (key_to / KEY_FILE).chmod(0o600)
    return Backup(len(files), sum(size for _, size in files.values()), copied)


def restore(home: Home, source: Path) -> Backup:
    """Put a backup into a home that holds no data yet; the key is put there by whoever keeps it.

    Every file is held against the backup's list first. Raises UsageError where the home holds deliveries or the folder
    is no backup, DataRefused where a file of it is missing or changed; then nothing was written.
    """
    if not (source / MANIFEST).is_file():
        raise UsageError("This folder is no finished backup", found=str(source), expected=f"a file {MANIFEST} in it")
    if home.ledger.exists() or any(home.landing.glob("*/*/delivery.json")):
        raise UsageError(
            f"The home folder {home.root} holds data already; nothing was restored",
            todo="name a new folder with --home, and check it before it takes the place of the other",
        )
    files = _manifest(source)["files"]
    there = [name for name in files if (source / name).is_file()]
    wrong = sorted(set(files) - {name for name in there if _hash(source / name) == files[name]})
    if wrong:
        raise DataRefused(
            "The backup is damaged; nothing was restored", file=wrong[0],
            found=f"{len(wrong)} of {len(files)} files missing or changed", todo="use another backup",
        )  # fmt: skip
    with translate_os_errors(home.root):
        home.begin()
        for name in sorted(files, key=lambda each: each == home.ledger.name):  # the ledger last: it says what counts
            _copy(source / name, home.root / name)
    home.create()  # the inboxes' folder, without which no command takes this for a home
    return Backup(len(files), sum(size for _, size in files.values()), len(files))


def _check_target(home: Home, target: Path) -> None:
    if not home.ledger_url.startswith("sqlite"):
        raise UsageError(
            "The ledger is in a database of its own", found=home.ledger_url.partition(":")[0],
            todo="back it up with that database's tools (pg_dump), and copy landing/, sites/, studies/,"
            f" {FINGERPRINT_FILE} and {HOME_ID_FILE}",
        )  # fmt: skip
    if not home.ledger.exists():
        raise UsageError(f"There is nothing to back up in {home.root}", todo="name the right folder with --home")
    inside = home.root.resolve() in (target.resolve(), *target.resolve().parents)
    if inside or (target.is_dir() and any(target.iterdir()) and not (target / MANIFEST).exists()):
        raise UsageError(
            "The backup cannot go there", found=str(target),
            expected="a new or empty folder outside the home folder, or an earlier backup of it",
        )  # fmt: skip


def _manifest(folder: Path) -> dict:
    try:
        return json.loads((folder / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError):
        raise DataRefused("The list of the backup cannot be read", file=MANIFEST, todo="use another backup") from None


def _copy_ledger(home: Home, target: Path) -> None:
    """SQLite's own copy of a database in use: one moment of it, whoever writes meanwhile."""
    building = target / f".{home.ledger.name}"
    building.unlink(missing_ok=True)
    with closing(sqlite3.connect(home.ledger)) as source, closing(sqlite3.connect(building)) as copy:
        source.backup(copy)
        _end_sessions(copy)
    building.chmod(0o600)
    atomic_replace(building, target / home.ledger.name)


def _end_sessions(copy: sqlite3.Connection) -> None:
    """Nobody is logged in to a restored home: a session ended since then, by its person or for it, would be open."""
    if copy.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'login_session'").fetchone():
        copy.execute("DELETE FROM login_session")
        copy.commit()


def _sources(home: Home) -> list[Path]:
    found = [path for name in (FINGERPRINT_FILE, HOME_ID_FILE) if (path := home.root / name).exists()]
    for folder in FOLDERS:
        for place, names, files in os.walk(home.root / folder):
            names[:] = [name for name in names if not name.endswith(_UNFINISHED) and not _is_refused(home, place, name)]
            found += [Path(place, name) for name in files if not name.endswith(_UNFINISHED)]
    return sorted(found)


def _is_refused(home: Home, place: str, name: str) -> bool:
    """landing/<SITE>/refused: originals that name persons are deleted after some days, and a backup is kept longer."""
    return Path(place).parent == home.landing and name == REFUSED


def _copy(source: Path, target: Path) -> list:
    """Copy whole or not at all; returns [hash, size] of what was copied."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    building = target.with_name(f".{target.name}.copying")
    shutil.copyfile(source, building)  # not its mode: what is copied may be older, and open
    content = _hash(building)
    os.replace(building, target)
    fsync_path(target.parent)
    return content


def _hash(path: Path) -> list:
    """[SHA-256, bytes], as the list of a backup keeps them."""
    with path.open("rb") as file:
        return [hashlib.file_digest(file, "sha256").hexdigest(), path.stat().st_size]
