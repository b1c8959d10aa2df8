"""Landing: a hospital's files are copied unchanged, hashed and recorded, once.

Belongs here: which files make a delivery, its identity and time, the copy under landing/, refused originals.
Does not belong here: what is in the files (reading/, ingest_hospital.py) and which delivery counts (the ledger).

A delivery is a folder named by its content, put in place in one step: a run killed anywhere leaves no half of
it. Files in the inbox are only read. A registration number in a file's name is masked before the name is kept.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from haicplatform.core.atomic_files import fsync_path, new_folder, sweep_folders, translate_os_errors, write_json
from haicplatform.core.clock import WALL_CLOCK
from haicplatform.core.errors import FileRefused
from haicplatform.core.identifiers import mask_text
from haicplatform.core.settings import Home
from haicplatform.ingest.landing.inbox import CHUNK, Waiting, by_time, groups, growing, hashed, named, state, unreadable
from haicplatform.ingest.landing.waiting_order import Group, in_turn, together
from haicplatform.ingest.reading.cells import nfc
from haicplatform.ledger.arrival_order import rank
from haicplatform.sites.model import ExtractedAt

ORIGINAL, REFUSED, RECORD = "original", "refused", "delivery.json"


@dataclass(frozen=True)
class LandedFile:
    """One file: its name in the delivery (NFC, identifiers masked), SHA-256, bytes, and what its name held."""

    name: str
    sha256: str
    size: int
    identifiers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Landed:
    """One delivery under landing/. extracted_at is the hospital's wall clock, landed_at UTC, both naive.

    name, modified_at: what a person calls it, and when its files were last changed (UTC); together: the deliveries of
    the same extract time that waited in the inbox beside it. Empty where an earlier version landed it.
    """

    site_id: str
    delivery_id: str
    folder: Path
    files: tuple[LandedFile, ...]
    extracted_at: dt.datetime
    landed_at: dt.datetime
    is_new: bool = False
    name: str = ""
    modified_at: dt.datetime | None = None
    together: tuple[str, ...] = ()

    def waited_with(self, other: Landed) -> bool:
        """Whether only the times of their files say which of the two is the later; a run killed between them knows."""
        return other.delivery_id in self.together or self.delivery_id in other.together

    def original(self, name: str) -> Path | None:
        """Where the file's bytes are: in original/, in refused/ after a refusal, None once they are deleted."""
        refused = refused_folder(self.folder.parent, self.delivery_id) / name
        return next((path for path in (self.folder / ORIGINAL / name, refused) if path.exists()), None)


@dataclass(frozen=True)
class Landing:
    """What one run found: deliveries, old and new, and the files left in the inbox with the reason."""

    deliveries: list[Landed] = field(default_factory=list)
    left: list[FileRefused] = field(default_factory=list)


def land(home: Home, site_id: str, extracted_at: ExtractedAt, paths: Iterable[Path] | None = None) -> Landing:
    """Land what waits in inbox/<SITE>, or the given files and folders (each folder one delivery).

    Twice the same names and bytes is the same delivery: nothing is written. A group with a file that changes
    while it is read, cannot be opened, or has no date in its name where the site file says so, is left and told.
    Raises UsageError for a path that is not there, HaicError for a full disk or a folder without permission.
    """
    result, waiting = Landing(), []
    sweep_folders(home.landing / site_id)
    for folder, files in groups(home.inbox / site_id, paths):
        deliveries, undated = by_time(named(folder, files), folder, extracted_at)
        result.left.extend(undated)
        for when, group in deliveries:
            try:
                waiting.append(_group(folder, [hashed(each) for each in group], when))
            except FileRefused as refusal:
                result.left.append(refusal)
    waiting = in_turn(waiting)
    new = [each for each in waiting if not (home.landing / site_id / each.delivery_id / RECORD).exists()]
    last = max((each.landed_at for each in landed(home, site_id)), default=dt.datetime.min) if new else dt.datetime.min
    for each in waiting:
        try:
            with translate_os_errors(home.landing):
                done = _land(home, site_id, each, together(each, new), last)
        except FileRefused as refusal:
            result.left.append(refusal)
            continue
        result.deliveries.append(done)
        last = max(last, done.landed_at)
    return result


def landed(home: Home, site_id: str) -> list[Landed]:
    """The hospital's deliveries under landing/, in their order."""
    return sorted((_read(path.parent) for path in (home.landing / site_id).glob(f"*/{RECORD}")), key=rank)


def refuse_original(home: Home, site_id: str, delivery_id: str, name: str) -> Path | None:
    """Put a file that must not stay readable apart: landing/<SITE>/refused/<delivery>/, mode 600.

    Doing it twice does nothing. None where the bytes are deleted already.
    """
    site = home.landing / site_id
    source, target = site / delivery_id / ORIGINAL / name, refused_folder(site, delivery_id) / name
    with translate_os_errors(site):
        if source.exists():
            _private_folders(site, target.parent)
            os.chmod(source, 0o600)
            os.utime(source)  # the days it is kept count from now
            os.replace(source, target)
            fsync_path(target.parent)
            fsync_path(source.parent)
    return target if target.exists() else None


def purge_refused(home: Home, days: int) -> int:
    """Delete refused originals older than `days`; how many."""
    limit, deleted = time.time() - days * 86_400, 0
    with translate_os_errors(home.landing):
        for path in sorted(home.landing.glob(f"*/{REFUSED}/**/*"), reverse=True):
            if path.is_file() and path.stat().st_mtime <= limit:
                path.unlink()
                deleted += 1
            elif path.is_dir() and not any(path.iterdir()):
                path.rmdir()
    return deleted


def refused_folder(site: Path, delivery_id: str) -> Path:
    """Where a delivery's refused originals are, under landing/<SITE>."""
    return site / REFUSED / delivery_id


def delivery_id_of(files: Iterable[tuple[str, str]]) -> str:
    """First 16 hex of the SHA-256 over the JSON list of the sorted [name, sha256]."""
    text = json.dumps(sorted(map(list, files)), ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _group(folder: Path | None, files: list[Waiting], when: dt.datetime | None) -> Group:
    """The files as a delivery; a person calls it by its folder, loose files by the first one and how many more."""
    more = f" (+{len(files) - 1})" if len(files) > 1 else ""
    name = mask_text(nfc(folder.name)) if folder else min(each.name for each in files) + more
    return Group(delivery_id_of((each.name, each.sha256) for each in files), name, tuple(files), when)


def _land(home: Home, site_id: str, group: Group, beside: tuple[str, ...], last: dt.datetime) -> Landed:
    """last: when the delivery before it arrived. A clock that was set back does not make this one the earlier."""
    site = home.landing / site_id
    target = site / group.delivery_id
    if (target / RECORD).exists():
        return _read(target)
    _private_folders(home.landing, site)
    files = [LandedFile(each.name, each.sha256, each.state[0], each.identifiers) for each in group.files]
    now = max(dt.datetime.now(dt.UTC), last.replace(tzinfo=dt.UTC) + dt.timedelta(microseconds=1))
    arrived = now.astimezone(WALL_CLOCK).replace(tzinfo=None)
    with new_folder(target) as building:
        building.chmod(0o700)
        for each in group.files:
            _copy(each, building / ORIGINAL)
        record = {
            "site_id": site_id,
            "delivery_id": group.delivery_id,
            "files": sorted((asdict(file) for file in files), key=lambda file: file["name"]),
            "extracted_at": (group.when or arrived).isoformat(),
            "landed_at": now.replace(tzinfo=None).isoformat(),
            "name": group.name,
            "modified_at": group.modified_at.isoformat(),
            "together": beside,
        }
        write_json(building / RECORD, record)
    return _read(target, is_new=True)


def _copy(each: Waiting, folder: Path) -> None:
    """Copy one file, mode 600, and make sure that it is still the one that was hashed."""
    target = folder / each.name
    _private_folders(folder.parent, target.parent)
    digest = hashlib.sha256()
    try:
        source = each.path.open("rb")
    except OSError as error:
        raise unreadable(each.name, error) from None
    with source, os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as copy:
        while chunk := source.read(CHUNK):
            digest.update(chunk)
            copy.write(chunk)
        changed = state(os.fstat(source.fileno())) != each.state
    if changed or digest.hexdigest() != each.sha256:
        raise growing(each.name)


def _private_folders(parent: Path, folder: Path) -> None:
    """Make `folder` below `parent`, every new one mode 700."""
    parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    for part in [*reversed(folder.relative_to(parent).parents), folder.relative_to(parent)]:
        (parent / part).mkdir(mode=0o700, exist_ok=True)


def _read(folder: Path, *, is_new: bool = False) -> Landed:
    record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    files = [LandedFile(**{**each, "identifiers": tuple(each["identifiers"])}) for each in record["files"]]
    return Landed(
        site_id=record["site_id"],
        delivery_id=record["delivery_id"],
        folder=folder,
        files=tuple(files),
        extracted_at=dt.datetime.fromisoformat(record["extracted_at"]),
        landed_at=dt.datetime.fromisoformat(record["landed_at"]),
        is_new=is_new,
        name=record.get("name", ""),
        modified_at=dt.datetime.fromisoformat(changed) if (changed := record.get("modified_at")) else None,
        together=tuple(record.get("together", ())),
    )
